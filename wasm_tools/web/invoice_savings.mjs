/**
 * Opportunities in their four tiers, which are never added up: what would be saved, how it is worked out, what changes,
 * how to check it. Shares of the work are the reader's; until they are given nothing is claimed.
 */
import { money, percent, range, sum } from "./invoice_figures.mjs";
import { nameOr, word } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { chip } from "./panel_table.mjs";
import { english, parts, text } from "./texts.mjs";

const TIERS = ["A", "B", "C", "D"];
const TOLD = "benchmarks"; // a fact that is among the evidence, too
const SILENT = 40; // products without a comparison in the page
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.savings.${key}`, values);

/**
 * @param {HTMLElement} host
 * @param {{shares: Record<string, string>, delta?: string}} wanted of the reader; changed here. Without a delta it cannot be chosen
 * @param {() => Promise<Record<string, any> | null>} ask the opportunities for what is wanted now
 * @param {(words: string | Node) => void} fail
 */
export function savingsPart(host, wanted, ask, fail, lead = said("lead")) {
  const places = new Map(TIERS.map((tier) => [tier, { head: element("div"), items: element("div"), sliders: element("div", { className: "shares" }) }]));
  const heads = element("div", { className: "tiers" });
  host.replaceChildren(
    element("p", {}, lead),
    heads,
    ...TIERS.map((tier) => {
      const { head, items, sliders } = /** @type {any} */ (places.get(tier));
      return element("section", { className: "tier", id: `tier-${tier}` }, head, sliders, items);
    }),
  );
  let timer = 0;

  function changed() {
    clearTimeout(timer);
    timer = window.setTimeout(async () => {
      host.setAttribute("aria-busy", "true");
      try {
        const found = await ask();
        if (found) show(found, false);
      } catch (error) {
        fail(english(/** @type {Error} */ (error).message));
      }
      host.removeAttribute("aria-busy");
    }, 120);
  }

  /** @param {Record<string, any>} tiers @param {boolean} [anew] whether the sliders are those of another bill */
  function show(tiers, anew = true) {
    heads.replaceChildren(...TIERS.filter((tier) => tiers[tier]).map((tier) => summaryCard(tier, tiers[tier])));
    for (const tier of TIERS) {
      const place = /** @type {any} */ (places.get(tier));
      const found = tiers[tier];
      place.items.parentElement.hidden = !found;
      if (!found) continue;
      place.head.replaceChildren(element("h3", {}, element("span", { className: "tier-letter" }, tier), " ", said(`title.${tier}`)), element("p", { className: "muted" }, said(`about.${tier}`)));
      if (anew || !place.sliders.childElementCount) place.sliders.replaceChildren(...controls(tier, found));
      place.items.replaceChildren(...itemsOf(found));
    }
  }

  /** The sliders of the shares that the items of a tier wait for. @param {string} tier @param {any} found */
  function controls(tier, found) {
    const ids = [...new Set(found.items.map((/** @type {any} */ i) => i.share_id).filter(Boolean))];
    const made = ids.map((id) => slider(/** @type {string} */ (id)));
    return tier === "C" && "delta" in wanted && (ids.length || found.not_comparable.length) ? [...made, deltaField()] : made;
  }

  /** @param {string} id */
  function slider(id) {
    const input = element("input", { type: "range", min: "0", max: "100", step: "5", name: `share-${id}`, value: String(Number(wanted.shares[id] ?? 0) * 100) });
    const shown = element("output", {}, percent(wanted.shares[id] ?? "0"));
    input.addEventListener("input", () => {
      wanted.shares[id] = String(Number(input.value) / 100);
      shown.textContent = percent(wanted.shares[id]);
      changed();
    });
    return element("label", {}, element("span", {}, said(`share.${id}`)), input, shown);
  }

  function deltaField() {
    const input = element("input", { type: "number", min: "0", max: "100", step: "0.5", name: "delta", value: wanted.delta || "2" });
    input.addEventListener("input", () => {
      wanted.delta = input.value;
      if (input.value && input.validity.valid) changed();
    });
    return element("label", { className: "delta" }, element("span", {}, said("delta")), input);
  }

  return { show };
}

/** A tier at a glance. @param {string} tier @param {any} found */
function summaryCard(tier, found) {
  const claimed = Number(found.claimed_usd) > 0;
  const none = Number(found.up_to_usd) === 0;
  const card = element("a", { href: `#tier-${tier}`, className: none ? "tier-card is-none" : "tier-card" },
    element("span", {}, element("b", { className: "tier-letter" }, tier), " ", said(`title.${tier}`)),
    element("strong", {}, none ? said("none") : claimed ? sum(found.claimed_usd) : said("up_to", { usd: sum(found.up_to_usd) })),
    element("small", {}, none ? "" : claimed ? said("claimed_of", { usd: sum(found.up_to_usd) }) : said("nothing_claimed")));
  return card;
}

/** @param {any} found @returns {Node[]} */
function itemsOf(found) {
  const minor = found.minor_items ? [element("p", { className: "muted" }, said("minor", { n: found.minor_items }))] : [];
  if (!found.items.length) return [element("p", { className: "muted" }, said("no_items")), ...minor, ...silentOf(found)];
  return [element("ol", { className: "items" }, ...found.items.map(itemOf)), ...minor, ...silentOf(found)];
}

/** @param {any} item */
function itemOf(item) {
  const claimed = Number(item.claimed_usd) > 0;
  const from = `${nameOr(item.provider)} · ${item.sku || nameOr(item.model)}`;
  const to = `${item.to.provider} · ${item.to.sku || item.to.model}`;
  const amount = claimed ? sum(item.claimed_usd) : said("up_to", { usd: range(item.low_usd, item.high_usd) });
  const facts = [
    ["basis", [money(item.basis_usd), `, ${said("item_lines", { n: item.lines })}${item.days[0] ? `, ${text("invoice.script.days", { first: item.days[0], last: item.days[1] })}` : ""}`]],
    ["formula", [element("code", {}, english(item.formula))]],
    ["assumption", [english(item.assumption)]],
    ["changes", [english(item.changes)]],
    ["verify", [english(item.verify)]],
    ["evidence", item.evidence.flatMap((/** @type {string} */ e, /** @type {number} */ n) => [...(n ? [element("br")] : []), element("code", {}, e)])],
    ...Object.entries(item.facts).filter(([name]) => name !== TOLD).map(([name, value]) => [name, [english(String(value))]]),
  ];
  const known = ["basis", "formula", "assumption", "changes", "verify", "evidence"];
  const list = element("dl", {}, ...facts.flatMap(([name, value]) => [
    element("dt", {}, known.includes(String(name)) ? said(String(name)) : english(String(name).replaceAll("_", " "))),
    element("dd", {}, .../** @type {(string | Node)[]} */ (value)),
  ]));
  const grade = element("span", { className: `grade grade-${item.grade.toLowerCase()}`, title: said(`grade.${item.grade}`) }, item.grade);
  const head = element("summary", {},
    element("span", { className: "item-what" }, element("b", {}, word("action", item.id)), " ", element("span", {}, from === to ? from : `${from} → ${to}`)),
    element("span", { className: "item-amount" }, element("b", {}, amount), " ", element("small", {}, claimed ? said("of_up_to", { usd: range(item.low_usd, item.high_usd) }) : said("of_basis", { usd: sum(item.basis_usd) }))),
    grade);
  return element("li", {}, element("details", { className: "item" }, head, list));
}

/** Products that could not be compared, and why. @param {any} found @returns {Node[]} */
function silentOf(found) {
  const all = found.not_comparable;
  if (!all.length) return [];
  const rows = all.slice(0, SILENT).map((/** @type {any} */ s) => element("li", {}, ...parts("invoice.script.savings.silent", { name: `${nameOr(s.provider)} · ${nameOr(s.model)}`, usd: money(s.usd), reason: english(s.reason) })));
  const rest = all.length > SILENT ? [element("li", {}, said("more_silent", { n: all.length - SILENT }))] : [];
  return [element("details", { className: "more" }, element("summary", {}, said("not_comparable", { n: all.length })), element("ul", {}, ...rows, ...rest))];
}

/** Options of shares for the engine: those that are not 0. @param {Record<string, string>} shares */
export const givenShares = (shares) => Object.fromEntries(Object.entries(shares).filter(([, share]) => Number(share) > 0));


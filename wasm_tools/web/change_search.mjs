/**
 * The search of the history: day files are read from the newest back until enough is found. Only what is asked for is
 * fetched; what matches is said in the words of the page (`change-data`).
 *
 * @typedef {Record<string, string>} Change a row of a day's file by column
 * @typedef {{provider: string, model: string, kind: string}} Asked
 * @typedef {{days: string[], path: string, news: string[], pages: {models: string[], providers: string[]}, kinds: Record<string, string>,
 *   providers: Record<string, string>, meters: Record<string, [string, string]>}} Settings
 */
import { count, unitPrice } from "./figures.mjs";
import { element } from "./panel.mjs";

const AT_ONCE = 100; // rows

/**
 * The test of a question: the provider by id or part of its name, the model by any part of its ids.
 * @param {Asked} asked @param {Settings} settings @returns {(change: Change) => boolean}
 */
export function matches({ provider, model, kind }, { news, providers }) {
  const [seller, ...words] = [provider, ...model.split(/\s+/)].map((text) => text.trim().toLowerCase());
  const whole = Object.keys(providers).filter((id) => [id, providers[id].toLowerCase()].includes(seller));
  const sellers = new Set(whole.length ? whole : Object.keys(providers).filter((id) => `${id} ${providers[id]}`.toLowerCase().includes(seller)));
  const kinds = kind === "*" ? null : kind ? [kind] : news;
  return (change) =>
    (!kinds || kinds.includes(change.kind)) &&
    (!seller || sellers.has(change.provider)) &&
    words.every((word) => `${change.sku} ${change.model} ${change.gpu}`.toLowerCase().includes(word));
}

/** Rows of a day's file as records. @param {{columns: string[], rows: string[][]}} file @returns {Change[]} */
export function changesOf({ columns, rows }) {
  return rows.map((row) => Object.fromEntries(columns.map((name, place) => [name, row[place] ?? ""])));
}

/** @param {HTMLFormElement} form @param {Settings} settings */
function searchOnPage(form, settings) {
  const root = new URL("../../../", import.meta.url).href;
  const said = /** @type {HTMLElement} */ (document.querySelector("[data-found]"));
  const box = /** @type {HTMLElement} */ (document.querySelector("[data-results]"));
  /** @type {Map<string, Promise<Change[]>>} */
  const files = new Map();
  let turn = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Changes that were found");
  box.tabIndex = 0;

  /** @param {string} day */
  function file(day) {
    if (!files.has(day)) {
      const read = fetch(`${root}${settings.path}${day}.json`).then(async (answer) => {
        if (!answer.ok) throw new Error(`this site answered ${answer.status}`);
        return changesOf(await answer.json());
      });
      read.catch(() => files.delete(day));
      files.set(day, read);
    }
    return /** @type {Promise<Change[]>} */ (files.get(day));
  }

  async function find() {
    const mine = (turn += 1);
    const fits = matches(/** @type {Asked} */ (Object.fromEntries(new FormData(form))), settings);
    /** @type {Change[]} */
    const found = [];
    let last = "";
    try {
      for (const day of settings.days) {
        said.textContent = `Reading ${day} …`;
        const changes = await file(day);
        if (mine !== turn) return; // asked anew
        found.push(...changes.filter(fits));
        last = day;
        if (found.length >= AT_ONCE) break;
      }
    } catch (error) {
      said.textContent = `The changes could not be loaded (${/** @type {Error} */ (error).message}). Try again.`;
      return;
    }
    const some = found.length > AT_ONCE || last !== settings.days[settings.days.length - 1];
    said.textContent = found.length
      ? `${some ? `The newest ${count(Math.min(found.length, AT_ONCE))} changes` : count(found.length)} that match, from ${last} on.`
      : "No recorded change matches.";
    box.hidden = !found.length;
    box.replaceChildren(table(found.slice(0, AT_ONCE)));
    box.scrollTop = 0;
  }

  /** @param {Change[]} changes */
  function table(changes) {
    const heads = ["Day", "Provider", "Model", "Price", "Change"].map((word) => element("th", { scope: "col" }, word));
    heads[4].className = "n";
    return element("table", { className: "t" }, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...changes.map(row)));
  }

  /** @param {Change} change */
  function row(change) {
    const { date, provider, sku, model, gpu, meter, region, currency, old, new: now, percent, kind } = change;
    const name = settings.providers[provider] ?? provider;
    const seller = settings.pages.providers.includes(provider) ? link(`providers/${provider}/`, name) : name;
    const thing = settings.pages.models.includes(model) ? link(`models/${model}/`, model) : gpu ? link(`gpus/${gpu}/`, gpu) : "";
    const [what, unit] = settings.meters[meter] ?? [meter, "unit"];
    const price = (/** @type {string} */ text) => (currency === "USD" ? unitPrice(text) : `${text} ${currency}`);
    const parts = [`${what}${region === "global" ? "" : `, ${region}`} `, old && price(old), old && now && " → "].filter(Boolean);
    const cell = element("td", { className: "what" }, ...parts, ...(now ? [element("b", {}, price(now))] : []), " ", element("small", {}, `/${unit}`));
    const share = Number(percent);
    const happened = percent && share ? element("b", { className: share < 0 ? "down" : "up", title: settings.kinds[kind] }, percentWords(share)) : settings.kinds[kind];
    return element(
      "tr", {},
      element("td", { className: "date" }, link(`history/${date}/`, date)), element("td", { className: "seller" }, seller),
      element("th", { scope: "row" }, thing, thing && " ", element("span", { className: "id" }, sku)), cell, element("td", { className: "n" }, happened),
    );
  }

  /** @param {string} path @param {string} words */
  const link = (path, words) => element("a", { href: root + path }, words);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void find();
  });
  const known = Object.values(settings.providers).map((name) => element("option", { value: name }));
  form.addEventListener("focusin", () => form.querySelector("datalist")?.append(...known), { once: true });
  /** @type {HTMLFieldSetElement} */ (form.firstElementChild).disabled = false;
}

/** A change in per cent with its sign: one decimal below 10 %, whole ones above. @param {number} share */
function percentWords(share) {
  const size = Math.abs(share);
  return `${share < 0 ? "−" : "+"}${size < 10 ? size.toFixed(1) : count(Math.round(size))} %`;
}

if (typeof document !== "undefined") {
  const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-changes]"));
  if (form) searchOnPage(form, JSON.parse(document.getElementById("change-data")?.textContent ?? "{}"));
}

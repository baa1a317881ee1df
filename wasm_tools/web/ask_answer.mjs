/**
 * The answer below a specification: ranked plans as the planner shows them, each with the id of its offer; offers of the
 * catalogue; or offers of another workload by what a month costs.
 *
 * @typedef {import("./ask_state.mjs").State} State
 */
import { money, seconds, unitPrice } from "./figures.mjs";
import { unpackedText } from "./loading.mjs";
import { element, scrolled } from "./panel.mjs";
import { pointedPlans, shownPlans } from "./plan_answers.mjs";
import { planLine, planList } from "./plan_list.mjs";
import { answerCards, nearParagraphs } from "./plan_table.mjs";
import { timesWords } from "./plan_words.mjs";
import { fieldsOfRecord } from "./planner_values.mjs";
import { english, longDate, text } from "./texts.mjs";

/** How an offer of a rental calls its terms, by kind of plan: as `wasm_tools.ask.catalogue_answers`. */
const TERMS = /** @type {Record<string, string>} */ ({ rented: "on_demand", "reserved-1y": "1y", "reserved-3y": "3y", "reserved-3m": "3m", "reserved-6m": "6m" });

/** @param {State} state @param {HTMLElement} section */
export function askAnswer(state, section) {
  const { settings } = state;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const table = /** @type {HTMLTableElement} */ (byId("plans"));
  const link = /** @type {HTMLAnchorElement} */ (byId("in-planner"));
  /** @type {Record<string, string>} grade by price */
  const grades = {};
  const words = { ...settings.words, root: settings.root, grade, manifest: () => ({ path: "", reason: "" }), files: cited };
  const list = planList(table.tBodies[0], words);
  const graded = loadGrades();
  /** @type {any} */
  let drawn = null;

  state.onChange(async () => {
    const { answer, record } = state;
    section.setAttribute("aria-busy", String(state.busy));
    section.hidden = answer.kind === "none";
    if (!record || record === drawn) return;
    drawn = record;
    byId("plan-answer").hidden = answer.kind !== "plan";
    byId("variants").replaceChildren();
    byId("offers").replaceChildren();
    byId("answer-status").textContent = "";
    if (answer.kind === "plan") {
      await graded;
      if (drawn === record) showPlans(record, answer);
    } else if (answer.kind === "offers") byId("offers").replaceChildren(...offers(record));
    else if (answer.kind === "usage") byId("offers").replaceChildren(...usage(record, answer.ranking));
  });

  /** @param {any} record @param {Extract<import("./ask_state.mjs").Found, {kind: "plan"}>} answer */
  function showPlans(record, { ranking, variants }) {
    const plans = shownPlans(ranking, settings.shown, settings.recommendable);
    const pointed = pointedPlans(ranking, settings.recommendable);
    const cards = answerCards(ranking, settings.recommendable, words);
    const first = cards.length - pointed.length; // a card that says why nothing is recommended stands before the plans
    pointed.forEach(({ plan }, n) => offerId(plan) && cards[first + n].append(cited(plan)));
    byId("answers").replaceChildren(...cards);
    byId("answer-status").textContent = text("planner.script.shown", { shown: plans.length, possible: ranking.possible, date: ranking.as_of, how: text("ask.script.as_asked") });
    /** @type {HTMLElement} */ (table.caption).textContent = text("plan.caption", { title: text("planner.script.caption"), percentile: String(ranking.percentile) });
    link.href = plannerAddress(record.form);
    list.draw(plans, 0, plans.length);
    list.end(plans.length, "engine");
    /** @type {HTMLElement} */ (table.parentElement).hidden = !plans.length;
    byId("near").replaceChildren(...nearParagraphs(ranking, words));
    if (variants.length) byId("variants").replaceChildren(sideBySide([{ label: text("ask.script.as_asked"), form: record.form, ranking }, ...variants]));
  }

  /** The forms of a comparison with the cheapest plan of each. @param {{label: string, form: any, ranking: any}[]} all */
  function sideBySide(all) {
    const rows = all.map(({ label, form, ranking }) => {
      const best = ranking && pointedPlans(ranking, settings.recommendable)[0];
      const where = element("a", { href: plannerAddress(form) }, text("ask.script.in_planner"));
      const plan = best ? planLine(best.plan, words) : [text("ask.script.none_meets")];
      const month = best ? money(best.plan.usd_per_month) : "—";
      const whole = best && best.plan.e2e_ms !== null ? `${seconds(best.plan.e2e_ms)} s` : "—";
      return element("tr", {}, element("th", { scope: "row" }, english(label)), cell("n key", month), cell("", ...plan), cell("n", best && best.plan.ttft_ms !== null ? timesWords(best.plan) : whole), cell("", where));
    });
    const head = headOf(["", ["n", text("ask.script.month")], text("ask.script.plan"), ["n", text("parts.latency")], ""]);
    return scrolled(element("table", { className: "t" }, element("caption", {}, text("ask.script.variants")), head, element("tbody", {}, ...rows)), text("ask.script.variants"));
  }

  /** @param {any} form */
  function plannerAddress(form) {
    const fields = Object.entries(fieldsOfRecord(settings.fields, form)).filter(([, value]) => value !== "");
    return `../planner/?${new URLSearchParams(fields)}`;
  }

  /** The offer that a plan is priced by. @param {any} plan */
  function cited(plan) {
    return offerId(plan) ? element("p", { className: "ask-cited" }, `${text("ask.script.offer")}: `, element("code", {}, offerId(plan))) : null;
  }

  /** @param {any} plan */
  function offerId(plan) {
    if (plan.kind in words.own) return "";
    const terms = plan.kind === "api" ? [] : [TERMS[plan.kind] ?? plan.kind];
    return [plan.kind === "api" ? "offer" : "rental", plan.provider, plan.sku, plan.region, ...terms].join("|");
  }

  /** Offers of the catalogue as a table; where there are none, the sentence that says why. @param {any} record */
  function offers(record) {
    const { rows, possible, held_back: held } = record;
    if (!rows.length) return [element("p", { className: "ask-sentence" }, english(record.answer))];
    const caption = text("parts.as_of", { what: text("ask.script.offers", { n: rows.length }), date: longDate(record.as_of) });
    const tokens = rows.some((/** @type {any} */ row) => row.input !== undefined);
    const sides = tokens ? [["n", text("ask.script.input")], ["n", text("ask.script.output")]] : [];
    const head = headOf(["#", text("ask.script.what"), text("ask.script.seller"), text("ask.script.region"), ["n", `$ ${rows[0].unit.replace("USD ", "")}`], ...sides, text("ask.script.seen_by"), ["n", text("ask.script.days")], text("ask.script.offer")]);
    const lines = rows.map((/** @type {any} */ row, /** @type {number} */ n) => {
      const both = tokens ? [cell("n", row.input === undefined ? "—" : unitPrice(row.input)), cell("n", row.output === undefined ? "—" : unitPrice(row.output))] : [];
      return element("tr", {}, cell("n", String(n + 1)), element("th", { scope: "row" }, whatWords(row)), cell("", named("providers", row.provider, row.provider_name)), cell("", row.region), cell("n key", unitPrice(row.price)), ...both, cell("", sources(row.evidence)), cell("n", String(row.age_days)), element("td", {}, element("code", { className: "id" }, row.offer)));
    });
    const table = scrolled(element("table", { className: "t" }, element("caption", {}, caption), head, element("tbody", {}, ...lines)), caption);
    const more = possible - rows.length;
    const rest = [more > 0 ? text("ask.script.more_offers", { n: more }) : "", held ? text("ask.script.held_back", { n: held }) : ""].filter(Boolean);
    const explorer = element("a", { href: `${words.root}explore/` }, rest.join(" "));
    return [table, ...(rest.length ? [element("p", { className: "muted" }, explorer)] : [])];
  }

  /** @param {any} row */
  function whatWords(row) {
    if (row.model) return named("models", row.model, row.model_name || row.model);
    const gpu = named("gpus", row.gpu, words.gpus[row.gpu] ?? row.gpu);
    return element("span", {}, `${row.count} × `, gpu, `, ${words.kinds[row.kind] ?? row.kind}`);
  }

  /** A name with its page, where it has one. @param {"models" | "providers" | "gpus"} kind @param {string} id @param {string} name */
  function named(kind, id, name) {
    return id in words[kind] ? element("a", { href: `${words.root}${kind}/${id}/` }, name) : name;
  }

  /** Offers of a workload by the cost of a month. @param {any} record @param {any} ranking */
  function usage(record, ranking) {
    const id = record.usage.workload;
    const title = settings.choices.task.find((/** @type {any} */ one) => one.id === id)?.title ?? id;
    const page = element("p", {}, element("a", { href: `${words.root}workloads/${id}/` }, text("ask.script.usage_page")));
    if (!ranking) return [element("p", {}, text("ask.script.no_data")), page];
    const { amount, unit } = ranking.usage;
    const caption = `${text("ask.script.usage_title", { workload: title })}, ${text("ask.script.usage_for", { amount: Number(amount).toLocaleString(document.documentElement.lang), unit: unit.replaceAll("_", " ") })}; ${text("ask.script.as_of", { date: longDate(ranking.as_of) })}`;
    const head = headOf(["#", text("ask.script.what"), text("ask.script.seller"), ["n", text("ask.script.month")], ["n", `$ / ${ranking.per}`], text("parts.grade"), text("ask.script.seen_by"), text("ask.script.offer")]);
    const lines = ranking.offers.map((/** @type {any} */ offer) => element("tr", {},
      cell("n", String(offer.rank)), element("th", { scope: "row" }, offer.model ? named("models", offer.model, words.models[offer.model] ?? offer.model) : offer.sku), cell("", named("providers", offer.provider, words.providers[offer.provider] ?? offer.provider)), cell("n key", money(offer.usd_per_month)), cell("n", unitPrice(offer.unit_price_usd)), cell("", offer.grade), cell("", offer.sources.replaceAll(" ", ", ")), element("td", {}, element("code", { className: "id" }, ["offer", offer.provider, offer.sku, offer.region].join("|")))));
    return [scrolled(element("table", { className: "t" }, element("caption", {}, caption), head, element("tbody", {}, ...lines)), caption), page];
  }

  async function loadGrades() {
    try {
      const letters = JSON.parse(await unpackedText(await fetch(new URL(settings.files.grades, document.baseURI))));
      for (const [letter, keys] of Object.entries(letters)) for (const key of /** @type {string[]} */ (keys)) grades[key] = letter;
    } catch {
      // Without the file the column stays empty; prices and times do not depend on it.
    }
  }

  /** The grade of a plan's price: its id without the configuration names the price. @param {any} plan */
  function grade(plan) {
    if (plan.kind in words.own) return settings.own_grade;
    return grades[[plan.kind, plan.provider, plan.sku, plan.region].join(":")] ?? "";
  }
}

/** The sources of a price, without what each of them said. @param {string} evidence */
const sources = (evidence) => evidence.split(" ").filter(Boolean).map((one) => one.split("=")[0]).join(", ");

/** @param {string} className @param {(string | Node)[]} say */
const cell = (className, ...say) => element("td", { className }, ...say);

/** @param {any[]} titles */
function headOf(titles) {
  const cells = titles.map((title) => {
    const [className, said] = Array.isArray(title) ? title : ["", title];
    return element("th", { scope: "col", className }, said);
  });
  return element("thead", {}, element("tr", {}, ...cells));
}

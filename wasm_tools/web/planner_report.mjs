/**
 * The panel of the report: one plan of the answer on a page, as Markdown, HTML or paper, and the ranked list as a file.
 *
 * @typedef {import("./planner_state.mjs").State} State
 */
import { csvText, saveText } from "./csv_text.mjs";
import { DASH, money } from "./figures.mjs";
import { unpackedText } from "./loading.mjs";
import { element } from "./panel.mjs";
import { nameWords } from "./plan_words.mjs";
import { printReport, reportElements } from "./report_view.mjs";
import { english, text } from "./texts.mjs";

const FORMS = /** @type {Record<string, [string, string]>} */ ({ markdown: ["md", "text/markdown"], html: ["html", "text/html"] });

/** @param {State} state @param {HTMLElement} host a <details> */
export function reportPanel(state, host) {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (host.querySelector(selector));
  const panel = /** @type {HTMLDetailsElement} */ (host);
  const choice = /** @type {HTMLSelectElement} */ (find("[data-plan]"));
  const said = find("[data-said]");
  const shown = find("[data-report]");
  const words = { ...state.settings.words, root: state.settings.root };
  /** @type {Promise<{facts: unknown, grades: unknown}> | null} */
  let facts = null;
  /** @type {any} the report that is shown */
  let made = null;
  /** @type {unknown} the answer and the plan that it is about */
  let asked = null;
  let turn = 0;
  /** @type {any} the answer whose plans can be chosen */
  let offered = null;

  panel.addEventListener("toggle", () => void opened());
  choice.addEventListener("change", () => void show());
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (host.querySelectorAll("[data-save]"))) {
    const form = /** @type {string} */ (button.dataset.save);
    const [end, type] = FORMS[form];
    button.addEventListener("click", () => made && saveText(`${made.file}.${end}`, made[form], type));
  }
  find("[data-print]").addEventListener("click", () => made && printReport(shown));
  find('[data-list="csv"]').addEventListener("click", () => saveText(`${listName()}.csv`, csvText(...listRows(state.ranking.plans))));
  find('[data-list="json"]').addEventListener("click", () =>
    saveText(`${listName()}.json`, `${JSON.stringify({ form: state.record, ...state.ranking }, null, 1)}\n`, "application/json"),
  );
  state.onAnswer(() => void opened());

  /** A closed panel has nothing to do. */
  async function opened() {
    if (!panel.open || !state.ranking) return;
    if (offered !== state.ranking) offer();
    await show();
  }

  const listName = () => `atlas-plans-${state.ranking.as_of}`;

  /** The plans that a report can be about; the chosen one stays while it is there. */
  function offer() {
    offered = state.ranking;
    const { plans, recommended } = offered;
    const before = choice.value;
    const option = (/** @type {any} */ plan) =>
      element("option", { value: plan.id }, text("scenarios.script.plan_option", { rank: plan.rank, name: nameWords(plan, words), cost: money(plan.usd_per_month) }));
    const first = element("option", { value: "" }, text("scenarios.script.recommended"));
    choice.replaceChildren(...(recommended ? [first] : [element("option", { value: "" }, DASH)]), ...plans.map(option));
    choice.value = plans.some((/** @type {any} */ { id }) => id === before) ? before : "";
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (host.querySelectorAll("[data-list]"))) button.disabled = false;
  }

  /** Make the report when the panel is open and its question has changed. */
  async function show() {
    if (state.source !== "engine") return say(text("scenarios.script.wait"));
    const key = JSON.stringify([state.record, choice.value, subject()]);
    if (key === asked && made) return;
    asked = key;
    const mine = ++turn;
    ready(null);
    say(text("scenarios.script.making"));
    try {
      const params = { form: state.record, plan: choice.value, ...subject(), ...(await loaded()) };
      const found = await state.call("report", params);
      if (mine !== turn) return;
      ready(found);
      shown.replaceChildren(...reportElements(found.report));
      say(text("scenarios.script.number", { id: found.id }));
    } catch (error) {
      if (mine !== turn) return;
      asked = null;
      say(english(/** @type {Error} */ (error).message));
    }
  }

  /** Name and note of the scenario that is open; none while the page asks something else. */
  function subject() {
    const { name = "", note = "" } = state.scenario ?? {};
    return { name, note };
  }

  /** @param {any} found */
  function ready(found) {
    made = found;
    shown.hidden = !found;
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (host.querySelectorAll("[data-save], [data-print]"))) button.disabled = !found;
  }

  /** @param {string | Node} sentence */
  function say(sentence) {
    said.replaceChildren(sentence);
  }

  /** Names, sources and grades, loaded when the first report is made. */
  async function loaded() {
    facts ??= Promise.all([state.settings.facts, state.settings.grades].map(json)).then(([names, grades]) => ({ facts: names, grades }));
    return facts.catch((error) => {
      facts = null; // the next one tries again
      throw new Error(text("scenarios.script.no_facts", { reason: /** @type {Error} */ (error).message }));
    });
  }
}

/** @param {string} address */
async function json(address) {
  const response = await fetch(new URL(address, document.baseURI));
  if (!response.ok) throw new Error(text("planner.script.answered", { status: String(response.status) }));
  return JSON.parse(await unpackedText(response));
}

/** The ranked list as rows, those of `atlas plan --csv`. @param {any[]} plans @returns {[string[], (string | number | null)[][]]} */
function listRows(plans) {
  const columns = plans.length ? Object.keys(plans[0]) : ["rank", "id"];
  return [columns, plans.map((plan) => columns.map((column) => cell(plan[column])))];
}

/** @param {any} value */
function cell(value) {
  if (Array.isArray(value)) return value.map((part) => (typeof part === "object" ? Object.values(part).join(" ") : part)).join("; ");
  if (value && typeof value === "object") return Object.entries(value).map(([name, part]) => `${name} ${part}`).join("; ");
  return value ?? "";
}

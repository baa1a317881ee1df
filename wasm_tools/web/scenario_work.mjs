/**
 * What the engine works out of the chosen scenarios: side by side, or together with their sums.
 *
 * @typedef {import("./scenario_store.mjs").Scenario} Scenario
 * @typedef {(sentence?: string | (string | Node)[]) => void} Say
 */
import { csvText, saveText } from "./csv_text.mjs";
import { element } from "./panel.mjs";
import { MOST } from "./scenario_store.mjs";
import { batchRows, batchTables, comparisonRows, comparisonTables } from "./scenario_tables.mjs";
import { english, parts, text } from "./texts.mjs";

const COMPARED = [2, 6];

/**
 * @param {import("./planner_state.mjs").State} state @param {HTMLElement} host @param {() => Scenario[]} picked the chosen ones
 * @param {Say} say
 */
export function scenarioWork(state, host, picked, say) {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (host.querySelector(selector));
  const budget = /** @type {HTMLInputElement} */ (find("[data-budget]"));
  const result = find("[data-result]");
  const words = { ...state.settings.words, root: state.settings.root };
  let turn = 0;
  find("[data-compare]").addEventListener("click", () => {
    const scenarios = picked();
    if (scenarios.length < COMPARED[0] || scenarios.length > COMPARED[1]) say(text("scenarios.script.choose_two"));
    else void work("compare", { scenarios }, (made) => [comparisonTables(made, words, labelOf), comparisonRows(made)]);
  });
  find("[data-together]").addEventListener("click", () => {
    const scenarios = picked();
    const shared = budget.value.trim() === "" && !budget.validity.badInput ? null : Number(budget.value);
    const wrong = shared !== null && !(shared > 0);
    budget.setAttribute("aria-invalid", String(wrong));
    if (!scenarios.length || scenarios.length > MOST) say(text("scenarios.script.choose_one"));
    else if (wrong) say(text("scenarios.script.bad_budget"));
    else void work("batch", { scenarios, budget: shared }, (made) => [batchTables(made, words), batchRows(made)]);
  });

  /**
   * @param {"compare" | "batch"} method @param {Record<string, unknown>} params
   * @param {(made: any) => [HTMLElement[], [string[], (string | number | null)[][]]]} shownAs tables to read, rows to save
   */
  async function work(method, params, shownAs) {
    const mine = ++turn;
    say(text("scenarios.script.waiting"));
    const onReport = (/** @type {{done: number, total: number}} */ { done, total }) => {
      if (mine === turn) say(text("scenarios.script.working", { done, total }));
    };
    try {
      const made = await state.call(method, { ...params, build: state.settings.build }, { onReport });
      if (mine !== turn) return;
      const [tables, rows] = shownAs(made);
      const title = element("h3", { tabIndex: -1 }, text(`scenarios.script.${method}`));
      const csv = element("button", { type: "button" }, text("scenarios.script.save_table"));
      csv.addEventListener("click", () => saveText(`scenarios-${method}.csv`, csvText(...rows)));
      result.replaceChildren(title, ...tables, element("p", { className: "toolbar" }, csv));
      result.hidden = false;
      say();
      title.focus();
    } catch (error) {
      if (mine === turn) say(failureParts(error));
    }
  }
}

/** Why something could not be worked out, in parts. @param {unknown} error */
export function failureParts(error) {
  return parts("scenarios.script.failed", { reason: english(/** @type {Error} */ (error).message) });
}

/** What the form calls a field. @param {string} field */
function labelOf(field) {
  const control = /** @type {HTMLInputElement | null} */ (document.querySelector(`#planner-form [name="${field}"]`));
  return control?.labels?.[0]?.firstChild?.textContent?.trim() || field;
}

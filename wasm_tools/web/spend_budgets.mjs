/**
 * Budgets: how far each is used, where its month or project leads, and the form that changes them. They are kept in
 * memory; only spend_settings.mjs stores them, when the reader says so.
 *
 * @typedef {{name: string, amount: string, per: "month" | "project", group: string, start: string, end: string, warn_at: string}} Budget
 */
import { percent, range, sum } from "./invoice_figures.mjs";
import { element } from "./panel.mjs";
import { english, text } from "./texts.mjs";

const MOST = 20;
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.budgets.${key}`, values);
/** @returns {Budget} */
const blank = () => ({ name: "", amount: "", per: "month", group: "", start: "", end: "", warn_at: "80" });

/**
 * @param {HTMLElement} host @param {() => Budget[]} budgets @param {(next: Budget[]) => Promise<void>} change rejects with what is wrong with one of them
 */
export function budgetsPart(host, budgets, change) {
  /** @type {any} */
  let record = null;
  let edited = -1; // the budget in the form; -1 is a new one
  const list = element("div", { className: "budget-list" });
  const form = element("form", { className: "budget-form" });
  const box = element("details", { className: "more" }, element("summary", {}, said("add")), form);
  const wrong = element("p", { className: "is-bad" });
  wrong.setAttribute("role", "alert");
  host.replaceChildren(list, box, wrong);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    const made = /** @type {Budget} */ ({ ...blank(), ...fields });
    if (made.per === "month") Object.assign(made, { start: "", end: "" });
    made.name ||= made.group || said("all");
    const next = [...budgets()];
    if (edited >= 0) next[edited] = made;
    else next.push(made);
    wrong.replaceChildren();
    try {
      await change(next.slice(0, MOST));
      edited = -1;
      box.open = false;
    } catch (error) {
      wrong.replaceChildren(english(/** @type {Error} */ (error).message));
    }
  });
  box.addEventListener("toggle", () => {
    if (box.open) return;
    edited = -1;
    fill(blank());
  });
  form.addEventListener("change", () => form.toggleAttribute("data-project", /** @type {HTMLSelectElement} */ (form.elements.namedItem("per")).value === "project"));

  function draw() {
    const told = record.budgets;
    list.replaceChildren(...(told.length ? told.map(row) : [element("p", { className: "muted" }, said("none"))]));
    if (!box.open) fill(blank());
    wrong.replaceChildren();
  }

  /** @param {any} standing @param {number} at */
  function row(standing, at) {
    const { status, projected } = standing;
    const state = status === "ok" && projected === "over" ? "over" : status;
    const used = Number(standing.used ?? 0);
    const bar = element("div", { className: "budget-bar" }, piece("is-used", 0, used), ...ahead(standing, used), piece("limit", Number(standing.warn_at) / 100, Number(standing.warn_at) / 100));
    bar.setAttribute("aria-hidden", "true");
    const ends = standing.estimate_usd !== null
      ? said("expected", { usd: sum(standing.estimate_usd), range: range(standing.low_usd, standing.high_usd), to: standing.to })
      : said(standing.reason === "the budget names no end" ? "no_end" : "no_estimate");
    const edit = element("button", { type: "button", className: "plain" }, said("edit"));
    edit.addEventListener("click", () => {
      edited = at;
      fill(budgets()[at]);
      box.open = true;
      /** @type {HTMLElement} */ (form.elements.namedItem("amount")).focus();
    });
    const drop = element("button", { type: "button", className: "plain" }, said("remove"));
    drop.addEventListener("click", () => void change(budgets().filter((_, n) => n !== at)));
    for (const button of [edit, drop]) button.setAttribute("aria-label", `${button.textContent}: ${standing.name}`);
    const made = element("article", { className: `budget is-${state}` },
      element("p", { className: "budget-head" }, element("b", {}, standing.name), " ", element("span", { className: `chip chip-${CHIPS[state]}` }, said(`state.${state}`)),
        element("span", { className: "budget-sum" }, sum(standing.actual_usd), " ", element("small", {}, said("of", { usd: sum(standing.amount_usd) })))),
      bar,
      element("p", { className: "budget-foot" }, element("small", {}, `${percent(standing.used)} · ${ends}`, standing.unpriced_calls ? ` · ${said("unpriced", { n: standing.unpriced_calls })}` : ""),
        element("span", {}, edit, " ", drop)));
    return made;
  }

  /** @param {Budget} budget */
  function fill(budget) {
    const { choices } = record;
    const groups = [
      ...choices.provider.map((/** @type {string} */ v) => `provider=${v}`),
      ...Object.entries(choices.tags).flatMap(([tag, values]) => /** @type {string[]} */ (values).map((v) => `${tag}=${v}`)),
      ...choices.model.map((/** @type {string} */ v) => `model=${v}`),
    ];
    if (budget.group && !groups.includes(budget.group)) groups.push(budget.group);
    form.toggleAttribute("data-project", budget.per === "project");
    form.replaceChildren(
      field("name", { type: "text", maxLength: 80, value: budget.name, placeholder: said("all") }),
      field("amount", { type: "number", min: "0.01", step: "any", required: true, value: budget.amount, inputMode: "decimal" }),
      select("per", [["month", said("month")], ["project", said("project")]], budget.per),
      select("group", [["", said("everything")], ...groups.map((group) => [group, group.replace("=", " = ")])], budget.group),
      field("start", { type: "date", value: budget.start }), field("end", { type: "date", value: budget.end }),
      field("warn_at", { type: "number", min: "0", max: "100", step: "1", required: true, value: budget.warn_at }),
      element("button", { type: "submit" }, said("save")));
  }

  return {
    /** @param {any} next a record */
    show(next) {
      record = next;
      draw();
    },
  };
}

const CHIPS = /** @type {Record<string, string>} */ ({ ok: "met", warning: "near", over: "near", exceeded: "gone" });

/** @param {string} className @param {number} from @param {number} to shares of the budget */
function piece(className, from, to) {
  const made = element("i", { className });
  made.style.left = `${100 * Math.min(1, from)}%`;
  made.style.width = `${100 * Math.max(0, Math.min(1, to) - Math.min(1, from))}%`;
  return made;
}

/** What is still expected, in a lighter shade. @param {any} standing @param {number} used */
function ahead({ estimate_usd: estimate, amount_usd: amount }, used) {
  return estimate === null ? [] : [piece("is-expected", used, Number(estimate) / Number(amount))];
}

/** @param {string} name @param {Record<string, unknown>} properties */
const field = (name, properties) => element("label", { className: `f-${name}` }, said(`field.${name}`), element("input", { name, autocomplete: "off", ...properties }));

/** @param {string} name @param {string[][]} values @param {string} value */
function select(name, values, value) {
  const made = element("select", { name }, ...values.map(([v, label]) => new Option(label, v)));
  made.value = value;
  return element("label", { className: `f-${name}` }, said(`field.${name}`), made);
}

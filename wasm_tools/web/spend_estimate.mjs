/** A project before its first call: calls a day and lengths of each model, and what they cost at the prices of the offers. */
import { DASH } from "./figures.mjs";
import { money, price, sum } from "./invoice_figures.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { english, text } from "./texts.mjs";

const MOST = 12; // models of a project
const FIELDS = ["provider", "model", "calls_per_day", "input_tokens", "output_tokens", "cached_tokens", "tier"];
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.estimate.${key}`, values);

/** @param {HTMLFormElement} form @param {(plan: any) => Promise<any>} ask */
export function estimatePart(form, ask) {
  const rows = /** @type {HTMLElement} */ (form.querySelector("[data-rows]"));
  const result = /** @type {HTMLElement} */ (form.querySelector("[data-result]"));
  const add = /** @type {HTMLButtonElement} */ (form.querySelector("[data-add]"));
  const first = /** @type {HTMLElement} */ (rows.firstElementChild);
  let turn = 0;
  add.addEventListener("click", () => {
    const made = /** @type {HTMLElement} */ (first.cloneNode(true));
    for (const input of made.querySelectorAll("input")) input.value = input.defaultValue;
    const drop = element("button", { type: "button", className: "plain" }, said("remove"));
    drop.addEventListener("click", () => {
      made.remove();
      add.disabled = false;
    });
    made.append(drop);
    rows.append(made);
    add.disabled = rows.children.length >= MOST;
    made.querySelector("input")?.focus();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const mine = ++turn;
    result.replaceChildren(element("p", { className: "muted" }, said("working")));
    try {
      const found = await ask(planOf(form, rows));
      if (mine === turn) result.replaceChildren(...resultPart(found));
    } catch (error) {
      if (mine === turn) result.replaceChildren(element("p", { className: "is-bad" }, english(/** @type {Error} */ (error).message)));
    }
  });
}

/** What stands in the fields, as the engine takes a plan. @param {HTMLFormElement} form @param {HTMLElement} rows */
function planOf(form, rows) {
  const entries = [...rows.children].map((row) => {
    const value = (/** @type {string} */ name) => /** @type {HTMLInputElement} */ (row.querySelector(`[name=${name}]`)).value.trim();
    return Object.fromEntries(FIELDS.map((name) => [name, value(name)]).filter(([, said]) => said));
  });
  return { days: /** @type {HTMLInputElement} */ (form.elements.namedItem("days")).value, entries };
}

/** @param {any} found @returns {Node[]} */
function resultPart(found) {
  const whole = found.per_day_usd === null
    ? element("p", {}, said("unknown"))
    : element("p", { className: "estimate-sums" }, said("sums", { day: sum(found.per_day_usd), month: sum(found.per_month_usd), n: found.days, total: sum(found.total_usd) }));
  const table = panelTable(said("caption"), ["model", "a_call", "a_day", "prices"].map((name) => said(`head.${name}`)), [1, 2]);
  table.body.append(...found.entries.map((/** @type {any} */ entry) => table.row([
    [entry.model, " ", element("small", {}, entry.provider)],
    entry.per_call_usd === null ? DASH : money(entry.per_call_usd),
    entry.per_day_usd === null ? DASH : money(entry.per_day_usd),
    entry.reason ? english(entry.reason) : entry.prices.map((/** @type {any} */ p) => `${text(`invoice.class.${p.class}`)} ${price(p.price)} / ${p.per}`).join(", "),
  ])));
  return [whole, table.box, element("p", { className: "muted" }, said("note", { date: found.as_of }))];
}

/** Where several files speak of the same: cost and usage joined, and what one says against the other. */
import { count } from "./figures.mjs";
import { figure, money, percent, price } from "./invoice_figures.mjs";
import { nameOr, word, wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { parts, text } from "./texts.mjs";

const SHOWN = 60; // rows in the page; the files have all
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.joins.${key}`, values);

/** @param {import("./invoice_work.mjs").Bill} bill @returns {Node[]} */
export function joinsPart(bill) {
  return [...(bill.join ? joined(bill.join, bill.cells.columns) : []), ...bill.reconciliations.flatMap(reconciled)];
}

/** @param {any} join @param {string[]} columns @returns {Node[]} */
function joined(join, columns) {
  const head = element("p", {}, ...parts("invoice.script.joins.joined", {
    files: join.files.join(" + "), joined: money(join.joined_usd), cost: money(join.cost_usd), share: percent(join.coverage),
  }));
  const lists = [["lines", true], ["cost_without_usage", false], ["usage_without_cost", false]];
  return [
    element("h3", {}, said("join")),
    head,
    ...lists.flatMap(([name, open]) => (join[String(name)].length ? [cellList(String(name), join[String(name)], columns, Boolean(open))] : [])),
  ];
}

/** @param {string} name @param {any[][]} rows @param {string[]} columns @param {boolean} open */
function cellList(name, rows, columns, open) {
  const of = (/** @type {any[]} */ row, /** @type {string} */ column) => row[columns.indexOf(column)];
  const table = panelTable(said(name, { n: rows.length }), ["day", "model", "class", "quantity", "amount", "paid", "list", "verdict"].map((head) => said(`head.${head}`)), [3, 4, 5, 6]);
  table.body.append(...rows.slice(0, SHOWN).map((row) => table.row([
    of(row, "day") || "—", nameOr(of(row, "model")), wordText("class", of(row, "class")),
    of(row, "quantity") === null ? "—" : `${figure(of(row, "quantity"))} ${of(row, "unit")}`,
    of(row, "usd") === null ? "—" : money(of(row, "usd"), of(row, "currency")), price(of(row, "implied_price")), price(of(row, "list_price")), word("verdict", of(row, "verdict")),
  ])));
  return folded(said(name, { n: rows.length }), table.box, rows.length, open);
}

/** @param {any} view @returns {Node[]} */
function reconciled(view) {
  const table = panelTable(said("differences"), ["day", "model", "first", "second", "difference"].map((head) => said(`head.${head}`)), [2, 3, 4]);
  table.body.append(...view.rows.slice(0, SHOWN).map((/** @type {any} */ r) =>
    table.row([r.day || "—", nameOr(r.model), money(r.bill_usd), money(r.other_usd), money(r.difference_usd)])));
  const uncovered = Number(view.uncovered_usd) ? [element("p", {}, ...parts("invoice.script.joins.uncovered", { usd: money(view.uncovered_usd) }))] : [];
  return [
    element("h3", {}, said("reconciliation", { bill: view.files[0], other: view.files[1] })),
    element("p", {}, ...parts(`invoice.script.joins.${view.valued_at_list ? "valued" : "overlap"}`, { bill: money(view.bill_usd), other: money(view.other_usd) })),
    ...uncovered,
    folded(said("rows", { n: view.rows.length }), table.box, view.rows.length, view.rows.length <= 12),
  ];
}

/** @param {string} title @param {HTMLElement} box @param {number} all @param {boolean} open */
function folded(title, box, all, open) {
  const rest = all > SHOWN ? [element("p", { className: "muted" }, said("first", { shown: SHOWN, all: count(all) }))] : [];
  return element("details", { className: "more", open }, element("summary", {}, title), box, ...rest);
}

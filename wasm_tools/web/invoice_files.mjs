/** What was read of each file: format, rows, what was left out and why; and the files that could not be read. */
import { count } from "./figures.mjs";
import { money } from "./invoice_figures.mjs";
import { days, word } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { english, text } from "./texts.mjs";

const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.files.${key}`, values);

/** @param {import("./invoice_work.mjs").Bill} bill @returns {Node[]} */
export function filesPart(bill) {
  if (!bill.files.length) return [];
  const heads = ["file", "format", "days", "rows", "analysed", "excluded", "failed", "amount"].map((name) => said(name));
  const { box, body, row } = panelTable(said("caption"), [...heads, said("more")], [3, 4, 5, 6, 7]);
  for (const file of bill.files) {
    const made = row([
      nameCell(file), formatCell(file), days(file.first_day, file.last_day), count(file.rows), count(file.analysed_rows), count(file.excluded_rows),
      failedCell(file), amounts(file.parsed), "",
    ]);
    body.append(made);
    const more = moreOf(file);
    if (!more.length) continue;
    made.cells[heads.length].append(element("details", {}, element("summary", {}, said("more"))));
    body.append(element("tr", { className: "why" }, element("td", { colSpan: heads.length + 1 }, ...more)));
  }
  box.classList.add("bill-files");
  return [box];
}

/** @param {any} file */
const nameCell = (file) => element("span", { className: "bill-name" }, file.file);

/** @param {any} file */
function formatCell(file) {
  const role = file.role === "bill" ? [] : [" ", chip("unknown", text(`invoice.role.${file.role}`))];
  const estimate = file.estimate ? [" ", chip("modelled", said("estimate"))] : [];
  return [english(file.title), ...role, ...estimate];
}

/** @param {any} file */
function failedCell(file) {
  return file.failed_rows ? element("b", { className: "is-bad" }, count(file.failed_rows)) : "0";
}

/** Amounts by currency, one below the other. @param {Record<string, string>} sums */
export function amounts(sums) {
  const found = Object.entries(sums);
  if (!found.length) return "—";
  return found.flatMap(([currency, amount], n) => [...(n ? [element("br")] : []), money(amount, currency)]);
}

/** @param {any} file @returns {Node[]} */
function moreOf(file) {
  const reasons = file.excluded.map((/** @type {any} */ one) => {
    const cost = amounts(one.cost);
    const costs = cost === "—" ? [] : [": ", ...[cost].flat()];
    const silent = one.without_cost && one.without_cost < one.entries ? [" ", said("without_cost", { n: one.without_cost })] : [];
    return element("li", {}, element("b", {}, word("exclusion", one.reason)), ", ", said("entries", { n: one.entries }), ...costs, ...silent);
  });
  const cash = Object.keys(file.cash).length ? [element("li", {}, said("cash"), " ", ...[amounts(file.cash)].flat())] : [];
  const notes = file.notes.map((/** @type {string} */ note) => element("li", {}, english(note)));
  const items = [...reasons, ...cash, ...notes];
  return items.length ? [element("ul", { className: "plain-list" }, ...items)] : [];
}

/** Files that could not be read, with the reason. @param {import("./invoice_work.mjs").Bill} bill @returns {Node[]} */
export function refusedPart(bill) {
  if (!bill.refused.length) return [];
  const asked = new Set((bill.questions ?? []).map((/** @type {any} */ q) => q.file));
  const items = bill.refused.map((/** @type {any} */ one) => {
    const answer = asked.has(one.file) ? [" ", element("a", { href: "#bill-questions" }, said("answer"))] : [];
    return element("li", {}, element("b", {}, one.file), ": ", english(one.message), ...answer);
  });
  return [element("h2", {}, said("refused", { n: bill.refused.length })), element("ul", { className: "refused" }, ...items)];
}

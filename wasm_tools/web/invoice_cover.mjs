/** The head of the report: what is in the files, what was analysed, how much of it could be held against a price. */
import { count } from "./figures.mjs";
import { money, percent } from "./invoice_figures.mjs";
import { days } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { longDate, text } from "./texts.mjs";

const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.cover.${key}`, values);

/** @param {import("./invoice_work.mjs").Bill} bill @returns {Node[]} */
export function coverPart(bill) {
  const { totals, coverage } = bill;
  const currencies = Object.keys(totals).sort((a, b) => Number(b === "USD") - Number(a === "USD"));
  const sums = currencies.map((currency) => equation(totals[currency], currency));
  if (!sums.length) sums.push(element("p", { className: "equation" }, said("no_money")));
  const facts = [
    fact(percent(coverage.share), coverage.share === null ? said("no_dollars") : said("compared"), coverage.share === null ? [] : [money(coverage.compared_usd), ` ${said("of")} `, money(coverage.analysed_usd)]),
    fact(count(coverage.lines), said("lines", { n: coverage.lines }), [said("compared_lines", { n: coverage.compared_lines })]),
    fact(count(coverage.active_days), said("active_days", { n: coverage.active_days }), [coverage.first_day ? days(coverage.first_day, coverage.last_day) : said("no_days")]),
    fact(bill.as_of, said("prices"), [said("sources", { n: Object.keys(bill.sources).length })], longDate(bill.as_of)),
  ];
  return [element("div", { className: "equations" }, ...sums), element("div", { className: "bill-facts" }, ...facts), rates(bill)].filter(Boolean);
}

/** Parsed = analysed + excluded, each with its name below it. @param {any} t @param {string} currency */
function equation(t, currency) {
  const term = (/** @type {string} */ amount, /** @type {string} */ name) =>
    element("span", { className: "term" }, element("b", {}, money(amount, currency)), " ", element("small", {}, said(name)));
  return element("p", { className: "equation" }, term(t.parsed, "in_files"), sign("="), term(t.analysed, "analysed"), sign("+"), term(t.excluded, "excluded"));
}

/** @param {string} symbol */
const sign = (symbol) => element("span", { className: "sign" }, symbol);

/** @param {string} figure @param {string} name @param {(string | Node)[]} more @param {string} [shown] */
function fact(figure, name, more, shown = figure) {
  return element("p", {}, element("b", {}, shown), " ", element("span", {}, name), " ", element("small", {}, ...more));
}

/** Rates that the reader stated. @param {any} bill */
function rates(bill) {
  const given = bill.rates ?? [];
  if (!given.length) return /** @type {any} */ (null);
  const items = given.flatMap((/** @type {any} */ rate, /** @type {number} */ n) =>
    [n ? "; " : "", money(rate.amount, rate.currency), " = ", money(rate.amount_usd), ` (1 ${rate.currency} = ${rate.usd} USD)`]);
  return element("p", { className: "muted" }, said("rates"), " ", ...items);
}

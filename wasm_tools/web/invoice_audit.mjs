/** The price audit: verdicts with their lines and dollars, what was billed above list, and names that no table knows. */
import { count } from "./figures.mjs";
import { money } from "./invoice_figures.mjs";
import { nameOr, word } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { english, parts, text } from "./texts.mjs";

const NAMES = 50; // unresolved names in the page; the files have all
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.audit.${key}`, values);

/** @param {import("./invoice_work.mjs").Bill} bill @param {(verdict: string) => void} show the lines of a verdict @returns {Node[]} */
export function auditPart(bill, show) {
  const over = Number(bill.overpaid_usd) > 0;
  const verdicts = panelTable(said("caption"), ["verdict", "lines", "amount", "means"].map((name) => said(name)), [1, 2]);
  const whole = bill.verdicts.reduce((/** @type {number} */ most, /** @type {any} */ v) => Math.max(most, Number(v.usd)), 0);
  verdicts.body.append(...bill.verdicts.map((/** @type {any} */ v) => {
    const button = element("button", { type: "button", className: "plain" }, word("verdict", v.verdict));
    button.dataset.verdict = v.verdict;
    button.title = said("show");
    button.addEventListener("click", () => show(v.verdict));
    return verdicts.row([[button, bar(Number(v.usd), whole)], count(v.lines), money(v.usd), text(`invoice.verdict_means.${v.verdict}`)]);
  }));
  verdicts.box.classList.add("verdicts");
  return [
    element("p", { className: over ? "overpaid is-over" : "overpaid" }, ...(over ? parts("invoice.script.audit.overpaid", { usd: element("b", {}, money(bill.overpaid_usd)) }) : [said("not_overpaid")])),
    verdicts.box,
    ...reasons(bill),
  ];
}

/** How long a bar is beside the longest. @param {number} value @param {number} most */
function bar(value, most) {
  const made = element("meter", { min: 0, max: most || 1, value: Math.max(0, value) });
  made.setAttribute("aria-hidden", "true");
  return made;
}

/** @param {import("./invoice_work.mjs").Bill} bill */
function reasons(bill) {
  if (!bill.reasons.length) return [];
  const table = panelTable(said("reasons"), [said("reason"), said("lines"), said("amount")], [1, 2]);
  table.body.append(...bill.reasons.map((/** @type {any} */ r) => table.row([english(r.reason), count(r.lines), money(r.usd)])));
  table.box.classList.add("medium");
  return [element("h3", {}, said("reasons")), table.box];
}

/** Names that no table knows, with their spend. @param {import("./invoice_work.mjs").Bill} bill @returns {Node[]} */
export function unresolvedPart(bill) {
  const all = bill.unresolved;
  if (!all.length) return [];
  const table = panelTable(said("unresolved"), ["model", "provider", "lines", "amount", "reason"].map((name) => said(name)), [2, 3]);
  table.body.append(...all.slice(0, NAMES).map((/** @type {any} */ u) => table.row([nameOr(u.model), nameOr(u.provider), count(u.lines), money(u.usd), english(u.reason)])));
  table.box.classList.add("unresolved");
  const rest = all.length > NAMES ? [element("p", { className: "muted" }, said("more_names", { n: all.length - NAMES }))] : [];
  return [element("h3", {}, said("unresolved")), element("p", {}, said("unresolved_lead")), table.box, ...rest];
}

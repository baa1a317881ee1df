/**
 * Scenarios side by side, and several of them with their sums: what the engine worked out, as tables to read and as rows
 * for a file.
 *
 * @typedef {import("./plan_words.mjs").PlanRecord} PlanRecord
 * @typedef {import("./plan_words.mjs").Words} Words
 * @typedef {{name: string, plan: PlanRecord | null, why: string, usd_per_month: string | null, requests_per_month: number,
 *   prompt_tokens_per_month: number, output_tokens_per_month: number}} Row
 */
import { DASH, count, milliseconds, money, percent, seconds, significant, signedPercent, unitPrice } from "./figures.mjs";
import { element, scrolled } from "./panel.mjs";
import { nameWords } from "./plan_words.mjs";
import { english, text } from "./texts.mjs";

/** How the figures of an answer are written; others stand as they are. @type {Record<string, (value: any) => string>} */
const WRITTEN = {
  usd_per_month: money, usd_per_hour: unitPrice, usd_per_million_tokens: unitPrice, usd_per_million_output: unitPrice, usd_idle: money,
  slo_margin: signedPercent, ttft_ms: milliseconds, itl_ms: milliseconds, e2e_ms: seconds, utilisation: percent, risk: percent,
  gpus: count, replicas: count, score: significant,
};
const ALWAYS = ["model", "kind", "provider", "usd_per_month", "slo"]; // lines that stand above even where all are equal
const NOTED = 0.005; // smaller changes are written as none

/**
 * @param {any} made what the method `compare` answers @param {Words} words @param {(field: string) => string} labelOf
 * @returns {HTMLElement[]}
 */
export function comparisonTables(made, words, labelOf) {
  const head = element("thead", {}, element("tr", {}, element("td"), ...made.names.map((/** @type {string} */ name) => heading("col", name))));
  const shown = (/** @type {{differs: boolean, figure?: string}} */ { differs, figure = "" }) => differs || ALWAYS.includes(figure);
  const equal = (/** @type {{differs: boolean}[]} */ rows) => rows.filter((row) => !shown(row));
  const unlike = (/** @type {{differs: boolean}[]} */ rows) => rows.filter(shown);
  const input = (/** @type {any} */ row) => inputRow(row, labelOf(row.field));
  const answer = (/** @type {any} */ row) => answerRow(row, words);
  const whys = made.names.flatMap((/** @type {string} */ name, /** @type {number} */ place) =>
    made.why[place] ? [element("p", {}, element("b", {}, name), `: ${text("scenarios.script.no_plan")}; `, english(made.why[place]))] : [],
  );
  const table = element(
    "table", { className: "t compared" }, element("caption", { className: "heard" }, text("scenarios.script.compare")), head,
    group(text("scenarios.script.inputs"), unlike(made.inputs).map(input), made.names.length),
    group(text("scenarios.script.answers"), unlike(made.answers).map(answer), made.names.length),
  );
  const same = [...equal(made.inputs).map(input), ...equal(made.answers).map(answer)];
  const rest = element(
    "details", { className: "more" }, element("summary", {}, text("scenarios.script.equal", { n: same.length })),
    captioned(element("table", { className: "t compared" }, element("caption", { className: "heard" }, text("scenarios.script.equal", { n: same.length })), /** @type {Node} */ (head.cloneNode(true)), element("tbody", {}, ...same))),
  );
  return [captioned(table), ...whys, ...(same.length ? [rest] : [])];
}

/** @param {string} title @param {HTMLElement[]} rows @param {number} columns */
function group(title, rows, columns) {
  const head = element("th", { colSpan: columns + 1 }, title);
  head.scope = "rowgroup";
  return element("tbody", { hidden: !rows.length }, element("tr", { className: "group" }, head), ...rows);
}

/** @param {{values: any[], default: boolean[], differs: boolean}} row @param {string} label */
function inputRow({ values, default: defaults, differs }, label) {
  const cells = values.map((value, place) => {
    const shown = value === null ? text("scenarios.script.no_input") : typeof value === "object" ? JSON.stringify(value) : String(value);
    const mark = defaults[place] && value !== null ? [" ", element("small", {}, text("scenarios.script.default"))] : [];
    return element("td", {}, shown, ...mark);
  });
  return element("tr", { className: differs ? "differs" : "" }, rowHead(label, differs), ...cells);
}

/** @param {{figure: string, values: any[], best: number[], change: (number | null)[], differs: boolean}} row @param {Words} words */
function answerRow({ figure, values, best, change, differs }, words) {
  const cells = values.map((value, place) => {
    const isBest = best.includes(place);
    const share = change[place];
    const parts = [written(figure, value, words)];
    if (share !== null && Math.abs(share) >= NOTED) parts.push(" ", element("small", {}, signedPercent(share)));
    if (isBest) parts.push(" ", element("b", {}, text("scenarios.script.best")));
    return element("td", { className: isBest ? "best" : "" }, ...parts);
  });
  return element("tr", { className: differs ? "differs" : "" }, rowHead(text(`scenarios.script.figure.${figure}`), differs), ...cells);
}

/** @param {string} figure @param {any} value @param {Words} words @returns {string | Node} */
function written(figure, value, words) {
  if (value === null || value === "") return DASH;
  const names = /** @type {Record<string, Record<string, string>>} */ ({
    model: words.models, provider: words.providers, gpu: words.gpus, kind: words.kinds, slo: words.statuses, engine: words.engines,
  })[figure];
  if (names) return names[value] ?? value;
  if (figure === "evidence") return text(`plan.evidence.${value}`);
  return WRITTEN[figure] ? WRITTEN[figure](value) : english(String(value));
}

/** @param {string} label @param {boolean} differs */
function rowHead(label, differs) {
  const mark = element("span", { className: "mark" }, "≠", element("span", { className: "heard" }, ` ${text("scenarios.script.differs")}: `));
  return heading("row", ...(differs ? [mark, " "] : []), label);
}

/** @param {string} scope @param {...(string | Node)} content */
function heading(scope, ...content) {
  const made = element("th", {}, ...content);
  made.scope = scope;
  return made;
}

/** @param {HTMLTableElement} table */
const captioned = (table) => scrolled(table, table.caption?.textContent ?? "");

/** @param {any} made what the method `batch` answers @param {Words} words @returns {HTMLElement[]} */
export function batchTables(made, words) {
  const columns = ["scenario", "plan", "cost", "requests", "tokens"];
  const head = element("tr", {}, ...columns.map((name, place) => Object.assign(heading("col", text(`scenarios.script.${name}`)), { className: place > 1 ? "n" : "" })));
  const rows = made.scenarios.map((/** @type {Row} */ row) => batchRow(row, words));
  const caption = element("caption", {}, text("parts.as_of", { what: text("scenarios.script.plans"), date: made.as_of }));
  const table = element("table", { className: "t batch" }, caption, element("thead", {}, head), element("tbody", {}, ...rows), element("tfoot", {}, totalRow(made.totals)));
  return [captioned(table), totalFigures(made.totals, words), ...budgetWords(made.budget)];
}

/** @param {Row} row @param {Words} words */
function batchRow(row, words) {
  const plan = row.plan ? nameWords(row.plan, words) : element("span", { className: "none" }, text("scenarios.script.no_plan"), "; ", english(row.why));
  const known = row.requests_per_month > 0;
  return element(
    "tr", {}, heading("row", row.name), element("td", {}, plan), figure(row.usd_per_month === null ? DASH : money(row.usd_per_month)),
    figure(known ? count(Math.round(row.requests_per_month)) : DASH), figure(known ? count(Math.round(row.prompt_tokens_per_month + row.output_tokens_per_month)) : DASH),
  );
}

/** @param {any} totals */
function totalRow(totals) {
  const names = totals.without_plan.join(", ");
  const head = heading("row", names ? text("scenarios.script.sum_without", { names }) : text("scenarios.script.sum"));
  head.colSpan = 2;
  const tokens = totals.prompt_tokens_per_month + totals.output_tokens_per_month;
  return element("tr", {}, head, figure(money(totals.usd_per_month)), figure(count(Math.round(totals.requests_per_month))), figure(count(Math.round(tokens))));
}

/** @param {string} words */
const figure = (words) => element("td", { className: "n" }, words);

/** @param {any} totals @param {Words} words */
function totalFigures(totals, words) {
  const gpus = Object.entries(totals.gpus).map(([gpu, number]) => text("scenarios.script.gpu_count", { number: count(Number(number)), gpu: words.gpus[gpu] ?? gpu }));
  const pairs = /** @type {[string, string][]} */ ([
    ["cost", money(totals.usd_per_month)], ["a_year", money(totals.usd_per_year)],
    ["blended", totals.usd_per_million_tokens === null ? "" : unitPrice(totals.usd_per_million_tokens)], ["gpus", gpus.join(", ")],
  ]);
  return element("dl", { className: "totals" }, ...pairs.filter(([, said]) => said).map(([name, said]) => element("div", {}, element("dt", {}, text(`scenarios.script.${name}`)), element("dd", {}, said))));
}

/** @param {{usd_per_month: string, left: string, verdict: string} | null} budget */
function budgetWords(budget) {
  if (!budget) return [];
  const said = { budget: money(budget.usd_per_month), left: money(budget.left.replace("-", "")) };
  return [element("p", { className: `budget budget-${budget.verdict}` }, text(`scenarios.script.budget_${budget.verdict}`, said))];
}

/** The batch as rows for a file, those of `atlas scenarios --csv`. @param {any} made @returns {[string[], (string | number | null)[][]]} */
export function batchRows(made) {
  const columns = "name id usd_per_month model kind provider region gpu gpus slo requests_per_month prompt_tokens_per_month output_tokens_per_month usd_per_million_tokens plan why".split(" ");
  return [columns, made.scenarios.map((/** @type {any} */ row) => {
    const cells = { ...row.plan, ...row, plan: row.plan?.id ?? "" };
    return columns.map((column) => cells[column] ?? null);
  })];
}

/** The comparison as rows for a file. @param {any} made @returns {[string[], (string | number | null)[][]]} */
export function comparisonRows(made) {
  const cell = (/** @type {any} */ value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value);
  const rows = [...made.inputs.map((/** @type {any} */ row) => [`input ${row.field}`, row]), ...made.answers.map((/** @type {any} */ row) => [row.figure, row])];
  return [["", ...made.names], [...rows.map(([name, row]) => [name, ...row.values.map(cell)]), ["why", ...made.why]]];
}

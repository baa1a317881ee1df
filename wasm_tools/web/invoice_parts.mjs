/**
 * The parts of an invoice report as elements. All texts of the bill go in as text, never as markup.
 *
 * @typedef {Record<string, any>} Bill the record of `wasm_tools.invoice.record.to_record`
 */
import { about, dollars, figure } from "./invoice_figures.mjs";

const EXCLUDED_SHOWN = 200;

/** @param {string} name @param {(string | Node)[]} content @param {string} [style] */
function element(name, content, style = "") {
  const made = document.createElement(name);
  made.append(...content);
  if (style) made.className = style;
  return made;
}

/** A small table. @param {string} caption @param {[string, string?][]} heads label and class @param {(string | Node)[][]} rows */
function table(caption, heads, rows) {
  const head = element("tr", heads.map(([label, style]) => {
    const cell = element("th", [label], style);
    cell.setAttribute("scope", "col");
    return cell;
  }));
  const body = rows.map((row) => element("tr", row.map((cell, place) => element("td", [cell], heads[place][1]))));
  const made = element("table", [element("caption", [caption]), element("thead", [head]), element("tbody", body)], "t");
  const region = element("div", [made], "scroll");
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", caption);
  return region;
}

/** @param {number} number @param {string} noun @param {string} [nouns] */
function counted(number, noun, nouns = `${noun}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : nouns}`;
}

/** File total = analysed + excluded, and what the verdicts say. @param {Bill} bill */
export function coverage(bill) {
  const t = bill.totals;
  const sum = element("p", [
    element("b", [dollars(t.file_usd)]), " in the file = ", element("b", [dollars(t.analysed_usd)]), " analysed + ",
    element("b", [dollars(t.excluded_usd)]), " excluded",
  ], "figure-line");
  const said = [
    `${counted(t.rows, "row")}: ${counted(t.analysed_lines, "line")} analysed, ${counted(t.excluded_rows, "row")} excluded`,
    t.rows_without_amount ? ` (${t.rows_without_amount.toLocaleString("en")} of them without an amount that counts)` : "",
    `. Of the analysed amount ${dollars(t.compared_usd)} on ${counted(t.compared_lines, "line")} could be compared like for like.`,
  ];
  const overpaid = element("p", [
    Number(t.overpaid_usd) > 0
      ? `Billed above the highest list price: ${dollars(t.overpaid_usd)}.`
      : "No compared line is above the highest list price of its model at its provider.",
  ]);
  const verdicts = table(
    "Verdicts",
    [["Verdict"], ["Lines", "n"], ["Amount", "n"]],
    bill.verdicts.map((/** @type {any} */ v) => [v.name, v.lines.toLocaleString("en"), dollars(v.usd)]),
  );
  const providers = table(
    "By provider, as the file names them",
    [["Provider"], ["Lines", "n"], ["Amount", "n"]],
    bill.providers.map((/** @type {any} */ p) => [p.provider, p.lines.toLocaleString("en"), dollars(p.usd)]),
  );
  const parts = [sum, element("p", said), overpaid, element("div", [verdicts, providers], "side-by-side")];
  if (bill.not_compared.length) {
    parts.push(table(
      "Analysed but not compared, by reason",
      [["Reason"], ["Lines", "n"], ["Amount", "n"]],
      bill.not_compared.map((/** @type {any} */ r) => [r.name, r.lines.toLocaleString("en"), dollars(r.usd)]),
    ));
  }
  return parts;
}

/** Units that cannot be what was billed. @param {Bill} bill */
export function questionsPart(bill) {
  if (!bill.questions.length) return [];
  const items = bill.questions.map((/** @type {any} */ q) => {
    const fits = q.readings.map((/** @type {any} */ r) => `one ${q.usage_unit} = ${figure(r.base_units)} ${q.unit}s, $${about(r.price)} per ${q.per}`);
    return element("li", [
      `${q.provider}, ${q.workload}, unit “${q.usage_unit}” on ${counted(q.lines, "line")} for ${dollars(q.usd)}: as written this is ` +
        `$${about(q.implied_price)} per ${q.per}, while known prices run from $${figure(q.known_low)} to $${figure(q.known_high)}. ` +
        (fits.length ? `It would fit if ${fits.join(", or if ")}. ` : "") +
        "Correct the unit in the file if that is what was billed; these lines are not compared.",
    ]);
  });
  return [element("h2", ["Please check these units"]), element("ul", items)];
}

/** Rows that were left out, each with its reason. @param {Bill} bill */
export function excludedPart(bill) {
  if (!bill.excluded_rows.length) return [element("h2", ["Excluded rows"]), element("p", ["No row was left out."])];
  const reasons = table(
    "Excluded, by reason",
    [["Reason"], ["Rows", "n"], ["Amount", "n"]],
    bill.excluded.map((/** @type {any} */ e) => [e.reason, e.rows.toLocaleString("en"), dollars(e.usd)]),
  );
  const shown = bill.excluded_rows.slice(0, EXCLUDED_SHOWN);
  const rows = table(
    `The first ${shown.length.toLocaleString("en")} of ${counted(bill.excluded_rows.length, "excluded row")}; the CSV file has all`,
    [["Line", "n"], ["Reason"], ["Amount", "n"], ["As written"]],
    shown.map((/** @type {any} */ e) => [String(e.line), e.reason, e.usd === null ? "—" : dollars(e.usd), element("code", [e.raw])]),
  );
  return [element("h2", ["Excluded rows"]), reasons, rows];
}

/** The same model at another provider: a figure of its own, never added to the rest. @param {Bill} bill */
export function elsewherePart(bill) {
  const heading = element("h2", ["The same model elsewhere"]);
  if (!bill.same_model_elsewhere.length) return [heading, element("p", ["No provider lists one of the compared models for less."])];
  const { low, high } = bill.totals.same_model_elsewhere_usd;
  const range = low === high ? dollars(low) : `${dollars(low)} to ${dollars(high)}`;
  const rows = bill.same_model_elsewhere.map((/** @type {any} */ m) => {
    const from = bill.comparisons[m.comparison];
    const saved = m.low_usd === m.high_usd ? dollars(m.low_usd) : `${dollars(m.low_usd)} to ${dollars(m.high_usd)}`;
    return [`${from.product} at ${from.provider}`, `${m.provider} (${m.sku})`, dollars(m.basis_usd), saved, m.formula, m.evidence];
  });
  return [
    heading,
    element("p", [`${range} less at list price. This is a separate figure: do not add it to the amounts above. ${bill.same_model_elsewhere_caveat}`]),
    table("The best move for each model", [["Now"], ["There"], ["Amount", "n"], ["Less", "n"], ["How it is computed"], ["Price stated by"]], rows),
  ];
}

/** What a line was held against. @param {Bill} bill @param {Record<string, any>} line */
export function lineDetail(bill, line) {
  const heading = element("p", [element("b", [`Line ${line.line}: ${line.verdict}`]), line.reason ? `. ${line.reason}` : ""]);
  const compared = line.comparison === null ? null : bill.comparisons[line.comparison];
  if (!compared) return [heading];
  const prices = (/** @type {any[]} */ list) =>
    list.map((p) => [p.provider, p.sku, p.meter, p.regions.join(", ") || "—", `$${figure(p.price)} / ${compared.per}`, p.evidence]);
  const heads = /** @type {[string, string?][]} */ ([["Provider"], ["Id there"], ["Meter"], ["Region"], ["Price", "n"], ["Stated by"]]);
  const parts = [heading, table(`List prices of ${compared.product} at this provider`, heads, prices(compared.list_prices))];
  if (compared.alternatives.length) {
    parts.push(table("The same product and meter at other providers, cheapest first", heads, prices(compared.alternatives.slice(0, 20))));
  }
  return parts;
}

/**
 * The parts of an invoice report as elements. All texts of the bill go in as text, never as markup.
 *
 * @typedef {Record<string, any>} Bill the record of `wasm_tools.invoice.record.to_record`
 */
import { count } from "./figures.mjs";
import { about, dollars, figure, listed } from "./invoice_figures.mjs";
import { scrolled } from "./panel.mjs";
import { english, parts as textParts, text } from "./texts.mjs";

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
  return scrolled(made, caption);
}

/** A text of this page by the last part of its key. @param {string} key @param {Record<string, string | number>} [values] */
const said = (key, values) => text(`invoice.script.${key}`, values);

/** A verdict in words. @param {string} name */
const verdictWords = (name) => text(`invoice.verdict.${name}`);

/** File total = analysed + excluded, and what the verdicts say. @param {Bill} bill */
export function coverage(bill) {
  const t = bill.totals;
  const bold = (/** @type {string} */ usd) => element("b", [dollars(usd)]);
  const sums = { file: bold(t.file_usd), analysed: bold(t.analysed_usd), excluded: bold(t.excluded_usd) };
  const sum = element("p", textParts("invoice.script.sum", sums), "figure-line");
  const [analysed, compared] = [t.analysed_lines, t.compared_lines].map((n) => said("counted_lines", { n }));
  const excluded = said("counted_rows", { n: t.excluded_rows });
  const sentences = [
    said("counts", { rows: said("counted_rows", { n: t.rows }), analysed, excluded }),
    t.rows_without_amount ? said("without_amount", { n: t.rows_without_amount }) : "",
    said("compared", { usd: dollars(t.compared_usd), lines: compared }),
  ];
  const overpaid = Number(t.overpaid_usd) > 0 ? said("overpaid", { usd: dollars(t.overpaid_usd) }) : said("not_overpaid");
  const [lines, amount] = /** @type {[string, string][]} */ ([[said("lines"), "n"], [said("amount"), "n"]]);
  const verdicts = table(
    said("verdicts"),
    [[said("verdict")], lines, amount],
    bill.verdicts.map((/** @type {any} */ v) => [verdictWords(v.name), count(v.lines), dollars(v.usd)]),
  );
  const providers = table(
    said("by_provider"),
    [[said("provider")], lines, amount],
    bill.providers.map((/** @type {any} */ p) => [p.provider, count(p.lines), dollars(p.usd)]),
  );
  const shown = [
    sum, element("p", [sentences.filter(Boolean).join(" ")]), element("p", [overpaid]), element("div", [verdicts, providers], "side-by-side"),
  ];
  if (bill.not_compared.length) {
    shown.push(table(
      said("not_compared"),
      [[said("reason")], lines, amount],
      bill.not_compared.map((/** @type {any} */ r) => [english(r.name), count(r.lines), dollars(r.usd)]),
    ));
  }
  return shown;
}

/** Units that cannot be what was billed. @param {Bill} bill */
export function questionsPart(bill) {
  if (!bill.questions.length) return [];
  const items = bill.questions.map((/** @type {any} */ q) => {
    const fits = q.readings.map((/** @type {any} */ r) =>
      said("fit", { unit: q.usage_unit, base: figure(r.base_units), base_unit: q.unit, price: about(r.price), per: q.per }));
    const question = said("question", {
      provider: q.provider, workload: q.workload, unit: q.usage_unit, lines: said("counted_lines", { n: q.lines }), usd: dollars(q.usd),
      price: about(q.implied_price), per: q.per, low: listed(q.known_low), high: listed(q.known_high),
    });
    const fitting = fits.length ? said("would_fit", { fits: fits.join(said("or_if")) }) : "";
    return element("li", [[question, fitting, said("correct")].filter(Boolean).join(" ")]);
  });
  return [element("h2", [said("check_units")]), element("ul", items)];
}

/** Rows that were left out, each with its reason. @param {Bill} bill */
export function excludedPart(bill) {
  const heading = element("h2", [said("excluded_rows")]);
  if (!bill.excluded_rows.length) return [heading, element("p", [said("none_excluded")])];
  const reasons = table(
    said("excluded_by_reason"),
    [[said("reason")], [said("rows"), "n"], [said("amount"), "n"]],
    bill.excluded.map((/** @type {any} */ e) => [english(e.reason), count(e.rows), dollars(e.usd)]),
  );
  const shown = bill.excluded_rows.slice(0, EXCLUDED_SHOWN);
  const rows = table(
    said("first_excluded", { shown: shown.length, n: bill.excluded_rows.length }),
    [[said("line"), "n"], [said("reason")], [said("amount"), "n"], [said("as_written")]],
    shown.map((/** @type {any} */ e) => [String(e.line), english(e.reason), e.usd === null ? "—" : dollars(e.usd), element("code", [e.raw])]),
  );
  return [heading, reasons, rows];
}

/** The same model at another provider: a figure of its own, never added to the rest. @param {Bill} bill */
export function elsewherePart(bill) {
  const heading = element("h2", [said("elsewhere")]);
  if (!bill.same_model_elsewhere.length) return [heading, element("p", [said("none_elsewhere")])];
  const span = (/** @type {string} */ low, /** @type {string} */ high) =>
    low === high ? dollars(low) : said("range", { low: dollars(low), high: dollars(high) });
  const { low, high } = bill.totals.same_model_elsewhere_usd;
  const rows = bill.same_model_elsewhere.map((/** @type {any} */ m) => {
    const from = bill.comparisons[m.comparison];
    const now = said("at", { product: from.product, provider: from.provider });
    return [now, `${m.provider} (${m.sku})`, dollars(m.basis_usd), span(m.low_usd, m.high_usd), english(m.formula), english(m.evidence)];
  });
  const heads = /** @type {[string, string?][]} */ ([
    [said("now")], [said("there")], [said("amount"), "n"], [said("less_head"), "n"], [said("computed")], [said("stated_by")],
  ]);
  return [
    heading,
    element("p", [said("less", { range: span(low, high) }), " ", english(bill.same_model_elsewhere_caveat)]),
    table(said("best_move"), heads, rows),
  ];
}

/** What a line was held against. @param {Bill} bill @param {Record<string, any>} line */
export function lineDetail(bill, line) {
  const title = said("line_verdict", { line: String(line.line), verdict: verdictWords(line.verdict) });
  const heading = element("p", [element("b", [title]), ...(line.reason ? [". ", english(line.reason)] : [])]);
  const compared = line.comparison === null ? null : bill.comparisons[line.comparison];
  if (!compared) return [heading];
  const prices = (/** @type {any[]} */ list) => list.map((p) => [
    p.provider, p.sku, english(p.meter), p.regions.join(", ") || "—", said("per", { price: listed(p.price), unit: compared.per }),
    english(p.evidence),
  ]);
  const heads = /** @type {[string, string?][]} */ ([
    [said("provider")], [said("id_there")], [said("meter")], [said("region")], [said("price"), "n"], [said("stated_by")],
  ]);
  const shown = [heading, table(said("prices_of", { product: compared.product }), heads, prices(compared.list_prices))];
  if (compared.alternatives.length) shown.push(table(said("alternatives"), heads, prices(compared.alternatives.slice(0, 20))));
  return shown;
}

/**
 * Prices of unlike meters must not stand in one ranking: which meter is ranked when the view holds several.
 *
 * @typedef {{column: string, preferred: string[], with: Record<string, string>}} Rule prices are ranked inside one
 *   value of `column` only; `with` are filters that belong to a preferred value
 * @typedef {import("./columnar.mjs").Table} Table
 */
import { counts, label } from "./columnar.mjs";

/**
 * The meter to rank: a preferred one that is in view, else the most frequent one; null when there is only one anyway.
 * @param {Table} table @param {Uint32Array} rows @param {Rule} rule
 * @returns {{value: string, words: string, unit: string, preferred: boolean} | null}
 */
export function meterToRank(table, rows, rule) {
  const column = table.columns.get(rule.column);
  if (!column) return null;
  const present = counts(table, rows, rule.column);
  const codes = [...present.keys()].filter((code) => present[code]);
  if (codes.length < 2) return null;
  const wanted = rule.preferred.map((meter) => column.values.indexOf(meter)).find((code) => present[code]);
  const code = wanted ?? codes.reduce((best, next) => (present[next] > present[best] ? next : best));
  return {
    value: column.values[code],
    words: column.labels[code],
    unit: unitOf(table, rule, code),
    preferred: wanted !== undefined,
  };
}

/** The unit of a meter: that of any row which has it. @param {Table} table @param {Rule} rule @param {number} code */
export function unitOf(table, rule, code) {
  const meters = table.columns.get(rule.column);
  return meters ? label(table, "unit", meters.codes.indexOf(code)) : "";
}

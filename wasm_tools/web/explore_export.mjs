/**
 * The current view as a file: the columns that say what a row is, then those that are shown, then in what the sums are.
 * Exact values as stored; computed ones to twelve digits.
 *
 * @typedef {import("./explore_columns.mjs").Field} Field
 * @typedef {import("./explore_columns.mjs").Shown} Shown
 * @typedef {{field: Field, column: Shown}} Exported
 */
import { csvText } from "./csv_text.mjs";

/** @param {Exported[]} columns @param {Uint32Array} rows @param {{currency: string, unit: string}} as */
export function viewCsv(columns, rows, { currency, unit }) {
  const header = [...columns.map(({ field }) => field.name), "shown_currency", "shown_unit"];
  const cells = Array.from(rows, (row) => [...columns.map(({ column }) => column.value(column.codes[row])), currency, unit]);
  return csvText(header, cells);
}

/**
 * @param {Exported[]} columns @param {Uint32Array} rows
 * @param {{currency: string, unit: string, address: string, query: string, as_of: string, rate: {units: string, date: string} | null}} about
 */
export function viewJson(columns, rows, { rate, ...about }) {
  const described = columns.map(({ field }) => ({ name: field.name, label: field.label, kind: field.kind ?? "text", ...(field.own === undefined ? {} : { formula: field.own }) }));
  const values = Array.from(rows, (row) =>
    columns.map(({ field, column }) => {
      const text = column.value(column.codes[row]);
      // Exact decimals stay texts, so that no reader rounds them; what nobody states is null.
      return text === "" && field.kind !== undefined && field.kind !== "text" ? null : text;
    }),
  );
  return `${JSON.stringify({ ...about, ...(rate ? { units_per_usd: rate.units, rate_date: rate.date } : {}), columns: described, rows: values })}\n`;
}

/** The columns of an export, each once. @param {Field[]} fields @param {(field: Field) => Shown | null} columnOf @returns {Exported[]} */
export function exportedColumns(fields, columnOf) {
  const found = new Map();
  for (const field of fields) {
    const column = columnOf(field);
    if (column) found.set(field.name, { field, column });
  }
  return [...found.values()];
}

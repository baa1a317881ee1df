/**
 * Columnar tables as the page reads them. Dictionaries arrive sorted, so codes compare like values: filters test the
 * dictionary once and rows only look up what came out, and rows are sorted without comparing two texts.
 *
 * @typedef {{kind: "text" | "decimal", values: string[], labels?: string[], codes: Uint32Array}} CodedRecord
 * @typedef {{kind: "number", numbers: Float64Array}} NumberRecord NaN where missing
 * @typedef {{format: number, rows: number, columns: Record<string, CodedRecord | NumberRecord>}} TableRecord
 * @typedef {object} Column codes in ascending order of their values; what is missing has the last code
 * @property {Uint32Array} codes by row @property {number} size of the dictionary @property {number} missing its code, or -1
 * @property {(code: number) => string} value as stored, '' where missing @property {(code: number) => string} label as shown
 * @property {() => Float64Array} numbers by code, NaN where missing @property {() => string[]} lower value and label by code
 * @typedef {{rows: number, columns: Map<string, Column>}} Table
 */

import { text } from "./texts.mjs";

const FORMAT = 1;

/**
 * A parsed file with its columns as typed arrays, which a worker can hand over without a copy.
 * @param {any} record @returns {TableRecord}
 */
export function typed(record) {
  const columns = Object.entries(record.columns).map(([name, column]) => [name, typedColumn(column)]);
  return { ...record, columns: Object.fromEntries(columns) };
}

/** @param {any} column @returns {CodedRecord | NumberRecord} */
function typedColumn(column) {
  if (column.kind !== "number") return { ...column, codes: Uint32Array.from(column.codes) };
  return { ...column, numbers: Float64Array.from(column.numbers, (value) => value ?? NaN) };
}

/** The table in a typed file. @param {TableRecord} record @returns {Table} */
export function tableOf(record) {
  if (record.format !== FORMAT) {
    throw new Error(text("explore.script.old_format", { format: String(record.format), reads: FORMAT }));
  }
  const columns = new Map();
  for (const [name, column] of Object.entries(record.columns)) columns.set(name, columnOf(column));
  return { rows: record.rows, columns };
}

/** @param {CodedRecord | NumberRecord} record @returns {Column} */
function columnOf(record) {
  return record.kind === "number" ? ranked(record.numbers, String) : coded(record.codes, record.values, record.labels);
}

/** @param {Uint32Array} codes @param {string[]} values @param {string[]} [labels] @returns {Column} */
export function coded(codes, values, labels = values) {
  /** @type {Float64Array | undefined} */
  let numbers;
  /** @type {string[] | undefined} */
  let lower;
  return {
    codes,
    size: values.length,
    missing: values[values.length - 1] === "" ? values.length - 1 : -1,
    value: (code) => values[code],
    label: (code) => labels[code],
    numbers: () => (numbers ??= Float64Array.from(values, (text) => (text === "" ? NaN : Number(text)))),
    lower: () =>
      (lower ??= values.map((text, code) => (labels[code] === text ? text : `${text}\n${labels[code]}`).toLowerCase())),
  };
}

/**
 * A column of computed figures: ranked once, then as fast to filter and sort as any other.
 * @param {Float64Array} figures by row, NaN where missing @param {(figure: number) => string} shown @returns {Column}
 */
export function ranked(figures, shown) {
  const known = figures.filter((figure) => !Number.isNaN(figure)).sort();
  const numbers = known.filter((figure, place) => place === 0 || figure !== known[place - 1]);
  const codes = new Uint32Array(figures.length);
  for (let row = 0; row < figures.length; row += 1) {
    codes[row] = Number.isNaN(figures[row]) ? numbers.length : placeOf(numbers, figures[row]);
  }
  const hasMissing = known.length < figures.length;
  const size = numbers.length + Number(hasMissing);
  const byCode = new Float64Array(size).fill(NaN);
  byCode.set(numbers);
  const value = (/** @type {number} */ code) => (code < numbers.length ? plainNumber(numbers[code]) : "");
  return {
    codes,
    size,
    missing: hasMissing ? numbers.length : -1,
    value,
    label: (code) => (code < numbers.length ? shown(numbers[code]) : ""),
    numbers: () => byCode,
    lower: () => Array.from({ length: size }, (_, code) => value(code)),
  };
}

/**
 * A column of computed figures that is only looked at: each is computed when its row is shown.
 * @param {number} rows @param {(row: number) => number} figureOf NaN where missing @param {(figure: number) => string} shown
 * @returns {Pick<Column, "codes" | "value" | "label">}
 */
export function byRow(rows, figureOf, shown) {
  const words = (/** @type {number} */ row, /** @type {(figure: number) => string} */ write) => {
    const figure = figureOf(row);
    return Number.isNaN(figure) ? "" : write(figure);
  };
  const codes = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) codes[row] = row;
  return {
    codes,
    value: (row) => words(row, plainNumber),
    label: (row) => words(row, shown),
  };
}

/** @param {Float64Array} sorted @param {number} figure */
function placeOf(sorted, figure) {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < figure) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A computed figure in plain digits, without the noise of binary fractions. @param {number} figure */
export function plainNumber(figure) {
  const text = String(Number(figure.toPrecision(12)));
  if (!text.includes("e")) return text;
  const digits = Math.min(100, 12 - Number(text.split("e")[1]));
  return Number(text).toFixed(Math.max(0, digits)).replace(/\.?0+$/, "");
}

/** What a cell says, '' where nothing is known. @param {Table} table @param {string} name @param {number} row */
export function label(table, name, row) {
  const column = /** @type {Column} */ (table.columns.get(name));
  return column.label(column.codes[row]);
}

/** The stored value of a cell. @param {Table} table @param {string} name @param {number} row */
export function value(table, name, row) {
  const column = /** @type {Column} */ (table.columns.get(name));
  return column.value(column.codes[row]);
}

/** The figure of a column in a row, NaN where missing. @param {Column} column @returns {(row: number) => number} */
export function figureOf({ codes, numbers }) {
  const known = numbers();
  return (row) => known[codes[row]];
}

/** The figures of all rows. @param {number} rows @param {(row: number) => number} figure */
export function figures(rows, figure) {
  const found = new Float64Array(rows);
  // A plain loop over tens of thousands of rows: the iterators of `from` take a multiple of the time.
  for (let row = 0; row < rows; row += 1) found[row] = figure(row);
  return found;
}

/** How many of these rows hold each value of a column, by code. @param {Column} column @param {Uint32Array} rows */
export function counts(column, rows) {
  const found = new Uint32Array(column.size);
  for (const row of rows) found[column.codes[row]] += 1;
  return found;
}

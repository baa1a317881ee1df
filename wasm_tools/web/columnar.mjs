/**
 * Columnar tables: reading them, finding rows, sorting rows. Dictionaries arrive sorted, so codes compare like values.
 *
 * @typedef {{kind: "text" | "decimal", values: string[], labels?: string[], codes: number[]}} CodedRecord
 * @typedef {{kind: "number", numbers: (number | null)[]}} NumberRecord
 * @typedef {{format: number, rows: number, columns: Record<string, CodedRecord | NumberRecord>}} TableRecord
 * @typedef {{values: string[], labels: string[], lower: string[] | null, codes: Uint32Array}} Column
 * @typedef {{rows: number, columns: Map<string, Column>}} Table
 * @typedef {{words: string, searched: string[], equal: Map<string, string>}} Filter `equal`: column → wanted value
 */

const FORMAT = 1;

/** The table in a parsed file. @param {TableRecord} record @returns {Table} */
export function tableOf(record) {
  if (record.format !== FORMAT) {
    throw new Error(`The table has format ${record.format}, this page reads ${FORMAT}. Load the page again.`);
  }
  const columns = new Map();
  for (const [name, column] of Object.entries(record.columns)) columns.set(name, columnOf(column));
  return { rows: record.rows, columns };
}

/** @param {CodedRecord | NumberRecord} record @returns {Column} */
function columnOf(record) {
  if (record.kind !== "number") {
    const { values, labels = values, codes } = record;
    return { values, labels, lower: null, codes: Uint32Array.from(codes) };
  }
  // Numbers become a dictionary here, so that the rest knows one kind of column only.
  const distinct = [...new Set(record.numbers)].sort((a, b) => (a === null ? 1 : b === null ? -1 : a - b));
  const code = new Map(distinct.map((value, place) => [value, place]));
  const values = distinct.map((value) => (value === null ? "" : String(value)));
  const codes = Uint32Array.from(record.numbers, (value) => /** @type {number} */ (code.get(value)));
  return { values, labels: values, lower: null, codes };
}

/** What a cell says, '' where nothing is known. @param {Table} table @param {string} name @param {number} row */
export function label(table, name, row) {
  const column = /** @type {Column} */ (table.columns.get(name));
  return column.labels[column.codes[row]];
}

/** The stored value of a cell. @param {Table} table @param {string} name @param {number} row */
export function value(table, name, row) {
  const column = /** @type {Column} */ (table.columns.get(name));
  return column.values[column.codes[row]];
}

/**
 * Rows that hold every word somewhere and every wanted value, in the order of the table.
 * Words are tested against the dictionaries once; the rows only look up what came out.
 * @param {Table} table @param {Filter} filter @returns {Uint32Array}
 */
export function matchingRows(table, { words, searched, equal }) {
  let rows = Uint32Array.from({ length: table.rows }, (_, row) => row);
  for (const [name, wanted] of equal) {
    const column = /** @type {Column} */ (table.columns.get(name));
    const code = column.values.indexOf(wanted);
    const { codes } = column;
    rows = rows.filter((row) => codes[row] === code);
  }
  for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
    const tests = searched
      .map((name) => /** @type {Column} */ (table.columns.get(name)))
      .map((column) => ({ codes: column.codes, hits: hitsOf(column, word) }))
      .filter(({ hits }) => hits !== null);
    rows = rows.filter((row) => tests.some(({ codes, hits }) => /** @type {Uint8Array} */ (hits)[codes[row]]));
  }
  return rows;
}

/** Which entries of a dictionary hold a word; null when none does. @param {Column} column @param {string} word */
function hitsOf(column, word) {
  const { values, labels } = column;
  column.lower ??= values.map((text, place) => {
    const shown = labels[place];
    return shown === text ? text.toLowerCase() : `${text}\n${shown}`.toLowerCase();
  });
  let any = false;
  const hits = new Uint8Array(values.length);
  column.lower.forEach((text, place) => {
    if (text.includes(word)) any = Boolean((hits[place] = 1));
  });
  return any ? hits : null;
}

/**
 * The rows by one column, rows of equal value in the order they had, missing values last either way.
 * @param {Table} table @param {Uint32Array} rows @param {string} name @param {boolean} descending
 */
export function sortedRows(table, rows, name, descending) {
  const { codes, values } = /** @type {Column} */ (table.columns.get(name));
  const missing = values.indexOf("");
  const turned = (/** @type {number} */ code) => (code === missing ? values.length - 1 : values.length - 2 - code);
  const ranked = missing < 0 ? (/** @type {number} */ code) => values.length - 1 - code : turned;
  const place = descending ? ranked : (/** @type {number} */ code) => code;
  const ends = new Uint32Array(values.length + 1);
  for (const row of rows) ends[place(codes[row]) + 1] += 1;
  for (let i = 0; i < values.length; i += 1) ends[i + 1] += ends[i];
  const sorted = new Uint32Array(rows.length);
  for (const row of rows) sorted[ends[place(codes[row])]++] = row;
  return sorted;
}

/** How many rows hold each value of a column, by code. @param {Table} table @param {Uint32Array} rows @param {string} name */
export function counts(table, rows, name) {
  const { codes, values } = /** @type {Column} */ (table.columns.get(name));
  const found = new Uint32Array(values.length);
  for (const row of rows) found[codes[row]] += 1;
  return found;
}

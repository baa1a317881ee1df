/**
 * Which rows a query means. Every value is tested against the dictionaries, then rows are looked up.
 *
 * @typedef {import("./columnar.mjs").Column} Column
 * @typedef {import("./query_text.mjs").Term} Term
 * @typedef {import("./query_text.mjs").Value} Value
 * @typedef {{name: string, kind: string, column: Column}} Meant a column that a key means
 * @typedef {{codes: Uint32Array, hits: Uint8Array}} Look hits by code
 * @typedef {{looks: Look[], none: boolean}} Test any of the looks must hit; with `none` no one may
 * @typedef {{word: string, near: string[]}} Corrected
 */
import { nearWords } from "./near_names.mjs";
import { text } from "./texts.mjs";

/** The rows that pass all tests, in the order of the table. @param {number} rows @param {Test[]} tests */
export function matchingRows(rows, tests) {
  const found = new Uint32Array(rows);
  let size = 0;
  for (let row = 0; row < rows; row += 1) {
    let passes = true;
    for (let place = 0; passes && place < tests.length; place += 1) {
      const { looks, none } = tests[place];
      let hit = false;
      for (let number = 0; !hit && number < looks.length; number += 1) hit = looks[number].hits[looks[number].codes[row]] === 1;
      passes = hit !== none;
    }
    if (passes) found[size++] = row;
  }
  return found.subarray(0, size);
}

/**
 * The test of a term with a key. Columns of figures take comparisons, columns of texts take words; a key may mean both.
 * A row without the figure passes neither a comparison nor its opposite: missing is not a number.
 * @param {Term} term @param {Meant[]} meant @returns {Test | string} a sentence when the term cannot hold for any column
 */
export function keyTest(term, meant) {
  /** @type {Map<Column, Uint8Array>} */
  const hits = new Map();
  for (const value of term.values) {
    const fitting = meant.filter((one) => fits(value, one.kind));
    if (!fitting.length) return meant[0].kind === "date" ? text("explore.script.no_date", { text: value.text }) : text("explore.script.no_number", { text: value.text });
    for (const { column, kind } of fitting) {
      const all = hits.get(column) ?? new Uint8Array(column.size);
      mark(all, column, kind, value);
      hits.set(column, all);
    }
  }
  const looks = [...hits].map(([column, found]) => ({ codes: column.codes, hits: found }));
  if (!term.negated) return { looks, none: false };
  // Turned round in the dictionary where a figure is compared, so that rows without one stay out.
  const compared = meant.some(({ kind }) => kind !== "text") && term.values.every(({ op }) => op !== "?");
  if (!compared) return { looks, none: true };
  for (const [column, found] of hits) found.forEach((hit, code) => (found[code] = Number(!hit && code !== column.missing)));
  return { looks, none: false };
}

/** Whether a value can be said of a column of this kind. @param {Value} value @param {string} kind */
export function fits({ op, text, number }, kind) {
  if (op === "?") return true;
  if (kind === "text") return op === "has" || op === "=";
  if (kind === "date") return /^\d{4}(-\d{2}){0,2}$/.test(text);
  return !Number.isNaN(number);
}

/** @param {Uint8Array} hits @param {Column} column @param {string} kind @param {Value} value */
function mark(hits, column, kind, value) {
  if (value.op === "?") {
    if (column.missing >= 0) hits[column.missing] = 1;
  } else if (kind === "text") markTexts(hits, column, value);
  else if (kind === "date") markDates(hits, column, value);
  else markFigures(hits, column, value);
}

/** A whole name wins over parts of names; `*` stands for any letters. @param {Uint8Array} hits @param {Column} column @param {Value} value */
function markTexts(hits, column, { op, text }) {
  const wanted = text.toLowerCase();
  const lower = column.lower();
  const pattern = wanted.includes("*") ? new RegExp(`^${wanted.split("*").map(escaped).join(".*")}$`) : null;
  const isWhole = (/** @type {string} */ name) => name.split(/[\n|]/).some((part) => (pattern ? pattern.test(part) : part === wanted));
  let whole = false;
  lower.forEach((name, code) => {
    if (name !== "" && isWhole(name)) whole = Boolean((hits[code] = 1));
  });
  if (whole || pattern || op === "=") return;
  lower.forEach((name, code) => {
    if (name.includes(wanted)) hits[code] = 1;
  });
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[\\^$.|?+()[\]{}]/g, "\\$&");
}

/** Dates are compared as far as they are written: `>=2026-03` holds from March on. @param {Uint8Array} hits @param {Column} column @param {Value} value */
function markDates(hits, column, { op, text }) {
  for (let code = 0; code < column.size; code += 1) {
    const date = column.value(code);
    if (date !== "" && compares(op, date.slice(0, text.length) < text ? -1 : Number(date.slice(0, text.length) > text))) hits[code] = 1;
  }
}

/** @param {Uint8Array} hits @param {Column} column @param {Value} value */
function markFigures(hits, column, { op, number, high }) {
  column.numbers().forEach((figure, code) => {
    const holds = op === ".." ? figure >= number && figure <= high : compares(op, figure - number);
    if (holds) hits[code] = 1;
  });
}

/** @param {string} op @param {number} difference NaN where missing */
function compares(op, difference) {
  if (op === "<") return difference < 0;
  if (op === "<=") return difference <= 0;
  if (op === ">") return difference > 0;
  if (op === ">=") return difference >= 0;
  return difference === 0;
}

/**
 * The test of a plain word: part of a name or id; if nothing has it, names that are spelled nearly like it.
 * @param {Term} term @param {Column[]} searched @param {() => Iterable<string>} vocabulary
 * @returns {{test: Test, corrected: Corrected | null}}
 */
export function wordTest(term, searched, vocabulary) {
  const word = term.values[0].text.toLowerCase();
  const looks = looksFor([word], searched);
  if (looks.length || term.negated) return { test: { looks, none: term.negated }, corrected: null };
  const near = nearWords(word, vocabulary());
  return { test: { looks: looksFor(near, searched), none: false }, corrected: near.length ? { word, near } : null };
}

/** @param {string[]} words any of which may occur @param {Column[]} searched @returns {Look[]} */
function looksFor(words, searched) {
  const looks = [];
  for (const column of words.length ? searched : []) {
    let any = false;
    const hits = new Uint8Array(column.size);
    column.lower().forEach((text, code) => {
      if (words.some((word) => text.includes(word))) any = Boolean((hits[code] = 1));
    });
    if (any) looks.push({ codes: column.codes, hits });
  }
  return looks;
}

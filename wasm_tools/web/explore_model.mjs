/**
 * One data set of the explorer without its page: the rows of a query, and the choices of a facet with their counts.
 *
 * @typedef {import("./explore_columns.mjs").Field} Field
 * @typedef {import("./explore_columns.mjs").Sheet} Sheet
 * @typedef {import("./explore_columns.mjs").Scales} Scales
 * @typedef {{name: string, label: string, steps?: number[]}} Facet
 * @typedef {import("./columnar.mjs").Column} Column
 * @typedef {import("./explore_address.mjs").View} View
 * @typedef {import("./query_text.mjs").Term} Term
 * @typedef {{rows: Uint32Array, query: import("./query_text.mjs").Query, faults: import("./query_text.mjs").Fault[], notes: string[]}} Result
 */
import { counts } from "./columnar.mjs";
import { sheetColumns } from "./explore_columns.mjs";
import { ExpressionError } from "./expression.mjs";
import { vocabularyOf } from "./near_names.mjs";
import { parsedQuery } from "./query_text.mjs";
import { fits, keyTest, matchingRows, wordTest } from "./row_filter.mjs";
import { byRank, groupRanks, orderedRows } from "./row_order.mjs";
import { text } from "./texts.mjs";

const WORDS_KEPT = 64; // tests of words: of a query that is being typed only the last one is new
const NAMES_KNOWN = 3; // of near names in a note

/** @param {Sheet} sheet @param {Scales} scales */
export function sheetModel(sheet, scales) {
  const columns = sheetColumns(sheet, scales);
  const { stored, fieldsOf, fieldsNamed, columnOf, shownColumn, isLoaded, expressionFault, caveat } = columns;
  /** @type {Set<string> | undefined} */
  let vocabulary;
  /** @type {Map<string, ReturnType<typeof wordTest>>} tests by word */
  const tested = new Map();

  /** Take in a file of columns. @param {import("./columnar.mjs").TableRecord} record */
  function add(record) {
    columns.add(record);
    vocabulary = undefined;
    tested.clear();
  }

  /** The column that an order means: one of figures before one of texts. @param {string} key @param {View} view */
  function sortField(key, view) {
    const found = fieldsNamed(key, view);
    return found.find(({ name }) => name === key) ?? found.find(({ kind }) => kind === "money" || kind === "number") ?? found[0];
  }

  /** @param {View} view */
  function knownKeys(view) {
    return new Set(fieldsOf(view).flatMap(({ name, keys = [] }) => [name, ...keys]));
  }

  /** The query of a view. @param {View} view */
  function queryOf(view) {
    return parsedQuery(view.q, knownKeys(view));
  }

  /** The fields that a term speaks of. @param {Term} term @param {View} view */
  function fieldsOfTerm(term, view) {
    const named = fieldsNamed(term.key, view);
    return named.filter(({ kind = "text" }) => term.values.some((value) => fits(value, kind)));
  }

  /**
   * The tests of these terms, with what could not be understood.
   * @param {Term[]} terms @param {View} view @param {import("./query_text.mjs").Fault[]} faults @param {string[]} notes
   */
  function testsOf(terms, view, faults, notes) {
    const tests = [];
    for (const term of terms) {
      const place = { at: term.start, length: term.end - term.start };
      if (term.key === "") {
        const { test, corrected } = testOfWord(term);
        if (corrected) notes.push(correctionWords(corrected));
        tests.push(test);
        continue;
      }
      const fields = fieldsNamed(term.key, view);
      const meant = fields.flatMap((field) => {
        const column = safely(() => columnOf(field, view));
        return column ? [{ name: field.name, kind: field.kind ?? "text", column }] : [];
      });
      if (!meant.length) {
        faults.push({ ...place, message: text("explore.script.not_here", { key: term.key }) });
        continue;
      }
      const test = keyTest(term, meant);
      if (typeof test === "string") faults.push({ ...place, message: text("explore.script.needed_by", { fault: test, key: term.key }) });
      else tests.push(test);
    }
    return tests;
  }

  /** The test of a plain word. @param {Term} term */
  function testOfWord(term) {
    const key = `${term.negated} ${term.values[0].text}`;
    const searched = searchedColumns();
    const test = tested.get(key) ?? wordTest(term, searched, () => words(searched));
    if (tested.size > WORDS_KEPT) tested.clear();
    tested.set(key, test);
    return test;
  }

  /** Names and ids. */
  function searchedColumns() {
    return sheet.fields.filter(({ searched }) => searched).flatMap(({ name }) => stored.get(name) ?? []);
  }

  /** @param {Column[]} searched */
  function words(searched) {
    vocabulary ??= vocabularyOf(searched.flatMap((column) => column.lower()));
    return vocabulary;
  }

  /** The rows of a view. @param {View} view @returns {Result} */
  function result(view) {
    const query = queryOf(view);
    const faults = [...query.faults];
    /** @type {string[]} */
    const notes = [];
    let found = matchingRows(columns.size, testsOf(query.terms, view, faults, notes));
    const keys = [];
    for (const { name, descending } of query.sort) {
      const field = sortField(name, view);
      const column = field && safely(() => columnOf(field, view));
      if (column) keys.push({ field, column, descending });
      else faults.push({ at: query.sortAt[0][0], length: query.sortAt[0][1] - query.sortAt[0][0], message: field ? text("explore.script.no_column_yet", { name }) : text("explore.script.no_column", { name }) });
    }
    if (keys.length) found = orderedRows(found, keys);
    const group = stored.get(sheet.grouped);
    if (group && keys[0]?.field.kind === "money") {
      const present = counts(group, found);
      found = byRank(found, group.codes, groupRanks(group, present, sheet.leads));
      if (present.filter(Boolean).length > 1) notes.push(text("explore.script.grouped"));
    }
    return { rows: found, query, faults, notes };
  }

  /**
   * The choices of a facet with how many rows each would leave, given all other terms.
   * @param {Facet} facet @param {View} view @returns {{value: string, label: string, count: number}[]}
   */
  function choices({ name, steps }, view) {
    const column = stored.get(name);
    if (!column) return [];
    const terms = queryOf(view).terms.filter((term) => term.negated || !fieldsOfTerm(term, view).some((field) => field.name === name));
    const present = counts(column, matchingRows(columns.size, testsOf(terms, view, [], [])));
    if (steps) {
      const numbers = column.numbers();
      return steps.map((step) => ({ value: `>=${shortNumber(step)}`, label: text("explore.script.and_more", { step: shortNumber(step) }), count: present.reduce((sum, n, code) => (numbers[code] >= step ? sum + n : sum), 0) }));
    }
    /** @type {Map<string, {value: string, label: string, count: number}>} */
    const found = new Map();
    present.forEach((count, code) => {
      const value = column.value(code);
      // A model reads several things: each is a choice of its own.
      const parts = value.includes("|") ? value.split("|") : [value];
      for (const part of parts) {
        const choice = found.get(part) ?? { value: part, label: part === value ? column.label(code) : part, count: 0 };
        choice.count += count;
        found.set(part, choice);
      }
    });
    return [...found.values()].filter(({ count }) => count).sort((a, b) => b.count - a.count);
  }

  /** The terms of a query that a facet stands for. @param {string} name @param {View} view */
  function termsOfFacet(name, view) {
    const isFacet = (/** @type {Term} */ term) => !term.negated && fieldsOfTerm(term, view).every((field) => field.name === name);
    return queryOf(view).terms.filter((term) => term.key !== "" && fieldsOfTerm(term, view).length > 0 && isFacet(term));
  }

  /** The shortest word that means this column alone. @param {string} name @param {View} view */
  function keyOf(name, view) {
    const field = sheet.fields.find((one) => one.name === name);
    return field?.keys?.find((key) => fieldsNamed(key, view).length === 1) ?? name;
  }

  return {
    add, fieldsOf, isLoaded, columnOf, shownColumn, expressionFault, queryOf, result, choices, termsOfFacet, keyOf, sortField, caveat,
    /** Prepare the search: its first letter is then as quick as the others. */
    warm: () => void words(searchedColumns()),
    /** How many rows there are. */
    get size() {
      return columns.size;
    },
  };
}

/** @template T @param {() => T} step @returns {T | null} null where an expression is wrong, which is said elsewhere */
function safely(step) {
  try {
    return step();
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}

/** @param {number} figure */
function shortNumber(figure) {
  if (figure % 1e6 === 0) return `${figure / 1e6}M`;
  return figure >= 1e4 && figure % 1000 === 0 ? `${figure / 1000}k` : String(figure);
}

/** @param {import("./row_filter.mjs").Corrected} corrected */
function correctionWords({ word, near }) {
  const some = near.slice(0, NAMES_KNOWN).map((name) => `“${name}”`).join(", ");
  return text("explore.script.corrected", { word, near: some });
}

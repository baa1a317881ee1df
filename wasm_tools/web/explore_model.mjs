/**
 * One data set of the explorer without its page: columns as the reader wants them, the rows of a query, counts of choices.
 *
 * @typedef {object} Field a column; see generator/render/explorer/fields.py
 * @property {string} name @property {string} label @property {string} [kind] text (when absent), money, number, date
 * @property {string} [per] @property {string[]} [keys] @property {string} [link] @property {string} [fallback]
 * @property {string} [why] @property {string} [second] @property {boolean} [shown] @property {boolean} [searched]
 * @property {boolean} [listed] @property {boolean} [address] @property {string} [part] @property {boolean} [derived]
 * @property {string} [own] the expression of a column of the reader's own
 * @typedef {{name: string, label: string, steps?: number[]}} Facet
 * @typedef {object} Sheet
 * @property {string} id @property {string} title @property {string} noun @property {Field[]} fields @property {Facet[]} facets
 * @property {string[]} identity @property {string} empty @property {string} compare @property {string} compare_kind
 * @property {string} grouped @property {string[]} leads @property {string} unit_field @property {boolean} task
 * @property {Record<string, string>} parts
 * @typedef {{currency: string, units: string, date: string, source: string}} Rate
 * @typedef {{rates: Rate[], units: Record<string, {label: string, thousand: string}>}} Scales
 * @typedef {import("./columnar.mjs").Column} Column
 * @typedef {import("./explore_address.mjs").View} View
 * @typedef {import("./query_text.mjs").Term} Term
 * @typedef {{rows: Uint32Array, query: import("./query_text.mjs").Query, faults: import("./query_text.mjs").Fault[], notes: string[]}} Result
 */
import { counts, figures, plainNumber, ranked, tableOf } from "./columnar.mjs";
import { compiled, ExpressionError } from "./expression.mjs";
import { money, significant, unitPrice } from "./figures.mjs";
import { vocabularyOf } from "./near_names.mjs";
import { parsedQuery } from "./query_text.mjs";
import { fits, keyTest, matchingRows, wordTest } from "./row_filter.mjs";
import { byRank, groupRanks, orderedRows } from "./row_order.mjs";
import { bandsOf, blendedPrice, countsCachedAsNew, requestCost } from "./token_cost.mjs";

const SIGNS = /** @type {Record<string, string>} */ ({ USD: "$", EUR: "€", CNY: "CN¥" });
const NAMES_KNOWN = 3; // of near names in a note

/** The sign before a sum. @param {string} currency */
export function signOf(currency) {
  return SIGNS[currency] ?? `${currency} `;
}

/** A price as it stands in the table; computed ones are sums of three digits. @param {number} figure @param {string} sign @param {Field} field */
function moneyWords(figure, sign, { derived }) {
  if (figure === 0) return "free";
  return (derived ? money : unitPrice)(plainNumber(figure), sign);
}

/** @param {Sheet} sheet @param {Scales} scales */
export function sheetModel(sheet, scales) {
  let rows = 0;
  /** @type {Map<string, Column>} */
  const stored = new Map();
  /** @type {Map<string, Column>} columns by name and by the settings that they depend on */
  const computed = new Map();
  /** @type {Set<string> | undefined} */
  let vocabulary;
  /** @type {{above: number, prices: import("./token_cost.mjs").Prices}[][] | undefined} by code of the column */
  let bands;

  /** Take in a file of columns. @param {import("./columnar.mjs").TableRecord} record */
  function add(record) {
    const table = tableOf(record);
    rows = table.rows;
    for (const [name, column] of table.columns) stored.set(name, column);
    vocabulary = undefined;
  }

  /** All fields with the reader's own. @param {View} view @returns {Field[]} */
  function fieldsOf(view) {
    const own = view.own.map(({ name, text }) => ({ name, label: name, kind: "number", keys: [name], derived: true, own: text, shown: true }));
    return [...sheet.fields, ...own.filter(({ name }) => !sheet.fields.some((field) => field.name === name))];
  }

  /** Whether a column is there already. @param {Field} field */
  function isLoaded({ name, derived }) {
    return derived || stored.has(name);
  }

  /** A column as the reader wants it shown; null while its file is on its way or its expression is wrong. @param {Field} field @param {View} view @returns {Column | null} */
  function columnOf(field, view) {
    const as = settingsOf(field, view);
    if (as === "" && !field.derived) return stored.get(field.name) ?? null;
    const key = `${field.name} ${as}`;
    let column = computed.get(key);
    if (!column) {
      const made = field.own === undefined ? moneyFigures(field, view) : ownFigures(field.own, view, []);
      if (!made) return null;
      const sign = signOf(view.currency);
      column = ranked(made, field.own !== undefined ? significant : (figure) => moneyWords(figure, sign, field));
      if (computed.size > 24) computed.clear(); // settings that were tried and left
      computed.set(key, column);
    }
    return column;
  }

  /** What the figures of a column depend on. @param {Field} field @param {View} view */
  function settingsOf(field, view) {
    if (field.own !== undefined) return [field.own, ...view.own.map(({ name, text }) => `${name}=${text}`), view.currency, view.unit, view.blend, view.cached, view.task].join(" ");
    if (field.kind !== "money") return "";
    const parts = view.currency === "USD" && view.unit === "1M" ? [] : [view.currency, view.unit];
    if (field.name === "blended") parts.push(view.blend.join("-"), String(view.cached));
    if (field.name === "request") parts.push(view.task.join("-"), String(view.cached));
    return parts.join(" ");
  }

  /** @param {Field} field @param {View} view @returns {Float64Array | null} */
  function moneyFigures(field, view) {
    const base = dollars(field, view);
    if (!base) return null;
    const rate = scales.rates.find(({ currency }) => currency === view.currency);
    const times = rate ? Number(rate.units) : 1;
    const thousand = view.unit === "1k";
    const unit = sheet.unit_field && field.name === "price" ? stored.get(sheet.unit_field) : undefined;
    if (unit && thousand) {
      const factors = Float64Array.from({ length: unit.size }, (_, code) => (scales.units[unit.value(code)] ? times / 1000 : times));
      return base.map((figure, row) => figure * factors[unit.codes[row]]);
    }
    const factor = thousand && field.per === "1M" ? times / 1000 : times;
    return factor === 1 ? base : base.map((figure) => figure * factor);
  }

  /** The figures of a column in US dollars and at the usual scale. @param {Field} field @param {View} view @returns {Float64Array | null} */
  function dollars(field, view) {
    const told = (/** @type {string} */ name) => {
      const column = stored.get(name);
      return column ? figures(column) : null;
    };
    if (!field.derived) return told(field.name);
    if (field.name === "blended" || field.name === "request") return tokenFigures(field.name, view);
    const [price, memory, gpus] = [told("price"), told("vram"), told("count")];
    if (!price || !memory || !gpus) return null;
    return price.map((figure, row) => (field.name === "per_gb" ? figure / memory[row] : figure * gpus[row]));
  }

  /** @param {string} name @param {View} view @returns {Float64Array | null} */
  function tokenFigures(name, view) {
    const [input, output, cached] = ["input", "output", "cached"].map((one) => stored.get(one));
    const long = stored.get("bands");
    if (!input || !output || !cached || !long) return null;
    bands ??= Array.from({ length: long.size }, (_, code) => bandsOf(long.value(code)));
    const [read, written] = name === "blended" ? view.blend : view.task;
    const mix = { read, written, cachedShare: view.cached / 100 };
    const [inputs, outputs, reads] = [figures(input), figures(output), figures(cached)];
    return inputs.map((figure, row) => {
      const prices = { input: figure, output: outputs[row], cached: reads[row] };
      return name === "blended" ? blendedPrice(prices, mix) : requestCost(prices, /** @type {any} */ (bands)[long.codes[row]], mix);
    });
  }

  /**
   * The figures of an expression. Throws ExpressionError. @param {string} text @param {View} view
   * @param {string[]} within own columns that are being computed @returns {Float64Array | null} null while a file is on its way
   */
  function ownFigures(text, view, within) {
    let isComplete = true;
    const compute = compiled(text, (name) => {
      const field = fieldsOf(view).find((one) => one.name === name) ?? fieldsNamed(name, view)[0];
      if (!field || !["money", "number"].includes(field.kind ?? "")) return null;
      if (field.own !== undefined && (within.includes(field.name) || field.own === text)) return null;
      const made = field.own === undefined ? columnFigures(field, view) : ownFigures(field.own, view, [...within, field.name]);
      if (!made) {
        isComplete = false;
        return () => NaN;
      }
      return (row) => made[row];
    });
    return isComplete ? Float64Array.from({ length: rows }, (_, row) => compute(row)) : null;
  }

  /** @param {Field} field @param {View} view */
  function columnFigures(field, view) {
    const column = columnOf(field, view);
    return column && figures(column);
  }

  /** The fault in an expression, or null. @param {string} text @param {View} view */
  function expressionFault(text, view) {
    try {
      ownFigures(text, view, []);
      return null;
    } catch (error) {
      if (error instanceof ExpressionError) return error;
      throw error;
    }
  }

  /** @param {string} key @param {View} view */
  function fieldsNamed(key, view) {
    return fieldsOf(view).filter(({ name, keys }) => name === key || keys?.includes(key));
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
        const searched = sheet.fields.filter(({ searched: yes }) => yes).flatMap(({ name }) => stored.get(name) ?? []);
        const { test, corrected } = wordTest(term, searched, () => words(searched));
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
        faults.push({ ...place, message: `“${term.key}” cannot be used yet: its figures are not here.` });
        continue;
      }
      const test = keyTest(term, meant);
      if (typeof test === "string") faults.push({ ...place, message: `${test}, which “${term.key}:” needs.` });
      else tests.push(test);
    }
    return tests;
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
    let found = matchingRows(rows, testsOf(query.terms, view, faults, notes));
    const keys = [];
    for (const { name, descending } of query.sort) {
      const field = sortField(name, view);
      const column = field && safely(() => columnOf(field, view));
      if (column) keys.push({ field, column, descending });
      else faults.push({ at: query.sortAt[0][0], length: query.sortAt[0][1] - query.sortAt[0][0], message: `There is no column “${name}” to sort by${field ? " yet" : ""}.` });
    }
    if (keys.length) found = orderedRows(found, keys);
    const group = stored.get(sheet.grouped);
    if (group && keys[0]?.field.kind === "money") {
      const present = counts(group, found);
      found = byRank(found, group.codes, groupRanks(group, present, sheet.leads));
      if (present.filter(Boolean).length > 1) notes.push("Prices of unlike meters are not ranked together: rows are grouped by meter and ranked inside each.");
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
    const present = counts(column, matchingRows(rows, testsOf(terms, view, [], [])));
    if (steps) {
      const numbers = column.numbers();
      return steps.map((step) => ({ value: `>=${shortNumber(step)}`, label: `${shortNumber(step)} and more`, count: present.reduce((sum, n, code) => (numbers[code] >= step ? sum + n : sum), 0) }));
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

  /** Why a computed figure is not quite what was asked, '' when it is. @param {Field} field @param {number} row @param {View} view */
  function caveat(field, row, view) {
    const cached = stored.get("cached");
    const long = stored.get("bands");
    if (!sheet.task || !view.cached || !field.derived || field.own !== undefined || !cached || !long) return "";
    const prices = { input: 0, output: 0, cached: cached.numbers()[cached.codes[row]] };
    const mix = { read: field.name === "request" ? view.task[0] : 0, written: 0, cachedShare: view.cached / 100 };
    const isNew = countsCachedAsNew(prices, bands?.[long.codes[row]] ?? [], mix);
    return isNew ? "no price for cached tokens is stated: they are counted as new ones" : "";
  }

  return {
    add, fieldsOf, isLoaded, columnOf, expressionFault, queryOf, result, choices, termsOfFacet, keyOf, sortField, caveat,
    /** How many rows there are. */
    get size() {
      return rows;
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
  return `No name holds “${word}”. Names with ${some} are shown.`;
}

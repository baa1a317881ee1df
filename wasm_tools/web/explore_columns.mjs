/**
 * The columns of a data set as the reader wants them: stored ones, prices in another currency or unit, computed ones.
 *
 * @typedef {object} Field a column; see generator/render/explorer/fields.py
 * @property {string} name @property {string} label @property {string} [kind] text (when absent), money, number, date
 * @property {string} [per] @property {string[]} [keys] @property {string} [link] @property {string} [fallback]
 * @property {string} [why] @property {string} [second] @property {boolean} [shown] @property {boolean} [searched]
 * @property {boolean} [listed] @property {boolean} [address] @property {string} [part] @property {boolean} [derived]
 * @property {boolean} [english] the values are English sentences @property {string} [own] the expression of a column of the reader's own
 * @typedef {object} Sheet
 * @property {string} id @property {string} title @property {string} noun @property {Field[]} fields @property {import("./explore_model.mjs").Facet[]} facets
 * @property {string[]} identity @property {string} empty @property {string} compare @property {string} compare_kind
 * @property {string} grouped @property {string[]} leads @property {string} unit_field @property {boolean} task
 * @property {Record<string, string>} parts
 * @property {Record<string, Record<string, string>>} [words] by column and value, on pages of other languages than the files
 * @typedef {{currency: string, units: string, date: string, source: string}} Rate
 * @typedef {{rates: Rate[], units: Record<string, {label: string, thousand: string}>}} Scales
 * @typedef {import("./columnar.mjs").Column} Column
 * @typedef {Pick<Column, "codes" | "value" | "label">} Shown a column to look at
 * @typedef {import("./explore_address.mjs").View} View
 */
import { byRow, coded, figureOf, figures, plainNumber, ranked, tableOf } from "./columnar.mjs";
import { compiled, ExpressionError } from "./expression.mjs";
import { money, significant, unitPrice } from "./figures.mjs";
import { language, localNumber, text } from "./texts.mjs";
import { bandsOf, blendedPrice, countsCachedAsNew, requestCost } from "./token_cost.mjs";

const SIGNS = /** @type {Record<string, string>} */ ({ USD: "$", EUR: "€", CNY: "CN¥" });
const KEPT = 24; // computed columns: settings that were tried and left

/** The sign before a sum. @param {string} currency */
export function signOf(currency) {
  return SIGNS[currency] ?? `${currency} `;
}

/** A price as it stands in the table; computed ones are sums of three digits. @param {number} figure @param {string} sign @param {Field} field */
function moneyWords(figure, sign, { derived }) {
  return (derived && figure !== 0 ? money : unitPrice)(plainNumber(figure), sign);
}

/** @param {Sheet} sheet @param {Scales} scales */
export function sheetColumns(sheet, scales) {
  let rows = 0;
  /** @type {Map<string, Column>} */
  const stored = new Map();
  /** @type {Map<string, Column>} columns by name and by the settings that they depend on */
  const computed = new Map();
  /** @type {{above: number, prices: import("./token_cost.mjs").Prices}[][] | undefined} by code of the column */
  let bands;

  /** Take in a file of columns. @param {import("./columnar.mjs").TableRecord} record */
  function add(record) {
    const table = tableOf(record);
    rows = table.rows;
    for (const [name, column] of table.columns) stored.set(name, spoken(name, column));
  }

  /** A column of a file, which is English, in the language of the page. @param {string} name @param {Column} column */
  function spoken(name, column) {
    if (language() === "en") return column;
    const kind = sheet.fields.find((field) => field.name === name)?.kind;
    if (kind === "money") return { ...column, label: (/** @type {number} */ code) => (code === column.missing ? "" : unitPrice(column.value(code))) };
    if (kind === "number") return { ...column, label: (/** @type {number} */ code) => localNumber(column.label(code)) };
    const words = sheet.words?.[name];
    if (!words) return column;
    const values = Array.from({ length: column.size }, (_, code) => column.value(code));
    return coded(column.codes, values, values.map((value, code) => words[value] ?? column.label(code)));
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

  /**
   * A column as the reader wants it, to filter and to sort by; null while its file is on its way. Throws ExpressionError.
   * @param {Field} field @param {View} view @returns {Column | null}
   */
  function columnOf(field, view) {
    const known = knownColumn(field, view);
    if (known) return known;
    const figure = figuresOf(field, view);
    if (!figure) return null;
    const column = ranked(figures(rows, figure), wordsOf(field, view));
    if (computed.size > KEPT) computed.clear();
    computed.set(keyOf(field, view), column);
    return column;
  }

  /** The same to look at: only what is shown of it is computed. @param {Field} field @param {View} view @returns {Shown | null} */
  function shownColumn(field, view) {
    const known = knownColumn(field, view);
    if (known) return known;
    const figure = figuresOf(field, view);
    return figure && byRow(rows, figure, wordsOf(field, view));
  }

  /** A column that is there already. @param {Field} field @param {View} view */
  function knownColumn(field, view) {
    if (field.name === sheet.unit_field && view.unit === "1k") return unitsByThousand();
    if (!field.derived && settingsOf(field, view) === "") return stored.get(field.name) ?? null;
    return computed.get(keyOf(field, view)) ?? null;
  }

  /** @param {Field} field @param {View} view @returns {((row: number) => number) | null} */
  function figuresOf(field, view) {
    if (!field.derived && !stored.has(field.name)) return null;
    return field.own === undefined ? moneyFigures(field, view) : ownFigures(field.own, view, []);
  }

  /** @param {Field} field @param {View} view @returns {(figure: number) => string} */
  function wordsOf(field, view) {
    const sign = signOf(view.currency);
    return field.own === undefined ? (figure) => moneyWords(figure, sign, field) : significant;
  }

  /** @param {Field} field @param {View} view */
  function keyOf(field, view) {
    return `${field.name} ${settingsOf(field, view)}`;
  }

  /** The column of units, with thousands where there were millions. */
  function unitsByThousand() {
    const column = stored.get(sheet.unit_field);
    if (!column) return null;
    const values = Array.from({ length: column.size }, (_, code) => column.value(code));
    return coded(column.codes, values, values.map((value, code) => scales.units[value]?.thousand ?? column.label(code)));
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

  /** @param {Field} field @param {View} view @returns {((row: number) => number) | null} */
  function moneyFigures(field, view) {
    const base = dollars(field, view);
    if (!base) return null;
    const rate = scales.rates.find(({ currency }) => currency === view.currency);
    const times = rate ? Number(rate.units) : 1;
    const thousand = view.unit === "1k";
    const unit = sheet.unit_field && field.name === "price" ? stored.get(sheet.unit_field) : undefined;
    if (unit && thousand) {
      const factors = Float64Array.from({ length: unit.size }, (_, code) => (scales.units[unit.value(code)] ? times / 1000 : times));
      return (row) => base(row) * factors[unit.codes[row]];
    }
    const factor = thousand && field.per === "1M" ? times / 1000 : times;
    return factor === 1 ? base : (row) => base(row) * factor;
  }

  /** The figures of a column in US dollars and at the usual scale. @param {Field} field @param {View} view @returns {((row: number) => number) | null} */
  function dollars(field, view) {
    const told = (/** @type {string} */ name) => {
      const column = stored.get(name);
      return column ? figureOf(column) : null;
    };
    if (!field.derived) return told(field.name);
    if (field.name === "blended" || field.name === "request") return tokenFigures(field.name, view);
    const [price, memory, gpus] = [told("price"), told("vram"), told("count")];
    if (!price || !memory || !gpus) return null;
    return field.name === "per_gb" ? (row) => price(row) / memory(row) : (row) => price(row) * gpus(row);
  }

  /** @param {string} name @param {View} view @returns {((row: number) => number) | null} */
  function tokenFigures(name, view) {
    const [input, output, cached] = ["input", "output", "cached"].map((one) => stored.get(one));
    const long = stored.get("bands");
    if (!input || !output || !cached || !long) return null;
    const known = (bands ??= Array.from({ length: long.size }, (_, code) => bandsOf(long.value(code))));
    const [read, written] = name === "blended" ? view.blend : view.task;
    const mix = { read, written, cachedShare: view.cached / 100 };
    const [inputs, outputs, reads] = [figureOf(input), figureOf(output), figureOf(cached)];
    return (row) => {
      const prices = { input: inputs(row), output: outputs(row), cached: reads(row) };
      return name === "blended" ? blendedPrice(prices, mix) : requestCost(prices, known[long.codes[row]], mix);
    };
  }

  /**
   * The figures of an expression. Throws ExpressionError. @param {string} text @param {View} view
   * @param {string[]} within own columns that are being computed @returns {((row: number) => number) | null} null while a file is on its way
   */
  function ownFigures(text, view, within) {
    let isComplete = true;
    const compute = compiled(text, (name) => {
      const field = fieldsOf(view).find((one) => one.name === name) ?? fieldsNamed(name, view)[0];
      if (!field || !["money", "number"].includes(field.kind ?? "")) return null;
      if (field.own !== undefined && (within.includes(field.name) || field.own === text)) return null;
      const made = field.own === undefined ? columnFigures(field, view) : ownFigures(field.own, view, [...within, field.name]);
      if (!made) isComplete = false;
      return made ?? (() => NaN);
    });
    return isComplete ? compute : null;
  }

  /** @param {Field} field @param {View} view */
  function columnFigures(field, view) {
    const column = knownColumn(field, view);
    return column ? figureOf(column) : figuresOf(field, view);
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

  /** Why a computed figure is not quite what was asked, '' when it is. @param {Field} field @param {number} row @param {View} view */
  function caveat(field, row, view) {
    const cached = stored.get("cached");
    const long = stored.get("bands");
    if (!sheet.task || !view.cached || !field.derived || field.own !== undefined || !cached || !long) return "";
    const prices = { input: 0, output: 0, cached: cached.numbers()[cached.codes[row]] };
    const mix = { read: field.name === "request" ? view.task[0] : 0, written: 0, cachedShare: view.cached / 100 };
    const isNew = countsCachedAsNew(prices, bands?.[long.codes[row]] ?? [], mix);
    return isNew ? text("explore.script.new_tokens") : "";
  }

  return {
    add, stored, fieldsOf, fieldsNamed, isLoaded, columnOf, shownColumn, expressionFault, caveat,
    /** How many rows there are. */
    get size() {
      return rows;
    },
  };
}

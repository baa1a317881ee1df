/**
 * The query language of the explorer: `llama in:<0.5 p:openai,azure -tier:batch ctx:>=128k sort:-out`.
 *
 * A query is words (all must be found in names and ids) and terms `key:values`. Values are separated by commas, any of
 * them may hold. A value is a text, a comparison (`<5`, `>=128k`), a range (`1..5`), `=text` for the whole name, or `?`
 * for "not stated". A leading minus turns a term round. Quotes keep blanks together. `sort:` names columns.
 *
 * @typedef {{op: string, text: string, number: number, high: number}} Value `op`: has = < <= > >= .. ?
 * @typedef {{key: string, negated: boolean, values: Value[], start: number, end: number}} Term `key` '' for plain words
 * @typedef {{name: string, descending: boolean}} SortKey
 * @typedef {{at: number, length: number, message: string}} Fault
 * @typedef {{terms: Term[], sort: SortKey[], sortAt: [number, number][], faults: Fault[]}} Query
 */

import { text as said } from "./texts.mjs";

const KEY = /^([a-z][a-z0-9_]*):/i;
const COMPARED = /^(<=|>=|<|>|=)/;
const SCALES = /** @type {Record<string, number>} */ ({ "": 1, k: 1e3, m: 1e6, g: 1e9 });

/** @param {string} text @param {ReadonlySet<string>} known keys in lower case @returns {Query} */
export function parsedQuery(text, known) {
  /** @type {Query} */
  const query = { terms: [], sort: [], sortAt: [], faults: [] };
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at])) at += 1;
    else at = readTerm(text, at, known, query);
  }
  return query;
}

/** @param {string} text @param {number} start @param {ReadonlySet<string>} known @param {Query} query */
function readTerm(text, start, known, query) {
  const negated = text[start] === "-" && /\S/.test(text[start + 1] ?? " ");
  let at = start + Number(negated);
  const key = KEY.exec(text.slice(at))?.[1].toLowerCase() ?? "";
  const isKey = key !== "" && (known.has(key) || key === "sort");
  if (isKey) at += key.length + 1;
  else if (/^[a-z]+$/.test(key)) {
    const end = chunkEnd(text, at);
    const whole = text.slice(at, end);
    query.faults.push({ at, length: key.length + 1, message: said("explore.script.no_key", { key, whole }) });
    return end;
  }
  /** @type {Value[]} */
  const values = [];
  const valuesAt = at;
  do {
    if (values.length) at += 1; // the comma
    const from = at;
    const { raw, quoted, end, open } = chunk(text, at, isKey);
    at = end;
    if (open) query.faults.push({ at: from, length: end - from, message: said("explore.script.open_quote") });
    const value = valueOf(raw, quoted, isKey);
    if (value) values.push(value);
    else if (isKey) query.faults.push({ at: from, length: Math.max(1, end - from), message: said("explore.script.no_value", { key }) });
  } while (isKey && text[at] === ",");
  if (key === "sort") {
    query.sortAt.push([start, at]);
    query.sort.push(...values.map(({ text: name }) => ({ name: name.replace(/^-/, "").toLowerCase(), descending: name.startsWith("-") })));
  } else if (values.length) {
    query.terms.push({ key: isKey ? key : "", negated, values, start, end: at });
  }
  return Math.max(at, valuesAt, start + 1);
}

/** @param {string} text @param {number} at */
function chunkEnd(text, at) {
  while (at < text.length && /\S/.test(text[at])) at += 1;
  return at;
}

/**
 * One value: up to a blank (or a comma behind a key) outside of quotes.
 * @param {string} text @param {number} at @param {boolean} list
 */
function chunk(text, at, list) {
  let raw = "";
  const quoted = text[at] === '"';
  let inside = false;
  while (at < text.length && (inside || !(/\s/.test(text[at]) || (list && text[at] === ",")))) {
    if (text[at] === '"') inside = !inside;
    else raw += text[at];
    at += 1;
  }
  return { raw, quoted, end: at, open: inside };
}

/** @param {string} raw @param {boolean} quoted @param {boolean} behindKey @returns {Value | null} */
function valueOf(raw, quoted, behindKey) {
  const text = { op: "has", text: raw, number: NaN, high: NaN };
  if (raw === "") return null;
  if (!behindKey) return text;
  const op = COMPARED.exec(raw)?.[0] ?? "";
  const rest = raw.slice(op.length);
  if (quoted) return text;
  if (op && rest === "") return null;
  if (op) return { op, text: rest, number: numberOf(rest), high: NaN };
  if (raw === "?") return { ...text, op: "?" };
  const [low, high, more] = raw.split("..");
  if (high !== undefined && more === undefined && !Number.isNaN(numberOf(low)) && !Number.isNaN(numberOf(high))) {
    return { op: "..", text: raw, number: numberOf(low), high: numberOf(high) };
  }
  return { ...text, number: numberOf(raw) };
}

/** A figure as people write it: `128k`, `1.5M`, `$0.50`; NaN for anything else. @param {string} text */
export function numberOf(text) {
  const found = /^[$€¥]?(-?\d+(?:[.]\d+)?|[.]\d+)([kmg]?)$/i.exec(text);
  return found ? Number(found[1]) * SCALES[found[2].toLowerCase()] : NaN;
}

/** A text as a value behind a key. @param {string} value */
export function written(value) {
  return value === "" ? "?" : /[\s,"]|^[<>=?]|[.][.]/.test(value) ? `"${value.replaceAll('"', "")}"` : value;
}

/**
 * The query with these terms replaced by one, or by nothing when there are no values. It stands where the first one stood.
 * @param {string} text @param {Term[]} old @param {string} key @param {string[]} values as written
 */
export function withValues(text, old, key, values) {
  const term = values.length ? `${key}:${values.join(",")}` : "";
  return spliced(text, old.map(({ start, end }) => [start, end]), term);
}

/** The query with another order. @param {string} text @param {Query} query @param {SortKey[]} sort */
export function withSort(text, query, sort) {
  const names = sort.map(({ name, descending }) => (descending ? `-${name}` : name)).join(",");
  return spliced(text, query.sortAt, names && `sort:${names}`);
}

/** @param {string} text @param {[number, number][]} places in ascending order @param {string} instead of the first one */
function spliced(text, places, instead) {
  if (!places.length) return [text.trim(), instead].filter(Boolean).join(" ");
  let result = "";
  let from = 0;
  places.forEach(([start, end], number) => {
    result += text.slice(from, start) + (number === 0 ? instead : "");
    from = end;
  });
  return (result + text.slice(from)).replace(/\s{2,}/g, " ").trim();
}

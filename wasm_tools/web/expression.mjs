/**
 * Columns that the reader computes: numbers, columns, + - * / ( ), min, max and round. Own small parser, nothing is run.
 * A missing figure makes the result missing, and so does a division by zero: no result is ever a guess.
 *
 * @typedef {{at: number, message: string}} Fault
 * @typedef {(row: number) => number} Compute NaN where missing
 */

import { text as said } from "./texts.mjs";

const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([a-z][a-z0-9_]*)|([-+*/(),]))/iy;
const LONGEST = 200; // characters
const DEEPEST = 40; // parentheses within each other
const FUNCTIONS = /** @type {Record<string, {least: number, most: number, of: (...a: number[]) => number}>} */ ({
  min: { least: 1, most: 9, of: Math.min },
  max: { least: 1, most: 9, of: Math.max },
  round: { least: 1, most: 2, of: (figure, digits = 0) => rounded(figure, digits) },
});

export class ExpressionError extends Error {
  /** @param {string} message @param {number} at */
  constructor(message, at) {
    super(message);
    this.at = at;
  }
}

/**
 * The function that a text means.
 * @param {string} text @param {(name: string) => Compute | null} column the figures of a column; null for an unknown one
 * @returns {Compute} Throws ExpressionError with the place.
 */
export function compiled(text, column) {
  if (text.length > LONGEST) throw new ExpressionError(said("explore.formula.too_long", { n: LONGEST }), LONGEST);
  const tokens = tokensOf(text);
  let place = 0;
  let depth = 0;
  const next = () => tokens[place];

  /** @param {string} message @returns {never} */
  function fail(message) {
    throw new ExpressionError(message, next()?.at ?? text.length);
  }

  /** @param {string} sign */
  function expect(sign) {
    if (next()?.text !== sign) fail(next() ? said("explore.formula.expected", { sign }) : said("explore.formula.missing", { sign }));
    place += 1;
  }

  /** @returns {Compute} */
  function sum() {
    let left = product();
    while (next()?.text === "+" || next()?.text === "-") {
      const plus = tokens[place++].text === "+";
      const [a, b] = [left, product()];
      left = plus ? (row) => a(row) + b(row) : (row) => a(row) - b(row);
    }
    return left;
  }

  /** @returns {Compute} */
  function product() {
    let left = signed();
    while (next()?.text === "*" || next()?.text === "/") {
      const times = tokens[place++].text === "*";
      const [a, b] = [left, signed()];
      left = times ? (row) => a(row) * b(row) : (row) => quotient(a(row), b(row));
    }
    return left;
  }

  /** @returns {Compute} */
  function signed() {
    if (next()?.text !== "-") return operand();
    place += 1;
    enter();
    const inner = signed();
    depth -= 1;
    return (row) => -inner(row);
  }

  function enter() {
    depth += 1;
    if (depth > DEEPEST) fail(said("explore.formula.too_deep"));
  }

  /** @returns {Compute} */
  function operand() {
    const token = next() ?? fail(said("explore.formula.nothing_follows"));
    if (token.kind === "number") {
      place += 1;
      const figure = Number(token.text);
      return () => figure;
    }
    if (token.kind === "name") return named(token);
    if (token.text !== "(") return fail(said("explore.formula.unexpected", { text: token.text }));
    place += 1;
    enter();
    const inner = sum();
    depth -= 1;
    expect(")");
    return inner;
  }

  /** @param {{text: string, at: number}} token @returns {Compute} */
  function named({ text: name, at }) {
    place += 1;
    if (next()?.text === "(") return called(name, at);
    const figures = column(name.toLowerCase());
    if (!figures) throw new ExpressionError(said("explore.formula.no_figures", { name }), at);
    return figures;
  }

  /** @param {string} name @param {number} at @returns {Compute} */
  function called(name, at) {
    const known = Object.hasOwn(FUNCTIONS, name.toLowerCase()) ? FUNCTIONS[name.toLowerCase()] : null;
    if (!known) throw new ExpressionError(said("explore.formula.no_function", { name }), at);
    place += 1;
    enter();
    const given = [sum()];
    while (next()?.text === ",") {
      place += 1;
      given.push(sum());
    }
    depth -= 1;
    expect(")");
    if (given.length < known.least || given.length > known.most) {
      throw new ExpressionError(said("explore.formula.values", { name, least: known.least, most: known.most }), at);
    }
    return (row) => known.of(...given.map((figure) => figure(row)));
  }

  const whole = sum();
  if (next()) fail(said("explore.formula.unexpected", { text: next().text }));
  return (row) => {
    const figure = whole(row);
    return Number.isFinite(figure) ? figure : NaN;
  };
}

/** @param {string} text */
function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) {
      const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
      throw new ExpressionError(said("explore.formula.unusable", { text: text[at] }), at);
    }
    const [whole, number, name, sign] = found;
    const word = number ?? name ?? sign;
    tokens.push({ kind: number ? "number" : name ? "name" : "sign", text: word, at: from + whole.length - word.length });
  }
  return tokens;
}

/** @param {number} a @param {number} b */
function quotient(a, b) {
  return b === 0 ? NaN : a / b;
}

/** @param {number} figure @param {number} digits */
function rounded(figure, digits) {
  if (Number.isNaN(figure) || !(Math.abs(digits) <= 12)) return NaN;
  const scale = 10 ** Math.trunc(digits);
  return Math.round(figure * scale) / scale;
}

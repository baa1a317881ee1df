/**
 * How figures are written on pages: the same texts as `generator/render/formats.py`, digit by digit.
 * A browser test holds the two against each other on the precomputed plans.
 */

import { amount, language, localNumber } from "./texts.mjs";

export const DASH = "—";

/**
 * A decimal with that many decimals, halves to even as the pages round; below zero it ends before the point. Written out,
 * because the first number that a browser formats costs a slow phone as much as a whole table.
 * @param {string} text @param {number} least @param {number} most decimals @param {boolean} [grouped]
 */
function decimal(text, least, most, grouped = true) {
  const found = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!found) return text; // NaN and infinity
  const [, sign, whole, fraction = "", exponent = "0"] = found;
  const surplus = fraction.length - Number(exponent) - most;
  let units = BigInt(whole + fraction) * 10n ** BigInt(Math.max(0, -surplus));
  if (surplus > 0) {
    const step = 10n ** BigInt(surplus);
    const twice = 2n * (units % step);
    units /= step;
    if (twice > step || (twice === step && units % 2n === 1n)) units += 1n;
  }
  if (most < 0) {
    units *= 10n ** BigInt(-most);
    most = 0;
  }
  const digits = String(units).padStart(most + 1, "0");
  const head = digits.slice(0, digits.length - most);
  const tail = digits.slice(digits.length - most).replace(/0+$/, "").padEnd(least, "0");
  return `${sign}${grouped ? head.replace(/\B(?=(\d{3})+$)/g, ",") : head}${tail && `.${tail}`}`;
}

/** Three significant digits in plain digits, at least two decimals. @param {string} text a decimal below one */
function threeDigits(text) {
  const value = Number(text);
  if (value === 0) return "0";
  const exponent = Number(value.toExponential().split("e")[1]);
  return decimal(text, 2, Math.max(2, 2 - exponent), false);
}

/**
 * A sum: whole dollars from $100, cents from $1, three significant digits below.
 * @param {string} text @param {string} [sign] of the currency
 */
export function money(text, sign = "$") {
  const size = Math.abs(Number(text));
  if (size >= 100) return amount(decimal(text, 0, 0), sign);
  if (size >= 1) return amount(decimal(text, 2, 2), sign);
  return amount(threeDigits(text), sign);
}

/**
 * A unit price: up to four decimals from one on; below, exact up to four significant digits, else three. `formats.price`.
 * @param {string} text in plain digits @param {string} [sign] of the currency
 */
export function unitPrice(text, sign = "$") {
  const figure = Number(text);
  if (figure === 0) return language() === "de" ? "kostenlos" : "free";
  if (Math.abs(figure) >= 1) return amount(decimal(text, 2, 4), sign);
  const digits = text.replace(/^-?0\.0*/, "").replace(/0+$/, "");
  if (digits.length > 4) return amount(threeDigits(text), sign);
  const [whole, decimals = ""] = text.split(".");
  return amount(`${whole}.${decimals.replace(/0+$/, "").padEnd(2, "0")}`, sign);
}

/** A float with that many decimals, rounded by its exact binary value as Python does. @param {number} value @param {number} digits */
function fixed(value, digits, grouped = true) {
  return decimal(rounded(value, digits).toFixed(digits), digits, digits, grouped);
}

/** A time in ms without its unit: one decimal below 10. @param {number} value */
export function milliseconds(value) {
  return localNumber(fixed(value, value < 10 ? 1 : 0));
}

/** A time in ms, written in seconds without its unit. @param {number} value */
export function seconds(value) {
  return localNumber(value / 1000 < 10 ? fixed(value / 1000, 2, false) : fixed(value / 1000, 1));
}

/** @param {number} share */
export function percent(share) {
  return `${fixed(share * 100, 0, false)} %`;
}

/** @param {number} share */
export function signedPercent(share) {
  return `${share < 0 ? "−" : "+"}${fixed(Math.abs(share * 100), 0, false)} %`;
}

/** @param {number} value */
export function count(value) {
  return localNumber(decimal(String(value), 0, 0));
}

/** Up to four significant digits. @param {number} value */
export function rate(value) {
  return significant(value);
}

/** A length as vendors call it: `128k`, `1M`, exact digits below ten thousand. `formats.tokens`. @param {number} value */
export function tokens(value) {
  for (const [scale, sign] of /** @type {[number, string][]} */ ([[1e6, "M"], [1_048_576, "M"], [1000, "k"], [1024, "k"]])) {
    if (value >= scale && value % scale === 0 && (sign === "M" || value < 1e6)) return `${count(value / scale)}${sign}`;
  }
  if (value >= 1e6) return `${localNumber(String(Number((value / 1e6).toPrecision(3))))}M`;
  return value >= 10_000 ? `${localNumber(String(Number((value / 1000).toPrecision(3))))}k` : count(value);
}

/** A figure of any size: up to four significant digits in plain notation. @param {number} value */
export function significant(value) {
  const exponent = Number(value.toExponential().split("e")[1]); // none of what is not finite
  return localNumber(Number.isNaN(exponent) ? String(value) : decimal(String(value), 0, 3 - exponent));
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${localNumber((bytes / 1e6).toFixed(1))} MB`;
}

/**
 * Rounded to decimals, halves to even, exactly like Python's `round`: both sides must plan with the same number.
 * @param {number} value @param {number} digits
 */
export function rounded(value, digits) {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return value;
  const exact = value.toFixed(60); // every digit of the binary fraction that can matter here
  const [whole, fraction] = exact.split(".");
  const rest = fraction.slice(digits);
  const isHalf = /^50*$/.test(rest);
  if (!isHalf) return Number(value.toFixed(digits));
  const kept = BigInt(whole.replace("-", "") + fraction.slice(0, digits));
  const even = kept % 2n === 0n ? kept : kept + 1n;
  return (Math.sign(value) * Number(even)) / 10 ** digits;
}

/** The size of a file: kilobytes of small ones. @param {number} bytes */
export function fileSize(bytes) {
  return bytes < 100_000 ? `${localNumber(Math.max(0.1, bytes / 1000).toFixed(1))} kB` : megabytes(bytes);
}

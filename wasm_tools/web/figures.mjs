/**
 * How figures are written on pages: the same texts as `generator/render/formats.py`, digit by digit.
 * A browser test holds the two against each other on the precomputed plans.
 */

export const DASH = "—";

/** Half to even, as the pages round. Older browsers round half up; the difference is a last digit. */
const EVEN = /** @type {Intl.NumberFormatOptions} */ ({ roundingMode: "halfEven" });
const formats = new Map();

/** @param {number} least @param {number} most decimals @param {boolean} [grouped] */
function format(least, most, grouped = true) {
  const key = `${least} ${most} ${grouped}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: grouped };
    formats.set(key, new Intl.NumberFormat("en-US", { ...digits, ...EVEN }));
  }
  return formats.get(key);
}

/** Three significant digits in plain digits, at least two decimals. @param {string} text a decimal below one */
function threeDigits(text) {
  const value = Number(text);
  if (value === 0) return "0";
  const exponent = Number(value.toExponential().split("e")[1]);
  return format(2, Math.max(2, 2 - exponent), false).format(text);
}

/**
 * A sum: whole dollars from $100, cents from $1, three significant digits below.
 * @param {string} text @param {string} [sign] of the currency
 */
export function money(text, sign = "$") {
  const size = Math.abs(Number(text));
  if (size >= 100) return `${sign}${format(0, 0).format(/** @type {any} */ (text))}`;
  if (size >= 1) return `${sign}${format(2, 2).format(/** @type {any} */ (text))}`;
  return `${sign}${threeDigits(text)}`;
}

/**
 * A unit price: up to four decimals from one on; below, exact up to four significant digits, else three. `formats.price`.
 * @param {string} text in plain digits @param {string} [sign] of the currency
 */
export function unitPrice(text, sign = "$") {
  const figure = Number(text);
  if (figure === 0) return "free";
  if (Math.abs(figure) >= 1) return `${sign}${format(2, 4).format(/** @type {any} */ (text))}`;
  const digits = text.replace(/^-?0\.0*/, "").replace(/0+$/, "");
  if (digits.length > 4) return `${sign}${threeDigits(text)}`;
  const [whole, decimals = ""] = text.split(".");
  return `${sign}${whole}.${decimals.replace(/0+$/, "").padEnd(2, "0")}`;
}

/** A float with that many decimals, rounded by its exact binary value as Python does. @param {number} value @param {number} digits */
function fixed(value, digits, grouped = true) {
  return format(digits, digits, grouped).format(rounded(value, digits).toFixed(digits));
}

/** A time in ms without its unit: one decimal below 10. @param {number} value */
export function milliseconds(value) {
  return fixed(value, value < 10 ? 1 : 0);
}

/** A time in ms, written in seconds without its unit. @param {number} value */
export function seconds(value) {
  return value / 1000 < 10 ? fixed(value / 1000, 2, false) : fixed(value / 1000, 1);
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
  return format(0, 0).format(value);
}

/** Up to four significant digits. @param {number} value */
export function rate(value) {
  return new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 }).format(value);
}

/** A length as vendors call it: `128k`, `1M`, exact digits below ten thousand. `formats.tokens`. @param {number} value */
export function tokens(value) {
  for (const [scale, sign] of /** @type {[number, string][]} */ ([[1e6, "M"], [1_048_576, "M"], [1000, "k"], [1024, "k"]])) {
    if (value >= scale && value % scale === 0 && (sign === "M" || value < 1e6)) return `${count(value / scale)}${sign}`;
  }
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 10_000 ? `${Number((value / 1000).toPrecision(3))}k` : count(value);
}

/** A figure of any size: up to four significant digits in plain notation. @param {number} value */
export function significant(value) {
  return new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4, ...EVEN }).format(value);
}

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
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

/** Amounts of a bill: exact texts in, exact texts out, only grouped for reading. */

import { amount, localNumber } from "./texts.mjs";

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
const CENTS = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 20 });

/** A number as written, with thousands separators. @param {string | number} text */
export function figure(text) {
  return localNumber(GROUPED.format(/** @type {any} */ (text)));
}

/** Dollars with at least two decimals, nothing rounded away. @param {string} text */
export function dollars(text) {
  const written = CENTS.format(/** @type {any} */ (text));
  return written.startsWith("-") ? `−${amount(written.slice(1), "$")}` : amount(written, "$");
}

/** A unit price in dollars as written. @param {string} text */
export function listed(text) {
  return amount(GROUPED.format(/** @type {any} */ (text)), "$");
}

/** A computed price in dollars to four significant digits. @param {string} text */
export function about(text) {
  return amount(new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 }).format(Number(text)), "$");
}

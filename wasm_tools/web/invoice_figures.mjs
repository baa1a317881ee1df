/** Amounts of a bill: exact texts in, grouped for reading; what is rounded has its exact text on a title. */
import { DASH } from "./figures.mjs";
import { element } from "./panel.mjs";
import { amount, localNumber } from "./texts.mjs";

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
/** Halves to even, as the engine rounds; older browsers round half up. */
const CENTS = new Intl.NumberFormat("en-US", /** @type {Intl.NumberFormatOptions} */ ({ minimumFractionDigits: 2, maximumFractionDigits: 2, roundingMode: "halfEven" }));
const SMALL = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const PRICE = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const PERCENT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const EXACT = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 20 });

/** A number as written, with thousands separators. @param {string | number} text */
export function figure(text) {
  return localNumber(GROUPED.format(/** @type {any} */ (text)));
}

/** An amount with its sign before the currency. @param {string} written as English writes it @param {string} currency */
function signed(written, currency) {
  const [minus, digits] = written.startsWith("-") ? ["−", written.slice(1)] : ["", written];
  return minus + (currency === "USD" ? amount(digits, "$") : `${localNumber(digits)}\u00a0${currency || "?"}`);
}

/** To the cent; below one, to three significant digits. @param {string} text @param {string} [currency] */
export function sum(text, currency = "USD") {
  return signed(short(text, SMALL), currency);
}

/** Below one by significant digits, at least two decimals always. @param {string} text @param {Intl.NumberFormat} small */
function short(text, small) {
  const size = Math.abs(Number(text));
  const written = size > 0 && size < 0.995 ? small.format(/** @type {any} */ (text)) : "";
  return /\.\d\d/.test(written) ? written : CENTS.format(/** @type {any} */ (text));
}

/** All digits of an amount. @param {string} text @param {string} [currency] */
export function exact(text, currency = "USD") {
  return signed(EXACT.format(/** @type {any} */ (text)), currency);
}

/** An amount for a cell or a line; its title tells what rounding took away. @param {string} text @param {string} [currency] */
export function money(text, currency = "USD") {
  const [shown, whole] = [sum(text, currency), exact(text, currency)];
  return element("span", shown === whole ? {} : { title: whole }, shown);
}

/** A unit price in dollars to four significant digits; a dash where there is none. @param {string | null} text */
export function price(text) {
  return text === null ? DASH : signed(short(text, PRICE), "USD");
}

/** A share, 0 to 1, in percent. @param {string | null} share */
export function percent(share) {
  return share === null ? DASH : `${localNumber(PERCENT.format(Number(share) * 100))}\u00a0%`;
}

/** A range that may be a point. @param {string} low @param {string} high */
export function range(low, high) {
  return low === high ? sum(low) : `${sum(low)}–${sum(high)}`;
}

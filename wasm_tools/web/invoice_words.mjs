/** Words of the engine's closed lists in the language of the page; what the engine says freely stays English. */
import { DASH } from "./figures.mjs";
import { english, text } from "./texts.mjs";

const UNCLEAR = "other"; // a plural form in the texts, so it has another name there
/** @param {string} list @param {string} name */
const keyOf = (list, name) => `invoice.${list}.${name === UNCLEAR ? "unclear" : name}`;

/** A word of a list that the texts know, else as the engine writes it. @param {string} list @param {string} name @returns {string | Node} */
export function word(list, name) {
  const key = keyOf(list, name);
  const said = text(key);
  return said === key ? english(name) : said;
}

/** The same as a text, for options and charts. @param {string} list @param {string} name */
export function wordText(list, name) {
  const key = keyOf(list, name);
  const said = text(key);
  return said === key ? name : said;
}

/** A name from a bill, or that there is none. @param {string} name */
export const nameOr = (name) => name || text("invoice.script.not_stated");

/** Two days as a span. @param {string} first @param {string} last */
export function days(first, last) {
  if (!first) return DASH;
  return first === last ? first : text("invoice.script.days", { first, last });
}

/**
 * What the explorer writes into heads, cells and the details of a row. Texts of sources go in as text, never as markup.
 *
 * @typedef {import("./explore_columns.mjs").Field} Field
 * @typedef {import("./explore_columns.mjs").Shown} Shown
 */

import { amount, language, text as said } from "./texts.mjs";

const LONG = 20; // characters that every column has room for

/**
 * @param {HTMLTableCellElement} cell
 * @param {{field: Field, column: Shown | null, fallback?: Shown | null, second?: Shown | null, row: number, root: string, caveat: string}} given
 */
export function fillCell(cell, { field, column, fallback, second, row, root, caveat }) {
  const exact = column ? column.value(column.codes[row]) : "";
  const words = column ? column.label(column.codes[row]) : "";
  const text = words || (fallback ? fallback.label(fallback.codes[row]) : "") || (column ? "—" : "…");
  const title = exact !== words ? `${words} (${exact})` : words.length > LONG ? words : "";
  cell.title = caveat && words ? `${words}: ${caveat}` : words ? title : (field.why ?? said("explore.script.no_source"));
  cell.classList.toggle("is-missing", !words);
  if (second) cell.dataset.second = second.label(second.codes[row]);
  else delete cell.dataset.second;
  if (isForeign(field)) cell.lang = "en";
  const shown = caveat && words ? `${words} †` : text;
  if (!field.link || !words) {
    if (cell.childElementCount || cell.textContent !== shown) cell.textContent = shown;
    return;
  }
  let anchor = cell.querySelector("a");
  if (!anchor) {
    anchor = document.createElement("a");
    cell.replaceChildren(anchor);
  }
  anchor.tabIndex = -1; // the grid is one stop; the row's own links are in its details
  // What is the same already is not written: the browser would lay it out again.
  if (anchor.textContent !== shown) anchor.textContent = shown;
  const href = pageOf(root, field.link, exact);
  if (anchor.getAttribute("href") !== href) anchor.href = href;
}

/** Whether the values are English sentences on a page of another language. @param {Field} field */
function isForeign({ english }) {
  return Boolean(english) && language() !== "en";
}

/** The unit under the name of a column: `$/1M`. @param {Field} field @param {{sign: string, unit: string}} as */
export function unitWords({ kind, per = "" }, { sign, unit }) {
  if (kind !== "money" || !per) return per;
  return `${sign.trim()}/${per === "1M" ? unit : per}`;
}

/** @param {Field} field @param {string} unit @param {{descending: boolean, place: number} | null} sort place among several */
export function headCell(field, unit, sort) {
  const head = document.createElement("th");
  head.scope = "col";
  head.className = classOf(field);
  head.setAttribute("aria-sort", !sort ? "none" : sort.descending ? "descending" : "ascending");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.sort = field.name;
  button.append(field.label);
  if (sort && sort.place > 0) button.dataset.place = String(sort.place);
  if (unit) {
    const small = document.createElement("small");
    small.textContent = unit;
    button.append(" ", small);
  }
  head.append(button);
  return head;
}

/** @param {Field} field */
export function classOf({ name, kind, own }) {
  const figure = kind === "money" || kind === "number" ? " is-figure" : "";
  return own === undefined ? `c-${name}${figure}` : `c-own${figure}`;
}

/**
 * All that is known of a row, as terms.
 * @param {{field: Field, column: Column | null, unit: string}[]} known @param {number} row
 * @param {{root: string, sign: string}} as
 */
export function rowTerms(known, row, { root, sign }) {
  const terms = document.createElement("dl");
  for (const { field, column, unit } of known) {
    const words = column ? column.label(column.codes[row]) : "";
    const exact = column ? column.value(column.codes[row]) : "";
    if (!words) continue;
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = field.label;
    if (isForeign(field)) definition.lang = "en";
    const href = field.link ? pageOf(root, field.link, exact) : field.address ? exact : "";
    if (href) definition.append(anchored(words, href));
    else if (field.kind === "money") definition.textContent = `${amount(exact, sign)}${field.per ? ` /${unit.split("/")[1]}` : ""}`;
    else definition.textContent = [exact === words ? words : `${words} (${exact})`, field.kind === "number" ? unit : ""].filter(Boolean).join(" ");
    terms.append(term, definition);
  }
  return terms;
}

/** @param {string} root @param {string} folder @param {string} id */
function pageOf(root, folder, id) {
  return `${root}${folder}${encodeURIComponent(id)}/`;
}

/** A link; plain words for an address that is not one, because a source may write anything there. @param {string} words @param {string} href */
function anchored(words, href) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) && !/^https?:/i.test(href)) return words;
  const anchor = document.createElement("a");
  anchor.textContent = words;
  anchor.href = href;
  anchor.rel = "noreferrer";
  return anchor;
}

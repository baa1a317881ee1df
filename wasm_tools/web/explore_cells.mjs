/**
 * What the explorer writes into cells and into the details of a row. Texts of sources go in as text, never as markup.
 *
 * @typedef {object} Field a column, facet or detail; see generator/render/pages/explore.py
 * @property {string} name @property {string} label
 * @property {string} [link] folder of the page about the value @property {string} [fallback] column that stands in
 * @property {string} [why] said where the value is missing @property {boolean} [address] the value is a web address
 * @property {string} [second] column that stands below it on a narrow screen
 * @property {boolean} [exact] dollars to the last digit instead of the rounded form
 * @typedef {import("./columnar.mjs").Table} Table
 */
import { label, value } from "./columnar.mjs";

const LONG = 20; // characters that every column has room for

/** @param {HTMLTableCellElement} cell @param {Field} field @param {Table} table @param {number} row @param {string} root */
export function fillCell(cell, { name, link, fallback, why, second }, table, row, root) {
  const words = label(table, name, row);
  const exact = value(table, name, row);
  const text = words || (fallback && label(table, fallback, row)) || "—";
  const title = exact !== words ? `${words} (${exact})` : words.length > LONG ? words : "";
  cell.title = words ? title : (why ?? "not stated by any source");
  cell.classList.toggle("is-missing", !words);
  if (second) cell.dataset.second = label(table, second, row);
  if (!link || !words) {
    cell.textContent = text;
    return;
  }
  let anchor = cell.querySelector("a");
  if (!anchor) {
    anchor = document.createElement("a");
    anchor.tabIndex = -1; // the grid is one stop; the row's own links are in its details
    cell.replaceChildren(anchor);
  }
  anchor.textContent = text;
  anchor.href = pageOf(root, link, exact);
}

/** All that is known of a row, as terms. @param {Field[]} fields @param {Table} table @param {number} row @param {string} root */
export function rowTerms(fields, table, row, root) {
  const terms = document.createElement("dl");
  for (const { name, label: title, link, address, exact: toTheDigit } of fields) {
    const words = label(table, name, row);
    const exact = value(table, name, row);
    if (!words) continue;
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = title;
    const href = link ? pageOf(root, link, exact) : address ? exact : "";
    if (toTheDigit) definition.textContent = `$${exact}`;
    else if (href) definition.append(anchored(words, href));
    else definition.textContent = exact === words ? words : `${words} (${exact})`;
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

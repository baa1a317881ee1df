/** Tables of results that are worked out in the page, and the chips in them. */
import { element, scrolled } from "./panel.mjs";

/** A table with a caption that is heard; cells are texts, nodes or lists of them, those of `figures` are right-aligned. @param {string} title @param {string[]} heads @param {number[]} figures */
export function panelTable(title, heads, figures) {
  const table = element("table", { className: "t" }, element("caption", { className: "heard" }, title));
  table.createTHead().insertRow().append(...heads.map((head, n) => element("th", { scope: "col", className: figures.includes(n) ? "n" : "" }, head)));
  const body = table.createTBody();
  return { box: scrolled(table, title), body, row: (/** @type {(string | Node | (string | Node)[])[]} */ cells) => tableRow(cells, figures) };
}

/** @param {(string | Node | (string | Node)[])[]} cells @param {number[]} figures */
function tableRow(cells, figures) {
  const made = element("tr");
  made.append(...cells.map((cell, n) => {
    const box = n === 0 ? element("th", { scope: "row" }) : element("td", { className: figures.includes(n) ? "n" : "" });
    box.append(...(Array.isArray(cell) ? cell : [cell]));
    return box;
  }));
  return made;
}

/** @param {string} className @param {string} words */
export const chip = (className, words) => element("span", { className: `chip chip-${className}` }, words);

/**
 * A report as elements, from the parts that the engine answers; and on paper, alone.
 *
 * @typedef {{text: string} | {lines: string[]} | {head: string[], rows: string[][], figures: number[]}} Part
 * @typedef {{id: string, title: string, note: string, figure: string, figure_words: string, facts: [string, string][],
 *   sections: Section[]}} Report
 * @typedef {{title: string, parts: Part[]}} Section
 */
import { element, scrolled } from "./panel.mjs";

const WHOLE_WIDTH = 2; // sections on paper; the rest stands in two columns

/** @param {Report} report @returns {HTMLElement[]} */
export function reportElements({ title, note, figure, figure_words: words, facts, sections }) {
  const pairs = facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  return [
    element("h3", { className: "report-title" }, title),
    ...(note ? [element("p", { className: "report-note" }, note)] : []),
    element("p", { className: "report-figure" }, element("strong", {}, figure), " ", element("span", {}, words)),
    element("dl", {}, ...pairs),
    ...sections.slice(0, WHOLE_WIDTH).map(sectionElement),
    element("div", { className: "rest" }, ...sections.slice(WHOLE_WIDTH).map(sectionElement)),
  ];
}

/** @param {Section} section */
function sectionElement({ title, parts }) {
  return element("section", { className: `report-${title.toLowerCase().replaceAll(" ", "-")}` }, element("h4", {}, title), ...parts.map(partElement));
}

/** @param {Part} part */
function partElement(part) {
  if ("text" in part) return element("p", {}, part.text);
  if ("lines" in part) return element("ul", {}, ...part.lines.map((line) => element("li", {}, line)));
  const cells = (/** @type {"th" | "td"} */ tag, /** @type {string[]} */ row) =>
    element("tr", {}, ...row.map((cell, place) => {
      const made = element(tag, { className: part.figures.includes(place) ? "n" : "" }, cell);
      if (tag === "th") made.setAttribute("scope", "col");
      return made;
    }));
  const table = element("table", {}, element("thead", {}, cells("th", part.head)), element("tbody", {}, ...part.rows.map((row) => cells("td", row))));
  return scrolled(table, part.head[0]);
}

/** Print a report without the page around it. @param {HTMLElement} shown */
export function printReport(shown) {
  const sheet = /** @type {HTMLElement} */ (shown.cloneNode(true));
  sheet.hidden = false;
  sheet.classList.add("report-sheet");
  document.body.append(sheet);
  document.documentElement.classList.add("prints-report");
  addEventListener("afterprint", () => {
    document.documentElement.classList.remove("prints-report");
    sheet.remove();
  }, { once: true });
  print();
}

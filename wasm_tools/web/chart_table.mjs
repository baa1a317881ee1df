/** The figures of a chart in a table that opens below it; it is written when it is first opened. */
import { DASH } from "./figures.mjs";
import { axisTitle, valueText } from "./chart_scales.mjs";
import { element, scrolled } from "./panel.mjs";
import { text } from "./texts.mjs";

/** @param {import("./live_chart.mjs").Chart} chart @param {boolean} open */
export function chartTable(chart, open) {
  const number = chart.series.reduce((sum, s) => sum + s.points.length, 0);
  const box = element("details", { className: "more" }, element("summary", {}, text("chart.points", { n: number })));
  const fill = () => box.open && box.childElementCount === 1 && box.append(table(chart));
  box.addEventListener("toggle", fill);
  box.open = open;
  fill();
  return box;
}

/** @param {import("./live_chart.mjs").Chart} chart */
function table(chart) {
  const rows = rowsOf(chart);
  const made = element("table", { className: "t" }, element("caption", { className: "heard" }, chart.title));
  made.createTHead().insertRow().append(...rows[0].map((name) => element("th", { scope: "col" }, name)));
  made.createTBody().append(...rows.slice(1).map((row) => {
    const [head, ...cells] = row;
    return element("tr", {}, element("th", { scope: "row" }, head), ...cells.map((cell) => element("td", {}, cell)));
  }));
  return scrolled(made, chart.title);
}

/** The heading and a row a point; a column that no point fills is left out. @param {import("./live_chart.mjs").Chart} chart @returns {string[][]} */
export function rowsOf({ x, y, series }) {
  const points = series.flatMap((s) => s.points.map((point, n) => ({ s, point, label: s.labels?.[n] ?? "" })));
  const written = (/** @type {import("./chart_scales.mjs").Axis} */ axis, /** @type {number | null | undefined} */ v) => (typeof v === "number" ? valueText(axis, v) : DASH);
  const columns = /** @type {[string, (p: typeof points[number]) => string, boolean][]} */ ([
    [text("chart.series"), ({ s }) => s.name, true],
    [text("chart.what"), ({ label }) => label, points.some(({ label }) => label)],
    [axisTitle(x), ({ point }) => written(x, y.categories && typeof point[2] === "number" ? point[0] - point[2] : point[0]), true],
    [axisTitle(y), ({ point }) => written(y, point[1]), true],
    [text("chart.lowest"), ({ point }) => written(y, point[2]), !y.categories && points.some(({ point }) => typeof point[2] === "number")],
    [text("chart.highest"), ({ point }) => written(y, point[3]), points.some(({ point }) => typeof point[3] === "number")],
  ]).filter(([, , filled]) => filled);
  return [columns.map(([name]) => name), ...points.map((p) => columns.map(([, cell]) => cell(p)))];
}

/**
 * Charts of figures that are worked out in the page: the look of the pages' still charts, drawn in place, with what they
 * show in words, a read-out by pointer and arrow keys, and their figures in a table. Its height is fixed: nothing moves.
 *
 * @typedef {import("./chart_marks.mjs").Series} Series
 * @typedef {import("./chart_marks.mjs").Plot} Plot
 * @typedef {{axis: "x" | "y", value: number, label: string}} Line a bound that is drawn across the plot
 * @typedef {{x: number, y: number, label: string}} Mark a point that is named
 * @typedef {{title: string, summary: string, x: import("./chart_scales.mjs").Axis, y: import("./chart_scales.mjs").Axis,
 *   series: Series[], lines?: Line[], marks?: Mark[], height?: number}} Chart
 */
import { acrossOf, downOf, shapesOf } from "./chart_marks.mjs";
import { readable } from "./chart_reading.mjs";
import { apart, axisTitle, placed, scaleOf, tickText, ticks, valueText } from "./chart_scales.mjs";
import { chartTable } from "./chart_table.mjs";
import { element } from "./panel.mjs";

const SVG = "http://www.w3.org/2000/svg";
const [HEIGHT, TOP, BOTTOM, ROW] = [260, 26, 40, 28];
const LINE_NAME = 14; // height of the name of a line
const LETTER = 6.4; // width of a letter on average
const [LEFTS, RIGHTS] = [[44, 60, 84, 120, 150, 186], [16, 64, 104, 144]]; // margins that the style sheet knows
const [NAMES_MOST, LONGEST] = [6, 16]; // names at the ends of lines: so many, of so many letters

/** Draw a chart in the place of what the host holds. An open table stays open, the focus stays. @param {HTMLElement} host has an id @param {Chart} chart */
export function drawChart(host, chart) {
  const open = host.querySelector("details")?.open ?? false;
  const focused = host.querySelector(".chart-stage") === document.activeElement;
  const plot = plotOf(chart);
  const { id } = host;
  const named = namedAtEnds(chart);
  const picture = pictureOf(chart, plot, id, named);
  const stage = element("div", { className: "chart-stage" }, picture);
  const said = element("p", { className: "chart-said" });
  const figure = element("figure", { className: "chart" }, element("p", { className: "chart-title", id: `${id}-title` }, chart.title));
  const keys = named ? [] : keysOf(chart);
  if (keys.length) figure.append(element("p", { className: "keys" }, ...keys));
  figure.append(stage, said, element("figcaption", { id: `${id}-summary` }, chart.summary), chartTable(chart, open));
  readable(stage, said, chart, plot, /** @type {SVGElement} */ (picture.querySelector(".cursor")));
  host.replaceChildren(figure);
  if (focused) stage.focus({ preventScroll: true });
}

/** @param {Chart} chart @returns {Plot} */
function plotOf(chart) {
  const { x, y, series, lines = [], marks = [] } = chart;
  const points = series.flatMap((s) => s.points);
  const across = [...points.map((p) => p[0]), ...marks.map((m) => m.x), ...lines.filter((l) => l.axis === "x").map((l) => l.value)];
  const up = [...points.flatMap((p) => p.slice(1)), ...marks.map((m) => m.y), ...lines.filter((l) => l.axis === "y").map((l) => l.value)];
  const rows = Boolean(y.categories);
  if (rows) across.push(0, ...points.flatMap((p) => p[2] ?? []));
  else if (series.some((s) => s.kind === "bar" || s.kind === "area") && y.scale !== "log") up.push(0);
  const able = (/** @type {import("./chart_scales.mjs").Axis} */ axis, /** @type {unknown[]} */ values) =>
    /** @type {number[]} */ (values.filter((v) => placed(axis, /** @type {number} */ (v))));
  const high = chart.height ?? (rows ? ROW * (y.categories?.length ?? 1) : HEIGHT);
  const bars = series.some((s) => s.kind === "bar");
  const zero = { x: { ...x, zero: x.zero ?? rows }, y: { ...y, zero: y.zero ?? bars } };
  return { x, y, across: scaleOf(zero.x, or(able(x, across))), up: scaleOf(zero.y, or(able(y, up))), high, rows };
}

/** @param {number[]} values */
const or = (values) => (values.length ? values : [1]);

/** Whether the names of the series fit at the ends of their lines. @param {Chart} chart */
function namedAtEnds({ series }) {
  const told = series.filter((s) => !s.quiet);
  return told.length > 1 && told.length <= NAMES_MOST && told.every((s) => ["line", "step"].includes(s.kind) && s.name.length <= LONGEST);
}

/** @param {Chart} chart */
function keysOf({ series }) {
  const told = series.filter((s) => !s.quiet && s.points.length);
  if (told.length < 2) return [];
  return told.map((s) => {
    const shape = { step: "steps", bar: "bars", area: "band", line: "line", points: s.mark ?? "dot" }[s.kind];
    return element("span", { className: `key key-${shape} ${colourOf(series, s)}` }, s.name);
  });
}

/** @param {Series[]} series @param {Series} one */
function colourOf(series, one) {
  const number = one.colour ?? (series.indexOf(one) % 5) + 1;
  return `c${number}${one.dashed ? " dashed" : ""}`;
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Node | string)} children @returns {SVGElement} */
function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return /** @type {SVGElement} */ (made);
}

/** @param {Chart} chart @param {Plot} plot @param {string} id @param {boolean} named */
function pictureOf(chart, plot, id, named) {
  const { series, lines = [], marks = [] } = chart;
  const { high } = plot;
  const letters = Math.max(...(plot.y.categories ?? ticks(plot.y, plot.up).map((v) => tickText(plot.y, v))).map((t) => t.length));
  const left = LEFTS.find((room) => room >= letters * LETTER + 12) ?? LEFTS[LEFTS.length - 1];
  const names = named ? Math.max(...series.filter((s) => !s.quiet).map((s) => s.name.length)) * LETTER + 10 : plot.rows ? 60 : 0;
  const right = RIGHTS.find((room) => room >= names) ?? RIGHTS[RIGHTS.length - 1];
  const top = plot.rows ? 4 + LINE_NAME * lines.filter((l) => l.axis === "x").length : TOP;
  const shapes = drawn("svg", { viewBox: `0 0 1000 ${high}`, width: "100%", height: high, preserveAspectRatio: "none", overflow: "visible" },
    ...grid(plot),
    ...series.flatMap((s) => shapesOf(plot, s).map(({ name, d }) => drawn("path", { class: `${name} ${colourOf(series, s)}`, d }))),
    ...lines.map((l) => drawn("path", { class: "bound", d: l.axis === "x" ? `M${acrossOf(plot, l.value)} 0V${high}` : `M0 ${downOf(plot, l.value)}H1000` })),
    ...marks.flatMap((m) => ["ring", "ring-hole"].map((name) => drawn("path", { class: `${name} c0`, d: `M${acrossOf(plot, m.x)} ${downOf(plot, m.y)}h0` }))),
    drawn("path", { class: "cursor", d: "" }),
  );
  const words = [...tickTexts(plot), ...titles(plot, left), ...lineTexts(plot, lines), ...markTexts(plot, marks), ...(named ? endNames(plot, series) : []), ...rowValues(plot, series)];
  return drawn("svg", { class: `plot l-${left} r-${right}`, height: high + top + BOTTOM, role: "img", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-summary` },
    drawn("svg", { y: top, width: "100%", height: high, overflow: "visible" }, shapes, ...words));
}

/** @param {Plot} plot */
function grid(plot) {
  const { x, y, high } = plot;
  const down = x.categories ? [] : ticks(x, plot.across).map((v) => `M${acrossOf(plot, v)} 0V${high}`);
  const along = y.categories ? [] : ticks(y, plot.up).map((v) => `M0 ${downOf(plot, v)}H1000`);
  const base = plot.rows ? `M0 0V${high}` : `M0 ${high}H1000`;
  return [drawn("path", { class: "grid", d: [...down, ...along].join("") }), drawn("path", { class: "base", d: base })];
}

/** @param {number} place in units of the plot */
const share = (place) => `${(place / 10).toFixed(2)}%`;

/** @param {Plot} plot */
function tickTexts(plot) {
  const { x, y, high } = plot;
  const across = ticks(x, plot.across);
  const every = x.categories ? Math.ceil((across.length * Math.max(...x.categories.map((c) => c.length + 1)) * LETTER) / 520) : 1;
  const below = across.filter((_, n) => (across.length - 1 - n) % every === 0).map((v, n, all) => {
    const hidden = all.length > 4 && (all.length - 1 - n) % 2 ? { class: "wide" } : {};
    return drawn("text", { ...hidden, x: share(acrossOf(plot, v)), y: high + 16, "text-anchor": "middle" }, tickText(x, v));
  });
  const beside = ticks(y, plot.up).map((v) =>
    drawn("text", { ...(y.categories ? { class: "row" } : {}), x: -7, y: downOf(plot, v) + 4, "text-anchor": "end" }, tickText(y, v)));
  return [...below, ...beside];
}

/** @param {Plot} plot @param {number} left */
function titles({ x, y, high, rows }, left) {
  const below = drawn("text", { class: "axis", x: "50%", y: high + 34, "text-anchor": "middle" }, axisTitle(x));
  return rows ? [below] : [drawn("text", { class: "axis", x: 8 - left, y: -12 }, axisTitle(y)), below];
}

/** Bounds are named along their line: those across at the right, those upwards at the top, one below the other. @param {Plot} plot @param {Line[]} lines */
function lineTexts(plot, lines) {
  const along = lines.filter((l) => l.axis === "y");
  const places = apart(along.map((l) => downOf(plot, l.value) - 5), 13, plot.high - 4);
  const upward = lines.filter((l) => l.axis === "x");
  return [
    ...along.map((l, n) => drawn("text", { class: "label", x: 6, y: places[n] }, l.label)),
    ...upward.map((l, n) => {
      const late = plot.across.share(l.value) > 0.55;
      const down = plot.rows ? -5 - LINE_NAME * n : 10 + LINE_NAME * n; // over bars a name could not be read
      return drawn("text", { class: "label", x: share(acrossOf(plot, l.value)), dx: late ? -5 : 5, y: down, "text-anchor": late ? "end" : "start" }, l.label);
    }),
  ];
}

/** @param {Plot} plot @param {Mark[]} marks */
function markTexts(plot, marks) {
  return marks.map((m) => {
    const late = plot.across.share(m.x) > 0.55;
    const high = downOf(plot, m.y) > 24;
    return drawn("text", { class: "label", x: share(acrossOf(plot, m.x)), dx: late ? -8 : 8, y: downOf(plot, m.y) + (high ? -8 : 16), "text-anchor": late ? "end" : "start" }, m.label);
  });
}

/** @param {Plot} plot @param {Series[]} series */
function endNames(plot, series) {
  const ends = series.flatMap((s) => {
    const last = s.quiet ? undefined : s.points.filter(([x, y]) => placed(plot.x, x) && placed(plot.y, y)).at(-1);
    return last ? [{ s, down: downOf(plot, Number(last[1])) }] : [];
  });
  const places = apart(ends.map((e) => e.down), 14, plot.high);
  return ends.map(({ s }, n) => drawn("text", { class: `name ${colourOf(series, s)}`, x: "100%", dx: 6, y: places[n] + 4 }, s.name));
}

/** What a row amounts to, at the end of its bar. @param {Plot} plot @param {Series[]} series */
function rowValues(plot, series) {
  if (!plot.rows || series.length > 1) return [];
  return series[0].points.map(([x, row]) => drawn("text", { class: "value", x: share(acrossOf(plot, x)), dx: 5, y: downOf(plot, Number(row)) + 4 }, valueText(plot.x, x)));
}

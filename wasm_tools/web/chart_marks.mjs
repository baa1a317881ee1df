/**
 * The shapes of a chart as paths in units of its plot: 1000 across, and as many down as it is high. No document here.
 *
 * @typedef {import("./chart_scales.mjs").Axis} Axis
 * @typedef {import("./chart_scales.mjs").Scale} Scale
 * @typedef {[number, number | null, (number | null)?, (number | null)?]} Point x, y and the ends of a range
 * @typedef {object} Series
 * @property {string} name @property {Point[]} points
 * @property {"line" | "step" | "points" | "bar" | "area"} kind  `area` is the band between the ends, or down to zero
 * @property {string[]} [labels] names of the points @property {number} [colour] from 1; 0 is the ink of the page
 * @property {string} [mark] dot, square, ring, box or tick, for points @property {boolean} [dashed]
 * @property {boolean} [quiet] neither in the key nor read out: it belongs to another series
 * @typedef {{x: Axis, y: Axis, across: Scale, up: Scale, high: number, rows: boolean}} Plot `rows`: bars lie on their sides
 * @typedef {{name: string, d: string}} Shape
 */
import { placed } from "./chart_scales.mjs";

const BAR_SHARE = 0.72; // of the slot of a bar

/** @param {Plot} plot @param {number} value */
export const acrossOf = (plot, value) => round(1000 * plot.across.share(value));

/** Rows of a category axis run from the top down, values upwards. @param {Plot} plot @param {number} value */
export const downOf = (plot, value) => round(plot.high * (plot.y.categories ? plot.up.share(value) : 1 - plot.up.share(value)));

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** The shapes of a series, the lowest first. @param {Plot} plot @param {Series} series @returns {Shape[]} */
export function shapesOf(plot, series) {
  const able = series.points.filter(([x, y]) => placed(plot.x, x) && placed(plot.y, y));
  if (series.kind === "bar") return [{ name: "bar", d: able.map((p) => bar(plot, p, slotOf(plot, series))).join("") }];
  if (series.kind === "area") return [{ name: "band", d: area(plot, series.points) }];
  if (series.kind !== "points") return [{ name: "line", d: line(plot, series) }];
  const mark = series.mark ?? "dot";
  const d = able.map(([x, y]) => `M${acrossOf(plot, x)} ${downOf(plot, Number(y))}h0`).join("");
  const hole = mark === "ring" || mark === "box" ? [{ name: `${mark}-hole`, d }] : [];
  return [...ranges(plot, able), { name: mark, d: mark === "tick" ? d.replaceAll("h0", "m0 -5v10") : d }, ...hole];
}

/** @param {Plot} plot @param {Point[]} points @returns {Shape[]} */
function ranges(plot, points) {
  const spread = points.filter(([, , low, high]) => placed(plot.y, low) && placed(plot.y, high));
  const d = spread.map(([x, , low, high]) => `M${acrossOf(plot, x)} ${downOf(plot, Number(low))}V${downOf(plot, Number(high))}`).join("");
  return d ? [{ name: "range", d }] : [];
}

/** A value that is missing breaks the line. @param {Plot} plot @param {Series} series */
function line(plot, series) {
  let joined = false;
  return series.points.map(([x, y]) => {
    if (!placed(plot.x, x) || !placed(plot.y, y)) {
      joined = false;
      return "";
    }
    const [across, down] = [acrossOf(plot, x), downOf(plot, y)];
    const step = joined ? (series.kind === "step" ? `H${across}V${down}` : `L${across} ${down}`) : `M${across} ${down}`;
    joined = true;
    return step;
  }).join("");
}

/** @param {Plot} plot @param {Point[]} points */
function area(plot, points) {
  const floor = plot.y.scale === "log" ? null : 0;
  const ends = points.map(([x, y, low, high]) => /** @type {const} */ ([x, low ?? floor, high ?? y]));
  const able = ends.filter(([x, low, high]) => placed(plot.x, x) && placed(plot.y, low) && placed(plot.y, high));
  if (!able.length) return "";
  const there = able.map(([x, , high]) => `${acrossOf(plot, x)} ${downOf(plot, Number(high))}`);
  const back = able.map(([x, low]) => `${acrossOf(plot, x)} ${downOf(plot, Number(low))}`).reverse();
  return `M${[...there, ...back].join("L")}z`;
}

/** Width of a bar in units of the plot. @param {Plot} plot @param {Series} series */
function slotOf(plot, series) {
  const slots = plot.rows ? plot.y.categories?.length : plot.x.categories?.length;
  if (slots) return ((plot.rows ? plot.high : 1000) / slots) * BAR_SHARE;
  const places = series.points.map(([x]) => acrossOf(plot, x));
  const gaps = places.slice(1).map((at, n) => Math.abs(at - places[n])).filter(Boolean);
  return Math.max(2, Math.min(60, ...gaps) * 0.94); // neighbours of a histogram nearly touch
}

/** From zero, or from the low end of the point where it has one. @param {Plot} plot @param {Point} point @param {number} wide */
function bar(plot, [x, y, from], wide) {
  if (plot.rows) {
    const [begin, end, top] = [acrossOf(plot, from ?? 0), acrossOf(plot, x), downOf(plot, Number(y)) - wide / 2];
    return `M${begin} ${round(top)}H${end}v${round(wide)}H${begin}z`;
  }
  const [left, low, top] = [acrossOf(plot, x) - wide / 2, downOf(plot, from ?? 0), downOf(plot, Number(y))];
  return `M${round(left)} ${low}V${top}h${round(wide)}V${low}z`;
}

/**
 * Scales of charts that are drawn in the page: where a value lies on an axis, which round values are written beside it
 * and how. The same ticks as generator/render/charts/scales.py. No document here.
 *
 * @typedef {{label: string, unit?: string, scale?: "linear" | "log", zero?: boolean, categories?: string[]}} Axis
 *   `unit` is written behind the label; `$` stands before amounts, `%` and `ms` behind the numbers. `zero` starts a
 *   linear axis at zero. On an axis with `categories` a value is the number of one of them, from 0.
 * @typedef {{low: number, high: number, share: (value: number) => number}} Scale `share` is 0 at the low end, 1 at the high
 */
import { count, milliseconds, money, significant } from "./figures.mjs";
import { amount, localNumber } from "./texts.mjs";

const FEW = 6;
const LOG_STEPS = [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/** Whether a value has a place on an axis. @param {Axis} axis @param {number | null | undefined} value @returns {value is number} */
export function placed(axis, value) {
  return typeof value === "number" && Number.isFinite(value) && (axis.scale !== "log" || value > 0);
}

/**
 * The range that holds all values, with a little air at the ends.
 * @param {Axis} axis @param {number[]} values of which none is missing @returns {Scale}
 */
export function scaleOf(axis, values) {
  const slots = axis.categories?.length;
  if (slots) return { low: 0, high: slots, share: (value) => (value + 0.5) / slots };
  const log = axis.scale === "log";
  const measure = log ? Math.log10 : Number;
  const measured = values.map(measure);
  let low = Math.min(...measured);
  let high = Math.max(...measured);
  const air = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  low = !log && axis.zero && low >= 0 ? 0 : low - air;
  high += air;
  return { low, high, share: (value) => (measure(value) - low) / (high - low) };
}

/** Round values on an axis, ascending. @param {Axis} axis @param {Scale} scale @returns {number[]} */
export function ticks(axis, { low, high }) {
  if (axis.categories) return axis.categories.map((_, number) => number);
  return axis.scale === "log" ? logTicks(low, high) : linearTicks(low, high);
}

/** @param {number} low @param {number} high */
function linearTicks(low, high) {
  const rough = (high - low) / FEW;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (/** @type {number} */ ([1, 2, 2.5, 5, 10].find((m) => power * m >= rough * 0.999)));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => round(step * (first + n)));
}

/** 1, 2 and 5 of each power of ten, or fewer. @param {number} low @param {number} high logarithms */
function logTicks(low, high) {
  let shown = /** @type {number[]} */ ([]);
  for (const steps of LOG_STEPS) {
    shown = [];
    for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) shown.push(...steps.map((s) => s * 10 ** power));
    shown = shown.filter((v) => Math.log10(v) >= low && Math.log10(v) <= high).map(round);
    if (shown.length <= FEW + 1) return shown;
  }
  const step = Math.ceil(shown.length / FEW);
  return shown.filter((_, n) => n % step === 0);
}

/** @param {number} value */
const round = (value) => Number(value.toPrecision(10));

/** A round number beside an axis: `$0.25`, `$12k`, `35 %`, `1.5`. @param {Axis} axis @param {number} value */
export function tickText(axis, value) {
  if (axis.categories) return axis.categories[value] ?? "";
  if (axis.unit === "%") return `${significant(value)} %`;
  if (axis.unit !== "$") return significant(value);
  for (const [size, letter] of /** @type {[number, string][]} */ ([[1e6, "M"], [1e3, "k"]])) {
    if (value >= 10 * size || (value === size && size === 1e6)) return amount(`${round(value / size)}${letter}`, "$");
  }
  if (value > 0 && value < 1) return money(String(value));
  return amount(String(round(value)).replace(/\B(?=(\d{3})+($|\.))/, ","), "$");
}

/** A value with its unit, as it is read out. @param {Axis} axis @param {number} value */
export function valueText(axis, value) {
  const { unit, categories } = axis;
  if (categories) return categories[value] ?? "";
  if (unit === "$") return money(String(value));
  if (unit === "ms") return `${milliseconds(value)} ms`;
  const digits = Number.isInteger(value) && Math.abs(value) >= 1000 ? count(value) : localNumber(plain(value));
  return unit ? `${digits} ${unit}` : digits;
}

/** Three significant digits, in plain notation. @param {number} value */
function plain(value) {
  return Math.abs(value) >= 100 ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",") : String(Number(value.toPrecision(3)));
}

/** The label of an axis with its unit. @param {Axis} axis */
export function axisTitle({ label, unit }) {
  return unit && unit !== "$" ? `${label}, ${unit}` : label;
}

/**
 * Places at least so far from each other and none beyond `most`, moved as little as that takes, in their order.
 * @param {number[]} places @param {number} least @param {number} most
 */
export function apart(places, least, most) {
  const order = places.map((_, n) => n).sort((a, b) => places[a] - places[b]);
  const moved = [...places];
  order.forEach((at, n) => n && (moved[at] = Math.max(moved[at], moved[order[n - 1]] + least)));
  let limit = most;
  for (const at of order.reverse()) {
    moved[at] = Math.min(moved[at], limit);
    limit = moved[at] - least;
  }
  return moved;
}

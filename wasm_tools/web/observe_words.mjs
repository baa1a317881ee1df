/** Words and figures that the parts of the page of observations share. */
import { milliseconds, percent, rate } from "./figures.mjs";
import { text } from "./texts.mjs";

/**
 * @typedef {Record<string, any>} Level a record of `wasm_tools.observe.record.observed_record` with its `file`
 * @typedef {Record<string, any>} Figure a time in the comparison of a level
 */

/** @param {string} key @param {Record<string, string | number>} [values] */
export const said = (key, values = {}) => text(`observe.script.${key}`, values);

export const UNKNOWN = () => said("unknown");

/** A time with its unit; what is not known is said so. @param {number | null | undefined} value */
export const ms = (value) => (value == null ? UNKNOWN() : `${milliseconds(value)} ms`);

/** @param {number | null | undefined} value */
export const figure = (value) => (value == null ? UNKNOWN() : rate(value));

/** @param {number | null | undefined} share */
export const shareText = (share) => (share == null ? UNKNOWN() : percent(share));

/** The observed value of a time; of a histogram the edges that it lies between. @param {Figure} f */
export function observedText(f) {
  if (!f.between) return ms(f.observed);
  const [low, high] = f.between;
  return high === null ? text("observe.script.times.over", { low: ms(low) }) : text("observe.script.times.between", { low: milliseconds(low), high: ms(high) });
}

/** What a level is called: its own label and rate, else its file. @param {Level} level @param {Level[]} levels */
export function levelName(level, levels) {
  const alone = levels.filter((other) => other.file === level.file).length === 1;
  if (alone) return level.file;
  const load = level.asked_per_s ?? level.requests_per_s;
  return [level.file, level.label, load == null ? "" : `${rate(load)}/s`].filter(Boolean).join(" · ");
}

/** The word of a level's target: missed if any bound is, met if all are. @param {Level} level */
export function targetOf(level) {
  const targets = (level.comparison?.figures ?? []).map((/** @type {Figure} */ f) => f.target);
  if (targets.includes("missed")) return "missed";
  return targets.length && targets.every((/** @type {string} */ t) => t === "met") ? "met" : "unknown";
}

export const TARGET_CHIP = /** @type {Record<string, string>} */ ({ met: "met", missed: "gone", unknown: "unknown" });
export const VERDICT_CHIP = /** @type {Record<string, string>} */ ({ inside: "met", below: "likely", above: "gone", unknown: "unknown" });

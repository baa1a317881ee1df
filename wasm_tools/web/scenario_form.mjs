/**
 * Between the fields of the page and the form record of a scenario. No document here.
 *
 * @typedef {import("./planner_inputs.mjs").Fields} Fields
 * @typedef {import("./planner_inputs.mjs").Grid} Grid
 */
import { defaultFields, inputsOf } from "./planner_inputs.mjs";

/** The form record that these fields make, without what asks for nothing. @param {Grid} grid @param {Fields} fields */
export function formOf(grid, fields) {
  return Object.fromEntries(Object.entries(inputsOf(grid, fields)).filter(([, value]) => value !== null && value !== ""));
}

/** The fields that a form record makes. @param {Grid} grid @param {Record<string, any>} form @returns {Fields} */
export function fieldsOf(grid, form) {
  const { minimum_class: least, peak_qps: peak, use_case: _, ...rest } = form;
  const blank = Object.fromEntries(Object.keys(defaultFields(grid)).map((name) => [name, ""]));
  const texts = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
  return { ...blank, ...texts, mode: "rate", class: String(least ?? ""), peak_factor: peak && form.qps ? String(peak / form.qps) : "" };
}

/** Whether two form records ask the same. @param {unknown} a @param {unknown} b */
export function sameForm(a, b) {
  return ordered(a) === ordered(b);
}

/** JSON with sorted keys. @param {unknown} value */
function ordered(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

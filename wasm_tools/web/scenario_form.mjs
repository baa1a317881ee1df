/**
 * Between the fields of the page and the form record of a scenario. No document here.
 *
 * @typedef {import("./planner_inputs.mjs").Fields} Fields
 * @typedef {import("./planner_inputs.mjs").Grid} Grid
 */
import { recordOf } from "./planner_inputs.mjs";
import { fieldsOfRecord } from "./planner_values.mjs";

/** The form record that these fields make. @param {Grid} grid @param {Fields} fields */
export function formOf(grid, fields) {
  return recordOf(grid, fields);
}

/** The fields that a form record makes; what it leaves out is emptied. @param {Grid} grid @param {Record<string, any>} form @returns {Fields} */
export function fieldsOf(grid, form) {
  return fieldsOfRecord(grid.fields, form);
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

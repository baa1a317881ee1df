/**
 * Texts of the planner's fields as values of a form record. What cannot be read stays as it was typed: the engine refuses
 * it in words. No document here.
 *
 * @typedef {import("./planner_inputs.mjs").Field} Field
 */

/** @param {Field} field @param {string} text @returns {any} */
export function valueOf({ name, kind }, text) {
  const typed = text.trim();
  if (kind === "whole" || kind === "number" || name.endsWith("percentile")) return numeric(typed);
  if (kind === "switch") return typed === "1" ? true : typed === "0" ? false : typed;
  if (kind === "names") return typed.split(/[\s,]+/).filter(Boolean);
  if (kind === "quantiles") return typed.split(/\s+/).map(numeric);
  if (kind === "counts") return countsOf(typed);
  if (kind === "object" || kind === "rows") {
    try {
      return JSON.parse(typed);
    } catch {
      return typed;
    }
  }
  return typed;
}

/** A value of a form record as the text of its field: the inverse. @param {Field} field @param {any} value */
function fieldTextOf({ kind }, value) {
  if (kind === "switch") return value === true ? "1" : value === false ? "0" : String(value);
  if (kind === "object" || kind === "rows") return JSON.stringify(value);
  if (kind === "counts") return Object.entries(value).map(([name, number]) => `${name}=${number}`).join(" ");
  return Array.isArray(value) ? value.join(" ") : String(value);
}

/** The fields of a form record, as a scenario holds it. @param {Field[]} table @param {Record<string, any>} record @returns {Record<string, string>} */
export function fieldsOfRecord(table, record) {
  return Object.fromEntries(table.map((field) => [field.name, record[field.name] == null ? "" : fieldTextOf(field, record[field.name])]));
}

/** `h100-sxm=8 l40s=4`. @param {string} text */
function countsOf(text) {
  const parts = text.split(/[\s,;]+/).filter(Boolean).map((part) => part.split("="));
  return parts.every((part) => part.length === 2) ? Object.fromEntries(parts.map(([name, number]) => [name, numeric(number)])) : text;
}

/** @param {string} text */
function numeric(text) {
  return text === "" || !Number.isFinite(Number(text)) ? text : Number(text);
}

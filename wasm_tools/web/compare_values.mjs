/**
 * Values side by side, as `generator/render/compare/values.py` does it for the ready pages; a test holds the two together.
 *
 * @typedef {object} Fact one row; see generator/render/compare/facts.py
 * @property {string} label @property {string} name @property {string} [form] @property {string} [unit] @property {string} [better]
 * @property {string} [missing] @property {string} [table] @property {[string, string]} [where] @property {string} [pick]
 * @property {number} [scale] @property {string} [link]
 * @typedef {{title: string, facts: Fact[]}} Group
 * @typedef {string | number | boolean | null} Raw
 * @typedef {{raw: Raw, text: string, best: boolean}} Cell
 * @typedef {{fact: Fact, cells: Cell[], differs: boolean}} Line
 * @typedef {Record<string, any>} Thing a record as published
 */
import { significant, tokens, unitPrice } from "./figures.mjs";
import { text } from "./texts.mjs";

/** The rows of a group; one that nobody can fill is left out. @param {Group} group @param {Thing[]} things @returns {Line[]} */
export function lines(group, things) {
  return group.facts.map((fact) => line(fact, things)).filter(({ cells }) => cells.some(({ text }) => text));
}

/** @param {Fact} fact @param {Thing[]} things @returns {Line} */
function line(fact, things) {
  const raws = things.map((thing) => rawValue(fact, thing));
  const texts = raws.map((raw) => written(fact, raw));
  const differs = new Set(texts).size > 1;
  const figures = raws.map(figure);
  const known = figures.filter((one) => one !== null);
  const marks = fact.better && differs && known.length > 1;
  const best = !marks ? null : fact.better === "low" ? Math.min(...known) : Math.max(...known);
  const cells = raws.map((raw, place) => ({ raw, text: texts[place], best: best !== null && figures[place] === best }));
  return { fact, cells, differs };
}

/** @param {Fact} fact @param {Thing} thing @returns {Raw} */
function rawValue({ table = "facts", name, where, pick = "first" }, thing) {
  if (table === "facts") return thing.facts?.[name] === "" ? null : (thing.facts?.[name] ?? null);
  const rows = (thing[table] ?? []).filter((/** @type {any} */ row) => !where || row[where[0]] === where[1]);
  if (pick === "count") return rows.length || null;
  const values = rows.map((/** @type {any} */ row) => row[name]).filter((/** @type {any} */ value) => value !== null && value !== undefined && value !== "");
  if (!values.length) return null;
  if (pick === "first") return values[0];
  const isFigure = figure(values[0]) !== null;
  const rank = (/** @type {Raw} */ value) => (isFigure ? (figure(value) ?? 0) : String(value));
  return values.reduce((/** @type {Raw} */ kept, /** @type {Raw} */ next) => ((pick === "min" ? rank(next) < rank(kept) : rank(next) > rank(kept)) ? next : kept));
}

/** A value as a number, or null. @param {Raw} raw @returns {number | null} */
function figure(raw) {
  if (raw === null || typeof raw === "boolean" || raw === "") return null;
  const number = Number(raw);
  return Number.isNaN(number) ? null : number;
}

/** A value as the page writes it, without its unit. @param {Fact} fact @param {Raw} raw */
function written({ form = "text", scale = 1 }, raw) {
  if (raw === null) return "";
  if (form === "money") return unitPrice(String(raw));
  if (form === "tokens") return tokens(Number(raw));
  if (form === "number") return significant(Number(raw) / scale);
  if (form === "list") return String(raw).replaceAll("|", ", ");
  if (form === "yes") return text(raw ? "compare.script.yes" : "compare.script.no");
  return String(raw);
}

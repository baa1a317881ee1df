/**
 * What was understood, a row a field: its value, which a press opens for change, how sure it is, and the words or the
 * rule that it comes from. Below it what the catalogue does not have, and what was not used.
 *
 * @typedef {import("./ask_state.mjs").State} State
 * @typedef {{field: string, label: string, value: any, shown: string, state: string, words: {text: string}[], rule: string}} Field
 */
import { element } from "./panel.mjs";
import { valueOf } from "./planner_values.mjs";
import { english, parts, text } from "./texts.mjs";

/** A piece of a request that may have meant something: it has a number, or a word of some length. */
const TELLING = /[\p{L}]{5}|\d/u;

/** @param {State} state @param {HTMLElement} table */
export function askFields(state, table) {
  const body = /** @type {HTMLTableElement} */ (table).tBodies[0];
  const said = /** @type {HTMLElement} */ (document.getElementById("understood-said"));
  const notes = /** @type {HTMLElement} */ (document.getElementById("notes"));
  /** @type {any} */
  let drawn = null;
  state.onChange(() => {
    const { record } = state;
    if (!record || record === drawn) return;
    drawn = record;
    said.replaceChildren(english(record.said));
    body.replaceChildren(...record.fields.map((/** @type {Field} */ field) => row(state, field)));
    table.parentElement?.toggleAttribute("hidden", !record.fields.length);
    notes.replaceChildren(...noteLines(record));
  });
}

/** @param {State} state @param {Field} field */
function row(state, field) {
  const value = element("td", { className: "ask-value" });
  const show = () => value.replaceChildren(...shownValue(field, edit, () => state.say({ set: { [field.field]: null } })));
  const edit = () => value.replaceChildren(editor(state, field, () => {
    show();
    value.querySelector("button")?.focus();
  }));
  show();
  const chip = element("span", { className: `chip sure-${field.state}` }, text(`ask.script.state.${field.state}`));
  const quoted = field.words.map((one) => `“${one.text}”`).join(", ");
  const from = [quoted, quoted && field.rule ? ": " : "", field.rule ? english(field.rule) : ""].filter(Boolean);
  return element("tr", {}, element("th", { scope: "row" }, english(field.label)), value, element("td", {}, chip), element("td", { className: "ask-from" }, ...from));
}

/** @param {Field} field @param {() => void} edit @param {() => void} clear @returns {Node[]} */
function shownValue(field, edit, clear) {
  const { label, shown } = field;
  const change = element("button", { type: "button", className: "quiet ask-change", title: text("ask.script.change", { field: label, value: shown }), ariaLabel: text("ask.script.change", { field: label, value: shown }) }, english(shown));
  change.addEventListener("click", edit);
  if (field.state === "default") return [change];
  const out = element("button", { type: "button", className: "quiet ask-out", title: text("ask.script.take_out", { field: label }), ariaLabel: text("ask.script.take_out", { field: label }) }, "×");
  out.addEventListener("click", clear);
  return [change, " ", out];
}

/** The field as a control. @param {State} state @param {Field} field @param {() => void} close */
function editor(state, field, close) {
  const { control, read } = controlOf(state.settings, field);
  control.ariaLabel = field.label;
  const form = element("form", { className: "ask-edit" }, control, element("button", { type: "submit", className: "quiet" }, text("ask.script.set_value")));
  const cancel = element("button", { type: "button", className: "quiet" }, text("ask.script.cancel"));
  cancel.addEventListener("click", close);
  form.append(cancel);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    state.say({ set: { [field.field]: read() } });
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  setTimeout(() => control.focus());
  return form;
}

/**
 * A control with the value of a field, and what reads it back in the kind that the engine takes.
 * @param {any} settings @param {Field} field @returns {{control: HTMLInputElement | HTMLSelectElement, read: () => any}}
 */
function controlOf(settings, { field, value }) {
  const known = settings.fields.find((/** @type {any} */ one) => one.name === field);
  /** @type {{id: string, title: string}[] | undefined} */
  const options = settings.choices[field];
  if (options || typeof value === "boolean") {
    const shown = options ?? [{ id: "1", title: text("ask.script.yes") }, { id: "0", title: text("ask.script.no") }];
    const select = element("select", {}, ...shown.map(({ id, title }) => element("option", { value: id }, title)));
    select.value = typeof value === "boolean" ? (value ? "1" : "0") : String(value ?? "");
    if (typeof value === "boolean") return { control: select, read: () => select.value === "1" };
    return { control: select, read: () => (select.value === "" ? null : typeof value === "number" ? Number(select.value) : select.value) };
  }
  const isNumber = typeof value === "number" || ["whole", "number"].includes(known?.kind);
  const input = element("input", { autocomplete: "off", spellcheck: false, type: isNumber ? "number" : "text" });
  if (isNumber) Object.assign(input, { step: "any", min: "0", inputMode: "decimal" });
  const isList = Array.isArray(value) || ["names", "counts"].includes(known?.kind);
  if (isList) input.title = input.placeholder = text("ask.script.ids");
  const pairs = value && typeof value === "object" && !Array.isArray(value) ? Object.entries(value).map(([name, n]) => `${name}=${n}`) : null;
  input.value = pairs ? pairs.join(" ") : Array.isArray(value) ? value.join(" ") : String(value ?? "");
  return {
    control: input,
    read() {
      if (input.value.trim() === "") return null;
      if (known) return valueOf(known, input.value);
      return isNumber ? Number(input.value) : isList ? input.value.split(/[\s,]+/).filter(Boolean) : input.value.trim();
    },
  };
}

/** What the catalogue does not have or cannot check, and what of the last turn was not used. @param {any} record */
function noteLines(record) {
  const unknown = record.unknown.map((/** @type {any} */ { words, near }) => {
    const around = near.length ? [" ", text("ask.script.near", { names: near.join(", ") })] : [];
    return element("p", { className: "ask-missing" }, element("b", {}, `“${words.text}”`), ` ${text("ask.script.not_there")}`, ...around);
  });
  const notes = record.notes.map((/** @type {string} */ note) => element("p", { className: "muted" }, english(note)));
  const telling = record.ignored.filter((/** @type {any} */ one) => TELLING.test(one.text));
  const left = telling.map((/** @type {any} */ one) => `“${one.text.replace(/^[^\p{L}\d]+/u, "")}”`).join(", ");
  const unused = left ? [element("p", { className: "muted" }, `${text("ask.script.unused")} ${left}`)] : [];
  const regions = record.form.regions ? [element("p", { className: "muted" }, ...parts("ask.script.regions", {}))] : [];
  return [...unknown, ...notes, ...regions, ...unused];
}

/**
 * The form that says what the columns of an unknown table hold: its first rows, a column or a fixed text for each role,
 * with suggestions; the mapping can be kept as a file, and in this browser if the reader says so.
 */
import { saveText } from "./csv_text.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { english, text } from "./texts.mjs";

const KEPT = "atlas-bill-mapping:";
const FIXED = "="; // begins a value that holds for all rows
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.mapping.${key}`, values);

/**
 * @param {import("./invoice_questions.mjs").Question} question with its table
 * @param {(mapping: Record<string, string> | string) => void} take called with the mapping, or with the text of a file
 */
export function mappingForm({ id, file, table }, take) {
  const { columns, preview, suggested, missing, roles } = table;
  const key = KEPT + columns.join("|");
  const kept = keptMapping(key);
  const start = kept ?? suggested;
  const fields = roles.map((/** @type {any} */ role) => roleField(id, role, columns, start[role.role] ?? ""));
  const first = fields.filter((/** @type {any} */ f) => start[f.role] || missing.includes(f.role));
  const others = fields.filter((/** @type {any} */ f) => !first.includes(f));
  const keep = element("input", { type: "checkbox", checked: kept !== null });
  const load = element("input", { type: "file", className: "heard", accept: ".yaml,.yml,.json,.txt" });
  const read = () => Object.fromEntries(fields.map((/** @type {any} */ f) => [f.role, f.value()]).filter((/** @type {string[]} */ [, value]) => value));
  const form = element("form", { className: "mapping" },
    element("h3", {}, said("title", { name: file })),
    previewTable(columns, preview),
    element("div", { className: "roles" }, ...first.map((/** @type {any} */ f) => f.box)),
    ...(others.length ? [element("details", { className: "more" }, element("summary", {}, said("others")), element("div", { className: "roles" }, ...others.map((/** @type {any} */ f) => f.box)))] : []),
    element("p", { className: "status" },
      element("button", { type: "submit" }, said("use")), " ",
      button(said("save"), () => saveText("mapping.yaml", yamlText(read()), "application/yaml")), " ",
      element("label", { className: "button" }, said("load"), load), " ",
      element("label", { className: "check" }, keep, " ", said("keep"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mapping = read();
    remember(key, keep.checked ? mapping : null);
    take(mapping);
  });
  load.addEventListener("change", async () => {
    const chosen = load.files?.[0];
    if (chosen) take(await chosen.text());
  });
  return form;
}

/** @param {string} words @param {() => void} run */
function button(words, run) {
  const made = element("button", { type: "button", className: "quiet" }, words);
  made.addEventListener("click", run);
  return made;
}

/** A column, a fixed text, or nothing. @param {string} id @param {any} role @param {string[]} columns @param {string} start */
function roleField(id, { role, label, needed }, columns, start) {
  const select = element("select", { name: `${id}-${role}` }, new Option(said("none"), ""), ...columns.map((c) => new Option(c, c)), new Option(said("fixed"), FIXED));
  const fixed = element("input", { type: "text", hidden: !start.startsWith(FIXED), value: start.startsWith(FIXED) ? start.slice(1) : "", autocomplete: "off" });
  fixed.setAttribute("aria-label", said("fixed_for", { role: label }));
  select.value = start.startsWith(FIXED) ? FIXED : start;
  select.addEventListener("change", () => (fixed.hidden = select.value !== FIXED));
  const name = element("span", {}, english(label), needed ? element("small", {}, ` ${said("needed")}`) : "");
  return {
    role,
    box: element("label", {}, name, select, fixed),
    value: () => (select.value !== FIXED ? select.value : fixed.value.trim() ? FIXED + fixed.value.trim() : ""),
  };
}

/** @param {string[]} columns @param {string[][]} rows */
function previewTable(columns, rows) {
  const table = panelTable(said("preview"), columns, []);
  table.body.append(...rows.map((row) => table.row(row)));
  table.box.classList.add("preview");
  return table.box;
}

/** A mapping as YAML: a JSON text is a text of YAML too. @param {Record<string, string>} mapping */
function yamlText(mapping) {
  return Object.entries(mapping).map(([role, column]) => `${role}: ${JSON.stringify(column)}\n`).join("");
}

/** @param {string} key @returns {Record<string, string> | null} */
function keptMapping(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null; // storage is off, or holds something else
  }
}

/** @param {string} key @param {Record<string, string> | null} mapping null: no longer */
function remember(key, mapping) {
  try {
    if (mapping) localStorage.setItem(key, JSON.stringify(mapping));
    else localStorage.removeItem(key);
  } catch {
    // it is then for this visit only
  }
}

/**
 * What only the reader can decide, asked with a control each: which format, which order of dates, whose bill, what a
 * unit, a name or a currency stands for. Answers hold until the page is left.
 *
 * @typedef {{choices: Record<string, Record<string, string>>, files: Record<string, Record<string, unknown>>}} Answers
 * @typedef {{id: string, file: string, about: string, subject: string, label: string, control: string,
 *   options: {value: string, label: string}[], lines: number | null, usd: string | null, amount?: Record<string, string>,
 *   answer: any, table?: any}} Question
 */
import { amounts } from "./invoice_files.mjs";
import { money } from "./invoice_figures.mjs";
import { mappingForm } from "./invoice_mapping.mjs";
import { element } from "./panel.mjs";
import { english, text } from "./texts.mjs";

const OF_FILE = new Set(["reader", "date_order", "mapping"]);
const FIRST = 8; // questions that stand open; the rest, with less money behind them, is folded
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.questions.${key}`, values);

/** @param {Answers} answers @param {Question} question @param {unknown} value */
function answer(answers, { file, about, subject }, value) {
  if (file) (answers.files[file] ??= {})[about] = value;
  else (answers.choices[about] ??= {})[subject] = /** @type {string} */ (value);
}

/** Questions about whole files, without an answer to which they cannot be read. @param {import("./invoice_work.mjs").Bill} bill */
export const ofFiles = (bill) => bill.questions.filter((/** @type {Question} */ q) => OF_FILE.has(q.about));

/** Questions about what stands in the lines. @param {import("./invoice_work.mjs").Bill} bill */
export const ofLines = (bill) => bill.questions.filter((/** @type {Question} */ q) => !OF_FILE.has(q.about));

/** @param {Question[]} questions @param {Answers} answers @param {() => void} again read with the answers @returns {Node[]} */
export function questionsPart(questions, answers, again) {
  const given = questions.filter((q) => q.answer !== "");
  const open = questions.filter((q) => q.answer === "");
  const mappings = open.filter((q) => q.control === "mapping");
  const rest = open.filter((q) => q.control !== "mapping");
  const form = element("form", { className: "questions" });
  const button = element("button", { type: "submit", disabled: true }, said("again"));
  form.addEventListener("input", () => (button.disabled = false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const question of rest) {
      const control = /** @type {HTMLInputElement} */ (form.elements.namedItem(question.id));
      answer(answers, question, control.value); // '' takes back one that was refused
    }
    again();
  });
  const fields = rest.map(field);
  form.append(...fields.slice(0, FIRST));
  if (fields.length > FIRST) form.append(element("details", { className: "more" }, element("summary", {}, said("more", { n: fields.length - FIRST })), ...fields.slice(FIRST)));
  form.append(element("p", { className: "status" }, button));
  return [
    ...(open.length ? [element("h2", {}, said("title"), " ", element("small", {}, said("count", { n: open.length })))] : []),
    ...mappings.map((question) => mappingForm(question, (mapping) => {
      answer(answers, question, mapping);
      again();
    })),
    ...(rest.length ? [element("p", { className: "muted" }, said("lead")), form] : []),
    ...answeredList(given, (question) => {
      answer(answers, question, "");
      again();
    }),
  ];
}

/** What the reader has said, to be taken back. @param {Question[]} given @param {(question: Question) => void} takeBack */
function answeredList(given, takeBack) {
  if (!given.length) return [];
  const items = given.map((question) => {
    const back = element("button", { type: "button", className: "plain" }, said("back"));
    back.addEventListener("click", () => takeBack(question));
    return element("li", {}, english(question.label), " ", back);
  });
  return [element("p", { className: "muted" }, said("given")), element("ul", { className: "plain-list" }, ...items)];
}

/** @param {Question} question */
function field(question) {
  const about = element("small", {}, ...stakes(question));
  const label = element("span", {}, english(question.label), " ", about);
  return element("label", {}, label, control(question));
}

/** What depends on the answer. @param {Question} question @returns {(string | Node)[]} */
function stakes({ file, lines, usd, amount }) {
  const cost = usd !== null ? [money(usd)] : Object.keys(amount ?? {}).length ? [amounts(amount ?? {})].flat() : [];
  const counted = lines ? [...(cost.length ? [", "] : []), said("lines", { n: lines })] : [];
  return [...(file ? [`${file}${cost.length || lines ? ", " : ""}`] : []), ...cost, ...counted];
}

/** @param {Question} question */
function control({ id, control: kind, options }) {
  if (kind === "choice") return element("select", { name: id }, new Option(said("choose"), ""), ...options.map((o) => new Option(o.label, o.value)));
  if (kind === "number") return element("input", { name: id, type: "text", inputMode: "decimal", autocomplete: "off" });
  const known = element("datalist", { id: `${id}-known` });
  const input = element("input", { name: id, type: "text", autocomplete: "off", spellcheck: false });
  // A provider's ids are hundreds: they come when somebody is about to choose among them.
  input.addEventListener("focus", () => known.append(...options.map((o) => element("option", { value: o.value }, o.label))), { once: true });
  input.setAttribute("list", known.id);
  return element("span", {}, input, known);
}

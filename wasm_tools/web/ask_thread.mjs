/**
 * The conversation so far: the reader's words, those that were used marked, and below each turn what came of it. Words
 * are text wherever they stand; only the marks around them are elements.
 *
 * @typedef {import("./ask_state.mjs").State} State
 * @typedef {import("./ask_state.mjs").Step} Step
 */
import { money } from "./figures.mjs";
import { element } from "./panel.mjs";
import { pointedPlans } from "./plan_answers.mjs";
import { nameWords } from "./plan_words.mjs";
import { english, text } from "./texts.mjs";

/** @param {State} state @param {HTMLElement} list */
export function askThread(state, list) {
  state.onChange(() => {
    const { steps, waiting, record } = state;
    const items = steps.map((step, n) => element("li", {}, said(step, n, record), reply(step, state.settings)));
    if (waiting) items.push(element("li", { className: "is-waiting" }, element("p", { className: "ask-you" }, wordsOf(waiting))));
    list.replaceChildren(...items);
  });
}

/** @param {import("./ask_state.mjs").Turn} turn */
const wordsOf = (turn) => turn.text ?? "…";

/** What the reader said, with the pieces that the record rests on marked. @param {Step} step @param {number} n @param {any} record */
function said({ turn, label }, n, record) {
  const words = turn.text ?? "";
  const head = element("b", { className: "heard" }, `${text("ask.script.you")}: `);
  const lead = label ? [english(label), words ? " " : ""] : [];
  return element("p", { className: "ask-you" }, head, ...lead, ...marked(words, spansOf(record, n)));
}

/** Places of a turn, with what they fill. @param {any} record @param {number} n @returns {{start: number, end: number, label: string}[]} */
function spansOf(record, n) {
  return (record?.fields ?? []).flatMap((/** @type {any} */ field) =>
    field.words.filter((/** @type {any} */ one) => one.turn === n).map((/** @type {any} */ { start, end }) => ({ start, end, label: `${field.label}: ${field.shown}` })));
}

/** A text with places marked; they count code points. Where two overlap the first counts. @param {string} words @param {{start: number, end: number, label: string}[]} spans */
export function marked(words, spans) {
  const letters = [...words];
  /** @type {(string | Node)[]} */
  const out = [];
  let at = 0;
  for (const { start, end, label } of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start < at || end <= start) continue;
    out.push(letters.slice(at, start).join(""), element("mark", { title: label }, letters.slice(start, end).join("")));
    at = end;
  }
  out.push(letters.slice(at).join(""));
  return out.filter((part) => part !== "");
}

/** What came of a turn, the figure first. @param {Step} step @param {any} settings */
function reply({ record, answer }, settings) {
  const lines = /** @type {(string | Node)[][]} */ ([]);
  if (answer.kind === "plan") {
    const now = best(answer.ranking, settings);
    lines.push(now ? [planWords(now, settings)] : [text("ask.script.none_meets")]);
    const before = answer.before && best(answer.before, settings);
    if (before && now) {
      const both = { before: money(before.plan.usd_per_month), now: money(now.plan.usd_per_month) };
      lines.push([text("ask.script.before", both)]);
    }
    for (const { label, ranking } of answer.variants) {
      const other = ranking && best(ranking, settings);
      const words = other && { label, cost: money(other.plan.usd_per_month), plan: nameWords(other.plan, settings.words) };
      lines.push([words ? text("ask.script.variant", words) : text("ask.script.variant_none", { label })]);
    }
  } else if (answer.kind === "offers") lines.push([english(record.answer)]);
  else lines.push([english(record.said)]);
  return element("div", { className: "ask-reply-line" }, ...lines.map((line) => element("p", {}, ...line)));
}

/** @param {any} ranking @param {any} settings */
const best = (ranking, settings) => pointedPlans(ranking, settings.recommendable)[0] ?? null;

/** @param {import("./plan_answers.mjs").Pointed} pointed @param {any} settings */
function planWords({ id, plan }, settings) {
  const words = { cost: money(plan.usd_per_month), plan: nameWords(plan, settings.words) };
  return id === "unverified" ? text("ask.script.unverified", words) : text("ask.script.cheapest", words);
}

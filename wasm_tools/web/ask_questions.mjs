/**
 * The open questions: options as buttons, the reader's own words, and "I don't know", which says what is then taken.
 *
 * @typedef {import("./ask_state.mjs").State} State
 */
import { element } from "./panel.mjs";
import { english, parts, text } from "./texts.mjs";

/** @param {State} state @param {HTMLElement} section */
export function askQuestions(state, section) {
  const place = /** @type {HTMLElement} */ (section.querySelector("div"));
  /** @type {any} */
  let drawn = null;
  state.onChange(() => {
    const { record } = state;
    if (record === drawn) return;
    drawn = record;
    section.hidden = !record?.questions.length;
    place.replaceChildren(...(record?.questions ?? []).map((/** @type {any} */ question) => block(state, question)));
  });
}

/** @param {State} state @param {any} question */
function block(state, { id, text: asked, why, options, unknown }) {
  const button = (/** @type {string | Node} */ label, /** @type {unknown} */ option) => {
    const made = element("button", { type: "button", className: "quiet" }, label);
    made.addEventListener("click", () => state.say({ answer: id, option }));
    return made;
  };
  const own = element("input", { autocomplete: "off", maxLength: 400, ariaLabel: `${asked} ${text("ask.script.own_words")}`, placeholder: text("ask.script.own_words") });
  const form = element("form", { className: "ask-own" }, own, element("button", { type: "submit", className: "quiet" }, text("ask.script.reply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (own.value.trim()) state.say({ answer: id, text: own.value.trim() });
  });
  const group = element("div", { className: "ask-options" }, ...options.map((/** @type {any} */ { label }, /** @type {number} */ n) => button(english(label), n)));
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", asked);
  const means = element("small", {}, ...parts("ask.script.unknown_means", { means: english(unknown.shown) }));
  const then = element("p", { className: "ask-unknown" }, button(text("ask.script.unknown"), "unknown"), " ", means);
  return element("div", { className: "ask-question" }, element("h3", {}, english(asked)), element("p", { className: "muted" }, english(why)), group, then, form);
}

/**
 * The page of Ask: words in, a specification that the reader can mend, open questions, and the ranked answer. What the
 * reader writes is shown as text and goes to the engine in this page; `html[data-engine]` is loading, ready or failed.
 */
import { askAnswer } from "./ask_answer.mjs";
import { askAssistant } from "./ask_assistant.mjs";
import { askFields } from "./ask_fields.mjs";
import { askLink } from "./ask_link.mjs";
import { askQuestions } from "./ask_questions.mjs";
import { askState } from "./ask_state.mjs";
import { askThread } from "./ask_thread.mjs";
import { runtimeCard } from "./runtime_card.mjs";
import { text } from "./texts.mjs";

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("ask-data").textContent ?? "{}");
const runtime = runtimeCard(
  byId("runtime"),
  { packs: settings.packs, buildId: settings.build_id, bytes: settings.bytes, remembers: true },
  () => {},
);
const state = askState(settings, async (method, params) => (await runtime.start()).call(method, params));
const form = /** @type {HTMLFormElement} */ (byId("ask-form"));
const field = /** @type {HTMLTextAreaElement} */ (byId("ask-text"));
const status = byId("ask-status");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = field.value.trim();
  if (!words) return void (status.textContent = text("ask.script.empty"));
  field.value = "";
  state.say({ text: words });
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("click", ({ target }) => {
  const button = /** @type {HTMLElement} */ (target).closest?.("button[data-say]");
  if (button instanceof HTMLElement) state.say({ text: button.dataset.say ?? "" });
});
form.querySelector("[data-undo]")?.addEventListener("click", () => state.undo());
form.querySelector("[data-reset]")?.addEventListener("click", () => {
  state.reset();
  field.focus();
});
state.onChange(() => {
  const begun = state.steps.length > 0;
  byId("follow").hidden = !begun;
  for (const button of byId("follow").querySelectorAll("button[data-say]")) button.toggleAttribute("hidden", state.record?.intent !== "plan");
  if (begun) field.placeholder = field.dataset.next ?? "";
  byId("found").hidden = !state.record;
  if (begun) /** @type {HTMLDetailsElement} */ (byId("examples")).open = false;
  form.setAttribute("aria-busy", String(state.busy));
  status.textContent = state.said;
  status.classList.toggle("field-error", state.failed);
  if (state.failed && state.returned && !field.value) field.value = state.returned;
});
askThread(state, byId("thread"));
askFields(state, byId("fields"));
askQuestions(state, byId("questions"));
askAnswer(state, byId("answer"));
askAssistant(state, byId("assistant"));
askLink(state, form);

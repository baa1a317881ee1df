/**
 * What a reader brings to the planner: a config.json, machines of a cluster, a trace, an accelerator, prices. The engine
 * reads files in this page and reduces them to a few values, which is all that the fields and the address hold.
 *
 * @typedef {import("./planner_state.mjs").State} State
 */
import { english, text } from "./texts.mjs";

const MOST_BYTES = 60_000_000;

/** @param {State} state @param {HTMLFormElement} form */
export function plannerAdded(state, form) {
  for (const part of form.querySelectorAll("[data-paste]")) pasted(state, /** @type {HTMLElement} */ (part));
  for (const part of form.querySelectorAll("[data-object]")) composed(state, /** @type {HTMLElement} */ (part));
  for (const part of form.querySelectorAll("[data-rows]")) priced(state, /** @type {HTMLElement} */ (part));
}

/** A text or a file that the engine reads: `{fields, said}` comes back. @param {State} state @param {HTMLElement} part */
function pasted(state, part) {
  const { paste: method = "" } = part.dataset;
  const area = /** @type {HTMLTextAreaElement} */ (part.querySelector("textarea"));
  const file = /** @type {HTMLInputElement} */ (part.querySelector("input[type=file]"));
  const said = /** @type {HTMLElement} */ (part.querySelector(".said"));
  let turn = 0;

  /** @param {string} content @param {string} name */
  async function read(content, name) {
    const mine = ++turn;
    said.textContent = text("planner.script.reading");
    try {
      const found = await state.call(method, { text: content, name });
      if (mine !== turn) return;
      said.replaceChildren(english(found.said));
      state.change(found.fields);
    } catch (error) {
      if (mine === turn) said.replaceChildren(english(/** @type {Error} */ (error).message));
    }
  }

  let typed = "";
  const readArea = () => {
    if (area.value === typed) return; // it was pasted, and now the reader goes on
    typed = area.value;
    if (typed.trim()) read(typed, "");
  };
  area.addEventListener("change", readArea);
  area.addEventListener("paste", () => {
    typed = "";
    setTimeout(readArea);
  });
  file.addEventListener("change", async () => {
    const chosen = file.files?.[0];
    file.value = ""; // the same file may be chosen again
    if (!chosen) return;
    if (chosen.size > MOST_BYTES) said.textContent = text("planner.script.large", { name: chosen.name, most: MOST_BYTES / 1e6 });
    else read(await chosen.text(), chosen.name);
  });
}

/** Fields of one object, composed into one value. @param {State} state @param {HTMLElement} part */
function composed(state, part) {
  const name = part.dataset.object ?? "";
  const inputs = /** @type {HTMLInputElement[]} */ ([...part.querySelectorAll("[data-part]")]);
  part.addEventListener("input", () => {
    const given = inputs.filter((input) => input.value.trim() || input.validity.badInput);
    const entries = given.map((input) => [input.dataset.part, input.type === "number" && input.value ? Number(input.value) : input.value.trim()]);
    state.change({ [name]: entries.length ? JSON.stringify(Object.fromEntries(entries)) : "" }, name);
  });
  state.onFields(() => {
    const value = parsed(state.fields[name]);
    for (const input of inputs) {
      const words = String(value?.[input.dataset.part ?? ""] ?? "");
      if (input !== document.activeElement && input.value !== words) input.value = words;
    }
  });
}

/** Prices, one a line: provider, model or GPU, then $/1M tokens in, out and cached, or $ a GPU-hour. @param {State} state @param {HTMLElement} part */
function priced(state, part) {
  const name = part.dataset.rows ?? "";
  const area = /** @type {HTMLTextAreaElement} */ (part.querySelector("textarea"));
  const gpus = [...state.settings.known.gpus, "own-gpu"];
  part.addEventListener("input", () => {
    const lines = area.value.split("\n").map((line) => line.split(/[\s,;]+/).filter(Boolean)).filter((line) => line.length);
    const rows = lines.map(([provider, what, ...figures]) => {
      const [first, second, third] = figures.map(Number);
      if (gpus.includes(what)) return { provider, gpu: what, usd_per_hour: first, ...(figures[1] && { kind: figures[1] }) };
      return { provider, model: what ?? "", input: first, output: second, ...(figures.length > 2 && { cached: third }) };
    });
    state.change({ [name]: rows.length ? JSON.stringify(rows) : "" }, name);
  });
  state.onFields(() => {
    if (area === document.activeElement) return;
    const rows = parsed(state.fields[name]);
    const lines = Array.isArray(rows) ? rows.map((row) => Object.values(row ?? {}).join(" ")).join("\n") : "";
    if (area.value !== lines) area.value = lines;
  });
}

/** @param {string | undefined} value @returns {any} */
function parsed(value) {
  try {
    return value ? JSON.parse(value) : null;
  } catch {
    return null;
  }
}

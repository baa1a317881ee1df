/**
 * The planner's form: it shows the fields of the state, changes them when they are edited, and says errors beside them.
 * Essential fields always show their value, the others their default as a placeholder.
 *
 * @typedef {import("./planner_state.mjs").State} State
 * @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control
 */
import { count, milliseconds, rate, seconds } from "./figures.mjs";
import { fieldsOfIndustry, fieldsOfMode, fieldsOfPreset, industryOf, presetsOf, withoutUseCase } from "./planner_inputs.mjs";
import { english, parts, text } from "./texts.mjs";

const PRESETS = ["use_case", "profile", "load", "slo"];
const ESSENTIAL = ["prompt_tokens", "output_tokens", "qps", "users", "active", "per_minute", "peak_factor", "ttft_ms", "itl_ms", "percentile", "class"];

/** @param {State} state @param {HTMLFormElement} form @param {HTMLElement} status where an error without a field is said */
export function plannerForm(state, form, status) {
  /** @type {import("./planner_inputs.mjs").Grid} */
  const grid = state.settings.grid;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const controls = /** @type {Control[]} */ ([...form.elements].filter((c) => /** @type {Control} */ (c).name));
  const whole = new Map([...form.querySelectorAll("[data-field]")].map((part) => [/** @type {HTMLElement} */ (part).dataset.field ?? "", /** @type {HTMLElement} */ (part)]));
  const groups = [...form.querySelectorAll("details")].map((group) => ({ group, names: namesIn(group) }));
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (form.querySelector(`[data-${name}]`));
  /** @type {Control | null} the field that is being typed in; it keeps what was typed */
  let typing = null;

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    const control = /** @type {Control} */ (event.target);
    if (!control.name) return; // a part of a composed field
    typing = control;
    const changes = changesOf(control);
    if (changes) state.change(changes, control.name); // "own values" changes nothing by itself
    typing = null;
  });
  form.addEventListener("focusout", () => showFields()); // an emptied field shows its default again
  form.addEventListener("click", (event) => {
    const pressed = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset;
    if (!pressed) return;
    if (pressed.reset) reset([pressed.reset]);
    else if ("resetGroup" in pressed) reset(namesIn(/** @type {HTMLElement} */ (event.target).closest("details")));
    else if ("resetAll" in pressed) reset(Object.keys(state.fields));
    else if ("unfold" in pressed) unfold();
    else if ("undo" in pressed) state.undo();
    else if ("redo" in pressed) state.redo();
  });
  document.addEventListener("keydown", (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    const elsewhere = !form.contains(at) && at.matches("input, textarea, select, [contenteditable]");
    if (elsewhere || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) state.redo();
    else state.undo();
  });
  state.onFields(showFields);
  state.onTurn(showTurn);

  /** @param {string[]} names */
  const reset = (names) => state.change(Object.fromEntries(names.map((name) => [name, ""])));

  /** What an edit changes: a standard value sets all that it stands for. @param {Control} control @returns {Record<string, string> | null} */
  function changesOf(control) {
    const { name, value } = control;
    if (name === "mode") return fieldsOfMode(grid, state.fields, value);
    if (name === "ways") return value === "own" ? null : { kinds: value };
    if (name === "industry") return fieldsOfIndustry(grid, value);
    if (name === "use_case" && !value) return withoutUseCase(grid, state.fields);
    if (PRESETS.includes(name)) return value ? fieldsOfPreset(name, value) : null;
    if (control instanceof HTMLInputElement && control.type === "checkbox") {
      if (control.dataset.switch) return { [name]: String(Number(control.checked)) === control.dataset.switch ? "" : String(Number(control.checked)) };
      return { [name]: boxesOf(name).filter((box) => box.checked).map((box) => box.value).join(" ") };
    }
    if (control instanceof HTMLInputElement && control.validity.badInput) return { [name]: "?" };
    const usual = name === "percentile" ? "95" : "";
    return { [name]: value === usual ? "" : value.trim() };
  }

  /** @param {string} name */
  const boxesOf = (name) => /** @type {HTMLInputElement[]} */ (controls.filter((c) => c.name === name));

  function showFields() {
    const { fields, effective } = state;
    const presets = presetsOf(grid, fields);
    const way = waysOption(fields.kinds ?? "");
    for (const control of controls) {
      const { name } = control;
      if (control === typing || (control === document.activeElement && control.value === "" && !fields[name])) continue;
      if (name === "mode") /** @type {HTMLInputElement} */ (control).checked = control.value === effective.mode;
      else if (name === "ways") setValue(control, way);
      else if (name === "industry") setValue(control, industryOf(grid, fields));
      else if (control instanceof HTMLInputElement && control.type === "checkbox") {
        control.checked = control.dataset.switch ? (fields[name] ?? control.dataset.switch) === "1" : (fields[name] ?? "").split(" ").includes(control.value);
      } else if (fields[name] !== "?") setValue(control, shownText(name, fields, presets, effective));
    }
    placeholder("e2e_ms", effective.e2e_ms === null ? "" : milliseconds(effective.e2e_ms));
    for (const name of ["prompt_tokens", "output_tokens", "qps", "users", "active", "per_minute", "peak_factor", "ttft_ms", "itl_ms"]) {
      const usual = effective[/** @type {keyof typeof effective} */ (name)];
      if (!fields[name] && usual !== null) placeholder(name, String(usual));
    }
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-mode]"))) hide(part, part.dataset.mode !== effective.mode);
    showSet(fields);
    say(byId("load-formula"), loadWords(effective));
    say(byId("question"), questionWords(effective));
  }

  /** On a phone the form begins with what nobody can leave out; here is the rest. */
  function unfold() {
    form.classList.add("is-whole");
    button("unfold").setAttribute("aria-expanded", "true");
  }

  /** @param {string} name @param {string} value */
  function placeholder(name, value) {
    const control = form.elements.namedItem(name);
    if (control instanceof HTMLInputElement && control.placeholder !== value) control.placeholder = value;
  }

  /** The option of the ways that has these kinds; "own" where none has. @param {string} kinds */
  function waysOption(kinds) {
    const select = /** @type {HTMLSelectElement} */ (form.elements.namedItem("ways"));
    const wanted = kinds.split(" ").sort().join(" ");
    return [...select.options].find(({ value }) => value.split(" ").sort().join(" ") === wanted)?.value ?? "own";
  }

  /** What is set: a reset beside each, and how many there are in each group. @param {Record<string, string>} fields */
  function showSet(fields) {
    for (const [name, part] of whole) {
      const pressed = /** @type {HTMLElement | null} */ (part.querySelector(`[data-reset="${name}"]`));
      if (pressed) hide(pressed, !(name in fields));
    }
    for (const { group, names } of groups) {
      const n = names.filter((name) => name in fields).length;
      say(/** @type {HTMLElement} */ (group.querySelector("[data-set]")), n ? text("planner.script.set", { n }) : "");
      hide(/** @type {HTMLElement} */ (group.querySelector(".reset-line")), !n);
    }
    button("undo").disabled = !state.canUndo;
    button("redo").disabled = !state.canRedo;
    button("reset-all").disabled = !Object.keys(fields).length;
  }

  /** @param {Element | null} group */
  function namesIn(group) {
    return [...(group?.querySelectorAll("[data-field]") ?? [])].map((part) => /** @type {HTMLElement} */ (part).dataset.field ?? "");
  }

  function showTurn() {
    if (state.busy) return;
    for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    for (const place of form.querySelectorAll(".field-error:not(:empty)")) place.textContent = "";
    if (state.error) showError(state.error);
  }

  /** Say an error beside its field, and open the group that holds it. @param {import("./failures.mjs").EngineError} error */
  function showError(error) {
    const name = error.field ?? "";
    const place = document.getElementById(`error-${name}`);
    if (!place) {
      status.replaceChildren(...parts("planner.script.earlier", { reason: english(error.message) }));
      return;
    }
    for (const control of form.querySelectorAll(`[aria-describedby~="error-${name}"]`)) control.setAttribute("aria-invalid", "true");
    place.replaceChildren(english(error.message));
    const group = place.closest("details");
    if (group) group.open = true;
    if (place.closest("[data-rest]")) unfold();
    status.replaceChildren(...parts("planner.script.earlier_field", { reason: english(error.message), label: text(`planner.field.${name}`) }));
  }
}

// To write what stands there already costs a layout, and in a field the browser's own look at the form.
/** @param {Control} control @param {string} value */
const setValue = (control, value) => void (control.value === value || (control.value = value));
/** @param {HTMLElement} place @param {string} words */
const say = (place, words) => void (place.textContent === words || (place.textContent = words));
/** @param {HTMLElement} part @param {boolean} hidden */
const hide = (part, hidden) => void (part.hidden === hidden || (part.hidden = hidden));

/** A rate: `1 request/s`. @param {number} requests */
const perSecond = (requests) => text("plan.per_second", { n: requests, rate: rate(requests) });

/** @param {string} name @param {Record<string, string>} fields @param {Record<string, string>} presets @param {Record<string, any>} effective */
function shownText(name, fields, presets, effective) {
  if (PRESETS.includes(name)) return presets[name];
  if (fields[name]) return fields[name];
  return ESSENTIAL.includes(name) && effective[name] !== null ? String(effective[name]) : "";
}

/** How the load comes about, with its numbers. @param {import("./planner_inputs.mjs").Inputs} now */
function loadWords({ mode, qps, peak_qps: peak, peak_factor: factor, users, active, per_minute: asked }) {
  if (qps === null || peak === null) return text("planner.script.load_needs");
  const said = { mean: perSecond(qps), factor: String(factor), peak: perSecond(peak) };
  if (mode !== "users") return text("planner.script.load", said);
  const requests = text("plan.per_minute", { n: Number(asked), rate: String(asked) });
  return text("planner.script.load_of_users", { ...said, users: String(users), active: String(active), requests });
}

/** @param {import("./planner_inputs.mjs").Inputs} now */
function questionWords(now) {
  const { prompt_tokens: prompt, output_tokens: output, qps, peak_qps: peak, ttft_ms: ttft, itl_ms: itl, e2e_ms: e2e } = now;
  const all = [prompt, output, qps, peak, ttft, itl, e2e];
  if (!all.every((figure) => typeof figure === "number")) return text("planner.script.no_numbers");
  const [p, o, mean, high, first, between, last] = /** @type {number[]} */ (all);
  return text("planner.script.question", {
    prompt: count(p), output: count(o), mean: perSecond(mean), peak: rate(high), ttft: milliseconds(first), itl: milliseconds(between),
    e2e: seconds(last), percentile: String(now.percentile ?? 95), name: text(`words.class.${now.class}`),
  });
}

/**
 * The planner's form: it shows the fields of the state, changes them when they are edited, and says errors beside them.
 *
 * @typedef {import("./planner_state.mjs").State} State
 */
import { count, milliseconds, rate, seconds } from "./figures.mjs";
import { fieldsOfLoad, fieldsOfProfile, fieldsOfSlo, fieldsOfUseCase, inputsOf, numberOf, presetsOf } from "./planner_inputs.mjs";
import { english, text } from "./texts.mjs";

/** @param {State} state @param {HTMLFormElement} form @param {HTMLElement} status where an error without a field is said */
export function plannerForm(state, form, status) {
  /** @type {import("./planner_inputs.mjs").Grid} */
  const grid = state.settings.grid;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** @type {HTMLInputElement | null} the field that is being typed in; it keeps what was typed */
  let typing = null;

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", (event) => {
    typing = /** @type {HTMLInputElement} */ (event.target);
    const changes = changesOf(typing);
    if (changes) state.change(changes, typing.name); // "own values" changes nothing by itself
    typing = null;
  });
  state.onFields(showFields);
  state.onTurn(showTurn);

  /** What an edit changes: a preset sets all that it stands for. @param {HTMLInputElement} field */
  function changesOf(field) {
    const preset = (/** @type {{id: string}[]} */ list) => list.find(({ id }) => id === field.value);
    const chosen = {
      use_case: () => preset(grid.use_cases) && fieldsOfUseCase(grid, /** @type {any} */ (preset(grid.use_cases))),
      profile: () => preset(grid.profiles) && fieldsOfProfile(/** @type {any} */ (preset(grid.profiles))),
      load: () => preset(grid.loads) && fieldsOfLoad(/** @type {any} */ (preset(grid.loads))),
      slo: () => preset(grid.slo_classes) && fieldsOfSlo(/** @type {any} */ (preset(grid.slo_classes))),
    }[field.name];
    return chosen ? chosen() : { [field.name]: field.value };
  }

  function showFields() {
    const { fields } = state;
    for (const [name, value] of Object.entries({ ...fields, ...presetsOf(grid, fields) })) {
      const control = form.elements.namedItem(name);
      if (control instanceof RadioNodeList) control.value = value;
      else if (control && control !== typing) /** @type {HTMLInputElement} */ (control).value = value;
    }
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-mode]"))) {
      part.hidden = part.dataset.mode !== fields.mode;
    }
    const inputs = inputsOf(grid, fields);
    const e2e = /** @type {HTMLInputElement} */ (form.elements.namedItem("e2e_ms"));
    e2e.placeholder = typeof inputs.e2e_ms === "number" ? milliseconds(inputs.e2e_ms) : "";
    byId("load-formula").textContent = loadWords(inputs, fields);
    byId("question").textContent = questionWords(inputs);
  }

  function showTurn() {
    if (state.busy) return;
    for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    for (const place of form.querySelectorAll(".field-error")) place.textContent = "";
    if (state.error) showError(state.error);
  }

  /** Say an error beside its field. @param {import("./failures.mjs").EngineError} error */
  function showError(error) {
    const { fields } = state;
    const inUsers = fields.mode === "users" && error.field === "qps";
    const missing = inUsers && ["users", "active", "per_minute"].find((field) => numberOf(fields[field]) === null);
    const aliases = { peak_qps: "peak_factor", minimum_class: "class", qps: inUsers ? missing || "users" : "qps" };
    const name = aliases[/** @type {keyof typeof aliases} */ (error.field)] ?? error.field ?? "";
    const control = /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name));
    const place = document.getElementById(`error-${name}`);
    if (control && place) {
      control.setAttribute("aria-invalid", "true");
      place.replaceChildren(english(error.message));
      const label = control.labels?.[0]?.firstChild?.textContent?.trim() ?? name;
      status.textContent = text("planner.script.earlier_field", { reason: error.message, label });
    } else status.textContent = text("planner.script.earlier", { reason: error.message });
  }
}

/** A rate: `1 request/s`. @param {number} requests */
const perSecond = (requests) => text("plan.per_second", { n: requests, rate: rate(requests) });

/** How the load comes about, with its numbers. @param {import("./planner_inputs.mjs").Inputs} inputs @param {Record<string, string>} fields */
function loadWords({ qps, peak_qps: peak }, fields) {
  if (typeof qps !== "number" || typeof peak !== "number") return text("planner.script.load_needs");
  const said = { mean: perSecond(qps), factor: fields.peak_factor, peak: perSecond(peak) };
  if (fields.mode !== "users") return text("planner.script.load", said);
  const { users, active, per_minute: asked } = fields;
  const requests = text("plan.per_minute", { n: Number(asked), rate: asked });
  return text("planner.script.load_of_users", { ...said, users, active, requests });
}

/** @param {import("./planner_inputs.mjs").Inputs} inputs */
function questionWords(inputs) {
  const { prompt_tokens: prompt, output_tokens: output, qps, peak_qps: peak, ttft_ms: ttft, itl_ms: itl, e2e_ms: e2e } = inputs;
  const all = [prompt, output, qps, peak, ttft, itl, e2e];
  if (!all.every((figure) => typeof figure === "number")) return text("planner.script.no_numbers");
  const [p, o, mean, high, first, between, whole] = /** @type {number[]} */ (all);
  return text("planner.script.question", {
    prompt: count(p), output: count(o), mean: perSecond(mean), peak: rate(high), ttft: milliseconds(first), itl: milliseconds(between),
    e2e: seconds(whole), percentile: String(inputs.percentile ?? 95), name: text(`words.class.${inputs.minimum_class}`),
  });
}

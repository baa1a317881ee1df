/**
 * Searchable lists of names in the planner's form: models, providers, GPUs and regions that are wanted or not. What is
 * typed is found by name or id; what is chosen stands below as chips. Ids are what the field and the address hold.
 *
 * @typedef {import("./planner_state.mjs").State} State
 */
import { element } from "./panel.mjs";
import { text } from "./texts.mjs";

/** @param {State} state @param {HTMLFormElement} form */
export function plannerNames(state, form) {
  const { words, known } = state.settings;
  /** @type {Record<string, () => [string, string][]>} ids with names, of what may be searched for */
  const kinds = {
    models: () => Object.entries(words.models),
    providers: () => known.providers.map((/** @type {string} */ id) => [id, words.providers[id] ?? id]),
    gpus: () => known.gpus.map((/** @type {string} */ id) => [id, words.gpus[id] ?? id]),
    regions: () => known.regions.map((/** @type {string} */ id) => [id, id]),
    places: () => known.places,
  };

  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll("[data-names]"))) {
    const name = part.dataset.field ?? "";
    const kind = part.dataset.names ?? "";
    const find = /** @type {HTMLInputElement} */ (part.querySelector("[data-find]"));
    const chips = /** @type {HTMLElement} */ (part.querySelector("[data-chosen]"));
    const chosen = () => (state.fields[name] ?? "").split(" ").filter(Boolean);

    const add = () => {
      const typed = find.value.trim();
      if (!typed) return;
      const id = idOf(kinds[kind](), typed);
      find.value = "";
      if (!chosen().includes(id)) state.change({ [name]: [...chosen(), id].join(" ") });
    };
    find.addEventListener("change", add);
    find.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        add();
      }
    });
    chips.addEventListener("click", (event) => {
      const id = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.id;
      if (!id) return;
      state.change({ [name]: chosen().filter((one) => one !== id).join(" ") });
      find.focus();
    });
    let shown = "";
    state.onFields(() => {
      if ((state.fields[name] ?? "") === shown) return;
      shown = state.fields[name] ?? "";
      const names = new Map(chosen().length ? kinds[kind]() : []);
      chips.replaceChildren(...chosen().map((id) => element("li", {}, chip(id, names.get(id) ?? id))));
    });
  }

  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[list]"))) {
    input.addEventListener("focus", () => suggest(input.getAttribute("list") ?? ""), { once: true });
  }

  /** The suggestions are put into the page when somebody wants them: there are hundreds. @param {string} id */
  function suggest(id) {
    if (document.getElementById(id)) return;
    const rows = kinds[id.replace("known-", "")]();
    const options = rows.map(([value, label]) => element("option", { value, label: label === value ? "" : label }));
    form.append(element("datalist", { id }, ...options));
  }
}

/** The id of what was typed, by id or name; what nobody knows stays, and the engine refuses it in words. @param {[string, string][]} rows @param {string} typed */
function idOf(rows, typed) {
  const wanted = typed.toLowerCase();
  const found = rows.find(([id]) => id === wanted) ?? rows.find(([, name]) => name.toLowerCase() === wanted);
  return found ? found[0] : wanted.replace(/\s+/g, "-");
}

/** @param {string} id @param {string} name */
function chip(id, name) {
  const button = element("button", { type: "button", className: "chip-button" }, name, " ×");
  button.dataset.id = id;
  button.setAttribute("aria-label", text("planner.script.remove", { name }));
  return button;
}

/**
 * The panel of scenarios: save the question under a name, open, rename, duplicate and delete saved ones, see some side by
 * side or plan them together, take them out and in as files, and copy a link. Nothing leaves the browser.
 *
 * @typedef {import("./planner_state.mjs").State} State
 * @typedef {import("./scenario_store.mjs").Scenario} Scenario
 */
import { saveText } from "./csv_text.mjs";
import { element } from "./panel.mjs";
import { recordOf } from "./planner_inputs.mjs";
import { fieldsOfRecord } from "./planner_values.mjs";
import { exported, imported } from "./scenario_files.mjs";
import { sameForm } from "./scenario_form.mjs";
import { linkCopying, namedByLink } from "./scenario_link.mjs";
import { THIS, scenarioList } from "./scenario_list.mjs";
import { MOST, MOST_NAME, freeName, nameFault, scenarioStore, tidyName } from "./scenario_store.mjs";
import { failureParts, scenarioWork } from "./scenario_work.mjs";
import { text } from "./texts.mjs";

const OPEN_KEY = "atlas.scenario.open";

/** @param {State} state @param {HTMLElement} host */
export function scenariosPanel(state, host) {
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (host.querySelector(selector));
  const { grid } = state.settings;
  const saving = /** @type {HTMLFormElement} */ (find("[data-save]"));
  const nameField = /** @type {HTMLInputElement} */ (saving.elements.namedItem("name"));
  const noteField = /** @type {HTMLInputElement} */ (saving.elements.namedItem("note"));
  const said = find("[data-said]");
  const store = scenarioStore();
  /** @type {Set<string>} */
  const chosen = new Set();
  let opened = remembered();

  const list = scenarioList(/** @type {HTMLUListElement} */ (find("[data-list]")), chosen, {
    open, rename, duplicate, remove, choose: () => say(),
  }, grid);
  saving.addEventListener("submit", (event) => {
    event.preventDefault();
    save(false);
  });
  find("[data-save-as]").addEventListener("click", () => save(true));
  linkCopying(state, host, () => tidyName(nameField.value), say);
  scenarioWork(state, host, picked, say);
  find("[data-export]").addEventListener("click", () => void takeOut());
  const files = /** @type {HTMLInputElement} */ (find("[data-import]"));
  files.addEventListener("change", async () => {
    await takeIn([...(files.files ?? [])]);
    files.value = ""; // the same file can be chosen again
  });
  dropping(find("[data-drop]"), (dropped) => void takeIn(dropped));
  noteField.addEventListener("input", mark);
  store.onChange(() => {
    const lost = opened && !store.get(opened);
    say(lost ? text("scenarios.script.lost_elsewhere", { name: opened }) : text("scenarios.script.other_tab"));
    if (lost) setOpened("");
    show();
  });
  nameField.value = opened || namedByLink();
  noteField.value = store.get(opened)?.note ?? "";
  host.addEventListener("toggle", show);
  show();
  state.onFields(() => {
    mark();
    if (/** @type {HTMLDetailsElement} */ (host).open) list.drawThis(form());
  });

  /** The form record of the page. */
  function form() {
    return recordOf(grid, state.fields);
  }

  function show() {
    list.draw(store.all, opened, form());
    mark();
    const refused = find("[data-refused]");
    refused.hidden = store.refusal === "";
    refused.textContent = store.refusal ? text(`scenarios.script.${store.refusal}`) : "";
  }

  /** What the page asks is that of the open scenario, or it is unsaved. */
  function mark() {
    const scenario = store.get(opened);
    const changed = scenario !== undefined && (!sameForm(scenario.form, form()) || (scenario.note ?? "") !== noteField.value.trim());
    state.scenario = scenario && !changed ? scenario : null;
    find("[data-unsaved]").hidden = !changed;
    find("[data-open-name]").textContent = scenario ? `: ${opened}` : "";
    find("[data-save-as]").hidden = !scenario;
  }

  /** @param {string} name */
  function setOpened(name) {
    opened = name;
    try {
      if (name) sessionStorage.setItem(OPEN_KEY, name);
      else sessionStorage.removeItem(OPEN_KEY);
    } catch {
      // Then a reload opens none; nothing is lost.
    }
  }

  /** Say what happened, with a way back where there is one. @param {string | (string | Node)[]} [sentence] @param {() => void} [back] */
  function say(sentence = "", back) {
    const undo = element("button", { type: "button" }, text("scenarios.script.undo"));
    undo.addEventListener("click", () => back?.());
    said.replaceChildren(...[sentence].flat(), ...(back ? [" ", undo] : []));
  }

  /** What is wrong with a name, in words; empty when nothing is. @param {string} name */
  function fault(name) {
    const key = nameFault(name);
    return key ? text(`scenarios.script.${key}`, { most: MOST_NAME }) : "";
  }

  /** Keep the question under the name in the field. @param {boolean} another */
  function save(another) {
    const name = tidyName(nameField.value);
    const note = tidyName(noteField.value);
    const taken = store.get(name) !== undefined && (another || name !== opened);
    const wrong = fault(name) || (taken ? text("scenarios.script.taken", { name }) : "");
    const full = !store.get(name) && store.all.length >= MOST ? text("scenarios.script.full", { most: MOST }) : "";
    nameField.setAttribute("aria-invalid", String(wrong !== ""));
    if (wrong || full) {
      say(wrong || full);
      return void nameField.focus();
    }
    const renames = opened && name !== opened && !another && store.get(opened);
    if (renames) store.rename(opened, name);
    store.put({ name, form: form(), ...(note ? { note } : {}) });
    setOpened(name);
    nameField.value = name;
    say(text("scenarios.script.kept", { name }));
    show();
  }

  /** @param {string} name */
  function open(name) {
    const scenario = store.get(name);
    if (!scenario) return;
    setOpened(name);
    nameField.value = name;
    noteField.value = scenario.note ?? "";
    state.change(fieldsOfRecord(grid.fields, scenario.form));
    say(text("scenarios.script.opened", { name }));
    show();
  }

  /** @param {string} from @param {string} typed @returns {string} what is wrong with it */
  function rename(from, typed) {
    const name = tidyName(typed);
    const wrong = fault(name) || (name !== from && store.get(name) ? text("scenarios.script.taken", { name }) : "");
    if (wrong) return wrong;
    if (name !== from) {
      store.rename(from, name);
      if (chosen.delete(from)) chosen.add(name);
      if (opened === from) {
        setOpened(name);
        nameField.value = name;
      }
      say(text("scenarios.script.renamed", { name }));
    }
    show();
    return "";
  }

  /** @param {string} name */
  function duplicate(name) {
    const scenario = store.get(name);
    if (!scenario) return;
    if (store.all.length >= MOST) return say(text("scenarios.script.full", { most: MOST }));
    const copy = [...text("scenarios.script.copy_of", { name })].slice(0, MOST_NAME).join("");
    const free = freeName(copy, (wanted) => store.get(wanted) !== undefined, numbered);
    store.put({ ...scenario, name: free }, store.all.indexOf(scenario) + 1);
    say(text("scenarios.script.kept", { name: free }));
    show();
  }

  /** @param {string} name */
  function remove(name) {
    const { scenario, place } = store.remove(name);
    if (!scenario) return;
    const wasOpen = opened === name;
    if (wasOpen) setOpened("");
    say(text("scenarios.script.gone", { name }), () => {
      store.put(scenario, place);
      if (wasOpen) setOpened(name);
      say(text("scenarios.script.back", { name }));
      show();
    });
    show();
  }

  /** The chosen scenarios, the question of the form first. @returns {Scenario[]} */
  function picked() {
    const saved = store.all.filter(({ name }) => chosen.has(name));
    if (!chosen.has(THIS)) return saved;
    const name = freeName(text("scenarios.script.this"), (wanted) => saved.some((one) => one.name === wanted), numbered);
    return [{ name, form: form() }, ...saved];
  }

  async function takeOut() {
    const scenarios = picked();
    try {
      const { name, text: content } = await exported(state.call, scenarios.length ? scenarios : store.all);
      saveText(name, content, "application/json");
      say(text("scenarios.script.exported", { n: scenarios.length || store.all.length, file: name }));
    } catch (error) {
      if (scenarios.length || store.all.length) say(failureParts(error));
      else say(text("scenarios.script.none"));
    }
  }

  /** @param {File[]} files */
  async function takeIn(files) {
    if (!files.length) return;
    say(text("scenarios.script.waiting"));
    say(await imported(state.call, files, store, numbered));
    show();
  }
}

/** @param {string} name @param {number} number */
const numbered = (name, number) => text("scenarios.script.numbered", { name, number: String(number) });

/** The scenario that was open in this tab before a reload. */
function remembered() {
  try {
    return sessionStorage.getItem(OPEN_KEY) ?? "";
  } catch {
    return "";
  }
}

/** Files that are dropped on an element. @param {HTMLElement} target @param {(files: File[]) => void} take */
function dropping(target, take) {
  const holds = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
  target.addEventListener("dragover", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    target.classList.add("is-over");
  });
  target.addEventListener("dragleave", () => target.classList.remove("is-over"));
  target.addEventListener("drop", (event) => {
    target.classList.remove("is-over");
    if (!holds(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * The list of saved scenarios: a line each, to choose, open, rename, duplicate and delete it.
 *
 * @typedef {import("./scenario_store.mjs").Scenario} Scenario
 * @typedef {{open: (name: string) => void, rename: (from: string, to: string) => string, duplicate: (name: string) => void,
 *   remove: (name: string) => void, choose: () => void}} Actions `rename` returns what is wrong with the name, or nothing
 */
import { count, rate } from "./figures.mjs";
import { element } from "./panel.mjs";
import { effectiveOf } from "./planner_inputs.mjs";
import { fieldsOfRecord } from "./planner_values.mjs";
import { text } from "./texts.mjs";

/** The question that stands in the form, among the chosen ones. */
export const THIS = "";

/**
 * @param {HTMLUListElement} list @param {Set<string>} chosen names that are chosen; THIS for the question of the form
 * @param {Actions} actions @param {import("./planner_inputs.mjs").Grid} grid
 */
export function scenarioList(list, chosen, actions, grid) {
  /** @param {Scenario[]} scenarios @param {string} opened name of the open one @param {Record<string, any>} form of the page */
  function draw(scenarios, opened, form) {
    const names = new Set(scenarios.map(({ name }) => name));
    for (const name of chosen) if (name !== THIS && !names.has(name)) chosen.delete(name);
    const lines = scenarios.map((one) => line(one, one.name === opened));
    if (!lines.length) lines.push(element("li", { className: "muted" }, text("scenarios.script.none")));
    list.replaceChildren(thisLine(form), ...lines);
  }

  /** @param {Record<string, any>} form */
  function thisLine(form) {
    return element("li", {}, box(THIS, text("scenarios.script.this")), element("span", {}, text("scenarios.script.this"), " ", summary(form, grid)));
  }

  /** @param {Scenario} scenario @param {boolean} isOpen */
  function line({ name, form, note }, isOpen) {
    const open = element("button", { type: "button", className: "plain" }, name);
    open.setAttribute("aria-label", text("scenarios.script.open", { name }));
    if (isOpen) open.setAttribute("aria-current", "true");
    open.addEventListener("click", () => actions.open(name));
    const words = element("span", {}, open, " ", summary(form, grid), ...(note ? [element("small", { className: "said-note" }, note)] : []));
    const buttons = element("span", { className: "row-actions" });
    buttons.setAttribute("role", "group");
    buttons.setAttribute("aria-label", text("scenarios.script.actions", { name }));
    const item = element("li", { className: isOpen ? "is-open" : "" }, box(name, name), words, buttons);
    buttons.append(
      button("rename", () => item.replaceChildren(renaming(name))),
      button("duplicate", () => actions.duplicate(name)),
      button("delete", () => actions.remove(name)),
    );
    return item;
  }

  /** @param {string} what @param {() => void} does */
  function button(what, does) {
    const made = element("button", { type: "button" }, text(`scenarios.script.${what}`));
    made.addEventListener("click", does);
    return made;
  }

  /** @param {string} name @param {string} words */
  function box(name, words) {
    const made = element("input", { type: "checkbox", checked: chosen.has(name) });
    made.setAttribute("aria-label", text("scenarios.script.choose", { name: words }));
    made.addEventListener("change", () => {
      if (made.checked) chosen.add(name);
      else chosen.delete(name);
      actions.choose();
    });
    return made;
  }

  /** The line while its name is changed: Enter keeps it, Escape does not. @param {string} name */
  function renaming(name) {
    const input = element("input", { type: "text", value: name, maxLength: 120 });
    input.setAttribute("aria-label", text("scenarios.script.new_name", { name }));
    const fault = element("span", { className: "field-error" });
    const form = element("form", { className: "renaming" }, input, element("button", { type: "submit" }, text("scenarios.script.keep_name")));
    form.append(button("cancel", () => actions.rename(name, name)), fault);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      fault.textContent = actions.rename(name, input.value);
      input.setAttribute("aria-invalid", String(fault.textContent !== ""));
    });
    form.addEventListener("keydown", (event) => event.key === "Escape" && actions.rename(name, name));
    setTimeout(() => input.select());
    return form;
  }

  return {
    draw,
    /** The form asks something else. @param {Record<string, any>} form of the page */
    drawThis: (form) => list.firstElementChild?.replaceWith(thisLine(form)),
  };
}

/** @param {unknown} value */
const shortly = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value)).slice(0, 40);

/** What a form record asks, in a few words. @param {Record<string, any>} form @param {import("./planner_inputs.mjs").Grid} grid */
function summary(form, grid) {
  const fields = Object.fromEntries(Object.entries(fieldsOfRecord(grid.fields, form)).filter(([, typed]) => typed));
  const { prompt_tokens: prompt, output_tokens: output, qps } = effectiveOf(grid, fields);
  const known = [prompt, output, qps].every((figure) => typeof figure === "number");
  const words = known
    ? text("scenarios.script.summary", { prompt: count(Number(prompt)), output: count(Number(output)), qps: text("plan.per_second", { n: Number(qps), rate: rate(Number(qps)) }) })
    : Object.entries(form).slice(0, 4).map(([field, value]) => `${field} ${shortly(value)}`).join(", ") || text("scenarios.script.standard");
  return element("small", { className: "muted" }, words);
}

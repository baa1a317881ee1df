/**
 * What the two panels of long runs share: fields that a reader may leave as they are, a bar of progress, a way to stop.
 * A run is asked for in slices; who stops it asks for no more, and sees what there is.
 */
import { count } from "./figures.mjs";
import { element } from "./panel.mjs";
import { english, localNumber, text } from "./texts.mjs";

const SLICE_MS = 150; // of the worker's time: so soon it is free for another question
const FIRST_SHARE = 0.02;

/**
 * @typedef {{name: string, label: string, value?: string, hint?: string, percent?: boolean, step?: string, choices?: [string, string][]}} Field
 *   `value` is the default that is asked with, `hint` says what holds while the field is empty
 */

/** @param {string} key of the texts @param {Field[]} fields @param {() => void} changed */
export function runFields(key, fields, changed) {
  const inputs = Object.fromEntries(fields.map((field) => {
    const input = field.choices
      ? element("select", { name: `${key}_${field.name}` }, ...field.choices.map(([value, words]) => new Option(words, value)))
      : element("input", { type: "number", step: field.step ?? "any", min: "0", name: `${key}_${field.name}`, value: field.value ?? "", placeholder: field.hint ?? "" });
    input.addEventListener("change", changed);
    return [field.name, input];
  }));
  const errors = Object.fromEntries(fields.map(({ name }) => [name, element("span", { className: "field-error", id: `${key}-${name}-error` })]));
  const box = element("div", { className: "run-fields" }, ...fields.map((field) =>
    element("label", {}, field.label, inputs[field.name], errors[field.name])));

  return {
    box,
    inputs,
    /** What was typed, without the fields that were left empty. */
    given() {
      const found = /** @type {Record<string, number | string>} */ ({});
      for (const { name, percent, choices } of fields) {
        const typed = inputs[name].value.trim();
        if (typed !== "") found[name] = choices ? typed : Number(typed) / (percent ? 100 : 1);
      }
      return found;
    },
    /** Show a refusal beside its field; none without one. @param {{field?: string | null, message: string} | null} refusal */
    refuse(refusal) {
      for (const { name } of fields) {
        const mine = refusal?.field === name;
        errors[name].replaceChildren(mine && refusal ? english(refusal.message) : "");
        if (mine) inputs[name].setAttribute("aria-invalid", "true");
        else inputs[name].removeAttribute("aria-invalid");
        inputs[name].setAttribute("aria-describedby", errors[name].id);
      }
    },
  };
}

/** A bar that shows how far a run is, and a button that stops it. */
export function runProgress() {
  const bar = element("progress", { max: 1, value: 0 });
  bar.setAttribute("aria-label", text("uncertainty.progress"));
  const button = element("button", { type: "button", className: "quiet" }, text("uncertainty.stop"));
  const box = element("p", { className: "run-progress", hidden: true }, bar, " ", button);
  let stopped = false;
  button.addEventListener("click", () => {
    stopped = true;
    button.disabled = true;
  });

  return {
    box,
    /**
     * Ask slice by slice until all is done or the reader stops. @param {(until: number) => Promise<number>} ask runs up to a share and says how far it came
     * @param {AbortSignal} signal @returns {Promise<number>} the share that was run
     */
    async run(ask, signal) {
      stopped = false;
      button.disabled = false;
      bar.value = 0;
      box.hidden = false;
      let [share, slice] = [0, FIRST_SHARE];
      try {
        while (share < 1 && !stopped && !signal.aborted) {
          const began = performance.now();
          share = await ask(Math.min(1, share + slice));
          bar.value = share;
          slice *= Math.min(3, Math.max(0.3, SLICE_MS / Math.max(1, performance.now() - began)));
        }
        return share;
      } finally {
        if (!signal.aborted) box.hidden = true;
      }
    },
  };
}

/** A share as so many of a hundred: whole ones, with a decimal near none and near all. @param {number} share */
export function ofHundred(share) {
  if (share > 0.99 && share < 1) return localNumber((Math.floor(share * 1000) / 10).toFixed(1));
  if (share > 0 && share < 0.01) return localNumber((Math.ceil(share * 1000) / 10).toFixed(1));
  return count(Math.round(share * 100));
}

/** A list of facts, each in a sentence. @param {(string | Node)[]} lines */
export function lines(lines) {
  return element("ul", { className: "run-facts" }, ...lines.map((line) => element("li", {}, line)));
}

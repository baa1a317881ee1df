/** The line that says what goes on while bills are read, with a bar and the way to stop it. */
import { count } from "./figures.mjs";
import { localNumber, text } from "./texts.mjs";

/** @param {HTMLElement} host holds [data-said], a progress and a button @param {() => void} stop */
export function billProgress(host, stop) {
  const said = /** @type {HTMLElement} */ (host.querySelector("[data-said]"));
  const bar = /** @type {HTMLProgressElement} */ (host.querySelector("progress"));
  const button = /** @type {HTMLButtonElement} */ (host.querySelector("button"));
  let began = 0;
  button.addEventListener("click", stop);

  /** @param {boolean} on */
  function running(on) {
    bar.hidden = button.hidden = !on;
    host.toggleAttribute("data-running", on);
  }

  return {
    begin() {
      began = performance.now();
      bar.removeAttribute("value"); // until it is known how far
      said.textContent = text("invoice.script.waiting");
      running(true);
    },
    /** @param {import("./invoice_work.mjs").Progress} progress */
    show({ phase, file, at, files, rows, of }) {
      if (of > 0) bar.value = (at - 1 + Math.min(rows / of, 1)) / files;
      else bar.removeAttribute("value"); // how far is not known
      const about = of > rows ? text("invoice.script.of_rows", { of: count(of) }) : "";
      said.textContent = text(`invoice.script.phase.${phase}`, { name: file, at: String(at), files: String(files), rows: count(rows), of: about });
    },
    /** @param {...(string | Node)} words */
    end(...words) {
      running(false);
      said.replaceChildren(...words);
    },
    /** Seconds since the beginning, written out. */
    get seconds() {
      return localNumber(((performance.now() - began) / 1000).toFixed(1));
    },
  };
}

/** The report as files and on paper, made by the engine: what it writes is what the command writes. */
import { saveText } from "./csv_text.mjs";
import { english, text } from "./texts.mjs";

/**
 * @param {HTMLElement} host holds [data-export] buttons and [data-said]
 * @param {(form: string) => Promise<{name: string, media_type: string, text: string}>} exported
 */
export function exportsPart(host, exported) {
  const said = /** @type {HTMLElement} */ (host.querySelector("[data-said]"));
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (host.querySelectorAll("[data-export]"))) {
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = text("invoice.script.export.making");
      try {
        const made = await exported(button.dataset.export ?? "");
        saveText(made.name, made.text, made.media_type);
        said.textContent = text("invoice.script.export.made", { name: made.name });
      } catch (error) {
        said.replaceChildren(english(/** @type {Error} */ (error).message));
      }
      button.disabled = false;
    });
  }
  host.querySelector("[data-print]")?.addEventListener("click", () => print());
}

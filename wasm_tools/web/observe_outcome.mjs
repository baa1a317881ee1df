/** What was observed as an outcome file: the fields that no file shows, and the file to save. */
import { saveText } from "./csv_text.mjs";
import { Superseded } from "./failures.mjs";
import { said } from "./observe_words.mjs";
import { english } from "./texts.mjs";

/**
 * @param {HTMLFormElement} form @param {(stated: Record<string, string>) => Promise<{text: string, count: number, tier: string}>} make
 */
export function outcomePart(form, make) {
  const status = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  let turn = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  async function run() {
    const mine = ++turn;
    status.classList.remove("field-error");
    status.textContent = said("outcome.working");
    const stated = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    try {
      const { text, count, tier } = await make(stated);
      if (mine !== turn) return;
      saveText("outcome.json", text, "application/json");
      status.textContent = said(`outcome.${tier}`, { n: count });
    } catch (error) {
      if (mine !== turn || error instanceof Superseded) return;
      status.classList.add("field-error");
      const { field, message } = /** @type {{field?: string, message: string}} */ (error);
      status.replaceChildren(english(field ? `${field}: ${message}` : message));
    }
  }
}

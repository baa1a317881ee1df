/** The link to a question: it holds the inputs and nothing else, unless the reader wants the scenario's name with them. */
import { addressOf } from "./planner_inputs.mjs";
import { nameFault, tidyName } from "./scenario_store.mjs";
import { text } from "./texts.mjs";

const NAME = "scenario";

/**
 * @param {import("./planner_state.mjs").State} state @param {HTMLElement} host @param {() => string} nameOf
 * @param {(sentence: string) => void} say
 */
export function linkCopying(state, host, nameOf, say) {
  const withName = /** @type {HTMLInputElement} */ (host.querySelector("[data-link-name]"));
  const shown = /** @type {HTMLInputElement} */ (host.querySelector("[data-link-text]"));
  host.querySelector("[data-link]")?.addEventListener("click", () => {
    const url = new URL(location.href);
    url.search = String(addressOf(state.settings.grid, state.fields));
    const name = nameOf();
    url.hash = withName.checked && !nameFault(name) ? String(new URLSearchParams({ [NAME]: name })) : "";
    const sentence = url.hash ? text("scenarios.script.copied_named") : text("scenarios.script.copied");
    const refused = () => {
      say(text("scenarios.script.not_copied"));
      Object.assign(shown, { value: url.href, hidden: false });
      shown.select();
    };
    shown.hidden = true;
    if (navigator.clipboard) navigator.clipboard.writeText(url.href).then(() => say(sentence), refused);
    else refused();
  });
}

/** The name that a link carries after its #, where the sender wanted it. It never reaches a server. */
export function namedByLink() {
  const name = tidyName(new URLSearchParams(location.hash.slice(1)).get(NAME) ?? "");
  return nameFault(name) ? "" : name;
}

/** The link to a conversation. It holds the reader's words, behind the #, and is made when the reader asks for it. */
import { text } from "./texts.mjs";

const NAME = "ask";
const MOST = 100;

/** @param {import("./ask_state.mjs").State} state @param {HTMLElement} host */
export function askLink(state, host) {
  const shown = /** @type {HTMLInputElement} */ (host.querySelector("[data-link-text]"));
  const said = /** @type {HTMLElement} */ (host.querySelector("[role=status]"));
  host.querySelector("[data-link]")?.addEventListener("click", () => {
    const url = new URL(location.href);
    url.hash = String(new URLSearchParams({ [NAME]: JSON.stringify(state.turns) }));
    const refused = () => {
      Object.assign(shown, { value: url.href, hidden: false });
      shown.select();
      said.textContent = text("ask.script.not_copied");
    };
    shown.hidden = true;
    if (navigator.clipboard) navigator.clipboard.writeText(url.href).then(() => (said.textContent = text("ask.script.copied")), refused);
    else refused();
  });
  const turns = turnsOfAddress(location.hash);
  if (turns.length) state.again(turns);
}

/** The turns that a link holds; none where it is no such link. @param {string} hash @returns {import("./ask_state.mjs").Turn[]} */
export function turnsOfAddress(hash) {
  try {
    const turns = JSON.parse(new URLSearchParams(hash.slice(1)).get(NAME) ?? "[]");
    const sound = Array.isArray(turns) && turns.every((turn) => turn && typeof turn === "object");
    return sound ? turns.slice(0, MOST) : [];
  } catch {
    return [];
  }
}

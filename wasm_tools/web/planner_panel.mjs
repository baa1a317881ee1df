/**
 * What the panels of the planner share: each is a <details> that computes while it is open, again when the question
 * has changed, and never for one that nobody waits for any more.
 *
 * @typedef {import("./planner_state.mjs").State} State
 * @typedef {(method: string, params?: Record<string, unknown>) => Promise<any>} Call asks the engine about the question
 * @typedef {{call: Call, signal: AbortSignal, say: (words: string) => void}} Run
 */
import { money } from "./figures.mjs";
import { element } from "./panel.mjs";
import { nameWords } from "./plan_words.mjs";
import { english, text } from "./texts.mjs";

/**
 * @param {State} state @param {HTMLDetailsElement} host
 * @param {(run: Run) => Promise<void>} compute draws into the host; what it draws after `signal` has aborted is void
 * @returns {() => void} computes anew, where something besides the question has changed
 */
export function computedPanel(state, host, compute) {
  const said = element("p", { className: "status" });
  said.setAttribute("role", "status");
  host.querySelector("summary")?.after(said);
  let shown = "";
  let running = new AbortController();

  async function refresh(anew = false) {
    if (!host.open || !state.ranking) return;
    const asked = JSON.stringify(state.record);
    if (asked === shown && !anew) return;
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const form = state.record;
    shown = asked;
    const say = (/** @type {string} */ words) => void (signal.aborted || (said.textContent = words));
    say(text("panels.computing"));
    host.setAttribute("aria-busy", "true");
    try {
      await compute({ call: (method, params = {}) => state.call(method, { form, ...params }, { signal }), signal, say });
      say("");
    } catch (error) {
      if (signal.aborted) return;
      shown = "";
      said.replaceChildren(english(/** @type {Error} */ (error).message));
    }
    if (!signal.aborted) host.removeAttribute("aria-busy");
  }

  host.addEventListener("toggle", () => {
    if (host.open) refresh();
    else if (host.hasAttribute("aria-busy")) {
      running.abort();
      shown = "";
    }
  });
  state.onAnswer(() => refresh());
  return () => refresh(true);
}

/**
 * A choice among the plans of the answer; the recommended one where nothing else was chosen.
 * @param {State} state @param {() => void} changed
 * @param {(plan: any) => boolean} [fits]
 */
export function planChoice(state, changed, fits = () => true) {
  const select = element("select");
  select.addEventListener("change", changed);
  /** @type {any} the answer whose plans can be chosen: filled when the panel opens, for they are hundreds */
  let offered = null;
  function offer() {
    const { ranking } = state;
    if (!ranking || ranking === offered || !select.closest("details")?.open) return;
    offered = ranking;
    const kept = select.value;
    const plans = ranking.plans.filter(fits);
    select.replaceChildren(...plans.map((/** @type {any} */ plan) => new Option(`${nameWords(plan, state.settings.words)}, ${money(plan.usd_per_month)}`, plan.id)));
    const wanted = [kept, ranking.recommended].find((id) => plans.some((/** @type {any} */ plan) => plan.id === id));
    if (wanted) select.value = wanted;
  }
  state.onAnswer(offer);
  document.addEventListener("toggle", offer, true); // before the panel computes with what is chosen
  return { label: element("label", { className: "plan-choice" }, `${text("panels.plan")} `, select), select };
}

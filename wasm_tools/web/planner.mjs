/**
 * The planner page: form, answer and panels around one state; the precomputed answer at once, the engine's own as soon
 * as it is there. `html[data-engine]` is loading, ready or failed; every plan row says by `data-source` where it comes from.
 */
import { plannerAdded } from "./planner_added.mjs";
import { aTask, plannerAnswer } from "./planner_answer.mjs";
import { chartsPanel } from "./planner_charts.mjs";
import { plannerForm } from "./planner_form.mjs";
import { gpusPanel } from "./planner_gpus.mjs";
import { memoryPanel } from "./planner_memory.mjs";
import { reportPanel } from "./planner_report.mjs";
import { scenariosPanel } from "./planner_scenarios.mjs";
import { plannerNames } from "./planner_names.mjs";
import { simulationPanel } from "./planner_simulation.mjs";
import { plannerState } from "./planner_state.mjs";
import { uncertaintyPanel } from "./planner_uncertainty.mjs";
import { weightsPanel } from "./planner_weights.mjs";
import { whatIfPanel } from "./planner_what_if.mjs";
import { runtimeCard } from "./runtime_card.mjs";

/**
 * A panel by the name in its `data-panel`: one line each.
 * @type {Record<string, (state: import("./planner_state.mjs").State, host: HTMLElement) => void>}
 */
const PANELS = {
  scenarios: scenariosPanel, // the first is there with the form: it is one, too
  report: reportPanel,
  what_if: whatIfPanel,
  charts: chartsPanel,
  weights: weightsPanel,
  gpus: gpusPanel,
  memory: memoryPanel,
  uncertainty: uncertaintyPanel,
  simulation: simulationPanel,
};

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const settings = JSON.parse(byId("planner-data").textContent ?? "{}");
const state = plannerState(settings, (onReady) =>
  runtimeCard(
    byId("runtime"),
    { packs: ["planner"], buildId: settings.build_id, bytes: settings.bytes, remembers: true },
    onReady,
  ),
);
const form = /** @type {HTMLFormElement} */ (byId("planner-form"));
plannerForm(state, form, byId("answer-status"));
plannerNames(state, form);
plannerAdded(state, form);
plannerAnswer(state, byId("answer"));
for (const [name, panel] of Object.entries(PANELS)) {
  for (const host of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-panel="${name}"]`))) panel(state, host);
  await aTask(); // the page can be used meanwhile
}

/** A link to a panel opens it, too; so does an address that ends in its name. @param {string} hash */
function openPanel(hash) {
  const panel = document.querySelector(`details.tool-panel[id="${CSS.escape(hash.slice(1))}"]`);
  if (!(panel instanceof HTMLDetailsElement)) return;
  panel.open = true;
  panel.scrollIntoView();
  panel.querySelector("summary")?.focus({ preventScroll: true });
}
byId("panel-links").addEventListener("click", (event) => {
  const link = /** @type {HTMLElement} */ (event.target).closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault(); // the address carries the question, and going back is for pages
  openPanel(link.hash);
});
openPanel(location.hash);

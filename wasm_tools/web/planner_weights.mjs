/** The planner's panel of weights: sliders for what matters, the balanced order under them, and how firmly it stands. */
import { DASH, count, money, percent, seconds } from "./figures.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { nameWords } from "./plan_words.mjs";
import { computedPanel } from "./planner_panel.mjs";
import { localNumber, text } from "./texts.mjs";

const WEIGHTS = ["cost", "latency", "quality", "simplicity"];
const [MOST, STEP] = [3, 0.1];

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function weightsPanel(state, host) {
  const sliders = WEIGHTS.map((name) => {
    const input = element("input", { type: "range", min: "0", max: String(MOST), step: String(STEP), name: `weight_${name}` });
    const shown = element("output", { className: "n" });
    return { name, input, shown, label: element("label", {}, text(`panels.weights.${name}`), " ", input, shown) };
  });
  const presets = element("p", { className: "presets" });
  const place = element("div");
  const said = element("p", { className: "muted" });
  /** @type {Record<string, number> | null} null: those of the form's priority */
  let weights = null;
  host.append(element("div", { className: "weights" }, ...sliders.map((s) => s.label)), presets, said, place);
  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal }) => {
    const found = await call("weights", weights ? { weights } : {});
    if (!signal.aborted) show(found);
  });
  for (const { input, shown } of sliders) {
    input.addEventListener("input", () => {
      shown.textContent = localNumber(Number(input.value).toFixed(1));
      choose(Object.fromEntries(sliders.map((s) => [s.name, Number(s.input.value)])));
    });
  }

  /** @param {Record<string, number>} wanted */
  function choose(wanted) {
    weights = wanted;
    refresh();
  }

  /** @param {any} found */
  function show(found) {
    for (const { name, input, shown } of sliders) {
      if (document.activeElement !== input) input.value = String(found.weights[name]);
      shown.textContent = localNumber(Number(found.weights[name]).toFixed(1));
    }
    if (!presets.childElementCount) {
      presets.append(text("panels.weights.presets"), ...Object.entries(found.presets).map(([name, of]) => {
        const button = element("button", { type: "button", className: "quiet" }, text(`planner.priority.${name}`));
        button.addEventListener("click", () => choose(/** @type {Record<string, number>} */ (of)));
        return button;
      }));
    }
    const [first] = found.plans;
    const firm = first ? text("panels.weights.firm", { share: percent(first.first), nearby: count(found.nearby) }) : text("panels.nothing");
    said.textContent = found.others_first > 0 ? `${firm} ${text("panels.weights.others", { share: percent(found.others_first) })}` : firm;
    const columns = ["plan", "month", "e2e", "class", "gpus", "first"].map((name) => text(`panels.weights.column.${name}`));
    const { box, body, row } = panelTable(text("panels.weights.caption"), columns, [1, 2, 4, 5]);
    const { words } = state.settings;
    body.append(...found.plans.map((/** @type {any} */ plan) =>
      row([
        nameWords(plan, words), money(plan.usd_per_month), plan.e2e_ms === null ? DASH : `${seconds(plan.e2e_ms)} s`,
        text(`words.class.${words.classes[plan.model]}`), plan.gpus === null ? DASH : count(plan.gpus), percent(plan.first),
      ])));
    place.replaceChildren(box);
  }
}

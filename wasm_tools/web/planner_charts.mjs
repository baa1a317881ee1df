/** The planner's panel of charts: trade-offs, cost and times by load, a plan's cost in parts, commitments by month. */
import { drawChart } from "./live_chart.mjs";
import { element } from "./panel.mjs";
import { computedPanel, planChoice } from "./planner_panel.mjs";
import { costChart, latencyChart, monthsChart, paretoChart, partsChart } from "./planner_series.mjs";
import { text } from "./texts.mjs";

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function chartsPanel(state, host) {
  const { words, grid } = state.settings;
  const place = (/** @type {string} */ name) => element("div", { id: `chart-${name}`, className: "chart-host" });
  const hosts = { pareto: place("pareto"), cost: place("cost"), latency: place("latency"), parts: place("parts"), months: place("months") };
  const { label, select } = planChoice(state, () => refresh());
  const { pareto, cost, latency, parts, months } = hosts;
  host.append(element("div", { className: "charts" }, pareto, cost, months), element("p", {}, label), element("div", { className: "charts" }, latency, parts));

  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal, say }) => {
    const part = (/** @type {string} */ name, /** @type {Record<string, unknown>} */ given = {}) => call("curves", { part: name, ...given });
    const plan = select.value ? { plan: select.value } : {};
    draw(pareto, paretoChart(await part("pareto"), words, grid.classes));
    if (select.value) {
      draw(latency, latencyChart(await part("latency", plan)));
      draw(parts, partsChart(await part("breakdown", plan)));
    } else [latency, parts].forEach((box) => box.replaceChildren());
    draw(months, monthsChart(await part("months"), words));
    const { factors } = await part("cost");
    const points = [];
    for (const factor of factors) {
      say(text("panels.charts.progress", { done: points.length + 1, total: factors.length }));
      points.push(await part("cost", { factor }));
      if (points.length > 2) draw(cost, costChart(points, null, Number(state.inputs.qps)));
    }
    draw(cost, costChart(points, await part("crossings", { points }), points[factors.indexOf(1)].qps));

    /** @param {HTMLElement} box @param {import("./live_chart.mjs").Chart | string} chart a chart, or why there is none */
    function draw(box, chart) {
      if (signal.aborted) return;
      if (typeof chart === "string") box.replaceChildren(element("p", { className: "muted" }, chart));
      else drawChart(box, chart);
    }
  });
}

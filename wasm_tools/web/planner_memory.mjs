/** The planner's panel of memory: what weights, cache and runtime take of each GPU of a plan, and what the cache holds. */
import { count, tokens } from "./figures.mjs";
import { drawChart } from "./live_chart.mjs";
import { element } from "./panel.mjs";
import { computedPanel, planChoice } from "./planner_panel.mjs";
import { localNumber, text } from "./texts.mjs";

const GIB = 2 ** 30;
const PARTS = ["weights", "activation", "non_torch", "graphs", "kv_pool"];

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function memoryPanel(state, host) {
  const { label, select } = planChoice(state, () => refresh(), (plan) => Boolean(plan.gpu));
  const chart = element("div", { id: "memory-chart" });
  const facts = element("dl", { className: "facts" });
  host.append(element("p", {}, label), chart, facts);
  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal }) => {
    if (!select.value) {
      chart.replaceChildren();
      facts.replaceChildren(element("div", {}, element("dd", {}, text("panels.memory.none"))));
      return;
    }
    const found = await call("memory", { plan: select.value });
    if (!signal.aborted) show(found);
  });

  /** @param {any} found */
  function show({ plan, split, tokens: longest, concurrency, needed, context }) {
    const gpu = state.settings.words.gpus[plan.gpu] ?? plan.gpu;
    let from = 0;
    const series = PARTS.filter((name) => split[name] > 0).map((name, n) => {
      const begin = from;
      from += split[name] / GIB;
      return { name: text(`panels.memory.part.${name}`), kind: /** @type {const} */ ("bar"), colour: [1, 4, 5, 2, 3][n], dashed: name === "kv_pool", points: /** @type {[number, number, number][]} */ ([[from, 0, begin]]) };
    });
    const held = count(split.max_concurrency);
    drawChart(chart, {
      title: text("panels.memory.chart", { gpu }),
      summary: text("panels.memory.summary", { held, length: tokens(longest), context: tokens(split.max_context), planned: count(concurrency) }),
      x: { label: text("panels.memory.axis"), unit: "GiB" },
      y: { label: text("panels.memory.of"), categories: [text("panels.memory.each")] },
      series,
      lines: [{ axis: "x", value: split.usable / GIB, label: text("panels.memory.usable") }, { axis: "x", value: split.device / GIB, label: text("panels.memory.device") }],
      height: 64,
    });
    const rows = /** @type {[string, string][]} */ ([
      ["weights", `${gib(split.weights)}; ${text("panels.memory.replica", { size: gib(split.weights * split.gpus), n: count(split.gpus) })}`],
      ["kv_pool", `${gib(split.kv_pool)}; ${text("panels.memory.pool", { size: localNumber((split.kv_per_token / 1024).toPrecision(3)) })}`],
      ["request", `${gib(split.kv_per_request)}; ${text("panels.memory.request", { length: tokens(longest) })}`],
      ["planned", `${gib(needed)}; ${text("panels.memory.planned", { n: count(concurrency) })}`],
      ["held", text("panels.memory.held", { held, length: tokens(longest) })],
      ["longest", text("panels.memory.longest", { context: tokens(split.max_context), n: count(concurrency) }) + (context ? ` ${text("panels.memory.model", { context: tokens(context) })}` : "")],
      ["runtime", text("panels.memory.runtime", { activation: gib(split.activation), buffers: gib(split.non_torch), graphs: gib(split.graphs) })],
    ]);
    facts.replaceChildren(...rows.map(([name, words]) => element("div", {}, element("dt", {}, text(`panels.memory.fact.${name}`)), element("dd", {}, words))));
  }
}

/** @param {number} bytes */
function gib(bytes) {
  const size = bytes / GIB;
  return `${localNumber(size >= 10 ? size.toFixed(1) : size.toPrecision(3))} GiB`;
}

/** The planner's panel of simulation: a plan's replicas under requests in time, with queue, scaling and cold starts. */
import { DASH, count, milliseconds, money, percent, seconds, significant } from "./figures.mjs";
import { drawChart } from "./live_chart.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { computedPanel, planChoice } from "./planner_panel.mjs";
import { lines, ofHundred, runFields, runProgress } from "./planner_runs.mjs";
import { text } from "./texts.mjs";

const OF_PLAN = ["minutes", "arrival_cv", "min_replicas", "max_replicas", "target_in_flight", "start_s", "down_delay_s"]; // empty: what the engine takes from question and plan
const tell = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`uncertainty.run.${key}`, values);

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function simulationPanel(state, host) {
  const { label, select } = planChoice(state, () => refresh(), (plan) => Boolean(plan.gpu));
  const fields = runFields("run", [
    { name: "arrivals", label: tell("field.arrivals"), choices: ["peak", "mean", "day"].map((way) => /** @type {[string, string]} */ ([way, tell(`arrivals.${way}`)])) },
    { name: "minutes", label: tell("field.minutes") },
    { name: "seed", label: text("uncertainty.seed"), value: "1", step: "1" },
    { name: "availability", label: tell("field.availability"), hint: tell("none"), percent: true },
    { name: "patience_s", label: tell("field.patience_s"), hint: tell("none") },
    ...OF_PLAN.slice(1).map((name) => ({ name, label: tell(`field.${name}`), hint: tell("of_plan") })),
  ], () => refresh());
  const progress = runProgress();
  const result = element("div", { className: "run-result" });
  host.append(element("p", {}, label), fields.box, progress.box, result);

  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal }) => {
    if (!select.value) return result.replaceChildren(element("p", { className: "muted" }, tell("none_hosted")));
    const asked = { plan: select.value, ...fields.given() };
    fields.refuse(null);
    try {
      const { seconds: whole } = await call("simulate", { ...asked, until: 0, brief: true });
      const part = (/** @type {number} */ share) => ({ ...asked, until: share * whole });
      const share = await progress.run(async (until) => {
        await call("simulate", { ...part(until), brief: true });
        return until;
      }, signal);
      const found = await call("simulate", part(share));
      if (!signal.aborted) show(found);
    } catch (error) {
      if (!signal.aborted) fields.refuse(/** @type {any} */ (error));
      throw error;
    }
  });

  /** @param {any} found */
  function show(found) {
    for (const name of OF_PLAN) /** @type {HTMLInputElement} */ (fields.inputs[name]).placeholder = significant(found.assumptions[name]);
    result.replaceChildren(element("p", { className: "run-verdict" }, verdict(found)));
    if (found.simulated_s < found.seconds) result.append(element("p", { className: "muted" }, tell("stopped", { done: significant(found.simulated_s / 60), all: significant(found.seconds / 60) })));
    result.append(timesTable(found), ...chartsOf(found), lines(facts(found)));
    result.append(element("h4", {}, text("uncertainty.assumed")), lines(assumptions(found)));
  }
}

/** A mean to three digits; what is next to nothing is nothing. @param {number} value */
const few = (value) => (value < 0.05 ? "0" : significant(Number(value.toPrecision(3))));

/** @param {any} found */
function verdict({ targets, counts }) {
  const missed = ["ttft", "itl", "e2e"].filter((name) => targets[name].met === false).map((name) => tell(`bound.${name}`));
  if (!counts.served) return tell("nothing_served");
  return missed.length ? tell("misses", { list: missed.join(", ") }) : tell("keeps");
}

/** @param {any} found */
function timesTable({ times, targets }) {
  const heads = ["time", "mean", "p50", "p90", "p95", "p99", "bound", "within"].map((name) => tell(`column.${name}`));
  const { box, body, row } = panelTable(tell("caption"), heads, [1, 2, 3, 4, 5, 6, 7]);
  for (const name of ["ttft", "itl", "e2e"]) {
    const form = (/** @type {number | null} */ ms) => (ms === null ? DASH : name === "e2e" ? `${seconds(ms)} s` : `${milliseconds(ms)} ms`);
    const figures = ["mean", "p50", "p90", "p95", "p99"].map((p) => form(times[`${name}_ms`][p]));
    const { bound, percentile, within } = targets[name];
    body.append(row([tell(`bound.${name}`), ...figures, `≤ ${form(bound)} (p${percentile})`, within === null ? DASH : `${ofHundred(within)} %`]));
  }
  return box;
}

/** @param {any} found */
function chartsOf({ timeline, replicas, assumptions: a }) {
  const minutes = timeline.t_s.map((/** @type {number} */ s) => s / 60);
  const points = (/** @type {string} */ name) => timeline[name].map((/** @type {number} */ value, /** @type {number} */ n) => [minutes[n], value]);
  const most = (/** @type {string} */ name) => few(Math.max(...timeline[name], 0));
  const charts = /** @type {[string, [string, "line" | "step"][]][]} */ ([
    ["requests", [["in_service", "line"], ["waiting", "line"]]],
    ["replicas", [["ready", "step"], ["starting", "step"]]],
    ["rates", [["arrivals_per_s", "line"], ["served_per_s", "line"]]],
  ]);
  if (!minutes.length) return [];
  const moves = a.min_replicas !== a.max_replicas || replicas.failures;
  return [element("div", { className: "charts run-charts" }, ...charts.filter(([chart]) => moves || chart !== "replicas").map(([chart, series]) => {
    const place = element("div", { id: `run-${chart}`, className: "chart-host" });
    drawChart(place, {
      title: tell(`chart.${chart}`),
      summary: tell(`summary.${chart}`, { first: most(series[0][0]), second: most(series[1][0]) }),
      x: { label: tell("axis.minute") },
      y: { label: tell(`axis.${chart}`), zero: true },
      series: series.map(([name, kind]) => ({ name: tell(`series.${name}`), kind, points: points(name) })),
      height: 180,
    });
    return place;
  }))];
}

/** @param {any} found */
function facts({ counts, queue, replicas }) {
  const told = [tell("counts", { arrived: count(counts.arrived), served: count(counts.served), in_service: count(counts.in_service), waiting: count(counts.waiting) })];
  if (counts.given_up) told.push(tell("given_up", { n: counts.given_up }));
  const causes = Object.entries(queue.wait_ms_by_cause).filter(([, ms]) => Number(ms) > 0.05).map(([cause, ms]) => tell(`wait.${cause}`, { ms: milliseconds(Number(ms)) }));
  told.push(causes.length ? tell("waits", { list: causes.join(", "), longest: count(queue.longest) }) : tell("no_wait"));
  told.push(tell("replicas", { mean: few(replicas.mean_ready), starts: count(replicas.starts), hours: few(replicas.hours) }));
  if (replicas.failures) told.push(tell("failures", { n: replicas.failures, retried: count(counts.retried) }));
  if (replicas.usd_per_month !== null) told.push(tell("cost", { usd: money(String(replicas.usd)), month: money(String(replicas.usd_per_month)) }));
  return told;
}

/** @param {any} found */
function assumptions({ assumptions: a, seed, evidence }) {
  const rate = significant(Number(a.mean_rate.toPrecision(4)));
  return [
    tell("arrive", { way: tell(`arrivals.${a.arrivals}`), rate, cv: significant(a.arrival_cv), seed: String(seed) }),
    a.min_replicas === a.max_replicas
      ? tell("kept", { n: a.max_replicas })
      : tell("follow", { least: count(a.min_replicas), most: count(a.max_replicas), target: significant(Number(a.target_in_flight.toPrecision(3))), check: significant(a.check_s), delay: significant(a.down_delay_s), start: significant(Number(a.start_s.toPrecision(3))) }),
    a.availability === null ? tell("no_failures") : tell("up", { share: percent(a.availability) }),
    tell("service", { evidence: text(`uncertainty.evidence.${evidence}`) }),
    tell("model"),
  ];
}

/** The planner's panel of uncertainty: months that could come, how many keep the target and the budget, what breaks it. */
import { DASH, count, milliseconds, money, percent, seconds, significant } from "./figures.mjs";
import { drawChart } from "./live_chart.mjs";
import { element } from "./panel.mjs";
import { panelTable } from "./panel_table.mjs";
import { computedPanel, planChoice } from "./planner_panel.mjs";
import { lines, ofHundred, runFields, runProgress } from "./planner_runs.mjs";
import { localNumber, text } from "./texts.mjs";

const DRAWS = 10_000;
const SPREADS = /** @type {[string, number][]} */ ([["load_cv", 20], ["peak_cv", 10], ["prompt_cv", 10], ["output_cv", 10]]); // in %, as the engine has them
const DRIVERS = 3;
const tell = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`uncertainty.months.${key}`, values);
const FORMS = /** @type {Record<string, (value: number) => string>} */ ({
  ttft: (ms) => `${milliseconds(ms)} ms`,
  itl: (ms) => `${milliseconds(ms)} ms`,
  e2e: (ms) => `${seconds(ms)} s`,
  budget: (usd) => money(String(usd)),
});
const MEASURES = /** @type {Record<string, string>} */ ({ ttft: "ttft_ms", itl: "itl_ms", e2e: "e2e_ms", budget: "usd_per_month" });

/** @param {import("./planner_panel.mjs").State} state @param {HTMLElement} host */
export function uncertaintyPanel(state, host) {
  const { label, select } = planChoice(state, () => refresh());
  const fields = runFields("months", [
    ...SPREADS.map(([name, value]) => ({ name, label: tell(`field.${name}`), value: String(value), percent: true })),
    { name: "draws", label: tell("field.draws"), value: String(DRAWS), step: "1" },
    { name: "seed", label: text("uncertainty.seed"), value: "1", step: "1" },
  ], () => refresh());
  const progress = runProgress();
  const result = element("div", { className: "run-result" });
  host.append(element("p", {}, label), fields.box, progress.box, result);

  const refresh = computedPanel(state, /** @type {HTMLDetailsElement} */ (host), async ({ call, signal }) => {
    if (!select.value) return result.replaceChildren(element("p", { className: "muted" }, text("panels.nothing")));
    const asked = { plan: select.value, ...fields.given() };
    const draws = Number(fields.given().draws ?? DRAWS);
    fields.refuse(null);
    try {
      const part = (/** @type {number} */ share) => ({ ...asked, until: Math.max(1, Math.round(share * draws)) });
      const share = await progress.run(async (until) => {
        const { drawn } = await call("monte_carlo", { ...part(until), brief: true });
        return drawn / draws;
      }, signal);
      const found = await call("monte_carlo", part(share));
      if (!signal.aborted) show(found);
    } catch (error) {
      if (!signal.aborted) fields.refuse(/** @type {any} */ (error));
      throw error;
    }
  });

  /** @param {any} found */
  function show(found) {
    result.replaceChildren(element("p", { className: "run-verdict" }, verdict(found)));
    if (found.drawn < found.draws) result.append(element("p", { className: "muted" }, tell("stopped", { drawn: count(found.drawn), draws: count(found.draws) })));
    result.append(boundsTable(found), ...chartsOf(found), lines(causes(found)));
    result.append(element("h4", {}, text("uncertainty.assumed")), lines(assumptions(found)));
  }
}

/** @param {any} found */
function verdict(found) {
  const { all, budget } = found.confidence;
  if (all !== null) return tell(budget === null ? "all" : "all_budget", { share: ofHundred(all) });
  return budget === null ? tell("unknown") : tell("unknown_budget", { share: ofHundred(budget) });
}

/** @param {any} found */
function boundsTable(found) {
  const heads = ["bound", "asked", "kept", "p5", "p50", "p95"].map((name) => tell(`column.${name}`));
  const { box, body, row } = panelTable(tell("caption"), heads, [1, 2, 3, 4, 5]);
  for (const name of ["ttft", "itl", "e2e", "speed", "throughput", "budget"]) {
    const share = found.confidence[name];
    const spread = found.distribution[MEASURES[name]];
    if (share === null && !spread && ["speed", "throughput"].includes(name)) continue;
    const bound = found.bounds[name] ?? null;
    const form = FORMS[name];
    const at = found.percentiles[name];
    const figures = ["p5", "p50", "p95"].map((p) => (!spread ? DASH : spread[p] === null ? tell("overload") : form(spread[p])));
    const kept = share === null ? (name === "budget" ? DASH : tell("not_known")) : tell("of_hundred", { share: ofHundred(share) });
    const words = at ? `${tell(`bound.${name}`)} (p${at})` : tell(`bound.${name}`);
    body.append(row([words, bound === null || !form ? DASH : `≤ ${form(bound)}`, kept, ...figures]));
  }
  return box;
}

/** @param {any} found */
function chartsOf(found) {
  // A cost that nothing moves but the error of its price has no shape that would be worth a picture.
  const measures = [["ttft_ms", "ttft"], ["e2e_ms", "e2e"], ...(found.cost_follows === "nothing" ? [] : [["usd_per_month", "budget"]])];
  const shown = measures.filter(([measure]) => found.histogram[measure]?.edges.length);
  return [element("div", { className: "charts run-charts" }, ...shown.map(([measure, name]) => {
    const place = element("div", { id: `months-${name}`, className: "chart-host" });
    const { edges, counts, below, above, overloaded } = found.histogram[measure];
    const scale = measure === "e2e_ms" ? 1000 : 1;
    const centre = (/** @type {number} */ n) => (edges[n] + edges[n + 1]) / 2 / scale;
    const bound = found.bounds[name];
    const { p5, p50, p95 } = found.distribution[measure];
    const form = FORMS[name];
    const [low, middle, high] = [p5, p50, p95].map((value) => (value === null ? tell("overload") : form(value)));
    const words = { low, middle, high };
    drawChart(place, {
      title: tell(`chart.${name}`),
      summary: tell(p95 === null ? "chart_summary_overload" : "chart_summary", { ...words, outside: count(below + above), overloaded: count(overloaded) }),
      x: { label: tell(`axis.${name}`), unit: { budget: "$", ttft: "ms", e2e: "s" }[name] },
      y: { label: tell("axis.months"), zero: true },
      series: [{ name: tell("axis.months"), kind: "bar", points: counts.map((/** @type {number} */ n, /** @type {number} */ k) => [centre(k), n]) }],
      lines: bound === null || bound === undefined ? [] : [{ axis: "x", value: bound / scale, label: tell("chart_bound", { bound: form(bound) }) }],
      height: 180,
    });
    return place;
  }))];
}

/** @param {any} found @returns {(string | Node)[]} */
function causes(found) {
  const told = /** @type {(string | Node)[]} */ ([]);
  for (const { bound, share } of found.misses) told.push(tell("miss", { share: ofHundred(share), bound: tell(`bound.${bound}`) }));
  const drivers = found.drivers.slice(0, DRIVERS).map((/** @type {any} */ d) => tell("driver", { input: tell(`input.${d.input}`), score: `${d.score < 0 ? "−" : "+"}${localNumber(Math.abs(d.score).toFixed(1))}` }));
  if (drivers.length) told.push(tell("drivers", { list: drivers.join(", ") }));
  if (!told.length && found.confidence.all === 1) told.push(tell("no_miss"));
  if (found.observed) {
    const { within_bound: within, requests, window_minutes: minutes, observed } = found.observed;
    const share = within.about === null ? `${percent(within.least)} – ${percent(within.most)}` : percent(within.about);
    told.push(tell("observed", { share, requests: count(requests), minutes: count(minutes), date: observed.slice(0, 10) }));
  }
  return told;
}

/** @param {any} found @returns {(string | Node)[]} */
function assumptions(found) {
  const spread = SPREADS.map(([name]) => tell(`spread.${name}`, { share: significant(found.assumptions[name] * 100) })).join("; ");
  const told = /** @type {(string | Node)[]} */ ([tell("month", { seed: String(found.seed) }), `${spread}. ${tell("ours")}`]);
  if (found.band) {
    const range = (/** @type {number[]} */ [low, high]) => `× ${significant(Number(low.toPrecision(3)))} – ${significant(Number(high.toPrecision(3)))}`;
    told.push(tell("band", { first: range(found.band.first_token), tpot: range(found.band.tpot), evidence: text(`uncertainty.evidence.${found.evidence}`) }));
  }
  told.push(tell("price", { share: significant(found.price_error * 100) }), tell(`cost.${found.cost_follows}`));
  if (found.unknown) told.push(tell("api"));
  return told;
}

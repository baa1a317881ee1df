/**
 * The planner's charts as records for live_chart.mjs: from what the engine's method `curves` gives, with their words.
 * No document here.
 *
 * @typedef {import("./live_chart.mjs").Chart} Chart
 * @typedef {import("./plan_words.mjs").Words} Words
 */
import { milliseconds, money, rate, seconds } from "./figures.mjs";
import { nameWords } from "./plan_words.mjs";
import { localNumber, text } from "./texts.mjs";

const WAYS = ["api", "rented", "spot", "serverless", "reserved", "owned"];
const DASHED = ["spot", "serverless", "reserved"]; // ways that a reader should not rely on without a thought
const TIMES = /** @type {const} */ (["ttft", "itl", "e2e"]);
/** The look of a class: its colour, the mark of its plans, and of those that nothing beats. */
const LOOKS = /** @type {[number, string, string][]} */ ([[5, "ring", "dot"], [1, "ring", "dot"], [2, "box", "square"], [3, "box", "square"]]);
const FILLED = ["dot", "square"];

/**
 * The cheapest plan of each way by load. @param {any[]} points @param {any} found where the cheapest way changes; null: not yet
 * @param {number} load the reader's @returns {Chart}
 */
export function costChart(points, found, load) {
  const series = WAYS.flatMap((way) => {
    const of = points.filter((p) => p.ways[way]).map((p) => /** @type {[number, number]} */ ([p.qps, p.ways[way].usd_per_month]));
    return of.length ? [{ name: text(`panels.way.${way}`), kind: /** @type {const} */ ("line"), colour: WAYS.indexOf(way), dashed: DASHED.includes(way), points: of }] : [];
  });
  return {
    title: text("panels.charts.cost.title"),
    summary: found ? crossingWords(found, points) : text("panels.computing"),
    x: { label: text("panels.charts.load"), unit: text("panels.charts.rate"), scale: "log" },
    y: { label: text("panels.charts.month"), unit: "$", scale: "log" },
    series,
    lines: Number.isFinite(load) ? [{ axis: "x", value: load, label: text("panels.charts.yours") }] : [],
  };
}

/** @param {{crossings: {qps: number, after: string}[], against_api: {way: string, qps: number}[]}} found @param {any[]} points */
function crossingWords({ crossings, against_api: overtaken }, points) {
  const named = (/** @type {string} */ way) => text(`panels.way.${way}`);
  const cheapest = Object.entries(points[0]?.ways ?? {}).sort(([, a], [, b]) => a.usd_per_month - b.usd_per_month)[0];
  if (!cheapest) return text("panels.nothing");
  const begin = text("panels.charts.cost.cheapest", { way: named(cheapest[0]), load: rate(points[0].qps) });
  const steps = crossings.map((c) => text("panels.charts.cost.crossing", { way: named(c.after), load: rate(c.qps) }));
  const even = overtaken.map((o) => text("panels.charts.cost.break_even", { way: named(o.way), load: rate(o.qps) }));
  const against = even.length ? [text("panels.charts.cost.against_api", { points: even.join(", ") })] : [];
  return [begin, ...(steps.length ? steps : [text("panels.charts.cost.always")]), ...against, text("panels.charts.cost.note")].join(" ");
}

/** The times of a plan by load, with the bounds of the target. @param {any} found @returns {Chart | string} */
export function latencyChart({ plan, points, bounds, percentile, peak_qps: peak, capacity }) {
  if (!points.length) return text("panels.charts.latency.api");
  const series = TIMES.flatMap((name, n) => {
    const band = (/** @type {any} */ p) => (name === "e2e" ? [] : p[`${name}_band`].map((/** @type {number} */ f) => p[`${name}_ms`] * f));
    const of = points.map((/** @type {any} */ p) => [p.qps, p[`${name}_ms`], ...band(p)]);
    const shared = { name: name.toUpperCase(), colour: [1, 2, 3][n], points: of };
    const line = { ...shared, kind: /** @type {const} */ ("line") };
    return name === "e2e" ? [line] : [{ ...shared, kind: /** @type {const} */ ("area"), quiet: true }, line];
  });
  return {
    title: text("panels.charts.latency.title", { percentile }),
    summary: text("panels.charts.latency.summary", { capacity: rate(capacity), peak: rate(peak), tiers: [...new Set(points.map((/** @type {any} */ p) => text(`plan.evidence.${p.evidence}`)))].join(", ") }),
    x: { label: text("panels.charts.load_all"), unit: text("panels.charts.rate") },
    y: { label: text("panels.charts.time"), unit: "ms", scale: "log" },
    series,
    lines: [
      ...TIMES.map((name) => ({ axis: /** @type {const} */ ("y"), value: bounds[`${name}_ms`], label: `${name.toUpperCase()} ≤ ${milliseconds(bounds[`${name}_ms`])} ms` })),
      { axis: "x", value: peak, label: text("panels.charts.peak") },
      { axis: "x", value: capacity, label: text("panels.charts.capacity") },
    ],
    height: 320,
  };
}

/** What a plan's cost consists of. @param {any} found @returns {Chart | string} */
export function partsChart({ usd_per_month: whole, parts }) {
  const inside = parts.filter((/** @type {any} */ p) => !p.beside);
  if (!inside.length) return text("panels.charts.parts.none");
  const share = (/** @type {number} */ usd) => `${localNumber(((100 * usd) / whole).toFixed(0))} %`;
  const named = (/** @type {any} */ p) => text(`panels.part.${p.name}`);
  const said = inside.map((/** @type {any} */ p) => `${named(p)} ${money(String(p.usd_per_month))} (${share(p.usd_per_month)})`).join(", ");
  const beside = parts.filter((/** @type {any} */ p) => p.beside).map((/** @type {any} */ p) => `${named(p)} ${p.usd_per_month === null ? text("panels.charts.parts.unknown") : money(String(p.usd_per_month))}`);
  const more = beside.length ? ` ${text("panels.charts.parts.beside", { parts: beside.join(", ") })}` : "";
  return {
    title: text("panels.charts.parts.title"),
    summary: text("panels.charts.parts.summary", { whole: money(String(whole)), parts: said }) + more,
    x: { label: text("panels.charts.month"), unit: "$" },
    y: { label: text("panels.charts.parts.part"), categories: inside.map(named) },
    series: [{ name: text("panels.charts.month"), kind: "bar", colour: 1, points: inside.map((/** @type {any} */ p, /** @type {number} */ n) => [p.usd_per_month, n]) }],
  };
}

/** What has been paid by month. @param {any} found @param {Words} words @returns {Chart | string} */
export function monthsChart({ recommended, paid, commitments }, words) {
  if (!recommended) return text("panels.charts.months.none");
  if (!commitments.length) return text("panels.charts.months.nothing");
  const kind = (/** @type {any} */ plan) => words.kinds[plan.kind] ?? plan.kind;
  const steps = (/** @type {number[]} */ of) => of.map((usd, month) => /** @type {[number, number]} */ ([month, usd]));
  const said = commitments.map((/** @type {any} */ { plan, month, once }) =>
    month === null
      ? text("panels.charts.months.never", { name: nameWords(plan, words), once: money(String(once)) })
      : text("panels.charts.months.after", { name: nameWords(plan, words), once: money(String(once)), month: localNumber(month.toFixed(1)) }));
  return {
    title: text("panels.charts.months.title"),
    summary: [text("panels.charts.months.against", { name: nameWords(recommended, words), cost: money(recommended.usd_per_month) }), ...said].join(" "),
    x: { label: text("panels.charts.months.axis") },
    y: { label: text("panels.charts.months.paid"), unit: "$", zero: true },
    series: [
      { name: text("panels.charts.months.recommended"), kind: "line", colour: 0, points: steps(paid) },
      ...commitments.slice(0, 5).map((/** @type {any} */ c, /** @type {number} */ n) => ({ name: kind(c.plan), kind: c.term_months ? "step" : "line", colour: n + 1, dashed: c.month === null, points: steps(c.paid) })),
    ],
  };
}

/** Qualified plans by time and cost, by class; filled where nothing beats them. @param {any} found @param {Words} words @param {string[]} classes @returns {Chart | string} */
export function paretoChart({ points, left_out: left }, words, classes) {
  if (!points.length) return text("panels.nothing");
  const name = (/** @type {any} */ p) => nameWords(p, words);
  const series = classes.flatMap((of, rank) => [false, true].flatMap((front) => {
    const own = points.filter((/** @type {any} */ p) => p.quality === rank && p.front === front);
    const [colour, open, filled] = LOOKS[rank];
    const title = text(front ? "panels.charts.pareto.front" : "panels.charts.pareto.beaten", { name: text(`words.class.${of}`) });
    return own.length ? [{ name: title, kind: /** @type {const} */ ("points"), colour, mark: front ? filled : open, points: own.map((/** @type {any} */ p) => [p.e2e_ms / 1000, p.usd_per_month]), labels: own.map(name) }] : [];
  }));
  const best = points.filter((/** @type {any} */ p) => p.front);
  const fast = best.reduce((/** @type {any} */ a, /** @type {any} */ b) => (b.e2e_ms < a.e2e_ms ? b : a), best[0]);
  const said = text("panels.charts.pareto.summary", { n: best.length, cheap: name(best[0]), cost: money(String(best[0].usd_per_month)), fast: name(fast), time: `${seconds(fast.e2e_ms)} s` });
  return {
    title: text("panels.charts.pareto.title"),
    summary: left ? `${said} ${text("panels.charts.pareto.left", { n: left })}` : said,
    x: { label: text("panels.charts.pareto.time"), unit: "s", scale: "log" },
    y: { label: text("panels.charts.month"), unit: "$", scale: "log" },
    series: [...series].sort((a, b) => Number(FILLED.includes(a.mark)) - Number(FILLED.includes(b.mark))), // the front on top
    marks: [{ x: best[0].e2e_ms / 1000, y: best[0].usd_per_month, label: text("panels.charts.pareto.cheapest") }, ...(fast === best[0] ? [] : [{ x: fast.e2e_ms / 1000, y: fast.usd_per_month, label: text("panels.charts.pareto.fastest") }])],
  };
}

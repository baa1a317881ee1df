/** Several load levels: a table to choose from, and each time by load with its bound. */
import { milliseconds, rate } from "./figures.mjs";
import { drawChart } from "./live_chart.mjs";
import { figure, levelName, ms, said, TARGET_CHIP, targetOf } from "./observe_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";

const NAMES = ["ttft", "itl", "e2e"];
const LEAST = 2; // points that make a line

/**
 * @param {any} report @param {number} chosen @param {(place: number) => void} choose
 * @returns {HTMLElement[]} nothing for a single level
 */
export function levelsPart({ levels, sweep, prediction }, chosen, choose) {
  if (levels.length < 2) return [];
  const heads = ["level", "asked", "served", "tokens", "in_flight", "failed"].map((name) => said(`levels.${name}`));
  const times = NAMES.filter((name) => levels.some((/** @type {any} */ level) => timeOf(level, name)));
  const { box, body, row } = panelTable(said("levels.caption"), [...heads, ...times.map((name) => timeHead(levels, name)), said("levels.target")], [1, 2, 3, 4, 5, ...times.map((_, n) => 6 + n)]);
  for (const place of sweep.order) {
    const level = levels[place];
    const button = element("button", { type: "button", className: "plain" }, levelName(level, levels));
    button.setAttribute("aria-pressed", String(place === chosen));
    button.addEventListener("click", () => choose(place));
    const nearest = prediction && place === sweep.main ? [" ", element("small", {}, said("levels.planned"))] : [];
    const target = targetOf(level);
    const made = row([
      [button, ...nearest], figure(level.asked_per_s), figure(level.requests_per_s), figure(level.output_tokens_per_s), figure(level.concurrency),
      figure(level.errors), ...times.map((name) => ms(timeOf(level, name)?.value)), prediction ? chip(TARGET_CHIP[target], said(`target.${target}`)) : "—",
    ]);
    made.classList.toggle("is-chosen", place === chosen);
    body.append(made);
  }
  return [
    element("h2", {}, said("levels.title")),
    ...reachWords(levels, sweep),
    box,
    element("p", { className: "muted" }, said("levels.lead")),
    element("div", { className: "charts observe-charts" }, ...times.map((name) => element("div", { id: `sweep-${name}`, className: "chart-host" }))),
  ];
}

/** How far the target holds. @param {any[]} levels @param {any} sweep */
function reachWords(levels, { order, held, missed }) {
  const at = (/** @type {number} */ place) => rate(levels[place].requests_per_s ?? 0);
  if (held !== null) {
    const open = order[order.length - 1] === held ? said("levels.no_higher") : said("levels.not_told");
    const end = missed === null ? open : said("levels.until", { rate: at(missed) });
    return [element("p", { className: "reach" }, said("levels.held", { rate: at(held) }), end)];
  }
  return missed === null ? [] : [element("p", { className: "reach" }, said("levels.not_held", { rate: at(missed) }))];
}

/** A time of a level at the percentile of the target, at p95 without one. @param {any} level @param {string} name */
function timeOf(level, name) {
  const planned = level.comparison?.figures.find((/** @type {any} */ f) => f.name === name);
  if (planned) return { value: planned.observed, percentile: planned.percentile, bound: planned.bound };
  const of = level.times_ms[name === "itl" && level.times_ms.tpot ? "tpot" : name];
  return of ? { value: of.percentiles["95"] ?? null, percentile: 95, bound: null } : null;
}

/** @param {any[]} levels @param {string} name */
function timeHead(levels, name) {
  const { percentile } = levels.map((level) => timeOf(level, name)).find(Boolean) ?? { percentile: 95 };
  return said("levels.chart", { what: said(`what.${name}`), percentile: String(percentile) });
}

/** Draw the times by load into what `levelsPart` made, once it is in the document. @param {any} report */
export function drawSweep({ levels, sweep, prediction }) {
  for (const name of NAMES) {
    const host = document.getElementById(`sweep-${name}`);
    if (!host) continue;
    const points = /** @type {[number, number][]} */ (sweep.order.map((/** @type {number} */ place) => [levels[place].requests_per_s, timeOf(levels[place], name)?.value]))
      .filter(([load, value]) => load != null && value != null);
    if (points.length < LEAST) {
      host.remove();
      continue;
    }
    const bound = levels.map((/** @type {any} */ level) => timeOf(level, name)?.bound).find((/** @type {any} */ b) => b != null);
    const planned = prediction?.requests_per_s;
    const [first, last] = [points[0], points[points.length - 1]];
    drawChart(host, {
      title: timeHead(levels, name),
      summary: said("levels.chart_summary", {
        first: ms(first[1]), low: rate(first[0]), last: ms(last[1]), high: rate(last[0]), bound: bound == null ? "" : said("levels.chart_bound", { bound: ms(bound) }),
      }),
      x: { label: said("levels.load"), unit: said("levels.rate"), zero: true },
      y: { label: said("levels.time"), unit: "ms", zero: true },
      height: 190,
      series: [{ name: said(`what.${name}`), kind: "line", colour: 1, points }],
      marks: points.map(([x, y]) => ({ x, y, label: "" })),
      lines: [
        ...(bound == null ? [] : [{ axis: /** @type {const} */ ("y"), value: bound, label: `${said("levels.bound")} ${milliseconds(bound)} ms` }]),
        ...(planned == null ? [] : [{ axis: /** @type {const} */ ("x"), value: planned, label: said("levels.plan") }]),
      ],
    });
  }
}

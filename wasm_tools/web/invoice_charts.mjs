/** Spend by day, provider, model and class as charts, and what the days tell: month's end, days that stand out, changes. */
import { money, percent, range, sum } from "./invoice_figures.mjs";
import { nameOr, wordText } from "./invoice_words.mjs";
import { drawChart } from "./live_chart.mjs";
import { element } from "./panel.mjs";
import { parts, text } from "./texts.mjs";

const REST = "all others"; // the row of a chart for all that is smaller
const DAYS_TOLD = 8; // unusual days in words
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.trend.${key}`, values);

/** @param {HTMLElement} host @param {import("./invoice_work.mjs").Bill} bill */
export async function chartsPart(host, bill) {
  const box = element("div", { className: "charts" });
  host.replaceChildren(...trendWords(bill.trend), box);
  await drawCharts(box, bill.charts);
}

/** Draw charts of the engine, each in a task of its own. @param {HTMLElement} host in the document @param {any[]} charts */
export async function drawCharts(host, charts) {
  const boxes = charts.map((chart) => element("div", { id: `chart-${chart.id}`, className: "chart-host" }));
  host.replaceChildren(...boxes);
  for (const [n, chart] of charts.entries()) {
    await new Promise((resolve) => setTimeout(resolve));
    if (boxes[n].isConnected) drawChart(boxes[n], spoken(chart)); // another bill may have taken its place
  }
}

/** A chart of the engine in the language of the page. @param {any} chart */
function spoken(chart) {
  const word = (/** @type {string} */ name) => wordText("script.chart.word", name);
  const category = (/** @type {string} */ name) => (chart.id === "by-class" && name !== REST ? wordText("class", name) : word(name));
  const axis = (/** @type {any} */ of) => ({ ...of, label: word(of.label), ...(of.categories && { categories: of.categories.map(category) }) });
  return {
    ...chart,
    title: text(`invoice.script.chart.title.${chart.id}`, { month: chart.facts.month ?? "" }),
    summary: summaryOf(chart, category),
    x: axis(chart.x),
    y: axis(chart.y),
    series: chart.series.map((/** @type {any} */ s) => ({ ...s, name: word(s.name) })),
  };
}

/** @param {any} chart @param {(name: string) => string} category */
function summaryOf({ id, facts }, category) {
  const summary = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values) => text(`invoice.script.chart.summary.${key}`, values);
  if (id === "month") {
    const { actual_usd: actual, estimate_usd: estimate, low_usd: low, high_usd: high, day } = facts;
    return summary("month", { actual: sum(actual), estimate: sum(estimate), low: sum(low), high: sum(high), day: String(day) });
  }
  if (id === "by-day") return summary("day", { day: facts.day, usd: sum(facts.usd), n: facts.days });
  const share = facts.share === null ? "" : ` (${percent(String(Number(facts.share) / 100))})`;
  return summary("by", { first: category(facts.first), usd: sum(facts.usd), share, whole: sum(facts.of_usd), n: facts.count });
}

/** How often the band of a projection held. @param {{days: number, held: number | null}} check */
export function heldWords({ days, held }) {
  return held === null ? text("invoice.script.trend.unchecked") : text("invoice.script.trend.held", { held, n: days });
}

/** @param {any} trend @returns {Node[]} */
function trendWords(trend) {
  if (!trend?.days.length) return [element("p", { className: "muted" }, said("no_days"))];
  const { month_end: end, anomalies, changes, provisional } = trend;
  const items = [];
  if (end) items.push(parts("invoice.script.trend.month_end", { month: end.month, actual: money(end.actual_usd), estimate: element("b", {}, sum(end.estimate_usd)), range: range(end.low_usd, end.high_usd) }), [heldWords(trend.held_back)]);
  else items.push([said("no_estimate")]);
  if (provisional.length) items.push([said("provisional", { first: provisional[0] })]);
  for (const a of anomalies.slice(0, DAYS_TOLD)) {
    const by = `${nameOr(a.explained_by.model)}, ${wordText("class", a.explained_by.class)}`;
    items.push(parts("invoice.script.trend.anomaly", { day: a.day, usd: element("b", {}, sum(a.usd)), usual: sum(a.usual_usd), by, by_usd: sum(a.explained_by.usd) }));
  }
  if (end && !anomalies.length) items.push([said("no_anomaly")]);
  if (changes) {
    const [first, second] = changes.months;
    items.push(parts("invoice.script.trend.changes", {
      first, second, before: sum(changes.before_usd), after: sum(changes.after_usd), volume: sum(changes.volume_usd), price: sum(changes.price_usd), mix: sum(changes.mix_usd),
    }));
  }
  return [element("ul", { className: "plain-list" }, ...items.map((words) => element("li", {}, ...words)))];
}

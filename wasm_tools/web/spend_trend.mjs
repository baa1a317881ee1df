/** Spend by day, the month with its estimated end, and the days that stand out with the reason. */
import { money, sum } from "./invoice_figures.mjs";
import { drawCharts, heldWords } from "./invoice_charts.mjs";
import { nameOr, wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { parts, text } from "./texts.mjs";

const DAYS_TOLD = 6;
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.trend.${key}`, values);

/** @param {HTMLElement} host @param {import("./spend_work.mjs").Spend} record @param {(day: string) => void} open the calls of a day */
export function trendPart(host, record, open) {
  const { trend } = record;
  if (!trend.days.length) return host.replaceChildren(element("p", { className: "muted" }, said("no_days")));
  const box = element("div", { className: "charts" });
  host.replaceChildren(...anomalies(trend, open), box);
  drawCharts(box, record.charts.map((/** @type {any} */ chart) => (chart.id === "by-day" ? { ...chart, marks: marks(trend) } : chart)));
}

/** The days that stand out, as named points over their bars. @param {any} trend */
function marks({ days, anomalies: found }) {
  return found.slice(0, DAYS_TOLD).map((/** @type {any} */ a) => ({ x: days.findIndex((/** @type {any} */ d) => d.day === a.day), y: Number(a.usd), label: sum(a.usd) }));
}

/** @param {any} trend @param {(day: string) => void} open @returns {Node[]} */
function anomalies(trend, open) {
  const notes = trend.month_end ? [element("p", { className: "muted" }, heldWords(trend.held_back))] : [];
  if (trend.provisional.length) notes.push(element("p", { className: "muted" }, said("provisional", { first: trend.provisional[0] })));
  if (!trend.anomalies.length) {
    const words = trend.month_end ? said("no_anomaly") : said("too_few");
    return [element("p", { className: "muted" }, words), ...notes];
  }
  const items = trend.anomalies.slice(0, DAYS_TOLD).map((/** @type {any} */ a) => {
    const day = element("button", { type: "button", className: "plain" }, a.day);
    day.title = said("open_day");
    day.addEventListener("click", () => open(a.day));
    const by = `${nameOr(a.explained_by.model)}, ${wordText("class", a.explained_by.class)}`;
    const tag = a.tag ? [" ", said("tag", { tag: `${a.tag.name} = ${nameOr(a.tag.value)}`, usd: sum(a.tag.usd) })] : [];
    const words = parts("spend.script.trend.anomaly", { day, usd: element("b", {}, money(a.usd)), usual: sum(a.usual_usd), by, by_usd: sum(a.explained_by.usd) });
    return element("li", {}, ...words, ...tag);
  });
  return [element("ul", { className: "anomalies" }, ...items), ...notes];
}


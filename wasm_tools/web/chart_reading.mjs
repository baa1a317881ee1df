/**
 * Reading values off a chart: by pointer, or with the arrow keys once it has the focus. What is read stands in a line
 * below the plot, which is spoken as it changes.
 */
import { acrossOf, downOf } from "./chart_marks.mjs";
import { placed, valueText } from "./chart_scales.mjs";
import { text } from "./texts.mjs";

/** @typedef {{x: number, y: number | null, across: number, down: number | null, words: string}} Stop a place that can be read */

/** @param {HTMLElement} stage @param {HTMLElement} said @param {import("./live_chart.mjs").Chart} chart @param {import("./chart_marks.mjs").Plot} plot @param {SVGElement} cursor */
export function readable(stage, said, chart, plot, cursor) {
  const stops = stopsOf(chart, plot);
  said.textContent = stops.length ? text("chart.how") : "";
  if (!stops.length) return;
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", text("chart.read", { title: chart.title }));
  said.setAttribute("role", "status");
  let at = -1;
  const show = (/** @type {number} */ number) => {
    if (number === at) return;
    at = number;
    const stop = stops[at];
    cursor.setAttribute("d", stop ? mark(stop, plot) : "");
    said.textContent = stop ? stop.words : text("chart.how");
  };
  stage.addEventListener("pointermove", (event) => {
    const box = /** @type {Element} */ (cursor.parentNode).getBoundingClientRect();
    show(nearest(stops, (1000 * (event.clientX - box.left)) / box.width, event.clientY - box.top, box.width / 1000));
  });
  stage.addEventListener("pointerleave", () => show(-1));
  stage.addEventListener("blur", () => show(-1));
  stage.addEventListener("keydown", (event) => {
    const last = stops.length - 1;
    const page = Math.max(1, Math.round(stops.length / 10));
    const steps = /** @type {Record<string, number>} */ ({
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at < 0 ? last : at - 1, ArrowUp: at < 0 ? last : at - 1, Home: 0, End: last, PageDown: at + page, PageUp: at - page,
    });
    if (event.key === "Escape" && at >= 0) show(-1);
    else if (event.key in steps) show(Math.min(last, Math.max(0, steps[event.key])));
    else return;
    event.preventDefault();
  });
}

/** @param {Stop} stop @param {import("./chart_marks.mjs").Plot} plot */
function mark({ across, down }, plot) {
  if (down === null) return `M${across} 0V${plot.high}`;
  return plot.rows ? `M0 ${down}H1000` : `M${across} ${down + 9}V${plot.high}M${across} 0V${down - 9}`;
}

/**
 * What can be read, from left to right: of lines all values at one place, of points one after another.
 * @param {import("./live_chart.mjs").Chart} chart @param {import("./chart_marks.mjs").Plot} plot @returns {Stop[]}
 */
export function stopsOf(chart, plot) {
  const told = chart.series.filter((s) => !s.quiet);
  const single = told.filter((s) => s.kind === "points" || plot.rows);
  const shared = told.filter((s) => !single.includes(s));
  const stops = single.flatMap((s) => s.points.flatMap((point, n) => {
    const [x, y] = point;
    if (!placed(plot.x, x) || !placed(plot.y, y)) return [];
    const length = plot.rows ? x - (point[2] ?? 0) : x;
    const name = [s.labels?.[n], s.name].filter(Boolean).join(", ");
    const figures = plot.rows ? `${valueText(plot.y, y)}: ${valueText(plot.x, length)}` : `${valueText(plot.x, x)}; ${valueText(plot.y, y)}`;
    return [{ x, y, across: acrossOf(plot, x), down: downOf(plot, y), words: `${name}: ${figures}` }];
  }));
  const places = [...new Set(shared.flatMap((s) => s.points.map(([x]) => x)))].filter((x) => placed(plot.x, x));
  for (const x of places) {
    const values = shared.flatMap((s) => valueWords(s, x, plot));
    if (values.length) stops.push({ x, y: null, across: acrossOf(plot, x), down: null, words: `${valueText(plot.x, x)}: ${values.join(" · ")}` });
  }
  return stops.sort((a, b) => (plot.rows ? Number(a.y) - Number(b.y) : a.x - b.x || Number(a.y) - Number(b.y)));
}

/** The value of a series at a place; of steps the one that holds there. @param {import("./chart_marks.mjs").Series} series @param {number} x @param {import("./chart_marks.mjs").Plot} plot */
function valueWords(series, x, plot) {
  const found = series.kind === "step" ? series.points.filter((p) => p[0] <= x).at(-1) : series.points.find((p) => p[0] === x);
  const [, y, low, high] = found ?? [x, null];
  const range = typeof low === "number" && typeof high === "number" && series.kind !== "bar" ? ` (${valueText(plot.y, low)} – ${valueText(plot.y, high)})` : "";
  return placed(plot.y, y) ? [`${series.name} ${valueText(plot.y, y)}${range}`] : [];
}

/** @param {Stop[]} stops @param {number} across @param {number} down @param {number} pixel of a unit across */
function nearest(stops, across, down, pixel) {
  let best = -1;
  let least = Infinity;
  stops.forEach((stop, n) => {
    const away = Math.hypot((stop.across - across) * pixel, stop.down === null ? 0 : stop.down - down);
    if (away < least) [best, least] = [n, away];
  });
  return best;
}

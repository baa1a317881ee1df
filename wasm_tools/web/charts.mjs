/**
 * Interactive charts: a press on the button of a figure loads the chart library once, reads the figure from the chart's
 * file and draws it in the place of the still picture, in the reader's colours. Without this script the picture stays.
 */

/** @typedef {{ data: any[], layout: Record<string, any> }} Figure */

const LIBRARY = new URL("./plotly-basic.min.js", import.meta.url).href;
const CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["toImage", "select2d", "lasso2d", "autoScale2d"],
};

/** @type {Promise<any> | null} */
let library = null;
/** @type {Map<string, Promise<any>>} */
const files = new Map();
/** Figures that are drawn, to draw them again when the colour scheme changes. @type {Map<HTMLElement, Figure>} */
const drawn = new Map();

/** The chart library, loaded once; a failure may be tried again. */
function loadedLibrary() {
  library ??= import(LIBRARY).then(
    () => /** @type {any} */ (globalThis).Plotly,
    (error) => {
      library = null;
      throw error;
    },
  );
  return library;
}

/** The charts in a file, read once. @param {string} address */
function chartsIn(address) {
  let found = files.get(address);
  if (!found) {
    found = fetch(address).then((answer) => {
      if (!answer.ok) throw new Error(`${answer.status} ${address}`);
      return answer.json();
    });
    found.catch(() => files.delete(address));
    files.set(address, found);
  }
  return found;
}

/**
 * The figure in the colours of the page: traces name their colour by number, axes and texts take ink and lines.
 * @param {Figure} figure
 * @param {(name: string) => string} colour reads a custom property of the style sheet
 * @param {number} height
 * @param {boolean} keyed whether the page shows a key already
 * @returns {Figure}
 */
function coloured(figure, colour, height, keyed) {
  const axis = {
    gridcolor: colour("--line"),
    linecolor: colour("--line-strong"),
    zerolinecolor: colour("--line-strong"),
    tickcolor: colour("--line-strong"),
  };
  const data = figure.data.map((trace) => {
    const number = trace.meta?.colour ?? 1;
    const own = colour(number === 0 ? "--ink" : `--series-${number}`);
    const painted = { ...trace };
    if (trace.line) painted.line = { ...trace.line, color: own };
    if (trace.marker) painted.marker = { ...trace.marker, color: trace.meta?.pale ? faded(own, 0.28) : own };
    if (trace.marker?.line) painted.marker.line = { ...trace.marker.line, color: own };
    if (trace.fill) painted.fillcolor = faded(own, 0.16);
    return painted;
  });
  const { title, ...layout } = figure.layout;
  return {
    data,
    layout: {
      ...layout,
      height,
      showlegend: layout.showlegend && !keyed,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: colour("--text"), size: 12, color: colour("--soft") },
      hoverlabel: { bgcolor: colour("--paper"), bordercolor: colour("--line-strong"), font: { color: colour("--ink") } },
      xaxis: { ...layout.xaxis, ...axis },
      yaxis: { ...layout.yaxis, ...axis },
    },
  };
}

/** A colour like `#0072b2` with some of the paper shining through. @param {string} hex @param {number} share */
function faded(hex, share) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red},${green},${blue},${share})`;
}

/** @param {HTMLElement} place @param {Figure} figure */
async function draw(place, figure) {
  const plotly = await loadedLibrary();
  const style = getComputedStyle(document.body);
  const keyed = place.closest("figure")?.querySelector(".keys") != null;
  const painted = coloured(figure, (name) => style.getPropertyValue(name).trim(), place.clientHeight, keyed);
  await plotly.react(place, painted.data, painted.layout, CONFIG);
}

/** @type {WeakMap<HTMLButtonElement, string>} what a button says while the picture is shown */
const drawnWords = new WeakMap();

/** @param {HTMLElement} holder the <figure> @param {HTMLButtonElement} button */
async function toggle(holder, button) {
  const picture = /** @type {SVGElement} */ (holder.querySelector(".plot"));
  let place = /** @type {HTMLElement | null} */ (holder.querySelector(".chart-live"));
  const live = place !== null && !place.hidden;
  if (live && place) {
    place.hidden = true;
    picture.removeAttribute("hidden");
    button.textContent = drawnWords.get(button) ?? "";
    return;
  }
  const status = statusOf(holder);
  button.disabled = true;
  status.textContent = button.dataset.loading ?? "Loading the chart …";
  try {
    const { charts } = await chartsIn(holder.dataset.file ?? "");
    const figure = charts.find((/** @type {{ id: string }} */ c) => c.id === holder.dataset.chart)?.figure;
    if (!figure) throw new Error(`no chart ${holder.dataset.chart} in the file`);
    await loadedLibrary();
    if (!place) {
      place = document.createElement("div");
      place.className = "chart-live";
      place.lang = "en"; // the figures of the files are English
      place.style.height = `${picture.getBoundingClientRect().height}px`;
      picture.after(place);
      drawn.set(place, figure);
    }
    picture.setAttribute("hidden", "");
    place.hidden = false;
    await draw(place, figure);
    status.textContent = "";
    drawnWords.set(button, button.textContent ?? "");
    button.textContent = button.dataset.still ?? "Still picture";
  } catch {
    if (place) place.hidden = true;
    picture.removeAttribute("hidden");
    status.textContent =
      button.dataset.failed ?? "The interactive chart could not be loaded. The picture and the files hold the same figures.";
  } finally {
    button.disabled = false;
  }
}

/** The live region of a figure. @param {HTMLElement} holder */
function statusOf(holder) {
  let status = /** @type {HTMLElement | null} */ (holder.querySelector(".chart-status"));
  if (!status) {
    status = document.createElement("span");
    status.className = "chart-status";
    status.setAttribute("role", "status");
    holder.querySelector(".chart-links")?.append(status);
  }
  return status;
}

/** Draw all shown figures again, in the colours that hold now. */
function recolour() {
  for (const [place, figure] of drawn) if (!place.hidden) draw(place, figure);
}

if (typeof document !== "undefined") {
  for (const holder of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("figure[data-chart]"))) {
    const button = /** @type {HTMLButtonElement | null} */ (holder.querySelector("[data-live]"));
    button?.addEventListener("click", () => toggle(holder, button));
  }
  new MutationObserver(recolour).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
}

/**
 * The explorer: takes over the server-rendered tables. What columns and facets there are is told by the page
 * (`explore-data`). The view lies in the address: every change is an entry of the history, typing is one entry.
 */
import { compareTray } from "./compare_tray.mjs";
import { searchOf, usualView, viewOf } from "./explore_address.mjs";
import { sheetOnPage } from "./explore_sheet.mjs";
import { text } from "./texts.mjs";

const ONE_ENTRY_MS = 1500; // letters typed within this time are one step back
const WRITTEN_AFTER_MS = 250; // browsers refuse more than a few address changes a second
/** @type {import("./explore_sheet.mjs").Settings & {sheets: import("./explore_columns.mjs").Sheet[], blend: [number, number], task: [number, number]}} */
const settings = JSON.parse(document.getElementById("explore-data")?.textContent ?? "{}");
const usual = {
  sheets: settings.sheets.map(({ id }) => id),
  currencies: ["USD", ...settings.rates.map(({ currency }) => currency)],
  blend: settings.blend,
  task: settings.task,
};
let { view, newer } = viewOf(new URLSearchParams(location.search), usual);
/** @type {Map<string, import("./explore_address.mjs").View>} what each sheet showed last */
const last = new Map();
const tray = compareTray(settings.root, () => sheets.forEach((sheet) => sheet.refill()));
/** @type {Map<string, ReturnType<typeof sheetOnPage>>} */
const sheets = new Map();
let typedAt = -Infinity;
let timer = 0;

for (const sheet of settings.sheets) {
  const section = document.getElementById(`sheet-${sheet.id}`);
  if (section) sheets.set(sheet.id, sheetOnPage(sheet, section, settings, { view: () => view, change, tray }));
}

/** @param {Partial<import("./explore_address.mjs").View>} patch @param {boolean} [typing] */
function change(patch, typing = false) {
  view = { ...view, ...patch };
  sheets.get(view.data)?.draw();
  const goesOn = typing && performance.now() - typedAt < ONE_ENTRY_MS;
  typedAt = typing ? performance.now() : -Infinity;
  clearTimeout(timer);
  if (typing && goesOn) timer = window.setTimeout(() => write("replaceState"), WRITTEN_AFTER_MS);
  else write("pushState");
}

/** @param {"pushState" | "replaceState"} how */
function write(how) {
  const search = searchOf(view, usual);
  const address = `${location.pathname}${search ? `?${search}` : ""}`;
  if (address !== location.pathname + location.search) history[how](null, "", address);
}

/** Show the sheet of the view and hide the others; its files are loaded when the page itself has been. */
function show() {
  for (const { id } of settings.sheets) {
    const section = /** @type {HTMLElement} */ (document.getElementById(`sheet-${id}`));
    section.hidden = id !== view.data;
    section.classList.toggle("is-open", !section.hidden);
    if (section.hidden) sheets.get(id)?.hide();
    const tab = document.querySelector(`[data-sheet="${id}"]`);
    if (id === view.data) tab?.setAttribute("aria-current", "true");
    else tab?.removeAttribute("aria-current");
  }
  const start = () => void sheets.get(view.data)?.start();
  sheets.get(view.data)?.draw();
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = /** @type {HTMLElement} */ (event.target).closest?.("a[data-sheet], a[data-view]");
  if (!link) return;
  event.preventDefault();
  const given = /** @type {HTMLElement} */ (link).dataset.sheet;
  last.set(view.data, view);
  if (given) {
    const { currency, unit, blend, cached, task } = view;
    view = { ...(last.get(given) ?? { ...usualView(usual), data: given }), currency, unit, blend, cached, task };
  } else view = viewOf(new URL(/** @type {HTMLAnchorElement} */ (link).href).searchParams, usual).view;
  show();
  write("pushState");
});
addEventListener("popstate", () => {
  clearTimeout(timer);
  ({ view } = viewOf(new URLSearchParams(location.search), usual));
  show();
});
show();
if (newer) {
  const line = document.createElement("p");
  line.className = "note";
  line.textContent = text("explore.script.newer");
  document.querySelector(".tabs")?.before(line);
}

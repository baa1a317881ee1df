/**
 * The explorer: takes over the server-rendered tables, with search, facets, sorting, links and export.
 * What columns and facets there are is told by the page (`explore-data`); this script knows none by name but `price`.
 *
 * @typedef {import("./explore_cells.mjs").Field} Field
 * @typedef {object} Sheet
 * @property {string} id @property {string} file @property {Field[]} columns @property {Field[]} facets
 * @property {Field[]} detail @property {string[]} searched @property {string[]} exported @property {string} csv
 * @property {string} noun @property {string} sort @property {string} empty
 * @property {import("./explore_meters.mjs").Rule | null} comparable
 * @typedef {{q: string, sort: string, equal: Map<string, string>}} View
 */
import { counts, matchingRows, sortedRows, tableOf, value } from "./columnar.mjs";
import { csvText, saveText } from "./csv_text.mjs";
import { fillCell, rowTerms } from "./explore_cells.mjs";
import { meterToRank, unitOf } from "./explore_meters.mjs";
import { virtualList } from "./virtual_list.mjs";

const OPTIONS = 60; // in a list of choices: the rare rest is found by the search
const dataBlock = document.getElementById("explore-data");
/** @type {{root: string, sheets: Sheet[]}} */
const config = JSON.parse(dataBlock?.textContent ?? '{"root":"","sheets":[]}');
const parameters = () => new URLSearchParams(location.search);
const wantedSheet = () => config.sheets.find((sheet) => sheet.id === parameters().get("data")) ?? config.sheets[0];
/** @type {Map<string, {start: () => Promise<void>, parameters: () => [string, string][], apply: () => void}>} */
const sheets = new Map();

for (const sheet of config.sheets) {
  const section = document.getElementById(`sheet-${sheet.id}`);
  if (section) sheets.set(sheet.id, explorer(sheet, section));
}
document.querySelectorAll("[data-sheet]").forEach((tab) =>
  tab.addEventListener("click", (event) => {
    event.preventDefault();
    choose(/** @type {HTMLElement} */ (tab).dataset.sheet ?? "");
    writeAddress();
  }),
);
choose(wantedSheet().id);

/** Show one sheet and hide the others; its file is loaded when the page itself has been. @param {string} id */
function choose(id) {
  for (const sheet of config.sheets) {
    const section = /** @type {HTMLElement} */ (document.getElementById(`sheet-${sheet.id}`));
    section.hidden = sheet.id !== id;
    const tab = document.querySelector(`[data-sheet="${sheet.id}"]`);
    if (sheet.id === id) tab?.setAttribute("aria-current", "true");
    else tab?.removeAttribute("aria-current");
  }
  const start = () => void sheets.get(id)?.start();
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

/** The address of what is shown: only what differs from the defaults. */
function writeAddress() {
  const shown = config.sheets.find((sheet) => !document.getElementById(`sheet-${sheet.id}`)?.hidden);
  if (!shown) return;
  const search = new URLSearchParams(sheets.get(shown.id)?.parameters());
  if (shown !== config.sheets[0]) search.set("data", shown.id);
  history.replaceState(null, "", search.size ? `?${search}` : location.pathname);
}

/** @param {Sheet} sheet @param {HTMLElement} section */
function explorer(sheet, section) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (section.querySelector(what));
  const status = find("[data-status]");
  const note = find("[data-note]");
  const detail = find("[data-detail]");
  const grid = /** @type {HTMLTableElement} */ (find("table"));
  const search = /** @type {HTMLInputElement} */ (find("input[type=search]"));
  const selects = /** @type {HTMLSelectElement[]} */ ([...section.querySelectorAll("select[name]")]);
  const facets = new Set(sheet.facets.map((facet) => facet.name));
  /** @type {View} */
  const view = { q: "", sort: sheet.sort, equal: new Map() };
  /** @type {import("./columnar.mjs").Table | null} */
  let table = null;
  /** @type {ReturnType<typeof virtualList> | null} */
  let list = null;
  let loading = false;
  let addressTimer = 0;

  async function start() {
    if (table || loading) return;
    loading = true;
    try {
      const response = await fetch(new URL(sheet.file, document.baseURI));
      if (!response.ok) throw new Error(`this site answered ${response.status}`);
      takeOver(tableOf(await response.json()));
    } catch (error) {
      failed(error);
    }
    loading = false;
  }

  /** @param {unknown} error */
  function failed(error) {
    status.textContent = `All rows could not be loaded (${/** @type {Error} */ (error).message}). The first ones stay. `;
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => void start());
    status.append(again);
  }

  /** @param {import("./columnar.mjs").Table} loaded */
  function takeOver(loaded) {
    table = loaded;
    readAddress();
    list = virtualList({ scroller: find("[data-scroller]"), grid, fill, open, empty: sheet.empty });
    for (const select of selects) fillSelect(select);
    search.value = view.q;
    /** @type {HTMLFieldSetElement} */ (find("fieldset")).disabled = false;
    search.addEventListener("input", () => change(() => (view.q = search.value)));
    for (const select of selects) {
      select.addEventListener("change", () => change(() => setFacet(select.name, select.value)));
    }
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (grid.tHead?.querySelectorAll("button") ?? [])) {
      button.disabled = false;
      button.addEventListener("click", () => change(() => turnSort(button.dataset.sort ?? sheet.sort)));
    }
    find("form").addEventListener("submit", (event) => event.preventDefault());
    find("[data-clear]").addEventListener("click", () => change(clear));
    find("[data-export]").addEventListener("click", exportView);
    apply();
  }

  function readAddress() {
    const given = parameters();
    if (wantedSheet() !== sheet) return;
    view.q = given.get("q") ?? "";
    for (const [name, wanted] of given) {
      if (facets.has(name) && table?.columns.get(name)?.values.includes(wanted)) view.equal.set(name, wanted);
    }
    const sort = given.get("sort") ?? sheet.sort;
    if (sheet.columns.some((column) => column.name === sort.replace(/^-/, ""))) view.sort = sort;
  }

  /** @returns {[string, string][]} */
  function addressParameters() {
    /** @type {[string, string][]} */
    const pairs = [...view.equal];
    if (view.q.trim()) pairs.unshift(["q", view.q.trim()]);
    if (view.sort !== sheet.sort) pairs.push(["sort", view.sort]);
    return pairs;
  }

  /** @param {HTMLSelectElement} select */
  function fillSelect(select) {
    if (!table) return;
    const column = table.columns.get(select.name);
    if (!column) return;
    const found = counts(table, Uint32Array.from({ length: table.rows }, (_, row) => row), select.name);
    const order = [...found.keys()].sort((a, b) => found[b] - found[a]);
    const chosen = view.equal.get(select.name);
    const shown = order.filter((code, place) => place < OPTIONS || column.values[code] === chosen);
    for (const code of shown) {
      const words = column.labels[code] || "not stated";
      const rule = sheet.comparable?.column === select.name ? sheet.comparable : null;
      const text = rule ? `${words} (${unitOf(table, rule, code)})` : words;
      select.add(new Option(`${text} · ${found[code].toLocaleString("en")}`, column.values[code]));
    }
    if (shown.length < order.length) {
      const more = new Option(`${order.length - shown.length} more: use the search`);
      more.disabled = true;
      select.add(more);
    }
  }

  /** @param {() => void} step */
  function change(step) {
    note.textContent = "";
    step();
    apply();
    clearTimeout(addressTimer); // browsers refuse more than a few address changes a second
    addressTimer = window.setTimeout(writeAddress, 250);
  }

  /** @param {string} name @param {string} wanted */
  function setFacet(name, wanted) {
    if (wanted) view.equal.set(name, wanted);
    else view.equal.delete(name);
    // Whoever wants all meters again does not want them ranked by price.
    if (!wanted && name === sheet.comparable?.column && sortName() === "price") view.sort = sheet.sort;
  }

  /** @param {string} name */
  function turnSort(name) {
    view.sort = view.sort === name ? `-${name}` : view.sort === `-${name}` ? sheet.sort : name;
  }

  function clear() {
    view.q = search.value = "";
    view.equal.clear();
    view.sort = sheet.sort;
  }

  function apply() {
    if (!table || !list) return;
    const began = performance.now();
    const name = sortName();
    let rows = found();
    if (name === "price") rows = rowsOfOneMeter(rows);
    if (view.sort !== sheet.sort) rows = sortedRows(table, rows, name, view.sort.startsWith("-"));
    list.show(rows);
    for (const select of selects) select.value = view.equal.get(select.name) ?? "";
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (grid.tHead?.querySelectorAll("th") ?? [])) {
      const sorted = head.querySelector("button")?.dataset.sort === name;
      head.setAttribute("aria-sort", !sorted ? "none" : view.sort.startsWith("-") ? "descending" : "ascending");
    }
    status.textContent = `${rows.length.toLocaleString("en")} of ${table.rows.toLocaleString("en")} ${sheet.noun}`;
    section.dataset.milliseconds = String(Math.round((performance.now() - began) * 10) / 10);
    section.dataset.live = "true";
  }

  function sortName() {
    return view.sort.replace(/^-/, "");
  }

  function found() {
    return matchingRows(/** @type {any} */ (table), { words: view.q, searched: sheet.searched, equal: view.equal });
  }

  /** When the view mixes meters, one of them is chosen and said. @param {Uint32Array} rows */
  function rowsOfOneMeter(rows) {
    const rule = sheet.comparable;
    if (!rule || !table || view.equal.has(rule.column)) return rows;
    const meter = meterToRank(table, rows, rule);
    if (!meter) return rows;
    view.equal.set(rule.column, meter.value);
    for (const [name, wanted] of meter.preferred ? Object.entries(rule.with) : []) {
      if (view.equal.has(name)) continue;
      view.equal.set(name, wanted);
      if (!found().length) view.equal.delete(name);
    }
    note.textContent =
      `Prices of different meters cannot be ranked together, so only “${meter.words}” per ${meter.unit} is shown. ` +
      "Choose another meter above; “any” shows all of them again, unranked.";
    return found();
  }

  /** @type {import("./virtual_list.mjs").Parts["fill"]} */
  function fill(cells, row) {
    if (!table) return;
    for (const [place, field] of sheet.columns.entries()) fillCell(cells[place], field, table, row, config.root);
  }

  /** @type {import("./virtual_list.mjs").Parts["open"]} */
  function open(row) {
    if (table) detail.replaceChildren(rowTerms(sheet.detail, table, row, config.root));
  }

  function exportView() {
    if (!table || !list) return;
    const whole = table;
    const cells = [...list.rows].map((row) => sheet.exported.map((name) => value(whole, name, row)));
    saveText(sheet.csv, csvText(sheet.exported, cells));
  }

  return { start, parameters: addressParameters, apply };
}

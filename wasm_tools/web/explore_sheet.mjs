/**
 * One data set of the explorer on the page: its table, search box, facets and buttons, drawn from the view.
 *
 * @typedef {import("./explore_address.mjs").View} View
 * @typedef {import("./explore_columns.mjs").Sheet} Sheet
 * @typedef {import("./explore_columns.mjs").Field} Field
 * @typedef {import("./explore_columns.mjs").Scales & {root: string, as_of: string}} Settings
 * @typedef {object} Page
 * @property {() => View} view @property {(patch: Partial<View>, typing?: boolean) => void} change
 * @property {ReturnType<typeof import("./compare_tray.mjs").compareTray>} tray
 */
import { saveText } from "./csv_text.mjs";
import { classOf, fillCell, headCell, rowTerms, unitWords } from "./explore_cells.mjs";
import { exportedColumns, viewCsv, viewJson } from "./explore_export.mjs";
import { signOf } from "./explore_columns.mjs";
import { sheetModel } from "./explore_model.mjs";
import { chosenValues, columnsPanel, facetPanel, orderPanel, ownPanel, shownFields, unitsPanel } from "./explore_panels.mjs";
import { element, panelFor } from "./panel.mjs";
import { withSort } from "./query_text.mjs";
import { tableRecords } from "./table_files.mjs";
import { localNumber, longDate, text } from "./texts.mjs";
import { virtualList } from "./virtual_list.mjs";

const pause = () => new Promise((done) => setTimeout(done));
const SAID_AFTER_MS = 600; // a screen reader hears the count when the typing stops

/**
 * What the heads of a table depend on.
 * @param {(string | undefined)[]} names of columns @param {{sign: string, unit: string}} as @param {object[]} sort
 */
function keyOfHead(names, as, sort) {
  return JSON.stringify([names, as, sort]);
}

/** @param {Sheet} sheet @param {HTMLElement} section @param {Settings} settings @param {Page} page */
export function sheetOnPage(sheet, section, settings, page) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (section.querySelector(what));
  const model = sheetModel(sheet, settings);
  const grid = /** @type {HTMLTableElement} */ (find("table"));
  const search = /** @type {HTMLInputElement} */ (find("input[type=search]"));
  const [count, said, note, faultLine, detail] = ["[data-count]", "[data-said]", "[data-note]", "[data-fault]", "[data-detail]"].map(find);
  const context = { sheet, model, view: page.view, change: page.change, rates: settings.rates };
  /** @type {ReturnType<typeof virtualList> | null} */
  let list = null;
  let loading = false;
  let sayTimer = 0;
  let headKey = "";
  /** @type {{field: Field, column: import("./explore_columns.mjs").Shown | null, fallback: any, second: any}[]} */
  let drawn = [];

  /** Load the parts in turn: the table works with the first, the rest follows. */
  async function start() {
    if (loading || (list && model.isLoaded(sheet.fields[sheet.fields.length - 1]))) return;
    loading = true;
    try {
      const files = Object.values(sheet.parts).map((file) => new URL(file, document.baseURI).href);
      for await (const record of tableRecords(files)) {
        model.add(record);
        const isFirst = !list;
        if (isFirst) takeOver();
        await pause();
        draw(!isFirst);
      }
      section.dataset.live = "all";
    } catch (error) {
      failed(error);
    }
    loading = false;
  }

  /** @param {unknown} error */
  function failed(error) {
    const again = element("button", { type: "button" }, text("explore.script.again"));
    again.addEventListener("click", () => void start());
    count.replaceChildren(text("explore.script.not_loaded", { reason: /** @type {Error} */ (error).message }), " ", again);
  }

  /** Make the table live. The heads that stand there are kept while the view is the usual one. */
  function takeOver() {
    const buttons = /** @type {HTMLButtonElement[]} */ ([...grid.querySelectorAll("th button")]);
    headKey = keyOfHead(buttons.map(({ dataset }) => dataset.sort), { sign: "$", unit: "1M" }, []);
    widen([...grid.querySelectorAll("col")]);
    for (const button of buttons) button.disabled = false;
    list = virtualList({ scroller: find("[data-scroller]"), grid, fill, open, toggle: sheet.compare ? toggle : undefined, empty: sheet.empty });
    /** @type {HTMLFieldSetElement} */ (find("fieldset")).disabled = false;
    search.addEventListener("focus", () => model.warm(), { once: true });
    search.addEventListener("input", () => page.change({ q: search.value }, true));
    find("form").addEventListener("submit", (event) => event.preventDefault());
    grid.tHead?.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      if (button?.dataset.sort) turnSort(button.dataset.sort, /** @type {MouseEvent} */ (event).shiftKey);
    });
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (section.querySelectorAll("[data-facet]"))) {
      const facet = sheet.facets.find(({ name }) => name === button.dataset.facet);
      if (facet) panelFor(button, facet.label, facetPanel(context, facet));
    }
    const panels = /** @type {Record<string, (box: HTMLElement) => void>} */ ({
      columns: (box) => columnsPanel(context, box),
      order: (box) => orderPanel(context, box),
      units: (box) => unitsPanel(context, box),
      own: (box) => ownPanel(context, box),
    });
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (section.querySelectorAll("[data-panel]"))) {
      panelFor(button, button.textContent ?? "", panels[button.dataset.panel ?? ""]);
    }
    find("[data-clear]").addEventListener("click", () => page.change({ q: "", columns: [], own: [] }));
    find("[data-csv]").addEventListener("click", () => save("csv"));
    find("[data-json]").addEventListener("click", () => save("json"));
    find("[data-plain]").addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.currentTarget);
      const plain = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(plain));
      section.toggleAttribute("data-as-plain", plain);
      list?.setPlain(plain);
    });
  }

  /** @param {string} name @param {boolean} add as a further key */
  function turnSort(name, add) {
    const view = page.view();
    const query = model.queryOf(view);
    const now = query.sort.map((key) => ({ ...key, name: model.sortField(key.name, view)?.name ?? key.name }));
    const place = now.findIndex((key) => key.name === name);
    const next = place < 0 ? { name, descending: false } : now[place].descending ? null : { name, descending: true };
    if (!add) return page.change({ q: withSort(view.q, query, next ? [next] : []) });
    if (place < 0) now.push({ name, descending: false });
    else if (next) now[place] = next;
    else now.splice(place, 1);
    page.change({ q: withSort(view.q, query, now) });
  }

  /** @param {boolean} [stay] the rows are the same ones */
  function draw(stay = false) {
    if (!list) return;
    const view = page.view();
    const began = performance.now();
    const result = model.result(view);
    drawHead(view, result.query.sort);
    list.show(result.rows, stay);
    section.dataset.milliseconds = String(Math.round((performance.now() - began) * 10) / 10);
    if (search.value !== view.q && document.activeElement !== search) search.value = view.q;
    else if (search.value.trim() !== view.q.trim()) search.value = view.q;
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll("[data-facet]"))) drawFacet(button);
    count.textContent = text("explore.script.of", { shown: result.rows.length, all: model.size, rows: sheet.noun });
    note.textContent = [...result.notes, ...viewNotes(view)].join(" ");
    drawFaults(view.q, [...result.faults, ...ownFaults(view)]);
    clearTimeout(sayTimer);
    sayTimer = window.setTimeout(() => (said.textContent = `${count.textContent}. ${note.textContent}`), SAID_AFTER_MS);
    section.dataset.live ??= "first";
  }

  /** @param {View} view @param {import("./query_text.mjs").SortKey[]} sort */
  function drawHead(view, sort) {
    const fields = shownFields(model, view);
    const as = { sign: signOf(view.currency), unit: view.unit };
    const keys = sort.map((key) => ({ ...key, name: model.sortField(key.name, view)?.name }));
    const named = (/** @type {string | undefined} */ name) => {
      const field = name ? sheet.fields.find((one) => one.name === name) : undefined;
      return field ? model.shownColumn(field, view) : null;
    };
    drawn = fields.map((field) => ({ field, column: columnOrNull(field, view), fallback: named(field.fallback), second: named(field.second) }));
    const key = keyOfHead(fields.map(({ name }) => name), as, keys);
    if (key === headKey) return;
    headKey = key;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest("th button"))?.dataset.sort;
    const heads = fields.map((field) => {
      const place = keys.findIndex(({ name }) => name === field.name);
      const sorted = place < 0 ? null : { descending: keys[place].descending, place: keys.length > 1 ? place + 1 : 0 };
      return headCell(field, unitWords(field, as), sorted);
    });
    const columns = fields.map((field) => element("col", { className: classOf(field).split(" ")[0] }));
    if (sheet.compare) {
      heads.unshift(pickHead());
      columns.unshift(element("col", { className: "c-pick" }));
    }
    grid.querySelector("colgroup")?.replaceChildren(...columns);
    grid.tHead?.rows[0].replaceChildren(...heads);
    widen(columns);
    list?.relayout();
    if (focused) /** @type {HTMLElement | null} */ (grid.tHead?.querySelector(`[data-sort="${focused}"]`))?.focus();
  }

  /** Room for these columns: their widths come from the style sheet, so the script knows none. @param {HTMLElement[]} columns */
  function widen(columns) {
    const width = columns.reduce((sum, column) => sum + (parseFloat(getComputedStyle(column).width) || 100), 0);
    grid.style.minWidth = `${width}px`;
  }

  function pickHead() {
    const head = element("th", { scope: "col", className: "c-pick" }, element("span", { className: "heard" }, text("explore.script.pick")));
    return head;
  }

  /** @param {Field} field @param {View} view */
  function columnOrNull(field, view) {
    return field.own !== undefined && model.expressionFault(field.own, view) ? null : model.shownColumn(field, view);
  }

  /** @param {HTMLElement} button */
  function drawFacet(button) {
    const facet = sheet.facets.find(({ name }) => name === button.dataset.facet);
    if (!facet) return;
    const chosen = chosenValues(context, facet.name);
    const all = chosen.map((value) => value.replace(/^>=/, "≥") || text("explore.script.not_stated")).join(", ");
    const words = all.length > 22 && chosen.length > 1 ? String(chosen.length) : all;
    button.classList.toggle("is-set", chosen.length > 0);
    button.textContent = words ? `${facet.label}: ${words}` : facet.label;
  }

  /** @param {View} view */
  function viewNotes(view) {
    const notes = [];
    const rate = settings.rates.find(({ currency }) => currency === view.currency);
    if (rate) notes.push(text("explore.script.converted", { units: localNumber(rate.units), currency: rate.currency, date: longDate(rate.date) }));
    if (sheet.task && view.cached) notes.push(text("explore.script.cached", { share: view.cached }));
    if (sheet.task && (view.cached || String(view.task) !== "1000,500" || String(view.blend) !== "3,1")) {
      notes.push(text("explore.script.task", { blend: view.blend.join(":"), prompt: view.task[0], answer: view.task[1] }));
    }
    return notes;
  }

  /** @param {View} view */
  function ownFaults(view) {
    return view.own.flatMap(({ name, text: formula }) => {
      const fault = model.expressionFault(formula, view);
      return fault ? [{ at: -1, length: 0, message: `${name}: ${text("explore.script.at_character", { message: fault.message, place: fault.at + 1 })}` }] : [];
    });
  }

  /** @param {string} asked @param {import("./query_text.mjs").Fault[]} faults */
  function drawFaults(asked, faults) {
    search.setAttribute("aria-invalid", String(faults.length > 0));
    const [first] = faults;
    faultLine.hidden = !first;
    if (!first) return faultLine.replaceChildren();
    const { at, length, message } = first;
    if (at < 0) return faultLine.replaceChildren(message);
    const marked = element("mark", {}, asked.slice(at, at + length) || "␣");
    faultLine.replaceChildren(element("code", {}, asked.slice(0, at), marked, asked.slice(at + length)), " ", text("explore.script.character", { place: at + 1, message }));
  }

  /** @type {import("./virtual_list.mjs").Parts["fill"]} */
  function fill(cells, row) {
    const view = page.view();
    const offset = sheet.compare ? 1 : 0;
    if (offset) fillPick(cells[0], row);
    drawn.forEach(({ field, column, fallback, second }, place) => {
      const caveat = view.cached ? model.caveat(field, row, view) : "";
      fillCell(cells[place + offset], { field, column, fallback, second, row, root: settings.root, caveat });
    });
  }

  /** @param {number} row @returns {[string, string]} id and name of what the row is about */
  function thing(row) {
    const field = sheet.fields.find(({ name }) => name === sheet.compare);
    const column = field && model.columnOf(field, page.view());
    return column ? [column.value(column.codes[row]), column.label(column.codes[row])] : ["", ""];
  }

  /** @param {HTMLTableCellElement} cell @param {number} row */
  function fillPick(cell, row) {
    const [id, words] = thing(row);
    let box = cell.querySelector("input");
    if (!box) {
      box = element("input", { type: "checkbox", tabIndex: -1 });
      cell.replaceChildren(box);
    }
    box.hidden = !id;
    box.checked = Boolean(id) && page.tray.has(id);
    box.setAttribute("aria-label", text("explore.script.compare", { thing: words }));
    cell.parentElement?.setAttribute("aria-selected", String(box.checked));
    cell.parentElement?.classList.toggle("is-chosen", box.checked);
  }

  /** Mark the thing of a row for comparison. @param {number} row */
  function toggle(row) {
    const [id, words] = thing(row);
    if (!id) return;
    if (!page.tray.toggle(sheet.compare_kind, id, words)) said.textContent = text("explore.script.most_compared");
    list?.refill();
  }

  /** @type {import("./virtual_list.mjs").Parts["open"]} */
  function open(row) {
    const view = page.view();
    const as = { sign: signOf(view.currency), unit: view.unit };
    const known = model.fieldsOf(view).map((field) => ({ field, column: columnOrNull(field, view), unit: unitWords(field, as) }));
    const close = element("button", { type: "button", className: "close" }, text("explore.script.close"));
    close.addEventListener("click", () => {
      detail.hidden = true;
      grid.focus({ preventScroll: true });
    });
    detail.hidden = false;
    detail.replaceChildren(element("h3", {}, thing(row)[1] || text("explore.script.details")), close, rowTerms(known, row, { root: settings.root, sign: as.sign }));
    detail.scrollTop = 0;
  }

  detail.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    detail.hidden = true;
    grid.focus({ preventScroll: true });
  });
  grid.addEventListener("keydown", (event) => {
    if (event.key === "Escape") detail.hidden = true;
  });

  /** @param {"csv" | "json"} form */
  function save(form) {
    if (!list) return;
    const view = page.view();
    const identity = sheet.identity.flatMap((name) => sheet.fields.find((field) => field.name === name) ?? []);
    const columns = exportedColumns([...identity, ...shownFields(model, view)], (field) => {
      const column = columnOrNull(field, view);
      // The words of the unit, since its id does not say of how many.
      return column && field.name === sheet.unit_field ? { ...column, value: column.label } : column;
    });
    const as = { currency: view.currency, unit: sheet.task ? `${view.unit} tokens` : sheet.unit_field ? "as in unit" : "hour" };
    const rate = settings.rates.find(({ currency }) => currency === view.currency) ?? null;
    const name = `${sheet.id}-${settings.as_of}.${form}`;
    if (form === "csv") saveText(name, viewCsv(columns, list.rows, as));
    else saveText(name, viewJson(columns, list.rows, { ...as, as_of: settings.as_of, query: view.q, address: location.href, rate }), "application/json");
  }

  return {
    start,
    draw: () => draw(),
    refill: () => list?.refill(),
    /** Out of sight: its rows leave the document. */
    hide: () => grid.tBodies[0].replaceChildren(),
  };
}

/**
 * The table of cells: lines of one model, class, day and verdict added up. It is searched, filtered and sorted here, and
 * shows thousands of rows with some thirty lines in the document.
 */
import { DASH, count } from "./figures.mjs";
import { figure, money, price } from "./invoice_figures.mjs";
import { nameOr, word, wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { english, text } from "./texts.mjs";
import { virtualList } from "./virtual_list.mjs";

const FILTERS = ["verdict", "provider", "class", "file"];
const AMOUNTS = new Set(["quantity", "usd", "implied_price", "list_price", "lines", "row"]);
const SEARCHED = ["provider", "model", "sku", "class", "day", "tier", "detail", "file"];
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`invoice.script.cells.${key}`, values);

/** @param {HTMLElement} host holds a table, [data-scroller], [data-count], [data-detail], a search field and selects by column */
export function cellsPart(host) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (host.querySelector(what));
  const grid = /** @type {HTMLTableElement} */ (find("table"));
  const search = /** @type {HTMLInputElement} */ (find("input[type=search]"));
  const selects = FILTERS.map((name) => /** @type {HTMLSelectElement} */ (find(`select[name=${name}]`)));
  const detail = find("[data-detail]");
  /** @type {any[][]} */
  let rows = [];
  /** @type {Record<string, number>} place of a column */
  let at = {};
  /** @type {string[]} */
  let haystacks = [];
  let sort = { name: "usd", descending: true };
  /** @type {ReturnType<typeof virtualList> | null} */
  let list = null;

  for (const select of selects) select.addEventListener("change", draw);
  search.addEventListener("input", draw);
  grid.tHead?.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.sort;
    if (!name) return;
    sort = { name, descending: sort.name === name ? !sort.descending : AMOUNTS.has(name) };
    draw();
  });

  /** @param {number} row @param {string} name */
  const cell = (row, name) => rows[row][at[name]];

  /** Take the rows of a bill. @param {{columns: string[], rows: any[][]}} cells */
  function show(cells) {
    rows = cells.rows;
    at = Object.fromEntries(cells.columns.map((name, n) => [name, n]));
    haystacks = [];
    detail.replaceChildren(element("p", { className: "muted" }, said("choose")));
    for (const [n, name] of FILTERS.entries()) {
      const values = [...new Set(rows.map((row) => row[at[name]]))].sort();
      selects[n].replaceChildren(new Option(said(`all.${name}`), ""), ...values.map((value) => new Option(value ? wordText(name, value) : text("invoice.script.not_stated"), `=${value}`)));
      const label = /** @type {HTMLElement} */ (selects[n].parentElement);
      label.hidden = values.length < 2;
    }
    search.value = "";
    list ??= virtualList({ scroller: find("[data-scroller]"), grid, fill, open, empty: said("none") });
    draw();
  }

  function draw() {
    const wanted = selects.map((select) => select.value.slice(1));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.map((_, n) => n).filter((n) =>
      FILTERS.every((name, f) => !selects[f].value || cell(n, name) === wanted[f]) && words.every((part) => haystack(n).includes(part)));
    list?.show(ordered(kept));
    const dollars = kept.reduce((whole, n) => whole + (cell(n, "currency") === "USD" && cell(n, "counted") === "yes" ? Number(cell(n, "usd")) : 0), 0);
    find("[data-count]").replaceChildren(said("shown", { shown: count(kept.length), all: count(rows.length) }), " ", money(dollars.toFixed(6)));
    for (const head of grid.tHead?.rows[0].cells ?? []) {
      const sorted = head.querySelector("button")?.dataset.sort === sort.name;
      if (sorted) head.setAttribute("aria-sort", sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }

  /** @param {number} row */
  function haystack(row) {
    return (haystacks[row] ??= SEARCHED.map((name) => cell(row, name)).join(" ").toLowerCase());
  }

  /** The rows by the chosen column, missing values last. @param {number[]} kept */
  function ordered(kept) {
    const { name, descending } = sort;
    const numbers = AMOUNTS.has(name);
    const keys = rows.map((row) => (row[at[name]] === null || row[at[name]] === "" ? null : numbers ? Number(row[at[name]]) : String(row[at[name]])));
    const turn = descending ? -1 : 1;
    kept.sort((a, b) => {
      const [x, y] = [keys[a], keys[b]];
      if (x === y) return a - b;
      if (x === null || y === null) return x === null ? 1 : -1;
      return x < y ? -turn : turn;
    });
    return Uint32Array.from(kept);
  }

  /** @type {import("./virtual_list.mjs").Parts["fill"]} */
  function fill(cells, row) {
    const of = (/** @type {string} */ name) => cell(row, name);
    const amount = of("usd") === null ? DASH : money(of("usd"), of("currency"));
    const shown = [
      of("day") || DASH, nameOr(of("provider")), nameOr(of("model")), wordText("class", of("class")),
      of("quantity") === null ? DASH : `${figure(of("quantity"))} ${of("unit")}`,
      amount, price(of("implied_price")), price(of("list_price")), word("verdict", of("verdict")), english(of("detail") || of("note")),
    ];
    for (const [place, words] of shown.entries()) {
      cells[place].replaceChildren(words);
      const whole = cells[place].textContent ?? "";
      cells[place].title = whole.length > 16 && place !== 5 ? whole : "";
    }
    cells[5].classList.toggle("is-apart", of("counted") === "no");
    cells[8].dataset.verdict = of("verdict");
    cells[2].dataset.second = [of("provider"), of("day")].filter(Boolean).join(", "); // shown on narrow screens
    cells[5].dataset.second = wordText("class", of("class"));
  }

  /** @param {number} row */
  function open(row) {
    const of = (/** @type {string} */ name) => cell(row, name);
    const per = of("per");
    const facts = /** @type {[string, string | Node][]} */ ([
      ["file", `${of("file")}, ${said("row", { n: String(of("row")) })}, ${said("lines_of", { n: of("lines") })}`],
      ["model", [nameOr(of("model")), of("sku")].filter((v, n, all) => v && all.indexOf(v) === n).join(", ")],
      ["class", `${wordText("class", of("class"))}, ${wordText("tier", of("tier"))}${of("region") ? `, ${of("region")}` : ""}`],
      ["paid", of("implied_price") === null ? DASH : `${price(of("implied_price"))} ${said("per", { per })}`],
      ["list", of("list_price") === null ? DASH : `${price(of("list_price"))} ${said("per", { per })}${of("since") ? `, ${said("since", { day: of("since") })}` : ""}`],
      ["factor", of("factor") ?? ""],
      ["meter", of("meter")],
      ["evidence", of("evidence")],
      ["detail", english(of("detail"))],
      ["note", english(of("note"))],
    ]);
    const list_ = element("dl", { className: "cell-facts" }, ...facts.filter(([, v]) => v).flatMap(([name, value]) => [element("dt", {}, said(`fact.${name}`)), element("dd", {}, value)]));
    detail.replaceChildren(element("p", {}, element("b", {}, word("verdict", of("verdict"))), " ", text(`invoice.verdict_means.${of("verdict")}`)), list_);
  }

  return {
    show,
    /** Show the cells of one verdict. @param {string} verdict */
    only(verdict) {
      selects[0].value = `=${verdict}`;
      draw();
    },
  };
}

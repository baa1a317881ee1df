/** The single calls of ledgers, page by page from the engine: in an order that stands in the address, unusual ones marked. */
import { DASH, count, milliseconds, tokens } from "./figures.mjs";
import { money, sum } from "./invoice_figures.mjs";
import { nameOr, wordText } from "./invoice_words.mjs";
import { element, scrolled } from "./panel.mjs";
import { chip } from "./panel_table.mjs";
import { wordOf } from "./spend_filters.mjs";
import { orderOf, usualWay, withOrder } from "./spend_order.mjs";
import { english, text } from "./texts.mjs";

const PAGE = 25;
const HEADS = [["time", "time"], ["model", "model"], ["provider", "provider"], ["tags"], ["input_uncached", "input"], ["cache_read"], ["cache_write"], ["output", "output"], ["latency", "latency"], ["cost", "cost"]];
const FIGURES = new Set(["input_uncached", "cache_read", "cache_write", "output", "latency", "cost"]);
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.calls.${key}`, values);

/** @param {HTMLElement} host @param {(query: object) => Promise<any>} ask a page */
export function callsPart(host, ask) {
  const query = { ...orderOf(location.hash), start: 0, count: PAGE, min_usd: "" };
  let turn = 0;
  let matching = 0;
  const least = element("input", { type: "number", min: "0", step: "any", inputMode: "decimal", name: "min_usd" });
  const shown = element("output");
  const [first, before, next, last] = ["first", "before", "next", "last"].map((name) => element("button", { type: "button" }, said(name)));
  const table = element("table", { className: "t calls" }, element("caption", { className: "heard" }, said("caption")));
  const heads = HEADS.map(([name, sort]) => {
    const label = said(`head.${name}`);
    const th = element("th", { scope: "col", className: `c-${name}${FIGURES.has(name) ? " n" : ""}` });
    if (!sort) return th.append(label), th;
    const button = element("button", { type: "button" }, label);
    if (sort === "input" || sort === "output") button.title = said(`by_${sort}`);
    button.addEventListener("click", () => {
      const order = { sort, descending: query.sort === sort ? !query.descending : usualWay(sort) };
      const words = withOrder(location.hash.replace(/^#/, ""), order);
      history.pushState(null, "", words ? `#${words}` : location.pathname + location.search);
      void go({ ...order, start: 0 });
    });
    th.append(button);
    return th;
  });
  table.createTHead().insertRow().append(...heads);
  const body = table.createTBody();
  const outliers = element("div");
  let timer = 0;
  let known = false;
  addEventListener("popstate", () => {
    const order = orderOf(location.hash);
    if (known && (order.sort !== query.sort || order.descending !== query.descending)) void go({ ...order, start: 0 });
  });
  least.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => go({ min_usd: least.value, start: 0 }), 200);
  });
  first.addEventListener("click", () => go({ start: 0 }));
  before.addEventListener("click", () => go({ start: Math.max(0, query.start - PAGE) }));
  next.addEventListener("click", () => go({ start: query.start + PAGE }));
  last.addEventListener("click", () => go({ start: Math.floor((matching - 1) / PAGE) * PAGE }));
  host.replaceChildren(
    outliers,
    element("div", { className: "toolbar" }, element("label", {}, said("least"), least), element("span", { className: "pages" }, first, before, shown, next, last)),
    scrolled(table, said("caption")),
  );

  /** @param {Partial<typeof query>} change */
  async function go(change) {
    Object.assign(query, change);
    const mine = ++turn;
    try {
      const page = await ask(query);
      if (mine === turn) draw(page);
    } catch (error) {
      if (mine === turn) shown.replaceChildren(english(/** @type {Error} */ (error).message));
    }
  }

  /** @param {any} page */
  function draw({ columns, rows, matching: all, start }) {
    matching = all;
    shown.textContent = all ? said("shown", { from: count(start + 1), to: count(start + rows.length), n: all }) : said("none");
    first.disabled = before.disabled = start === 0;
    next.disabled = last.disabled = start + rows.length >= all;
    heads.forEach((head, n) => {
      if (HEADS[n][1] === query.sort) head.setAttribute("aria-sort", query.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    body.replaceChildren(...rows.map((/** @type {any[]} */ row) => line(Object.fromEntries(columns.map((/** @type {string} */ name, /** @type {number} */ n) => [name, row[n]])))));
  }

  return {
    /** @param {any} record */
    show(record) {
      known = true;
      outliers.replaceChildren(...outlierWords(record.outliers));
      void go({ start: 0 });
    },
  };
}

/** @param {any[]} found @returns {Node[]} */
function outlierWords(found) {
  if (!found.length) return [element("p", { className: "muted" }, said("no_outliers"))];
  const items = found.slice(0, 5).map((o) => element("li", {}, said("outlier", { ts: when(o.ts), model: nameOr(o.model), usd: sum(o.usd), times: count(Math.round(Number(o.times))), median: sum(o.median_usd), file: o.file, row: String(o.row) })));
  return [element("p", {}, said("outliers", { n: found.length })), element("ul", { className: "plain-list" }, ...items)];
}

/** @param {any} call */
function line(call) {
  const tags = Object.entries(call.tags).map(([name, value]) => element("span", { className: "tag", title: name }, value));
  const marks = [
    ...(call.outlier ? [" ", chip("near", said("unusual"))] : []),
    ...(call.status !== "ok" && call.status ? [" ", chip("gone", wordOf(call.status))] : []),
  ];
  const model = [element("span", { title: `${call.file}, ${said("line", { n: call.row })}` }, nameOr(call.model)), " ", element("small", {}, [call.endpoint, call.tier === "standard" ? "" : wordText("tier", call.tier)].filter(Boolean).join(" · ")), ...marks];
  const cells = [
    element("time", { dateTime: call.ts }, when(call.ts)), model, nameOr(call.provider), tags.length ? tags : DASH,
    figure(call.input_uncached), figure(call.cache_read), figure(call.cache_write), figure(call.output),
    call.latency_ms === null ? DASH : `${milliseconds(call.latency_ms)} ms`, call.usd === null ? element("span", { className: "none", title: said("unpriced") }, DASH) : money(call.usd),
  ];
  return element("tr", { className: call.outlier ? "is-outlier" : "" }, ...cells.map((cell, n) => {
    const made = element(n ? "td" : "th", { className: `c-${HEADS[n][0]}${FIGURES.has(HEADS[n][0]) ? " n" : ""}`, ...(n ? {} : { scope: "row" }) });
    made.append(...(Array.isArray(cell) ? cell : [cell]));
    return made;
  }));
}

/** @param {number | null} value */
const figure = (value) => (value === null ? DASH : value < 100_000 ? count(value) : tokens(value));

/** @param {string} ts */
const when = (ts) => ts.slice(0, 19).replace("T", " ");

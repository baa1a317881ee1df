/** The same money cut by model, provider, tag, day, kind, tier, endpoint, status or file: one table at a time. */
import { DASH, count, tokens } from "./figures.mjs";
import { money, percent } from "./invoice_figures.mjs";
import { wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { sortableTable } from "./sortable_table.mjs";
import { wordOf } from "./spend_filters.mjs";
import { text } from "./texts.mjs";

const FIRST = ["model", "provider"];
const LAST = ["day", "class", "tier", "endpoint", "status", "file"];
const FILTERS = new Set(["model", "provider", "status", "file", "day"]);
const SHOWN = 12; // rows at first
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.groups.${key}`, values);

/**
 * @param {HTMLElement} host @param {Record<string, any>} settings of the view; changed here
 * @param {(name: string, value: string) => void} only look at one row @param {() => void} changed the settings
 */
export function groupsPart(host, settings, only, changed) {
  /** @type {any} */
  let record = null;
  const tabs = element("div", { className: "choices" });
  tabs.setAttribute("role", "group");
  const table = element("div");
  host.replaceChildren(tabs, table);

  function draw() {
    const tags = Object.keys(record.by).filter((name) => name.startsWith("tag "));
    const cuts = [...FIRST, ...tags, ...LAST].filter((name) => record.by[name]?.length && (record.by[name].length > 1 || FIRST.includes(name)));
    const chosen = cuts.includes(settings.group) ? settings.group : cuts[0];
    tabs.replaceChildren(...cuts.map((name) => {
      const button = element("button", { type: "button" }, titleOf(name));
      button.setAttribute("aria-pressed", String(name === chosen));
      button.addEventListener("click", () => {
        settings.group = name;
        changed();
        draw();
        /** @type {HTMLElement | null} */ (tabs.querySelector("[aria-pressed=true]"))?.focus();
      });
      return button;
    }));
    if (chosen) table.replaceChildren(tableOf(chosen));
  }

  /** @param {string} cut */
  function tableOf(cut) {
    const rows = record.by[cut];
    const whole = Number(record.total.usd);
    const most = rows.reduce((/** @type {number} */ high, /** @type {any} */ row) => Math.max(high, Number(row.usd)), 0);
    const columns = [
      { id: "name", label: titleOf(cut), value: (/** @type {any} */ r) => nameOf(cut, r.name), cell: (/** @type {any} */ r) => nameCell(cut, r) },
      { id: "usd", label: said("usd"), figure: true, value: usdOf, cell: usdCell },
      { id: "share", label: said("share"), figure: true, value: usdOf, cell: (/** @type {any} */ r) => shareCell(Number(r.usd), whole, most) },
      { id: "calls", label: said("calls"), figure: true, value: (/** @type {any} */ r) => r.calls, cell: (/** @type {any} */ r) => callsCell(r) },
      { id: "in", label: said("in"), figure: true, value: (/** @type {any} */ r) => Number(r.input_tokens), cell: (/** @type {any} */ r) => tokens(Number(r.input_tokens)) },
      { id: "out", label: said("out"), figure: true, value: (/** @type {any} */ r) => Number(r.output_tokens), cell: (/** @type {any} */ r) => tokens(Number(r.output_tokens)) },
    ].filter((column) => cut !== "class" || column.id !== "calls");
    const sort = settings.sort ?? (cut === "day" ? { id: "name", descending: true } : { id: "usd", descending: true });
    const made = sortableTable(titleOf(cut), columns, rows, { sort, first: SHOWN, sorted: (next) => {
      settings.sort = next;
      changed();
    } });
    made.classList.add("groups");
    return made;
  }

  /** @param {string} cut @param {any} row */
  function nameCell(cut, row) {
    const name = nameOf(cut, row.name);
    const more = row.provider ? [" ", element("small", {}, row.provider)] : [];
    if (!row.name || !(FILTERS.has(cut) || cut.startsWith("tag "))) return [name, ...more];
    const button = element("button", { type: "button", className: "plain", title: said("only") }, name);
    button.addEventListener("click", () => only(cut, row.name));
    return [button, ...more];
  }

  return {
    /** @param {any} next a record */
    show(next) {
      record = next;
      draw();
    },
  };
}

/** @param {any} row */
const usdOf = (row) => Number(row.usd);

/** A dash where no call has a price: unknown is not zero. @param {any} row */
function usdCell({ usd, calls, unpriced_calls: unpriced }) {
  return calls && calls === unpriced ? element("span", { className: "none", title: said("no_price") }, DASH) : money(usd);
}

/** @param {any} row */
function callsCell({ calls, unpriced_calls: unpriced }) {
  if (calls === null) return DASH;
  return unpriced ? [count(calls), " ", element("small", { className: "is-near", title: said("unpriced", { n: unpriced }) }, `(${count(unpriced)})`)] : count(calls);
}

/** A share in words and as a bar beside the longest. @param {number} usd @param {number} whole @param {number} most */
function shareCell(usd, whole, most) {
  const bar = element("meter", { min: 0, max: most || 1, value: Math.max(0, usd) });
  bar.setAttribute("aria-hidden", "true");
  return [bar, element("span", { className: "share" }, whole > 0 && usd ? percent(String(usd / whole)) : DASH)];
}

/** @param {string} cut */
const titleOf = (cut) => (cut.startsWith("tag ") ? cut.slice(4) : said(`by.${cut}`));

/** @param {string} cut @param {string} name */
function nameOf(cut, name) {
  if (!name) return text("invoice.script.not_stated");
  if (cut === "class") return wordText("class", name);
  if (cut === "tier") return wordText("tier", name);
  return cut === "status" ? wordOf(name) : name;
}

/** Two periods side by side: what changed, and whether by volume, by price or by another mix of models. */
import { count } from "./figures.mjs";
import { money } from "./invoice_figures.mjs";
import { days, nameOr } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { chip, panelTable } from "./panel_table.mjs";
import { difference } from "./spend_tables.mjs";
import { text } from "./texts.mjs";

const NAMES = ["first_since", "first_until", "second_since", "second_until"];
const ROWS = 12;
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.periods.${key}`, values);

/** @param {HTMLElement} host @param {(periods: string[][]) => void} choose two spans of days */
export function periodsPart(host, choose) {
  const inputs = NAMES.map((name) => element("input", { type: "date", name, required: true }));
  const form = element("form", { className: "toolbar periods" },
    ...[0, 2].map((at) => element("fieldset", {}, element("legend", {}, said(at ? "second" : "first")),
      ...[at, at + 1].map((n) => element("label", {}, said(n % 2 ? "until" : "since"), inputs[n])))));
  const box = element("div");
  host.replaceChildren(form, box);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    if (!inputs.every((input) => input.value)) return;
    inputs[1].setCustomValidity(inputs[1].value < inputs[0].value ? said("order") : "");
    inputs[3].setCustomValidity(inputs[3].value < inputs[2].value ? said("order") : "");
    if (form.reportValidity()) choose([[inputs[0].value, inputs[1].value], [inputs[2].value, inputs[3].value]]);
  });

  return {
    /** @param {any} record */
    show({ periods }) {
      if (!periods) return box.replaceChildren(element("p", { className: "muted" }, said("none")));
      const { first, second } = periods;
      [first.since, first.until, second.since, second.until].forEach((day, n) => (inputs[n].value = day));
      box.replaceChildren(summary(periods), tableOf(periods.by_model, "model"), ...tagTables(periods.by_tag));
    },
  };
}

/** @param {any} p */
function summary(p) {
  const table = panelTable(said("caption"), ["period", "usd", "calls", "days"].map((name) => said(name)), [1, 2, 3]);
  for (const [name, span] of [["first", p.first], ["second", p.second]]) {
    table.body.append(table.row([[said(name), " ", element("small", {}, days(span.since, span.until))], money(span.usd), count(span.calls), count(span.days)]));
  }
  const terms = ["volume", "price", "mix"].map((name) => element("span", {}, said(name), " ", difference(p[`${name}_usd`])));
  const words = element("p", { className: "period-terms" }, element("b", {}, said("difference"), " ", difference(p.difference_usd)), element("i", {}, "="), terms[0], element("i", {}, "+"), terms[1], element("i", {}, "+"), terms[2]);
  table.box.classList.add("narrow");
  return element("div", {}, table.box, words);
}

/** @param {any[]} rows @param {string} of */
function tableOf(rows, of) {
  const table = panelTable(said("by", { name: of }), [of, said("first"), said("second"), said("difference")], [1, 2, 3]);
  const largest = rows.filter((r) => Number(r.first_usd) || Number(r.second_usd)).sort((a, b) => Math.abs(Number(b.difference_usd)) - Math.abs(Number(a.difference_usd)));
  table.body.append(...largest.slice(0, ROWS).map((r) => table.row([
    [nameOr(r.name), ...(r.provider ? [" ", element("small", {}, r.provider)] : []), ...(r.note ? [" ", chip("unknown", said(r.note === "ended" ? "ended" : "new"))] : [])],
    money(r.first_usd), money(r.second_usd), difference(r.difference_usd),
  ])));
  table.box.classList.add("medium");
  return table.box;
}

/** @param {Record<string, any[]>} tags */
const tagTables = (tags) => Object.entries(tags).map(([name, rows]) => element("details", { className: "more" }, element("summary", {}, said("by", { name })), tableOf(rows, name)));

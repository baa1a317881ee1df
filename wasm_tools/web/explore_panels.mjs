/**
 * The boxes of the explorer: choices of a facet, columns, order, units and task, columns of the reader's own.
 * Each of them only writes into the view; the query stays the one place that says which rows are shown.
 *
 * @typedef {import("./explore_address.mjs").View} View
 * @typedef {ReturnType<typeof import("./explore_model.mjs").sheetModel>} Model
 * @typedef {import("./explore_columns.mjs").Sheet} Sheet
 * @typedef {{sheet: Sheet, model: Model, view: () => View, change: (patch: Partial<View>) => void}} Context
 */
import { isOwnName } from "./explore_address.mjs";
import { element } from "./panel.mjs";
import { count } from "./figures.mjs";
import { withSort, withValues, written } from "./query_text.mjs";
import { english, localNumber, longDate, parts as textParts, text } from "./texts.mjs";

const CHOICES = 60; // in a list; the rare rest is found by its search
const OWN_COLUMNS = 4;

/** The values of a facet that the query has. @param {Context} context @param {string} name */
export function chosenValues({ model, view }, name) {
  return model.termsOfFacet(name, view()).flatMap((term) => term.values.map((value) => (value.op === "?" ? "" : value.op === "has" || value.op === ".." ? value.text : value.op + value.text)));
}

/** @param {Context} context @param {import("./explore_model.mjs").Facet} facet @returns {(box: HTMLElement) => void} */
export function facetPanel(context, facet) {
  const { model, view, change } = context;
  let wanted = "";
  return function fill(box) {
    const chosen = new Set(chosenValues(context, facet.name).map((value) => value.toLowerCase()));
    const all = model.choices(facet, view());
    const isChosen = (/** @type {{value: string, label: string}} */ one) => chosen.has(one.value.toLowerCase()) || (one.value !== "" && chosen.has(one.label.toLowerCase()));
    const matching = all.filter(({ label, value }) => `${label} ${value}`.toLowerCase().includes(wanted));
    const shown = [...matching.filter(isChosen), ...matching.filter((one) => !isChosen(one))].slice(0, CHOICES);
    const list = element("ul", { className: "choices" });
    for (const one of shown) {
      const box = element("input", { type: facet.steps ? "radio" : "checkbox", name: `facet-${facet.name}`, checked: isChosen(one), value: one.value });
      box.addEventListener("change", () => choose(one.value, box.checked));
      list.append(element("li", {}, element("label", {}, box, element("span", {}, one.label || text("explore.script.not_stated")), element("span", { className: "n" }, count(one.count)))));
    }
    const parts = [];
    if (all.length > 12) {
      const search = element("input", { type: "search", placeholder: text("explore.script.find", { n: all.length }), value: wanted, ariaLabel: text("explore.script.find_in", { facet: facet.label }) });
      search.addEventListener("input", () => {
        wanted = search.value.toLowerCase().trim();
        fill(box);
        /** @type {HTMLInputElement} */ (box.querySelector("input[type=search]")).focus();
      });
      parts.push(search);
    }
    parts.push(list);
    if (matching.length > shown.length) parts.push(element("p", { className: "muted" }, text("explore.script.rarer", { n: matching.length - shown.length })));
    if (!shown.length) parts.push(element("p", { className: "muted" }, text("explore.script.no_choice")));
    if (chosen.size) {
      const clear = element("button", { type: "button" }, text("explore.script.any"));
      clear.addEventListener("click", () => write([], box, fill));
      parts.push(clear);
    }
    box.replaceChildren(...parts);

    /** @param {string} value @param {boolean} on */
    function choose(value, on) {
      const before = facet.steps ? [] : chosenValues(context, facet.name).filter((one) => one.toLowerCase() !== value.toLowerCase());
      write(on ? [...before, value] : before, box, fill);
      const again = [...box.querySelectorAll("input")].find((input) => input.value === value && input.type !== "search");
      again?.focus();
    }
  };

  /** @param {string[]} values @param {HTMLElement} box @param {(box: HTMLElement) => void} fill */
  function write(values, box, fill) {
    const now = view();
    const texts = values.map((value) => (facet.steps ? value : written(value)));
    change({ q: withValues(now.q, model.termsOfFacet(facet.name, now), model.keyOf(facet.name, now), texts) });
    fill(box);
  }
}

/** Which columns are in the table. @param {Context} context @param {HTMLElement} box */
export function columnsPanel({ sheet, model, view, change }, box) {
  const shown = new Set(shownFields(model, view()).map(({ name }) => name));
  const list = element("ul", { className: "choices two" });
  for (const { name, label, listed = true, own } of model.fieldsOf(view())) {
    if (!listed || own !== undefined) continue;
    const input = element("input", { type: "checkbox", checked: shown.has(name) });
    input.addEventListener("change", () => {
      const others = view().columns.filter((word) => word.slice(1) !== name);
      const usual = sheet.fields.some((field) => field.name === name && field.shown);
      change({ columns: input.checked === usual ? others : [...others, `${input.checked ? "+" : "-"}${name}`] });
    });
    list.append(element("li", {}, element("label", {}, input, element("span", {}, label))));
  }
  const usual = element("button", { type: "button" }, text("explore.script.usual"));
  usual.addEventListener("click", () => {
    change({ columns: [] });
    columnsPanel({ sheet, model, view, change }, box);
  });
  box.replaceChildren(list, usual);
}

/** The fields that a view shows, in their order. @param {Model} model @param {View} view */
export function shownFields(model, view) {
  return model.fieldsOf(view).filter(({ name, shown, listed = true }) => listed && (view.columns.includes(`+${name}`) || (shown && !view.columns.includes(`-${name}`))));
}

/** The order of rows. @param {Context} context @param {HTMLElement} box */
export function orderPanel(context, box) {
  const { model, view, change } = context;
  const { sort } = model.queryOf(view());
  const fields = model.fieldsOf(view()).filter(({ listed = true }) => listed);
  const lines = [...sort, { name: "", descending: false }].slice(0, 3).map((key, place) => {
    const by = place ? text("explore.script.then_by") : text("explore.script.sort_by");
    const column = element("select", { ariaLabel: by }, new Option(place ? text("explore.script.no_more") : text("explore.script.as_it_comes"), ""));
    for (const { name, label } of fields) column.add(new Option(label, name));
    column.value = (key.name && model.sortField(key.name, view())?.name) || "";
    const way = element("select", { ariaLabel: text("explore.script.direction") }, new Option(text("explore.script.lowest"), ""), new Option(text("explore.script.highest"), "-"));
    way.value = key.descending ? "-" : "";
    const set = () => {
      const next = sort.map((one) => ({ ...one }));
      if (column.value) next[place] = { name: column.value, descending: way.value === "-" };
      else next.splice(place, 1);
      change({ q: withSort(view().q, model.queryOf(view()), next) });
      orderPanel(context, box);
      /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("select"))[place * 2]?.focus();
    };
    column.addEventListener("change", set);
    way.addEventListener("change", set);
    return element("p", { className: "pair" }, element("label", {}, by, column), element("label", {}, text("explore.script.direction"), way));
  });
  box.replaceChildren(...lines, element("p", { className: "muted" }, text("explore.script.heads")));
}

/** Currency, unit, ratio and task. @param {Context & {rates: import("./explore_columns.mjs").Rate[]}} context @param {HTMLElement} box */
export function unitsPanel({ sheet, rates, view, change }, box) {
  const now = view();
  const currency = element("select", {}, new Option(text("explore.script.dollar"), "USD"), ...rates.map(rateOption));
  currency.value = now.currency;
  currency.addEventListener("change", () => change({ currency: currency.value }));
  const parts = [element("label", {}, text("explore.script.currency"), currency)];
  if (sheet.task || sheet.unit_field) {
    const unit = element("select", {}, new Option(text("explore.script.million"), "1M"), new Option(text("explore.script.thousand"), "1k"));
    unit.value = now.unit;
    unit.addEventListener("change", () => change({ unit: unit.value }));
    parts.push(element("label", {}, text("explore.script.prices_for"), unit));
  }
  if (sheet.task) {
    const blend = pair(now.blend, 1000, (blend) => change({ blend }));
    const task = pair(now.task, 1e8, (task) => change({ task }));
    const cached = number(now.cached, 100, (cached) => change({ cached }));
    parts.push(
      element("fieldset", {}, element("legend", {}, text("explore.script.blended")), element("p", { className: "pair" }, element("label", {}, text("explore.script.read"), blend[0]), element("label", {}, text("explore.script.written"), blend[1]))),
      element("fieldset", {}, element("legend", {}, text("explore.script.request")), element("p", { className: "pair" }, element("label", {}, text("explore.script.prompt_tokens"), task[0]), element("label", {}, text("explore.script.answer_tokens"), task[1]))),
      element("label", {}, text("explore.script.from_cache"), cached),
    );
  }
  const rate = rates.find((one) => one.currency === now.currency);
  if (rate) parts.push(/** @type {any} */ (element("p", { className: "muted" }, ...textParts("explore.script.rate_source", { date: longDate(rate.date), source: english(rate.source) }))));
  box.replaceChildren(...parts);
}

/** @param {import("./explore_columns.mjs").Rate} rate */
function rateOption({ currency, units, date }) {
  return new Option(text("explore.script.rate", { currency, units: localNumber(units), date: longDate(date) }), currency);
}

/** @param {number} value @param {number} most @param {(value: number) => void} set */
function number(value, most, set) {
  const input = element("input", { type: "number", min: "0", max: String(most), step: "1", value: String(value), inputMode: "numeric" });
  input.addEventListener("input", () => {
    const given = Number(input.value);
    const good = input.value !== "" && Number.isInteger(given) && given >= 0 && given <= most;
    input.setAttribute("aria-invalid", String(!good));
    if (good) set(given);
  });
  return input;
}

/** @param {[number, number]} values @param {number} most @param {(values: [number, number]) => void} set */
function pair(values, most, set) {
  const now = /** @type {[number, number]} */ ([...values]);
  const write = (/** @type {number} */ place) => (/** @type {number} */ value) => {
    now[place] = value;
    if (now[0] + now[1] > 0) set([...now]);
  };
  return [number(now[0], most, write(0)), number(now[1], most, write(1))];
}

/** Columns that the reader computes. @param {Context} context @param {HTMLElement} box */
export function ownPanel(context, box) {
  const { model, view, change } = context;
  const own = view().own.map((column) => {
    const remove = element("button", { type: "button" }, text("explore.script.remove"));
    remove.addEventListener("click", () => {
      change({ own: view().own.filter((one) => one.name !== column.name) });
      ownPanel(context, box);
    });
    return element("li", {}, element("code", {}, `${column.name} = ${column.text}`), remove);
  });
  const name = element("input", { type: "text", maxLength: 24, value: "value", autocapitalize: "none", spellcheck: false });
  const formula = element("input", { type: "text", maxLength: 200, placeholder: context.sheet.task ? "output / input" : "price * 730", autocapitalize: "none", spellcheck: false });
  const fault = element("p", { className: "field-error", role: "alert" });
  const form = element("form", {}, element("label", {}, text("explore.script.name"), name), element("label", {}, text("explore.script.formula"), formula), fault, element("button", { type: "submit" }, text("explore.script.add_column")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fault.textContent = faultIn(name.value.trim().toLowerCase(), formula.value.trim(), context);
    if (fault.textContent) return;
    change({ own: [...view().own, { name: name.value.trim().toLowerCase(), text: formula.value.trim() }] });
    ownPanel(context, box);
  });
  const usable = model.fieldsOf(view()).filter(({ kind }) => kind === "money" || kind === "number");
  const words = element("p", { className: "muted" }, text("explore.script.figures"), " ", ...usable.flatMap(({ name: one }, place) => [place ? ", " : "", element("code", {}, one)]), ". ", text("explore.script.signs"));
  box.replaceChildren(...(own.length ? [element("ul", { className: "own" }, ...own)] : []), own.length < OWN_COLUMNS ? form : element("p", {}, text("explore.script.most_columns", { n: OWN_COLUMNS })), words);
}

/** @param {string} name @param {string} formula @param {Context} context */
function faultIn(name, formula, { model, view }) {
  if (!isOwnName(name)) return text("explore.script.bad_name");
  if (model.fieldsOf(view()).some((field) => field.name === name || field.keys?.includes(name))) return text("explore.script.taken", { name });
  if (!formula) return text("explore.script.no_formula");
  const fault = model.expressionFault(formula, view());
  return fault ? text("explore.script.at_character", { message: fault.message, place: fault.at + 1 }) : "";
}

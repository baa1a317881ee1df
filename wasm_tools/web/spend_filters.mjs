/**
 * The filters of the spend page. They stand behind the # of the address, so that a view can be bookmarked and Back leads
 * to the view before. What stands there are the words that were chosen: days, names of providers, models and files,
 * values of tags. No figure of the reader is among them, and browsers send nothing behind a # to any server.
 *
 * @typedef {{since: string, until: string, provider: string, model: string, status: string, file: string, tags: Record<string, string>}} View
 */
import { wordText } from "./invoice_words.mjs";
import { element } from "./panel.mjs";
import { orderOf, withOrder } from "./spend_order.mjs";
import { text } from "./texts.mjs";

const NAMES = /** @type {const} */ (["provider", "model", "status", "file"]);
const DAYS = /** @type {const} */ (["since", "until"]);
const TAG = "tag.";
const DAY = /^\d{4}-\d\d-\d\d$/;
const QUICK = [7, 30]; // days
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.filters.${key}`, values);

/** @returns {View} */
export const everything = () => ({ since: "", until: "", provider: "", model: "", status: "", file: "", tags: {} });

/** @param {string} hash @returns {View} */
export function viewOf(hash) {
  const view = everything();
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (name.startsWith(TAG)) view.tags[name.slice(TAG.length)] = value;
    else if (DAYS.includes(/** @type {any} */ (name))) view[/** @type {"since"} */ (name)] = DAY.test(value) ? value : "";
    else if (NAMES.includes(/** @type {any} */ (name))) view[/** @type {"model"} */ (name)] = value;
  }
  return view;
}

/** @param {View} view */
export function hashOf(view) {
  const words = [...[...DAYS, ...NAMES].map((name) => [name, view[name]]), ...Object.entries(view.tags).map(([name, value]) => [TAG + name, value])];
  return new URLSearchParams(words.filter(([, value]) => value)).toString();
}

/** @param {string} day @param {number} days */
export function daysBefore(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/**
 * @param {HTMLFormElement} form @param {(view: View) => void} changed
 */
export function spendFilters(form, changed) {
  let view = viewOf(location.hash);
  let drawn = "";
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const { name, value } = /** @type {HTMLSelectElement} */ (event.target);
    if (name.startsWith(TAG)) view = { ...view, tags: { ...view.tags, [name.slice(TAG.length)]: value } };
    else view = { ...view, [name]: value };
    go(view);
  });
  addEventListener("popstate", () => {
    const next = viewOf(location.hash);
    if (hashOf(next) !== hashOf(view)) use(next);
  });

  /** @param {View} next */
  function use(next) {
    view = { ...next, tags: Object.fromEntries(Object.entries(next.tags).filter(([, value]) => value)) };
    fill();
    changed(view);
  }

  /** @param {View} next */
  function go(next) {
    use(next);
    const words = withOrder(hashOf(view), orderOf(location.hash));
    history.pushState(null, "", words ? `#${words}` : location.pathname + location.search);
  }

  /** The controls as the view has them. */
  function fill() {
    for (const control of /** @type {Iterable<HTMLSelectElement>} */ (form.querySelectorAll("select, input"))) {
      const value = control.name.startsWith(TAG) ? view.tags[control.name.slice(TAG.length)] : view[/** @type {"model"} */ (control.name)];
      if (control instanceof HTMLSelectElement && value && ![...control.options].some((o) => o.value === value)) control.append(new Option(value, value));
      control.value = value ?? "";
    }
    const none = !hashOf(view);
    const clear = /** @type {HTMLButtonElement | null} */ (form.querySelector("[data-clear]"));
    if (clear) clear.disabled = none;
  }

  /** @param {string} name @param {string} label @param {string[]} values */
  function select(name, label, values) {
    const options = values.map((value) => new Option(name === "status" ? wordOf(value) : value, value));
    const made = element("label", {}, label, element("select", { name }, new Option(said("all"), ""), ...options));
    made.hidden = values.length < 2 && !view[/** @type {"model"} */ (name)];
    return made;
  }

  /** @param {"since" | "until"} name */
  const date = (name) => element("label", { className: "day" }, said(name), element("input", { type: "date", name }));

  /** Fill the choices from a record. @param {any} record */
  function show(record) {
    const { choices, total } = record;
    const known = JSON.stringify(choices) + total.last_day;
    if (known === drawn) return fill();
    drawn = known;
    const last = record.today < total.last_day ? total.last_day : record.today;
    const quick = QUICK.map((days) => [said("last_days", { n: days }), daysBefore(last, days - 1), last]);
    const month = [said("this_month"), `${last.slice(0, 7)}-01`, ""];
    const buttons = [...quick, month].map(([label, since, until]) => {
      const button = element("button", { type: "button" }, label);
      button.addEventListener("click", () => go({ ...view, since, until }));
      return button;
    });
    const clear = element("button", { type: "button" }, said("clear"));
    clear.dataset.clear = "";
    clear.addEventListener("click", () => go(everything()));
    form.replaceChildren(
      date("since"), date("until"),
      select("provider", said("provider"), choices.provider),
      select("model", said("model"), choices.model),
      ...Object.entries(choices.tags).map(([name, values]) => select(TAG + name, name, /** @type {string[]} */ (values))),
      select("status", said("status"), choices.status),
      select("file", said("file"), choices.file),
      element("span", { className: "quick" }, ...buttons, clear),
    );
    fill();
  }

  return {
    show,
    get view() {
      return view;
    },
    /** Look at one name only. @param {string} name a filter, `tag project` for a tag @param {string} value */
    only(name, value) {
      if (name.startsWith("tag ")) go({ ...view, tags: { ...view.tags, [name.slice(4)]: value } });
      else go({ ...view, [name]: value });
    },
    /** @param {string} day */
    onlyDay: (day) => go({ ...view, since: day, until: day }),
  };
}

/** @param {string} status */
export function wordOf(status) {
  const key = `spend.script.status.${status}`;
  const known = text(key);
  return known === key ? wordText("status", status) : known;
}

/**
 * Weekday × hour as a table whose cells are shaded: one hue from light to dark, so that it reads in both schemes and
 * without telling colours apart. The figures are in the cells for screen readers and, when asked for, for all.
 */
import { DASH, count } from "./figures.mjs";
import { money, sum } from "./invoice_figures.mjs";
import { element, scrolled } from "./panel.mjs";
import { language, localNumber, text } from "./texts.mjs";

const STEPS = 8;
const HOURS = 24;
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.heat.${key}`, values);

/**
 * @param {HTMLElement} host @param {Record<string, any>} settings `heat` is usd or calls, `zone` local or utc, `figures`; changed here
 * @param {(anew: boolean) => void} changed with true when another record is needed
 */
export function heatPart(host, settings, changed) {
  /** @type {any} */
  let heat = null;
  const box = element("div");
  const told = element("p", { className: "muted heat-told" });
  const bar = element("p", { className: "choices" },
    choice("heat", [["usd", said("usd")], ["calls", said("calls")]], false),
    choice("zone", [["local", said("local")], ["utc", "UTC"]], true),
    check());
  host.replaceChildren(bar, box, told);

  /** Have the controls say what the settings are: they may have come from a file. */
  function tell() {
    for (const control of bar.querySelectorAll("select")) control.value = settings[control.name];
    /** @type {HTMLInputElement} */ (bar.querySelector("input")).checked = settings.figures;
  }

  /** @param {string} name @param {string[][]} values @param {boolean} anew */
  function choice(name, values, anew) {
    const select = element("select", { name }, ...values.map(([value, label]) => new Option(label, value)));
    select.addEventListener("change", () => {
      settings[name] = select.value;
      changed(anew);
      if (!anew) draw();
    });
    return element("label", {}, element("span", { className: "heard" }, said(`choose_${name}`)), select);
  }

  function check() {
    const input = element("input", { type: "checkbox" });
    input.addEventListener("change", () => {
      settings.figures = input.checked;
      changed(false);
      draw();
    });
    return element("label", {}, input, " ", said("figures"));
  }

  function draw() {
    bar.hidden = !heat;
    if (!heat) {
      box.replaceChildren();
      told.textContent = said("no_hours");
      return;
    }
    const usd = settings.heat === "usd";
    const values = new Map(heat.cells.map((/** @type {any[]} */ [day, hour, calls, paid]) => [day * HOURS + hour, { calls, paid, size: usd ? Number(paid) : calls }]));
    const sizes = [...values.values()].map((v) => v.size);
    const most = Math.max(...sizes, 0);
    const table = element("table", { className: settings.figures ? "heat with-figures" : "heat" }, element("caption", { className: "heard" }, said(usd ? "caption_usd" : "caption_calls")));
    const hours = Array.from({ length: HOURS }, (_, hour) => element("th", { scope: "col", className: hour % 6 ? "" : "mark" }, String(hour)));
    table.createTHead().insertRow().append(element("td"), ...hours, element("th", { scope: "col", className: "n" }, said("sum")));
    const body = table.createTBody();
    for (let day = 0; day < 7; day += 1) body.append(row(day, values, most, usd));
    box.replaceChildren(scrolled(table, said("title")), key());
    told.textContent = said("choose", { zone: zoneWords() });
  }

  /** @param {number} day @param {Map<number, any>} values @param {number} most @param {boolean} usd */
  function row(day, values, most, usd) {
    let [calls, paid] = [0, 0];
    const cells = Array.from({ length: HOURS }, (_, hour) => {
      const found = values.get(day * HOURS + hour);
      const cell = element("td", { className: "h0" });
      if (!found) {
        cell.append(element("span", {}, "0"));
        return cell;
      }
      calls += found.calls;
      paid += Number(found.paid);
      cell.className = `h${shade(found.size, most)}`;
      const words = said("hour", { day: dayName(day, "long"), from: clock(hour), to: clock(hour + 1), usd: sum(found.paid), n: found.calls });
      cell.title = words;
      cell.append(element("span", {}, usd ? cents(found.paid) : count(found.calls)));
      cell.addEventListener("pointerenter", () => (told.textContent = words));
      return cell;
    });
    const whole = element("td", { className: "n" }, usd ? money(paid.toFixed(6)) : count(calls));
    return element("tr", {}, element("th", { scope: "row" }, dayName(day, "short")), ...cells, whole);
  }

  function key() {
    const steps = Array.from({ length: STEPS + 1 }, (_, n) => element("i", { className: `h${n}` }));
    const made = element("p", { className: "heat-key" }, said("less"), ...steps, said("more"));
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  const zoneWords = () => (settings.zone === "utc" ? "UTC" : `UTC${heat.offset.replace("-", "−")}`);

  return {
    /** @param {any} record */
    show(record) {
      heat = record.heat;
      tell();
      draw();
    },
  };
}

/** The square root, or a few large hours would leave all others alike. @param {number} size @param {number} most */
const shade = (size, most) => (size > 0 && most > 0 ? Math.max(1, Math.ceil(STEPS * Math.sqrt(size / most))) : 0);

/** US dollars to the cent for a small cell; a dash where calls have no price. @param {string} usd */
const cents = (usd) => (Number(usd) ? localNumber(Number(usd).toFixed(2)) : DASH);

/** @param {number} hour */
const clock = (hour) => `${String(hour % HOURS).padStart(2, "0")}:00`;

/** @param {number} day 0 is Monday @param {"long" | "short"} weekday */
const dayName = (day, weekday) => new Intl.DateTimeFormat(language(), { weekday, timeZone: "UTC" }).format(MONDAY + day * DAY_MS);

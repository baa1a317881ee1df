/**
 * Budgets and settings of the view: in memory, and in this browser's own storage only while its box is ticked. They can
 * be written to a file, read from one, and erased. Nothing of the ledgers is ever stored.
 *
 * @typedef {{budgets: import("./spend_budgets.mjs").Budget[], view: Record<string, any>}} Settings
 */
import { saveText } from "./csv_text.mjs";
import { text } from "./texts.mjs";

export const KEY = "atlas.spend";
const VERSION = 1;
const MOST_BYTES = 200_000;
const FIELDS = ["name", "amount", "per", "group", "start", "end", "warn_at"];
const CHOICES = /** @type {Record<string, string[]>} */ ({ heat: ["usd", "calls"], zone: ["local", "utc"] });
const said = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => text(`spend.script.settings.${key}`, values);

/** @returns {Record<string, any>} */
const usual = () => ({ group: "model", sort: null, heat: "usd", zone: "local", figures: false });

/** @param {string} words @returns {Settings} */
export function settingsIn(words) {
  const found = JSON.parse(words);
  if (found?.version !== VERSION || !Array.isArray(found.budgets)) throw new Error(said("unknown"));
  const budgets = found.budgets.map((/** @type {any} */ one) => Object.fromEntries(FIELDS.map((name) => [name, String(one?.[name] ?? "")])));
  for (const one of budgets) {
    one.warn_at ||= "80";
    if (!(Number(one.amount) > 0) || !["month", "project"].includes(one.per) || !(Number(one.warn_at) >= 0 && Number(one.warn_at) <= 100)) throw new Error(said("unknown"));
  }
  const view = usual();
  for (const [name, allowed] of Object.entries(CHOICES)) if (allowed.includes(found.view?.[name])) view[name] = found.view[name];
  view.figures = found.view?.figures === true;
  if (typeof found.view?.group === "string") view.group = found.view.group;
  return { budgets, view };
}

/** @param {Settings} settings */
export function settingsText({ budgets, view }) {
  const { group, heat, zone, figures } = view;
  return `${JSON.stringify({ version: VERSION, budgets, view: { group, heat, zone, figures } }, null, 2)}\n`;
}

/** The browser's store; null where it is switched off, which some browsers say by an exception. */
function store() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** @param {HTMLElement} host holds [data-keep], [data-save], [data-load], [data-erase] and [data-said] @param {() => void} replaced called when other settings came in */
export function spendSettings(host, replaced) {
  const find = (/** @type {string} */ what) => /** @type {HTMLElement} */ (host.querySelector(what));
  const keep = /** @type {HTMLInputElement} */ (find("[data-keep]"));
  const load = /** @type {HTMLInputElement} */ (find("[data-load]"));
  const words = find("[data-said]");
  const storage = store();
  /** @type {Settings} */
  const settings = { budgets: [], view: usual() };

  /** Take others in the place of these; the parts of the page hold on to the view. @param {Settings} next */
  function take({ budgets, view }) {
    settings.budgets = budgets;
    Object.assign(settings.view, view);
  }

  try {
    const kept = storage?.getItem(KEY);
    if (kept) {
      take(settingsIn(kept));
      keep.checked = true;
    }
  } catch {
    words.textContent = said("damaged");
  }
  keep.disabled = !storage;

  function write() {
    if (!keep.checked) return;
    try {
      storage?.setItem(KEY, settingsText(settings));
    } catch {
      keep.checked = false;
      words.textContent = said("refused");
    }
  }

  keep.addEventListener("change", () => {
    if (keep.checked) write();
    else storage?.removeItem(KEY);
    if (keep.checked) words.textContent = said("kept");
    else words.textContent = said("not_kept");
  });
  find("[data-save]").addEventListener("click", () => saveText("spend-settings.json", settingsText(settings), "application/json"));
  find("[data-erase]").addEventListener("click", () => {
    storage?.removeItem(KEY);
    keep.checked = false;
    take({ budgets: [], view: usual() });
    words.textContent = said("erased");
    replaced();
  });
  load.addEventListener("change", async () => {
    const [file] = load.files ?? [];
    load.value = "";
    if (!file) return;
    try {
      if (file.size > MOST_BYTES) throw new Error(said("unknown"));
      take(settingsIn(await file.text()));
      write();
      words.textContent = said("loaded", { name: file.name, n: settings.budgets.length });
      replaced();
    } catch {
      words.textContent = said("not_loaded", { name: file.name });
    }
  });

  return {
    get budgets() {
      return settings.budgets;
    },
    set budgets(next) {
      settings.budgets = next;
      write();
    },
    get view() {
      return settings.view;
    },
    write,
  };
}

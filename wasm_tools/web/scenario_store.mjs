/**
 * The reader's scenarios, kept in this browser. One key holds all of them; each write reads it anew first, so that two
 * tabs do not overwrite each other. Where the browser refuses, they last as long as the page. No document here.
 *
 * @typedef {{name: string, form: Record<string, any>, note?: string}} Scenario
 * @typedef {"" | "blocked" | "no_room"} Refusal
 */

export const KEY = "atlas.scenarios";
export const MOST = 200;
export const MOST_NAME = 80;
const VERSION = 1;
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u; // control and direction characters, halves of characters

/** The browser's store; null where it is switched off, which some browsers say by an exception. */
function localStore() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** @param {Storage | null} [storage] */
export function scenarioStore(storage = localStore()) {
  /** @type {Scenario[]} */
  let kept = [];
  /** @type {Refusal} */
  let refusal = storage ? "" : "blocked";
  /** @type {(() => void)[]} */
  const told = [];
  read();
  globalThis.addEventListener?.("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    read();
    told.forEach((fn) => fn());
  });

  function read() {
    if (refusal) return; // what is in memory is newer than what could be kept
    try {
      kept = scenariosIn(storage?.getItem(KEY) ?? "");
    } catch {
      refusal = "blocked";
    }
  }

  /** @param {Scenario[]} next */
  function write(next) {
    kept = next;
    if (!storage) return;
    try {
      storage.setItem(KEY, JSON.stringify({ version: VERSION, scenarios: next }));
      refusal = "";
    } catch (error) {
      refusal = /quota/i.test(/** @type {Error} */ (error).name) && storage.length > 0 ? "no_room" : "blocked";
    }
  }

  const placeOf = (/** @type {string} */ name) => kept.findIndex((one) => one.name === name);

  return {
    /** Why the last change could not be kept; empty when it was. @returns {Refusal} */
    get refusal() {
      return refusal;
    },
    /** All scenarios in the order in which they were first saved. */
    get all() {
      return kept;
    },
    /** @param {string} name */
    get: (name) => kept[placeOf(name)],
    /** Called when another tab changes something. @param {() => void} fn */
    onChange: (fn) => void told.push(fn),
    /** Add a scenario, or replace the one of its name. @param {Scenario} scenario @param {number} [at] place of a new one */
    put(scenario, at = kept.length) {
      read();
      const place = placeOf(scenario.name);
      if (place >= 0) write(kept.with(place, scenario));
      else write(kept.toSpliced(Math.min(at, kept.length), 0, scenario));
    },
    /** @param {string} from @param {string} to */
    rename(from, to) {
      read();
      const place = placeOf(from);
      if (place >= 0 && placeOf(to) < 0) write(kept.with(place, { ...kept[place], name: to }));
    },
    /** Take a scenario out; returns it with its place, for a way back. @param {string} name */
    remove(name) {
      read();
      const place = placeOf(name);
      const scenario = kept[place];
      if (scenario) write(kept.toSpliced(place, 1));
      return { scenario, place };
    },
  };
}

/** What a stored text holds; what is no scenario is left out, so that one broken entry does not hide the others. @param {string} text @returns {Scenario[]} */
function scenariosIn(text) {
  /** @type {any} */
  let stored;
  try {
    stored = JSON.parse(text || "{}");
  } catch {
    return [];
  }
  const rows = stored?.version === VERSION && Array.isArray(stored.scenarios) ? stored.scenarios : [];
  const names = new Set();
  return rows.filter((/** @type {any} */ row) => {
    const sound = row && typeof row === "object" && nameFault(row.name) === "" && isForm(row.form) && !names.has(row.name);
    if (sound) names.add(row.name);
    return sound;
  });
}

/** @param {unknown} form */
const isForm = (form) => typeof form === "object" && form !== null && !Array.isArray(form);

/** What is wrong with a name: the key of a text, empty when nothing is. @param {unknown} name */
export function nameFault(name) {
  if (typeof name !== "string" || !name.trim()) return "no_name";
  if ([...name].length > MOST_NAME) return "long_name";
  return INVISIBLE.test(name) ? "odd_name" : "";
}

/** The name, or the first `name (2)`, `name (3)` … that is free. @param {string} name @param {(name: string) => boolean} taken @param {(name: string, number: number) => string} numbered */
export function freeName(name, taken, numbered) {
  if (!taken(name)) return name;
  for (let number = 2; ; number += 1) {
    const end = numbered("", number);
    const other = numbered([...name].slice(0, MOST_NAME - [...end].length).join("").trimEnd(), number);
    if (!taken(other)) return other;
  }
}

/** A name as part of the name of a file: letters, digits and hyphens alone. @param {string} name */
export function fileSlug(name) {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");
}

/** A typed name as it is kept: one blank between words. @param {string} typed */
export const tidyName = (typed) => typed.replace(/\s+/gu, " ").trim();

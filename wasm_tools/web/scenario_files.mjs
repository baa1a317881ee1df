/**
 * Scenarios as files: written and read by the engine, so that page and command know the same files and refuse the same.
 *
 * @typedef {import("./scenario_store.mjs").Scenario} Scenario
 * @typedef {(method: string, params: unknown) => Promise<any>} Call
 */
import { sameForm } from "./scenario_form.mjs";
import { MOST, fileSlug, freeName } from "./scenario_store.mjs";
import { english, parts, text } from "./texts.mjs";

const MOST_BYTES = 4_000_000; // of a file: its million characters take no more

/** The name and the text of a file of scenarios. @param {Call} call @param {Scenario[]} scenarios */
export async function exported(call, scenarios) {
  const made = await call("scenarios", { scenarios });
  const slug = scenarios.length === 1 ? fileSlug(scenarios[0].name) : "";
  const name = scenarios.length === 1 ? `scenario${slug && `-${slug}`}.json` : "scenarios.json";
  return { name, text: /** @type {string} */ (made.text) };
}

/**
 * Read files into the store. One that is there already is not doubled; another one of the same name gets a number.
 * Returns what happened, in words.
 * @param {Call} call @param {File[]} files @param {ReturnType<typeof import("./scenario_store.mjs").scenarioStore>} store
 * @param {(name: string, number: number) => string} numbered
 */
export async function imported(call, files, store, numbered) {
  /** @type {(string | Node)[]} */
  const said = [];
  /** @type {string[]} */
  const renamed = [];
  let taken = 0;
  let known = 0;
  for (const file of files) {
    try {
      for (const scenario of await scenariosOf(call, file)) {
        const { version: _, ...one } = scenario;
        const there = store.get(one.name);
        if (there && sameForm(there, one)) {
          known += 1;
          continue;
        }
        if (store.all.length >= MOST) throw new Error(text("scenarios.script.full", { most: MOST }));
        const name = freeName(one.name, (wanted) => store.get(wanted) !== undefined, numbered);
        if (name !== one.name) renamed.push(text("scenarios.script.became", { name: one.name, other: name }));
        store.put({ ...one, name });
        taken += 1;
      }
    } catch (error) {
      const reason = english(/** @type {Error} */ (error).message);
      said.push(...parts("scenarios.script.not_imported", { file: file.name.slice(0, 80), reason }), ". ");
    }
  }
  const counts = [
    ...(taken ? [text("scenarios.script.imported", { n: taken })] : []),
    ...(known ? [text("scenarios.script.already", { n: known })] : []),
    ...renamed,
  ];
  return counts.length ? [`${counts.join("; ")}. `, ...said] : said;
}

/** @param {Call} call @param {File} file @returns {Promise<(Scenario & {version: number})[]>} */
async function scenariosOf(call, file) {
  if (file.size > MOST_BYTES) throw new Error(text("scenarios.script.too_large", { most: MOST_BYTES / 1e6 }));
  const content = await file.text().catch(() => {
    throw new Error(text("scenarios.script.unreadable"));
  });
  return (await call("scenarios", { text: content })).scenarios;
}

/**
 * Gets what a start of Python needs into the worker: everything is on its way at once, each part is unpacked when its
 * turn comes. The two scripts of the runtime lie beside this one, so that they do not wait for the list of files.
 *
 * @typedef {import("./loading.mjs").Manifest} Manifest
 * @typedef {{bundleUrl: string, base?: string, manifest?: Manifest, buildId?: string, packs?: string[], anew?: boolean,
 *   restores?: boolean, first?: boolean, remembers?: boolean, whole?: boolean}} Order `anew`: past the browser's cache,
 *   `restores`: a snapshot of this browser may be used, `first`: none is expected, so nothing waits for the search,
 *   `remembers`: one is wanted instead of a running engine, `whole`: the runtime with all functions, started without any
 *   snapshot
 *
 * @typedef {Promise<Uint8Array<ArrayBuffer>>} Bytes
 * @typedef {object} Loaded a part that does not come is reported where it is awaited
 * @property {string} base the folder of the bundle
 * @property {Manifest} manifest
 * @property {string[]} packs
 * @property {import("./loading.mjs").Progress} progress
 * @property {Promise<{loadPyodide: any, createPyodideModule: unknown}>} scripts
 * @property {Promise<WebAssembly.Module>} wasm
 * @property {Promise<Uint8Array<ArrayBuffer> | null>} kept this browser's snapshot; null where there is none
 * @property {() => {memory: Bytes | null, packs: Bytes[]}} data the published memory and the packs, which a
 *   snapshot of this browser holds already
 * @property {Record<string, Bytes>} archives of the engine and of the standard library, by name
 */
import { downloads, manifestAt, progressOf, StartError } from "./loading.mjs";
import { keptMemory } from "./snapshots.mjs";

/** The runtime's scripts, and where they lie for this one. */
const SCRIPTS = { "pyodide.mjs": "./pyodide.mjs", "pyodide.asm.mjs": "./pyodide.asm.mjs" };
const EMPTY_WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * Returns as soon as it is known what there is to load.
 * @param {Order} order @param {Parameters<typeof progressOf>[2]} tell of the progress @returns {Promise<Loaded>}
 */
export async function loaded({ bundleUrl, buildId, anew = false, restores = false, whole = false, ...given }, tell) {
  const url = new URL(bundleUrl);
  const base = given.base ?? new URL(".", url).href;
  const manifest = given.manifest ?? (await manifestAt(url, buildId));
  const packs = given.packs ?? manifest.packs;
  // Parts of the engine that only some pages need come with the pack of their name.
  const further = packs.map((pack) => `engine_${pack}.zip`).filter((name) => name in manifest.files);
  const files = packs.map((pack) => `${pack}.json`);
  const start = manifest.starts[whole ? "whole" : "used"];
  const names = [...Object.keys(SCRIPTS), ...Object.values(start), ...further, ...files];
  const absent = names.find((name) => !(name in manifest.files));
  if (absent) throw new StartError(`This build of the site does not hold ${absent}.`, manifest.build_id);
  const progress = progressOf(manifest, names, tell);
  const from = downloads(base, manifest, progress, anew);
  progress.stage("loading");

  const wasm = handled(from.wasm(start.wasm));
  const archives = Object.fromEntries(further.map((name) => [name, handled(from.bytes(name))]));
  /** @type {ReturnType<Loaded["data"]> | null} */
  let coming = null;
  const data = () => (coming ??= dataOf());
  function dataOf() {
    const memory = start.memory ? handled(from.bytes(start.memory, wasm)) : null;
    return { memory, packs: files.map((name) => handled(from.bytes(name, memory ?? wasm))) };
  }
  if (given.first) data();
  const found = restores && !whole ? keptMemory({ base, manifest, packs }) : Promise.resolve(null);
  const kept = found.then((snapshot) => (snapshot ? snapshot.bytes : (data(), null)));
  // What is imported later is unpacked when all else is there; the whole runtime needs it at once.
  const first = found.then((snapshot) => Promise.allSettled(snapshot ? [snapshot.bytes] : Object.values(data()).flat()));
  for (const name of /** @type {const} */ (["library", "engine.zip"])) {
    archives[name] = handled(from.bytes(start[name], whole ? wasm : first));
  }
  const scripts = handled(runtimeScripts(anew)); // last, because to read them takes this thread
  scripts.then(() => Object.keys(SCRIPTS).forEach(progress.whole), () => {});
  await WebAssembly.compile(EMPTY_WASM).catch((error) => {
    throw new StartError("This browser does not allow WebAssembly here.", error);
  });
  return { base, manifest, packs, progress, scripts, wasm, kept: handled(kept), data, archives };
}

/** @param {boolean} anew @returns {Loaded["scripts"]} */
async function runtimeScripts(anew) {
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    Object.entries(SCRIPTS).map(async ([name, place]) => {
      const url = new URL(place, import.meta.url).href;
      try {
        return await (anew ? import(`${url}?anew`).catch(() => import(url)) : import(url));
      } catch (error) {
        throw new StartError(`The file ${name} could not be loaded.`, error);
      }
    }),
  );
  return { loadPyodide, createPyodideModule };
}

/** A promise whose failure somebody will see later. @template T @param {Promise<T>} promise */
function handled(promise) {
  promise.catch(() => {});
  return promise;
}

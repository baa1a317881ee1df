/**
 * The one module worker of a tab: it hosts Python and answers requests. The page's end of it is `engine.mjs`.
 *
 * In:  {type: "start" | "remember", base, manifest, packs, archives, loader, restores},
 *      {type: "part", name, value | error}: what `loader.mjs` has loaded, {type: "drop", ids},
 *      {type: "request", id, generation, method, params, files}
 * Out: {type: "stage", stage}, {type: "packs"}: the packs are needed after all, {type: "ready", milliseconds, restored},
 *      {type: "remembered"}, {type: "failed", error},
 *      {type: "reply", id, generation, ok, result | error, broken},
 *      {type: "report", id, generation, stage, done, total}, {type: "dropped"}, {type: "heartbeat"}
 * An error is {message, field, technical}: `message` is for the reader, `technical` for a closed disclosure.
 * `broken` says that this Python will not answer again and the worker must be replaced.
 *
 * @typedef {{message: string, field: string | null, technical: string}} Failure
 * @typedef {{id: number, generation: number, method: string, params: unknown, files?: {name: string, content: Blob}[]}} Request
 */
import { StartError, technicalText } from "./loading.mjs";
import { giveUpNetwork } from "./network.mjs";
import { engineIn, memoryOf, startedPython } from "./python.mjs";
import { forgetMemory, keepMemory } from "./snapshots.mjs";
import { refusalOf } from "./worker_files.mjs";

const HEARTBEAT_MS = 1000;
/** @type {any} the Python module `wasm_tools.browser`, once it is there */
let engine = null;
/** @type {Request[]} */
const queue = [];
/** @type {Request | null} the request that Python works on */
let current = null;
let pumping = false;
/** @type {Map<string, PromiseWithResolvers<any>>} what the loader hands over, by name */
const parts = new Map();

const post = (/** @type {object} */ message) => self.postMessage(message);

/** Begin to listen. @param {unknown} createPyodideModule the script of the runtime, which only the wrapper can import */
export function serve(createPyodideModule) {
  const orders = { start, remember };
  self.addEventListener("message", ({ data }) => {
    if (data.type === "part") return arrive(data);
    const order = orders[/** @type {keyof orders} */ (data.type)];
    if (!order) return receive(data);
    order(data, createPyodideModule).catch((error) => {
      const technical = error.technical ?? technicalText(error);
      post({ type: "failed", error: { message: error.message, field: null, technical } });
    });
  });
  setInterval(() => post({ type: "heartbeat" }), HEARTBEAT_MS);
}

/** A part that was loaded, or why it was not. @param {{name: string, value?: any, error?: {message: string, technical: string}}} part */
function arrive({ name, value, error }) {
  if (error) part(name).reject(new StartError(error.message, error.technical));
  else part(name).resolve(value);
}

/** The place of a part, whether it comes before it is asked for or afterwards. @param {string} name */
function part(name) {
  const known = parts.get(name) ?? Promise.withResolvers();
  known.promise.catch(() => {}); // it is reported where it is needed
  parts.set(name, known);
  return known;
}

/** @param {any} data */
function receive(data) {
  if (data.type === "drop") {
    for (const id of data.ids) {
      const place = queue.findIndex((request) => request.id === id);
      if (place >= 0) queue.splice(place, 1);
    }
    post({ type: "dropped" });
  } else if (data.type === "request") {
    queue.push(data);
    if (!pumping) {
      pumping = true;
      setTimeout(pump); // a later task, so that a "drop" which is already on its way comes first
    }
  }
}

/**
 * @typedef {{base: string, manifest: import("./loading.mjs").Manifest, packs: string[], archives: string[],
 *   loader: string, restores: boolean}} Order `loader` is the address of `pyodide.mjs`
 */

/**
 * Bring the engine up with its data, from a snapshot where there is one, then give up the network.
 * @param {Order} order @param {unknown} createPyodideModule
 */
async function start(order, createPyodideModule) {
  const began = performance.now();
  const memory = order.restores ? part("memory").promise : null;
  const parts = await partsOf(order, createPyodideModule);
  stage("starting");
  const restored = memory !== null && (await restore(order, parts, memory));
  if (!restored) {
    if (memory) post({ type: "packs" });
    await plainStart(await startedPython(parts, null), parts, order.packs);
  }
  engine.set_reporter?.(report);
  giveUpNetwork();
  post({ type: "ready", milliseconds: performance.now() - began, restored });
}

/**
 * Make the snapshot for later starts. The page asks a second worker for it, which never sees a figure of the reader.
 * @param {Order} order @param {unknown} createPyodideModule
 */
async function remember(order, createPyodideModule) {
  const parts = await partsOf(order, createPyodideModule);
  const python = await startedPython(parts, null, true);
  const tidy = await plainStart(python, parts, order.packs);
  engine.rehearse?.();
  tidy();
  await keepMemory(order, memoryOf(python));
  post({ type: "remembered" });
}

const stage = (/** @type {string} */ name) => post({ type: "stage", stage: name });

/** @param {Order} order @param {unknown} createPyodideModule @returns {Promise<import("./python.mjs").Parts>} */
async function partsOf({ base, manifest, archives, loader }, createPyodideModule) {
  const script = import(loader).catch((error) => {
    throw new StartError("The file pyodide.mjs could not be loaded.", error);
  });
  const [{ loadPyodide }, wasm, library, ...found] = await Promise.all([
    script, ...["wasm", "library", ...archives].map((name) => part(name).promise),
  ]);
  const engine = Object.fromEntries(archives.map((name, place) => [name, found[place]]));
  return { loadPyodide, createPyodideModule, wasm, library, engine, base, lock: manifest.lock };
}

/** @param {Order} order @param {import("./python.mjs").Parts} parts @param {Promise<Uint8Array>} memory */
async function restore(order, parts, memory) {
  try {
    engine = engineIn(await startedPython(parts, await memory), parts).engine;
    return true;
  } catch {
    await forgetMemory(order.base);
    return false;
  }
}

/**
 * The engine and its data in a Python that has just started. Returns what makes it tidy for a snapshot.
 * @param {any} python @param {import("./python.mjs").Parts} parts @param {string[]} packs
 */
async function plainStart(python, parts, packs) {
  let opened;
  try {
    opened = engineIn(python, parts);
  } catch (error) {
    throw new StartError(`The calculation engine did not load. ${lastLine(error)}`, error);
  }
  engine = opened.engine;
  stage("reading data");
  for (const pack of packs) {
    const content = await part(`${pack}.json`).promise;
    try {
      engine.load_pack(content);
    } catch (error) {
      throw new StartError(`The data in ${pack}.json could not be read. ${lastLine(error)}`, error);
    }
  }
  opened.settle();
  return opened.tidy;
}

/** Work off the queue, one request a task, so that drops and heartbeats come in between. */
async function pump() {
  const request = queue.shift();
  if (request === undefined) {
    pumping = false;
    return;
  }
  const refused = request.files?.length ? await refusalOf(request.files, engine) : null;
  current = request;
  post({ type: "reply", id: request.id, generation: request.generation, ...(refused ?? answer(request)) });
  current = null;
  setTimeout(pump);
}

/** @param {Request} request @returns {{ok: true, result: unknown} | {ok: false, error: Failure, broken?: boolean}} */
function answer({ method, params }) {
  try {
    const reply = JSON.parse(engine.handle(method, JSON.stringify(params ?? null)));
    if (reply.ok) return { ok: true, result: reply.result };
    return { ok: false, error: { message: reply.error.message, field: reply.error.field ?? null, technical: "" } };
  } catch (error) {
    // An exception of Python leaves it sound; anything else (no stack, an abort) is the end of this runtime. So is a lack
    // of memory: what a runtime has once taken it never gives back.
    const full = lastLine(error).startsWith("MemoryError");
    const broken = full || (/** @type {any} */ (error)?.name !== "PythonError" && !(error instanceof SyntaxError));
    const happened = full ? "Python ran out of memory." : "Python broke down during the calculation.";
    const message = broken
      ? `${happened} It starts afresh; ask for less at once.`
      : `The calculation stopped at something it did not expect. ${lastLine(error)}`;
    return { ok: false, error: { message, field: null, technical: technicalText(error) }, broken };
  }
}

/** What Python calls during a long run. To the page it is a sign of life as well. */
function report(/** @type {string} */ stage, /** @type {number} */ done, /** @type {number} */ total) {
  if (current) post({ type: "report", id: current.id, generation: current.generation, stage, done, total });
}

/** The last line of a Python traceback, which is its sentence. @param {any} error @returns {string} */
function lastLine(error) {
  return String(error?.message ?? error).trim().split("\n").at(-1) ?? "";
}

/**
 * The one module worker of a tab: it hosts Python and answers requests. The page's end of it is `engine.mjs`.
 *
 * In:  {type: "start", base, manifest, packs, anew}, {type: "drop", ids},
 *      {type: "request", id, generation, method, params, files}, {type: "remember", base, manifest, packs}
 * Out: {type: "progress", stage, loaded, total, fraction}, {type: "ready", milliseconds, restored},
 *      {type: "remembered"}, {type: "failed", error},
 *      {type: "reply", id, generation, ok, result | error, broken},
 *      {type: "report", id, generation, stage, done, total}, {type: "dropped"}, {type: "heartbeat"}
 * An error is {message, field, technical}: `message` is for the reader, `technical` for a closed disclosure.
 * `broken` says that this Python will not answer again and the worker must be replaced.
 *
 * @typedef {{message: string, field: string | null, technical: string}} Failure
 * @typedef {{id: number, generation: number, method: string, params: unknown, files?: {name: string, content: Blob}[]}} Request
 */
import { downloads, progressOf, StartError, technicalText } from "./loading.mjs";
import { engineIn, memoryOf, startedPython } from "./python.mjs";
import { forgetMemory, keepMemory, keptMemory } from "./snapshots.mjs";
import { refusalOf } from "./worker_files.mjs";

const HEARTBEAT_MS = 1000;
const EMPTY_WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
/** All that can start a request in a worker. `Worker` too: a second one would have all the others again. */
const NETWORK = [
  "fetch", "fetchLater", "XMLHttpRequest", "WebSocket", "WebSocketStream", "WebTransport", "EventSource",
  "importScripts", "Worker", "SharedWorker", "caches",
];

/** @type {any} the Python module `wasm_tools.browser`, once it is there */
let engine = null;
/** @type {Request[]} */
const queue = [];
/** @type {Request | null} the request that Python works on */
let current = null;
let pumping = false;

const post = (/** @type {object} */ message) => self.postMessage(message);

/** Begin to listen. @param {unknown} createPyodideModule the script of the runtime, which only the wrapper can import */
export function serve(createPyodideModule) {
  const orders = { start, remember };
  self.addEventListener("message", ({ data }) => {
    const order = orders[/** @type {keyof orders} */ (data.type)];
    if (!order) return receive(data);
    order(data, createPyodideModule).catch((error) => {
      const technical = error.technical ?? technicalText(error);
      post({ type: "failed", error: { message: error.message, field: null, technical } });
    });
  });
  setInterval(() => post({ type: "heartbeat" }), HEARTBEAT_MS);
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
 * @typedef {{base: string, manifest: import("./loading.mjs").Manifest, packs: string[], anew: boolean,
 *   restores?: boolean}} Order
 */

/**
 * Bring the engine up with its data, from a snapshot where there is one, then give up the network.
 * @param {Order} order @param {unknown} createPyodideModule
 */
async function start(order, createPyodideModule) {
  const began = performance.now();
  const load = await loadingOf(order);
  const memory = order.restores ? await keptMemory(order) : null;
  const texts = memory ? [] : load.packs();
  const parts = await load.parts(createPyodideModule);
  load.progress.stage("starting");
  const restored = memory !== null && (await restore(order, parts, memory));
  if (restored) load.skipPacks();
  else await plainStart(await startedPython(parts, null), parts, order.packs, memory ? load.packs() : texts, load.progress);
  engine.set_reporter?.(report);
  giveUpNetwork();
  load.progress.stage("ready");
  post({ type: "ready", milliseconds: performance.now() - began, restored });
}

/**
 * Make the snapshot for later starts. The page asks a second worker for it, which never sees a figure of the reader.
 * @param {Order} order @param {unknown} createPyodideModule
 */
async function remember(order, createPyodideModule) {
  const load = await loadingOf(order);
  const texts = load.packs();
  const parts = await load.parts(createPyodideModule);
  const python = await startedPython(parts, null, true);
  const tidy = await plainStart(python, parts, order.packs, texts, load.progress);
  engine.rehearse?.();
  tidy();
  await keepMemory(order, memoryOf(python));
  post({ type: "remembered" });
}

/** Everything is on its way at once. A failure is reported where its part is needed. @param {Order} order */
async function loadingOf({ base, manifest, packs, anew }) {
  const files = packs.map((pack) => `${pack}.json`);
  // Parts of the engine that only some pages need come with the pack of their name.
  const archives = ["engine.zip", ...packs.map((pack) => `engine_${pack}.zip`).filter((name) => name in manifest.files)];
  const names = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", ...archives, ...files];
  const absent = names.find((name) => !(name in manifest.files));
  if (absent) throw new StartError(`This build of the site does not hold ${absent}.`, manifest.build_id);
  await WebAssembly.compile(EMPTY_WASM).catch((error) => {
    throw new StartError("This browser does not allow WebAssembly here.", error);
  });
  const progress = progressOf(manifest, names, (message) => post({ type: "progress", ...message }));
  const load = downloads(base, manifest, progress, anew);
  progress.stage("loading");
  progress.whole("pyodide.asm.mjs"); // the page has loaded it
  const started = quiet(
    Promise.all([
      load.script("pyodide.mjs"), load.wasm("pyodide.asm.wasm"), load.bytes("python_stdlib.zip"),
      Promise.all(archives.map(async (name) => [name, await load.bytes(name)])),
    ]),
  );
  return {
    progress,
    packs: () => files.map((file) => quiet(load.text(file))),
    skipPacks: () => files.forEach(progress.whole),
    /** @param {unknown} createPyodideModule */
    async parts(createPyodideModule) {
      const [{ loadPyodide }, wasm, library, found] = await started;
      const engine = Object.fromEntries(found);
      return { loadPyodide, createPyodideModule, wasm, library, engine, base, lock: manifest.lock };
    },
  };
}

/** A promise whose failure somebody looks at later. @template T @param {Promise<T>} promise */
function quiet(promise) {
  promise.catch(() => {});
  return promise;
}

/** @param {Order} order @param {import("./python.mjs").Parts} parts @param {{bytes: Promise<Uint8Array>}} memory */
async function restore(order, parts, memory) {
  try {
    engine = engineIn(await startedPython(parts, await memory.bytes), parts).engine;
    return true;
  } catch {
    await forgetMemory(order.base);
    return false;
  }
}

/**
 * The engine and its data in a Python that has just started. Returns what makes it tidy for a snapshot.
 * @param {any} python @param {import("./python.mjs").Parts} parts @param {string[]} packs @param {Promise<string>[]} texts
 * @param {import("./loading.mjs").Progress} progress
 */
async function plainStart(python, parts, packs, texts, progress) {
  let opened;
  try {
    opened = engineIn(python, parts);
  } catch (error) {
    throw new StartError(`The calculation engine did not load. ${lastLine(error)}`, error);
  }
  engine = opened.engine;
  progress.stage("reading data");
  for (const [place, text] of texts.entries()) {
    const content = await text;
    try {
      engine.load_pack(content);
    } catch (error) {
      throw new StartError(`The data in ${packs[place]}.json could not be read. ${lastLine(error)}`, error);
    }
  }
  opened.settle();
  return opened.tidy;
}

/** Take every way to start a request out of this scope for good: from here on no figure of the reader can leave. */
function giveUpNetwork() {
  for (const name of NETWORK) {
    for (let holder = globalThis; holder; holder = Object.getPrototypeOf(holder)) {
      Reflect.deleteProperty(holder, name);
    }
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
  }
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

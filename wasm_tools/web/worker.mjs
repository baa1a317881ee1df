/**
 * The one module worker of a tab: it hosts Python and answers requests. The page's end of it is `engine.mjs`.
 *
 * In:  {type: "start", base, manifest, packs, anew}, {type: "drop", ids},
 *      {type: "request", id, generation, method, params}
 * Out: {type: "progress", stage, loaded, total, fraction}, {type: "ready", milliseconds}, {type: "failed", error},
 *      {type: "reply", id, generation, ok, result | error, broken},
 *      {type: "report", id, generation, stage, done, total}, {type: "dropped"}, {type: "heartbeat"}
 * An error is {message, field, technical}: `message` is for the reader, `technical` for a closed disclosure.
 * `broken` says that this Python will not answer again and the worker must be replaced.
 *
 * @typedef {{message: string, field: string | null, technical: string}} Failure
 * @typedef {{id: number, generation: number, method: string, params: unknown}} Request
 */
import { downloads, progressOf, StartError, technicalText } from "./loading.mjs";

const HEARTBEAT_MS = 1000;
const ENGINE_PLACE = "/lib/engine.zip";
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

self.addEventListener("message", ({ data }) => {
  if (data.type === "start") {
    start(data).catch((error) => {
      const technical = error.technical ?? technicalText(error);
      post({ type: "failed", error: { message: error.message, field: null, technical } });
    });
  } else if (data.type === "drop") {
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
});
setInterval(() => post({ type: "heartbeat" }), HEARTBEAT_MS);

/**
 * Load the runtime, the engine and the packs, then give up the network.
 * @param {{base: string, manifest: import("./loading.mjs").Manifest, packs: string[], anew: boolean}} order
 */
async function start({ base, manifest, packs, anew }) {
  const began = performance.now();
  const parts = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "engine.zip"];
  const names = [...parts, ...packs.map((pack) => `${pack}.json`)];
  const absent = names.find((name) => !(name in manifest.files));
  if (absent) throw new StartError(`This build of the site does not hold ${absent}.`, manifest.build_id);
  await WebAssembly.compile(EMPTY_WASM).catch((error) => {
    throw new StartError("This browser does not allow WebAssembly here.", error);
  });
  const progress = progressOf(manifest, names, (message) => post({ type: "progress", ...message }));
  const load = downloads(base, manifest, progress, anew);
  progress.stage("loading");
  // Everything is on its way at once. A failure is reported where its part is needed.
  const loader = load.script("pyodide.mjs");
  const glue = load.script("pyodide.asm.mjs");
  const wasm = load.wasm("pyodide.asm.wasm");
  const library = load.archive("python_stdlib.zip");
  const engineZip = load.archive("engine.zip");
  const texts = packs.map((pack) => load.text(`${pack}.json`));
  for (const part of [loader, glue, wasm, library, engineZip, ...texts]) part.catch(() => {});

  const [{ loadPyodide }, , runtime, stdlib] = await Promise.all([loader, glue, wasm, library]);
  progress.stage("starting");
  const python = await withDownloads(runtime, load.url("python_stdlib.zip"), stdlib, () =>
    loadPyodide({
      indexURL: new URL(".", load.url("pyodide.mjs")).href,
      stdLibURL: load.url("python_stdlib.zip"),
      lockFileContents: manifest.lock,
      packageBaseUrl: base,
      env: { PYTHONHASHSEED: "0" }, // every visit walks a set in the same order
    }),
  );
  python.FS.writeFile(ENGINE_PLACE, await engineZip);
  try {
    python.runPython(`import sys; sys.path.append("${ENGINE_PLACE}")`);
    engine = python.pyimport("wasm_tools.browser");
    engine.set_reporter?.(report);
  } catch (error) {
    throw new StartError(`The calculation engine did not load. ${lastLine(error)}`, error);
  }
  progress.stage("reading data");
  for (const [place, text] of texts.entries()) {
    const content = await text;
    try {
      engine.load_pack(content);
    } catch (error) {
      throw new StartError(`The data in ${packs[place]}.json could not be read. ${lastLine(error)}`, error);
    }
  }
  giveUpNetwork();
  progress.stage("ready");
  post({ type: "ready", milliseconds: performance.now() - began });
}

/**
 * Run the loader with what is already here: the compiled runtime and the standard library. The loader has no options
 * for them, so it finds them where it looks. Its own reaction to a runtime that fails is to wait for ever, hence the
 * outer promise.
 * @template T @param {WebAssembly.Module} module @param {string} libraryUrl @param {Uint8Array<ArrayBuffer>} library
 * @param {() => Promise<T>} run @returns {Promise<T>}
 */
async function withDownloads(module, libraryUrl, library, run) {
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (/** @type {unknown} */ error) =>
        reject(new StartError("Python did not start in this browser.", error));
      self.fetch = async (input) => new Response(String(input) === libraryUrl ? library : null);
      WebAssembly.instantiateStreaming = async (_, imports) => {
        const instance = WebAssembly.instantiate(module, imports);
        instance.catch(fail);
        return { module, instance: await instance };
      };
      run().then(resolve, fail);
    });
  } finally {
    self.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
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
function pump() {
  const request = queue.shift();
  if (request === undefined) {
    pumping = false;
    return;
  }
  current = request;
  post({ type: "reply", id: request.id, generation: request.generation, ...answer(request) });
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
    // An exception of Python leaves it sound; anything else (no memory, no stack) is the end of this runtime.
    const broken = /** @type {any} */ (error)?.name !== "PythonError" && !(error instanceof SyntaxError);
    const message = broken
      ? "Python broke down during the calculation. It starts afresh; ask for less at once."
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

/**
 * Python in the worker: started plainly, or put back from a snapshot of its memory.
 *
 * The loader fetches and compiles by itself. It has no options for what is here already, so for the time of a start it
 * finds the compiled runtime and the standard library where it looks.
 *
 * @typedef {object} Parts
 * @property {(config: object) => Promise<any>} loadPyodide
 * @property {unknown} createPyodideModule the runtime's other half, `pyodide.asm.mjs`
 * @property {WebAssembly.Module} wasm
 * @property {Uint8Array<ArrayBuffer>} library the standard library's archive
 * @property {Record<string, Uint8Array>} engine the engine's archives by name, the one that every page gets first
 * @property {string} base the folder of the bundle
 * @property {string} lock
 */
import { StartError } from "./loading.mjs";

const ENGINE_PLACE = "/lib/";
const WASM_PAGE = 65536;

/**
 * @param {Parts} parts @param {Uint8Array | null} memory a snapshot that `memoryOf` made with these parts
 * @param {boolean} [dumps] whether `memoryOf` will be called
 */
export async function startedPython(parts, memory, dumps = false) {
  const libraryUrl = new URL("python_stdlib.zip", parts.base).href;
  const python = await withParts(parts, memory, libraryUrl, () =>
    parts.loadPyodide({
      indexURL: parts.base,
      createPyodideModule: parts.createPyodideModule,
      stdLibURL: libraryUrl,
      lockFileContents: parts.lock,
      packageBaseUrl: parts.base,
      env: { PYTHONHASHSEED: "0" }, // every visit walks a set in the same order
      ...(memory && { _loadSnapshot: Promise.resolve(memory) }),
      ...(dumps && { _makeSnapshot: true }),
    }),
  );
  for (const [name, bytes] of Object.entries(parts.engine)) python.FS.writeFile(ENGINE_PLACE + name, bytes); // a snapshot holds no files
  return python;
}

/**
 * The engine's entry. In a Python that was put back everything is imported already.
 * @param {any} python @param {Parts} parts that it was started with
 */
export function engineIn(python, parts) {
  const [first, ...others] = Object.keys(parts.engine).map((name) => ENGINE_PLACE + name);
  python.runPython(`import sys; "${first}" in sys.path or sys.path.append("${first}")`);
  const start = python.pyimport("engine_start");
  return { engine: start.open_engine(first, ...others), settle: () => start.settle(), tidy: () => start.tidy() };
}

/** All memory of a Python that holds no object of JavaScript. @param {any} python @returns {Uint8Array<ArrayBuffer>} */
export function memoryOf(python) {
  return python.makeMemorySnapshot();
}

/**
 * The loader's own reaction to a runtime that fails is to wait for ever, hence the outer promise.
 * @template T @param {Parts} parts @param {Uint8Array | null} memory @param {string} libraryUrl
 * @param {() => Promise<T>} run @returns {Promise<T>}
 */
async function withParts({ wasm, library }, memory, libraryUrl, run) {
  const { fetch } = self;
  const { instantiateStreaming, Module } = WebAssembly;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (/** @type {unknown} */ error) =>
        reject(new StartError("Python did not start in this browser.", error));
      WebAssembly.Module = madeOnce(Module);
      self.fetch = async (input) => new Response(String(input) === libraryUrl ? library : null);
      WebAssembly.instantiateStreaming = async (_, imports) => {
        const instance = WebAssembly.instantiate(wasm, imports).then((made) => (makeRoom(made, memory), made));
        instance.catch(fail);
        return { module: wasm, instance: await instance };
      };
      run().then(resolve, fail);
    });
  } finally {
    self.fetch = fetch;
    Object.assign(WebAssembly, { instantiateStreaming, Module });
  }
}

/**
 * The runtime makes a module for each function of JavaScript that it puts into its table, 260 of some 30 kinds.
 * @param {typeof WebAssembly.Module} Module
 */
function madeOnce(Module) {
  /** @type {Map<string, WebAssembly.Module>} */
  const known = new Map();
  return new Proxy(Module, {
    construct(kind, [bytes]) {
      const text = String(bytes);
      const made = known.get(text) ?? new kind(bytes);
      known.set(text, made);
      return made;
    },
  });
}

/**
 * Memory starts at the size that the runtime was built with. A snapshot of a Python that has read its data is larger.
 * @param {WebAssembly.Instance} instance @param {Uint8Array | null} snapshot its second word is the length of its head
 */
function makeRoom(instance, snapshot) {
  if (!snapshot) return;
  const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
  const needed = snapshot.length - new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
  const missing = needed - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE));
}

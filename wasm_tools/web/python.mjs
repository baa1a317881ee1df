/**
 * Python in the worker: started plainly, or put back from a snapshot of its memory, which the site publishes
 * or this browser has kept (`memory_pages.mjs`).
 *
 * The loader fetches and compiles by itself. It has no options for what is here already, so for the time of a start it
 * finds the compiled runtime and the standard library where it looks.
 *
 * @typedef {object} Parts
 * @property {(config: object) => Promise<any>} loadPyodide
 * @property {unknown} createPyodideModule the runtime's other half, `pyodide.asm.mjs`
 * @property {Promise<WebAssembly.Module>} wasm
 * @property {Uint8Array<ArrayBuffer> | null} library the standard library's archive, where it is needed at once
 * @property {Record<string, Uint8Array>} engine the engine's archives that are needed at once, by name
 * @property {string} first the name of the one that every page gets
 * @property {string} base the folder of the bundle
 * @property {string} lock
 *
 * @typedef {object} Snapshot
 * @property {Uint8Array<ArrayBuffer>} head what the runtime tells itself about it
 * @property {number} length of the memory
 * @property {(memory: WebAssembly.Memory) => void} take what is needed of the memory before the runtime is in it
 * @property {(memory: WebAssembly.Memory) => void} write put the content into it
 */
import { StartError } from "./loading.mjs";

const ENGINE_PLACE = "/lib/";
const LIBRARY_PLACE = "/lib/python314.zip";
const WASM_PAGE = 65536;
const OWN_WASM = "/pyodide.asm.wasm"; // as the runtime would ask for it

/**
 * A snapshot that may still be on its way when the runtime is given it: the runtime looks at it last. It reads the head
 * and then takes all that is behind it. It gets nothing there: pages are written at their places instead, which is a
 * fifth of the way that copies of the whole memory would take.
 */
export class LateSnapshot extends Uint8Array {
  head = new Uint8Array();
  write = () => {};
  get buffer() {
    return this.head.buffer;
  }
  get byteOffset() {
    return this.head.byteOffset;
  }
  get byteLength() {
    return this.head.byteLength;
  }
  /** @param {number} [start] @param {number} [end] @returns {Uint8Array<ArrayBuffer>} */
  subarray(start, end) {
    if (end !== undefined) return this.head.subarray(start, end);
    this.write();
    return new Uint8Array();
  }

  /**
   * Memory starts at the size that the runtime was built with. That of a Python that has read its data is larger.
   * @param {WebAssembly.Instance} instance which the snapshot is for @param {Snapshot} snapshot
   */
  arrive(instance, { head, length, take, write }) {
    const memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.head = head;
    this.write = () => write(memory);
    take(memory);
    const missing = length - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE));
  }
}

/**
 * Everything that does not need them is done while the runtime and its memory are on their way.
 * @param {Parts} parts @param {Promise<Snapshot> | null} memory
 * @param {boolean} [dumps] whether `memoryOf` will be called
 */
export async function startedPython(parts, memory, dumps = false) {
  const libraryUrl = new URL("python_stdlib.zip", parts.base).href;
  const late = memory && new LateSnapshot();
  const python = await withParts(parts, late, memory, libraryUrl, () =>
    parts.loadPyodide({
      indexURL: parts.base,
      createPyodideModule: parts.createPyodideModule,
      stdLibURL: libraryUrl,
      lockFileContents: parts.lock,
      packageBaseUrl: parts.base,
      env: { PYTHONHASHSEED: "0" }, // every visit walks a set in the same order
      ...(late && { _loadSnapshot: Promise.resolve(late) }),
      ...(dumps && { _makeSnapshot: true }),
    }),
  );
  for (const [name, bytes] of Object.entries(parts.engine)) placeArchive(python, name, bytes); // a snapshot holds no files
  return python;
}

/**
 * The engine's entry. In a Python that was put back everything is imported already.
 * @param {any} python @param {Parts} parts that it was started with
 */
export function engineIn(python, parts) {
  const first = ENGINE_PLACE + parts.first;
  const others = Object.keys(parts.engine).map((name) => ENGINE_PLACE + name).filter((place) => place !== first);
  python.runPython(`import sys; "${first}" in sys.path or sys.path.append("${first}")`);
  const start = python.pyimport("engine_start");
  return { engine: start.open_engine(first, ...others), settle: () => start.settle(), tidy: () => start.tidy() };
}

/** @param {any} python @param {string} name @param {Uint8Array} archive of the engine */
export function placeArchive(python, name, archive) {
  python.FS.writeFile(ENGINE_PLACE + name, archive);
}

/** @param {any} python @param {Uint8Array} archive of the standard library */
export function placeLibrary(python, archive) {
  python.FS.writeFile(LIBRARY_PLACE, archive);
}

/** All memory of a Python that holds no object of JavaScript. @param {any} python @returns {Uint8Array<ArrayBuffer>} */
export function memoryOf(python) {
  return python.makeMemorySnapshot();
}

/**
 * The loader's own reaction to a runtime that fails is to wait for ever, hence the outer promise.
 * @template T @param {Parts} parts @param {LateSnapshot | null} late @param {Promise<Snapshot> | null} memory
 * @param {string} libraryUrl
 * @param {() => Promise<T>} run @returns {Promise<T>}
 */
async function withParts({ wasm, library }, late, memory, libraryUrl, run) {
  const { fetch } = self;
  const { instantiateStreaming, Module } = WebAssembly;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (/** @type {unknown} */ error) =>
        reject(error instanceof StartError ? error : new StartError("Python did not start in this browser.", error));
      WebAssembly.Module = madeOnce(Module);
      // Other files are still on their way meanwhile.
      self.fetch = async (input, how) => {
        const url = String(input);
        if (url === libraryUrl) return new Response(library);
        return url.endsWith(OWN_WASM) ? new Response() : fetch(input, how);
      };
      const instantiated = async (/** @type {WebAssembly.Imports} */ imports) => {
        const [module, snapshot] = await Promise.all([wasm, memory]);
        const instance = await WebAssembly.instantiate(module, imports);
        if (snapshot) late?.arrive(instance, snapshot);
        return { module, instance };
      };
      WebAssembly.instantiateStreaming = (_, imports = {}) => {
        const made = instantiated(imports);
        made.catch(fail);
        return made;
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

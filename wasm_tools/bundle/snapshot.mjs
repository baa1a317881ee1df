// Starts the engine as the browser does, without data, and writes what then lies in Python's memory.
// node snapshot.mjs <runtime folder> <lock text> <library archive> <engine's archive> <its place> <folder to write into>
//   [<later library> <later engine>]
// Without the last two it only prints the modules that are imported, as JSON. With them these archives lie in the places
// of the whole ones, so that Python looks there for what it imports later.
// The folder then holds `snapshot.bin`, as the runtime gives it, and `initial.bin`, the memory that it starts with.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Nothing of the moment or the place may lie in that memory: two builds must be alike.
process.env.TZ = "UTC";
Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true }); // it knows a language
const NOW = Date.UTC(2000, 0, 1);
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [NOW]));
  }
  static now = () => NOW;
};
performance.now = () => 0;
const crypto = createRequire(import.meta.url)("node:crypto");
crypto.randomFillSync = (array) => array.fill(7);
crypto.webcrypto.getRandomValues = (array) => array.fill(7);

const given = process.argv.splice(1).slice(1); // Python would remember where this script lies
const [runtime, lock, library, engine, place, folder, laterLibrary, laterEngine] = given;
const { instantiate } = WebAssembly;
let initial;
WebAssembly.instantiate = async (...given) => {
  const made = await instantiate(...given);
  const { memory } = (made.instance ?? made).exports;
  if (memory) initial ??= new Uint8Array(memory.buffer).slice();
  return made;
};
const { loadPyodide } = await import(pathToFileURL(resolve(runtime, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: resolve(runtime),
  stdLibURL: resolve(library),
  lockFileContents: JSON.parse(lock),
  packageBaseUrl: resolve(runtime),
  env: { PYTHONHASHSEED: "0" },
  _makeSnapshot: true,
});
python.FS.writeFile(place, await readFile(engine));
python.runPython(`import sys; sys.path.append("${place}")`);
const start = python.pyimport("engine_start");
start.open_engine(place).destroy();
if (!laterLibrary) {
  process.stdout.write(python.runPython("import json; json.dumps(sorted(sys.modules))"));
  process.exit();
}
python.FS.writeFile("/lib/python314.zip", await readFile(laterLibrary));
python.FS.writeFile(place, await readFile(laterEngine));
start.use_later_archives();
start.tidy();
start.destroy();
await writeFile(join(folder, "snapshot.bin"), python.makeMemorySnapshot());
await writeFile(join(folder, "initial.bin"), initial);

// Imports every module of the engine in the runtime as the browser gets it, and prints what failed as JSON.
// node import_check.mjs <runtime folder> <standard library archive> <engine archive> <lock text> <names as JSON>
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, library, engine, lock, names] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(runtime, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: resolve(runtime),
  stdLibURL: resolve(library),
  lockFileContents: JSON.parse(lock),
  packageBaseUrl: resolve(runtime),
});
python.FS.writeFile("/lib/engine.zip", await readFile(engine));
python.globals.set("names", names);
process.stdout.write(
  python.runPython(`
import importlib, json, sys
sys.path.append("/lib/engine.zip")
failures = {}
for name in json.loads(names):
    try:
        importlib.import_module(name)
    except BaseException as error:
        failures[name] = f"{type(error).__name__}: {error}"
json.dumps(failures, sort_keys=True)
`),
);

// Imports every module of the engine in the runtime as the browser gets it, and prints as JSON what failed and the code
// of the methods of all dataclasses (see engine_start.py).
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
import base64, importlib, json, marshal, sys
sys.path.append("/lib/engine.zip")
from engine_start import record_methods
failures, methods = {}, record_methods()
for name in json.loads(names):
    try:
        importlib.import_module(name)
    except BaseException as error:
        failures[name] = f"{type(error).__name__}: {error}"
code = marshal.dumps(dict(sorted(methods.items())), 2)
json.dumps({"failures": failures, "methods": base64.b64encode(code).decode()}, sort_keys=True)
`),
);

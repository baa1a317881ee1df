// Imports every module of the engine in the runtime as the browser gets it, and prints as JSON what failed and the code
// of the methods of all dataclasses, by archive (see engine_start.py).
// node import_check.mjs <runtime folder> <standard library archive> <folder of the engine's archives> <lock text>
//   <names of modules by the archive's place, the first archive's first, as JSON>
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, library, archives, lock, names] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(runtime, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: resolve(runtime),
  stdLibURL: resolve(library),
  lockFileContents: JSON.parse(lock),
  packageBaseUrl: resolve(runtime),
});
for (const place of Object.keys(JSON.parse(names))) {
  python.FS.writeFile(place, await readFile(resolve(archives, basename(place))));
}
python.globals.set("names", names);
process.stdout.write(
  python.runPython(`
import base64, importlib, json, marshal, sys
places = json.loads(names)
first, *others = places
sys.path.append(first)
from engine_start import add_parts, record_methods
failures, methods, seen = {}, {}, record_methods()
add_parts(others)
for place, modules in places.items():
    before = set(seen)
    for name in modules:
        try:
            importlib.import_module(name)
        except BaseException as error:
            failures[name] = f"{type(error).__name__}: {error}"
    code = {text: seen[text] for text in sorted(seen.keys() - before)}
    methods[place] = base64.b64encode(marshal.dumps(code, 2)).decode()
json.dumps({"failures": failures, "methods": methods}, sort_keys=True)
`),
);

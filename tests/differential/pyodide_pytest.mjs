/**
 * Runs pytest in Pyodide under Node: `node pyodide_pytest.mjs SETTINGS.json`.
 *
 * The settings name the runtime, the folders that Python sees under their own names, the folders of its path, further
 * wheels, its environment and pytest's arguments. The standard library is the runtime's own, whole and unstripped.
 */
import { readFileSync } from "node:fs";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { loadPyodide } = await import(settings.runtime);
const python = await loadPyodide({ env: { HOME: "/home/pyodide", ...settings.environment } });
for (const folder of settings.folders) {
  python.FS.mkdirTree(folder);
  python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, folder);
}
for (const wheel of settings.wheels) python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: "/wheels" });
python.globals.set("settings", python.toPy(settings));
const code = python.runPython(`
import os, sys
sys.dont_write_bytecode = True
sys.path[:0] = [*settings["paths"][:1], "/wheels", *settings["paths"][1:]]
os.chdir(settings["paths"][0])
from tests.differential import stand_ins
stand_ins.install()
import pytest
int(pytest.main(list(settings["arguments"])))
`);
process.exit(code);

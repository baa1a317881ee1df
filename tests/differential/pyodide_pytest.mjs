/**
 * Runs pytest in Pyodide under Node: `node pyodide_pytest.mjs SETTINGS.json`.
 *
 * The settings name the runtime, the folders that Python sees under their own names, the folders of its path, further
 * wheels, its environment and pytest's arguments. The standard library is the runtime's own, whole and unstripped.
 */
import { readFileSync } from "node:fs";

const PYTEST = `
import os, sys
sys.dont_write_bytecode = True
here, *packages = settings["paths"]
sys.path[:0] = [here, "/wheels", *packages]
os.chdir(here)
from tests.differential import stand_ins
stand_ins.install()
import pytest
int(pytest.main(list(settings["arguments"])))
`;

async function run(settings) {
  const { loadPyodide } = await import(settings.runtime);
  const python = await loadPyodide({ env: { HOME: "/home/pyodide", ...settings.environment } });
  for (const folder of settings.folders) {
    python.FS.mkdirTree(folder);
    python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, folder);
  }
  for (const wheel of settings.wheels) {
    python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: "/wheels" });
  }
  return python.runPython(PYTEST, { locals: python.toPy({ settings }) });
}

// Node would show the line of the runtime in which an error happened, which is a megabyte long.
run(JSON.parse(readFileSync(process.argv[2], "utf8"))).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message ?? error);
    process.exitCode = 3;
  },
);

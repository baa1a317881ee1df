// Compiles an archive of sources to bytecode with the very Python that the browser will run.
// node compile.mjs <runtime folder> <bytecode_zip.py> <archive of sources> <prefix> <archive to write>
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, script, sources, prefix, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(runtime, "pyodide.mjs")).href);
// The hash seed is fixed so that nothing in the result can depend on the order of a set. Columns of the source, a fifth
// of the bytecode, would underline what failed in a traceback; but the browser has no sources to show.
const env = { PYTHONHASHSEED: "0", PYTHONNODEBUGRANGES: "1" };
const python = await loadPyodide({ indexURL: resolve(runtime), env });
python.FS.writeFile("/home/pyodide/bytecode_zip.py", await readFile(script, "utf8"));
// Python does not know Node's Buffer ("divide by zero"), so it gets the plain array below it.
const archive = python.toPy(new Uint8Array(await readFile(sources))).tobytes();
await writeFile(target, python.pyimport("bytecode_zip").bytecode_zip(archive, prefix).toJs());

/**
 * What pages do with Python apart from asking it: `node --import counted.mjs visits.mjs SETTINGS.json`. Puts the published
 * memory back, hands over data, files and a reporter, meets errors, makes a snapshot and puts that back as well.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { kept, packed, published } from "../../wasm_tools/web/memory_pages.mjs";
import { engineIn, LateSnapshot, memoryOf } from "../../wasm_tools/web/python.mjs";

const { runtime, lock, library, engine, memory } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const bytes = (path) => new Uint8Array(readFileSync(path));
const { loadPyodide } = await import(pathToFileURL(`${runtime}/pyodide.mjs`).href);
const parts = { engine: { "engine.zip": bytes(engine) }, first: "engine.zip" };
const { instantiate } = WebAssembly;

// Every way in which a call can end, those included that no call of the engine should take.
const FAILING = `
import gc, json, sys, time

def deep(n):
    return deep(n + 1)

def failing(method, text, report):
    given = json.loads(text)
    report(method, 1, 2.5)
    match method:
        case "platform":
            return json.dumps([sys.platform, list(sys.version_info[:2]), sys.flags.optimize, failing.__doc__])
        case "time":
            time.sleep(0.01)
            return f"{time.monotonic()} {time.time():.3f} {gc.collect()}"
        case "raise":
            raise ValueError(f"wrong: {given}")
        case "chain":
            try:
                {}[method]
            except KeyError as error:
                raise RuntimeError("chained") from error
        case "memory":
            raise MemoryError
        case "deep":
            return deep(0)
        case "missing":
            return None.nothing
        case "import":
            import nothing_of_that_name
    sys.stdout.write("a")
    sys.stderr.write("b")
    return json.dumps(given, ensure_ascii=False)

failing
`;

async function started(snapshot, dumps) {
  const late = new LateSnapshot();
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    const instance = made.instance ?? made;
    if (instance.exports.memory) late.arrive(instance, snapshot);
    return made;
  };
  const python = await loadPyodide({
    indexURL: runtime,
    stdLibURL: library,
    lockFileContents: JSON.parse(lock),
    packageBaseUrl: runtime,
    env: { PYTHONHASHSEED: "0" },
    _loadSnapshot: Promise.resolve(late),
    ...(dumps && { _makeSnapshot: true }),
  });
  python.FS.writeFile("/lib/engine.zip", parts.engine["engine.zip"]);
  return { python, ...engineIn(python, parts) };
}

function use({ python, engine }) {
  engine.set_reporter(() => {});
  for (const text of ["a", "ä", "\u20ac", "\u{1f600}"]) {
    const kind = JSON.stringify({ kind: `text ${text}`, rows: [1, 2.5, null, true, text] });
    engine.take_pack(new TextEncoder().encode(kind));
    engine.handle(text, kind);
  }
  for (const size of [0, 5, 3_000_000]) {
    engine.take_file("a", size);
    if (size) engine.take_part(new Uint8Array(size).fill(65));
  }
  engine.drop_files();
  const failing = python.runPython(FAILING);
  for (const method of ["echo", "platform", "time", "raise", "chain", "memory", "deep", "missing", "import"]) {
    try {
      failing(method, JSON.stringify({ ä: [method, "\u{1f600}", 1e300, -0.5, 10 ** 15, true, null] }), () => {});
    } catch (error) {
      String(error.message);
    }
  }
  failing.destroy();
}

use(await started(published(bytes(memory)), false));
const second = await started(published(bytes(memory)), true);
second.engine.take_pack(new TextEncoder().encode(`{"kind": "nothing"}`));
second.settle();
second.engine.rehearse();
second.tidy();
use(await started(kept(packed(memoryOf(second.python))), false));

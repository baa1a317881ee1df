"""How long a reader waits for Python: our bundle against plain `loadPyodide` + `import pydantic`, in one run.

    python -m tests.bench.bench_engine_start [--rounds 5]
    python -m tests.bench.bench_engine_start --engine . --pack planner=build/precompute/pack.json \\
        --ask plan --params '{"prompt_tokens": 1000, …}'

Each round drives fresh Chromium profiles: the first visit is cold, the second and third are warm. The variants take
turns, so that a busy machine slows all of them alike. Prints medians in seconds and the ratio to the stock cold start.
"""

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.browser.chromium import chromium
from tests.browser.loopback import TOOL_PAGE_POLICY, loopback
from tests.browser.tiny_engine import PACK, tiny_engine
from wasm_tools.bundle.assemble import assemble
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import installed_runtime
from wasm_tools.bundle.wheels import wheels

ROOT = Path(__file__).parent.parent.parent
VISITS = ("cold", "warm", "warm 2")
STOCK_WORKER = """
import {{ loadPyodide }} from "/stock/pyodide.mjs";
const python = await loadPyodide({{ indexURL: new URL("/stock/", self.location.origin).href }});
const wheels = {wheels};
if (wheels.length) {{
  await python.loadPackage(wheels.map((name) => new URL(`/wheels/${{name}}`, self.location.origin).href));
  python.runPython(`
import pydantic
class Model(pydantic.BaseModel):
    rate: float
Model(rate=1.5)
`);
}}
self.postMessage("ready");
"""
ASK_STOCK = """(script) => new Promise((resolve, reject) => {
  const began = performance.now();
  const worker = new Worker(script, { type: "module" });
  worker.onmessage = () => resolve(performance.now() - began);
  worker.onerror = (event) => reject(new Error(event.message));
})"""
ASK_ENGINE = """async ([script, method, params]) => {
  const began = performance.now();
  const { startEngine } = await import(script);
  const engine = startEngine();
  await engine.call(method, params);
  return performance.now() - began;
}"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", type=Path, help="folder with a package wasm_tools; a tiny one by default")
    parser.add_argument("--pack", action="append", help="NAME=FILE, a data pack that the engine loads")
    parser.add_argument("--ask", default="platform", help="the method of the first question")
    parser.add_argument("--params", type=json.loads, default={}, help="its input as JSON")
    options = parser.parse_args()
    cache = ROOT / ".cache" / "bundle"
    stock = ROOT / "node_modules" / "pyodide"
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        site = Path(scratch, "site")
        engine_dir = options.engine or tiny_engine(Path(scratch, "engine"))
        given = [pair.partition("=") for pair in options.pack or []]
        packs = {name: Path(file).read_bytes() for name, _, file in given} or {"core": PACK}
        manifest = assemble(engine_dir, stock, site / "bundle", packs, "node", cache)
        (site / "index.html").write_text("<!doctype html><title>start</title>")
        (site / "stock").symlink_to(stock)
        try:
            downloaded = wheels(ROOT / "requirements-pyodide.lock", installed_runtime(stock), cache)
        except BundleError as reason:
            sys.exit(f"The yardstick needs pydantic for the browser. {reason}")
        (site / "wheels").symlink_to(downloaded[0].parent)
        names = [path.name for path in downloaded]
        (site / "stock-plain.mjs").write_text(STOCK_WORKER.format(wheels="[]"))
        (site / "stock-pydantic.mjs").write_text(STOCK_WORKER.format(wheels=names))
        host = stack.enter_context(loopback(site, {}, compress=True))
        strict = stack.enter_context(loopback(site, {"Content-Security-Policy": TOOL_PAGE_POLICY}, compress=True))
        engine_script = f"/bundle/{manifest.files['engine.mjs'].file}"
        variants = {
            "stock + pydantic": (host, ASK_STOCK, "/stock-pydantic.mjs"),
            "stock": (host, ASK_STOCK, "/stock-plain.mjs"),
            "atlas, first answer": (strict, ASK_ENGINE, [engine_script, options.ask, options.params]),
        }
        seconds: dict[str, list[list[float]]] = {name: [[], [], []] for name in variants}
        for turn in range(options.rounds + 1):
            for name, (server, ask, script) in variants.items():
                with chromium() as browser:
                    for visit in range(len(VISITS)):
                        page = browser.new_page()
                        page.goto(f"{server.origin}/")
                        taken = page.evaluate(ask, script) / 1000
                        if turn > 0:  # in the first turn the host is still compressing
                            seconds[name][visit].append(taken)
                        page.wait_for_timeout(500)
                        page.close()
    medians = {name: [statistics.median(runs) for runs in visits] for name, visits in seconds.items()}
    yardstick = medians["stock + pydantic"][0]
    print(f"{'median of ' + str(options.rounds):24}" + "".join(f"{visit:>16}" for visit in VISITS))
    for name, values in medians.items():
        print(f"{name:24}" + "".join(f"{value:8.2f} s {value / yardstick:4.2f}x" for value in values))
    sizes = manifest.files.values()
    print(f"bundle: {sum(f.bytes for f in sizes):,} bytes on disk, {manifest.gzip_bytes():,} with gzip")


if __name__ == "__main__":
    main()

"""Seconds of 10,000 Monte Carlo draws and of 10 minutes simulated at 50 requests/s, in CPython and in Chromium.

    python -m tests.bench.bench_uncertainty --site site [--rounds 5]

The rounds take turns, so that a busy machine slows both alike. Prints medians and the ratio of Chromium to CPython. The
question is answered before, so that the figures are those of the draws and of the run; `whole` in one call, `panel` as
the page asks: slice by slice, with the record at the end.
"""

import argparse
import statistics
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.figures import figure
from tests.browser.chromium import chromium
from tests.browser.loopback import loopback
from tests.browser.shown_plans import site_catalogue
from wasm_tools.methods import monte_carlo, simulate
from wasm_tools.methods.plan import answered

FORM = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 25, "peak_factor": 2, "ttft_ms": 500, "itl_ms": 35,
    "e2e_ms": 40_000, "class": "medium", "kinds": "rented",
}  # fmt: skip
LIMITS = {"monte_carlo": 2.0, "simulate": 3.0}
METHODS = {"monte_carlo": monte_carlo, "simulate": simulate}
GIVEN: dict[str, dict[str, Any]] = {"monte_carlo": {"draws": 10_000}, "simulate": {"minutes": 10}}
SLICES = 20
ASK = """async ([script, method, params, slices]) => {
  const { startEngine } = await import(script);
  globalThis.benched ??= startEngine();
  await globalThis.benched.call("curves", { form: params.form, part: "latency", plan: params.plan });
  const began = performance.now();
  for (const until of slices) await globalThis.benched.call(method, { ...params, until, brief: true });
  await globalThis.benched.call(method, params);
  return (performance.now() - began) / 1000;
}"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", type=Path, default=Path("site"))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    packs = {"planner": site_catalogue(options.site)}
    plan = answered({"form": FORM}, packs).winner
    if plan is None:
        raise SystemExit("no plan is recommended for the question of this benchmark")
    times: dict[tuple[str, str], list[float]] = {}
    with loopback(options.site) as host, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{host.origin}/tools/ask/")
        (script,) = (options.site / "assets" / "engine").glob("*/engine.mjs")
        address = f"{host.origin}/{script.relative_to(options.site)}"
        for turn in range(options.rounds):
            for method, given in GIVEN.items():
                params = {"form": FORM, "plan": plan.id, "seed": turn, **given}
                began = perf_counter()
                METHODS[method].answer(params, packs)
                times.setdefault((method, "CPython"), []).append(perf_counter() - began)
                took = page.evaluate(ASK, [address, method, params, []])
                times.setdefault((method, "Chromium, whole"), []).append(took)
                most = given.get("draws") or 60 * given["minutes"]
                parts = [most * (n + 1) // SLICES for n in range(SLICES)]
                took = page.evaluate(ASK, [address, method, {**params, "seed": 100 + turn}, parts])
                times.setdefault((method, "Chromium, panel"), []).append(took)
    for (method, where), found in times.items():
        ratio = statistics.median(found) / statistics.median(times[method, "CPython"])
        took = f"{statistics.median(found):6.2f} s (least {min(found):.2f})"
        limit = LIMITS[method] if where.startswith("Chromium") else None
        reference = (statistics.median(times[method, "CPython"]), "CPython")
        figure(f"{method}, {where}", statistics.median(found), "s", at_most=limit, against=reference)
        print(f"{method:<12} {where:<16} {took}, {ratio:.1f} × CPython, limit in Chromium {LIMITS[method]:g} s")


if __name__ == "__main__":
    main()

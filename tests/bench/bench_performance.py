"""How long predictions take: preparing configurations once, then a service curve for each.

    python -m tests.bench.bench_performance [--rounds 5]

Prints the best of the rounds in microseconds a configuration, by evidence, and for all of them together.
"""

import argparse
import time
from collections.abc import Callable

from generator.calibrate.points import known_shapes
from generator.calibrate.shipped import load_calibration
from generator.places import checkout
from generator.registry import load_registry
from tests.bench.figures import figure
from wasm_tools.performance.configuration import ENGINES, ServingConfiguration
from wasm_tools.performance.parallelism import possible_tensor_parallel
from wasm_tools.performance.prediction import Book, Prepared, Refusal, book, curve, prepared

LENGTHS = ((1024, 1024), (4096, 512), (10_240, 1536))
GPUS = ("h100-sxm", "h200-sxm", "b200-sxm", "a100-sxm-80gb", "l40s", "mi300x")


def configurations(of: Book) -> list[ServingConfiguration]:
    """Every model with a known shape on six GPUs, in FP8, with every engine and possible size of one node."""
    return [
        ServingConfiguration(model, gpu, "fp8", engine, tensor)
        for model in sorted(of.shapes)
        for gpu in GPUS
        for engine in ENGINES
        for tensor in possible_tensor_parallel(of.shapes[model], of.gpus[gpu])
    ]


def best(rounds: int, run: Callable[[], object]) -> float:
    """The shortest of the rounds in seconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    places = checkout()
    registry = load_registry(places.registry)
    calibration = load_calibration(places.state / "calibration.json")
    shapes = known_shapes(registry)
    opened = best(rounds, lambda: book(calibration, shapes, registry.gpu_cards))
    of = book(calibration, shapes, registry.gpu_cards)
    asked = configurations(of)
    figure(f"book of {len(calibration.groups)} measured groups", 1e3 * opened, "ms")
    print(f"book of {len(calibration.groups)} measured groups: {1e3 * opened:.1f} ms")
    seconds = best(rounds, lambda: [prepared(c, of) for c in asked])
    figure("configuration prepared", 1e6 * seconds / len(asked), "µs")
    print(f"prepare {len(asked):,} configurations: {1e6 * seconds / len(asked):.1f} us each")
    ready = [p for p in (prepared(c, of) for c in asked) if not isinstance(p, Refusal)]
    for isl, osl in LENGTHS:
        groups: dict[str, list[Prepared]] = {"all": ready}
        for p in ready:
            groups.setdefault(curve(p, isl, osl, 0.0, of).evidence, []).append(p)
        for name, members in groups.items():
            seconds = best(rounds, lambda m=members, i=isl, o=osl: [curve(p, i, o, 0.0, of) for p in m])  # type: ignore[misc]
            each = 1e6 * seconds / len(members)
            figure(f"service curve, {isl:,} → {osl:,} tokens, {name}", each, "µs")
            print(f"{isl:>6} in {osl:>5} out, {name:<12} {len(members):>5} curves: {each:6.1f} us each")


if __name__ == "__main__":
    main()

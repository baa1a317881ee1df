"""Microseconds for the capacity of one configuration, over made-up curves and targets of every strictness.

python -m tests.bench.bench_capacity [--configurations 2000]
"""

import argparse
import random
import time
from collections import Counter

from tests.bench.figures import figure
from wasm_tools.performance.capacity import Capacity, capacity
from wasm_tools.performance.lengths import Lengths, TokenSpread
from wasm_tools.performance.open_loop import Tails, traffic
from wasm_tools.performance.service_curve import Bands, ServiceCurve
from wasm_tools.workload.traffic import Slo

EXACT = Bands((1.0, 1.0), (1.0, 1.0))


def curves(n: int) -> list[tuple[ServiceCurve, float]]:
    """Curves of 6 to 10 knots and the requests that fit."""
    rng = random.Random(1)
    made = []
    for _ in range(n):
        knots = tuple(float(2**k) for k in range(rng.randint(6, 10)))
        first, pace = rng.uniform(40, 400), rng.uniform(4, 20)
        slow, late = rng.uniform(0.1, 0.6), rng.uniform(0.1, 0.4)
        ttft, tpot = tuple(first * k**late for k in knots), tuple(pace * k**slow for k in knots)
        curve = ServiceCurve(knots, ttft, tpot, first / 2, "modelled", (), (), (), EXACT, EXACT)
        made.append((curve, rng.uniform(2, 900)))
    return made


def main() -> None:
    """Print the median and the worst of seven rounds, and what bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--configurations", type=int, default=2000)
    given = curves(parser.parse_args().configurations)
    spread = TokenSpread(1000, 0.9, (700, 2200, 2900, 4500))
    arriving = traffic(Lengths(spread, spread.scaled_to(300)), Tails(0.4, (1.0, 1.1, 1.13, 1.2)))
    for name, slo in (
        ("strict", Slo(150, 25, 9000)),
        ("usual", Slo(500, 35, 15_000)),
        ("loose", Slo(5000, 200, 300_000)),
    ):
        rounds = []
        for _ in range(7):
            began = time.perf_counter()
            found = [capacity(curve, slo, arriving, room) for curve, room in given]
            rounds.append((time.perf_counter() - began) * 1e6 / len(given))
        rounds.sort()
        binds = Counter(f.binds if isinstance(f, Capacity) else "missed" for f in found)
        figure(f"capacity of one configuration, {name} targets, median", rounds[3], "µs")
        print(
            f"{name:8} best {rounds[0]:5.1f}  median {rounds[3]:5.1f}  worst {rounds[-1]:5.1f} µs each   {dict(binds)}"
        )


if __name__ == "__main__":
    main()

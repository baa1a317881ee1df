"""When requests arrive and how long they are: a renewal stream on a clock that runs as fast as the rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.performance.lengths import Lengths
from wasm_tools.performance.open_loop import NORMAL, Tails
from wasm_tools.uncertainty.randomness import GRAIN, Random, spread_around_one
from wasm_tools.workload.traffic import InputError

SLOWEST, QUICKEST = 4.0, 0.25  # a pace beyond these factors of its mean is a slip of the tails, not a request


@dataclass(frozen=True, slots=True)
class Rates:
    """Requests per second in bins of `bin_s` seconds, over and over again."""

    values: tuple[float, ...]
    bin_s: float = math.inf

    def __post_init__(self) -> None:
        if not self.values or not all(math.isfinite(v) and v >= 0 for v in self.values):
            raise InputError("rates", "give at least one rate of 0 requests/s or more")
        if not any(self.values):
            raise InputError("rates", "every rate is 0; at least one has to be above it")
        if not self.bin_s > 0:
            raise InputError("bin_s", f"{self.bin_s!r} is not a time above 0 s")
        if len(self.values) > 1 and not math.isfinite(self.bin_s):
            raise InputError("bin_s", "several rates need the length of their bins in seconds")

    def expected(self, seconds: float) -> float:
        """Mean number of requests in the first `seconds`."""
        if len(self.values) == 1:
            return self.values[0] * seconds
        passes, rest = divmod(seconds, self.bin_s * len(self.values))
        whole = int(rest // self.bin_s)
        part = math.fsum(self.values[:whole]) * self.bin_s + self.values[whole] * (rest - whole * self.bin_s)
        return passes * math.fsum(self.values) * self.bin_s + part


@dataclass(slots=True, eq=False)
class Request:
    """One request: when it came, factors on its prefill, first token and pace, and the tokens after its first."""

    arrived: float
    prefill: float
    first: float
    pace: float
    further: float
    ttft: float = 0.0  # seconds, once it has started
    number: int = 0


class Stream:
    """Requests one after another. Every request takes its random numbers when it arrives, in one order.

    Gaps have a mean of 1 and the variation `arrival_cv` on a clock that runs at the rate, so that bursts keep their
    shape when the rate changes: gamma distributed, a Poisson stream at 1. Lengths are gamma distributed with the mean
    and variation of the workload. TTFT and pace differ between like requests as measured (`Tails`).
    """

    def __init__(self, rng: Random, rates: Rates, arrival_cv: float, lengths: Lengths, tails: Tails) -> None:
        self.gauss, self.rates, self.tails = rng.gauss, rates, tails
        self.gap = spread_around_one(rng, arrival_cv)
        self.prompt = spread_around_one(rng, lengths.prompt.cv)
        self.output = spread_around_one(rng, lengths.output.cv)
        self.mean_output = lengths.output.mean
        self.sigma = tails.ttft_sigma
        self.slopes = slopes(tails.tpot)
        self.time, self.place, self.count = 0.0, 0, 0

    def following(self) -> Request:
        """The next request."""
        gap, values, bin_s = self.gap(), self.rates.values, self.rates.bin_s
        rate = values[self.place % len(values)]
        while not rate or ((self.place + 1) * bin_s - self.time) * rate < gap:
            gap -= ((self.place + 1) * bin_s - self.time) * rate
            self.place += 1
            self.time = self.place * bin_s
            rate = values[self.place % len(values)]
        self.time += gap / rate
        z, y, sigma = self.gauss(0.0, 1.0), self.gauss(0.0, 1.0), self.sigma
        first = math.floor(math.exp(sigma * (z - sigma / 2)) * GRAIN + 0.5) / GRAIN
        self.count += 1
        further = self.mean_output * self.output() - 1
        return Request(
            self.time, self.prompt(), first, pace_of(self.slopes, y), further if further > 0 else 0.0, 0.0, self.count
        )


def pace_of(of: tuple[float, float, float, float], score: float) -> float:
    """TPOT of a request by its mean: a line through the measured quantiles, the same below the median as above."""
    base, near, knot, far = of
    size = score if score > 0 else -score
    over = near * size if size < knot else near * knot + far * (size - knot)
    value = base + over if score > 0 else base - over
    return math.floor(min(max(value, QUICKEST), SLOWEST) * GRAIN + 0.5) / GRAIN


def slopes(tpot: Sequence[float]) -> tuple[float, float, float, float]:
    """Median; slope to p95 and where it ends; slope beyond, through p99."""
    p50, _, p95, p99 = tpot
    return p50, (p95 - p50) / NORMAL[2], NORMAL[2], (p99 - p95) / (NORMAL[3] - NORMAL[2])

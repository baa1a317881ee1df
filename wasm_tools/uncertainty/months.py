"""One month after another that could come: what is drawn, and what a chosen plan does in it."""

import math
from dataclasses import dataclass

from wasm_tools.performance.capacity import Bounds, bounds_of
from wasm_tools.performance.open_loop import NORMAL, Replica, Traffic, in_flight_at, latency, replica
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.planner.policy import price_error
from wasm_tools.uncertainty.chosen_plan import ChosenPlan, longer
from wasm_tools.uncertainty.monthly_cost import MonthlyCost
from wasm_tools.uncertainty.randomness import Random
from wasm_tools.workload.traffic import PERCENTILES

INPUTS = ("load", "peak", "prompt", "output", "first_token", "tpot", "price")  # what is drawn
BOUNDS = ("ttft", "itl", "e2e", "speed", "throughput")
BAND = NORMAL[PERCENTILES.index(95)]  # bands hold nine of ten
FINEST, THIRD = 0.025, 1 / 3  # the grid of lengths: of log length, of a standard deviation
LIGHTEST, HEAVIEST = 1e-3, 1e3  # of work, for the cost of plans that follow it

Shares = tuple[float, float, float, float, float]  # used of each of BOUNDS
Cell = tuple[ServiceCurve, float, tuple[Traffic, ...]]  # service, slots, what arrives for each judge


@dataclass(slots=True)
class Times:
    """Times in ms at the percentiles of the target, infinite where the replicas are overloaded, and `used` of each
    bound: a share above 1 is a miss, the worst over classes of requests counts. `work` is the load on the replicas by
    that of the plan."""

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    used: Shares
    work: float


OVERLOADED = Times(math.inf, math.inf, math.inf, (math.inf,) * 5, math.inf)


@dataclass(slots=True)
class Month:
    """Standard scores of what was drawn (of the price from -1 to 1), the cost, and the times; None if unknown."""

    scores: tuple[float, ...]
    usd: float
    times: Times | None


def log_normal(cv: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm of a quantity with mean 1 and that coefficient of variation."""
    variance = math.log1p(cv * cv)
    return -variance / 2, math.sqrt(variance)


def within_band(score: float, band: tuple[float, float]) -> float:
    """The logarithm of an error with median 1 whose 5 % and 95 % quantiles are the ends of a 90 % band.

    Each half is log-normal, as bands are not symmetric. Held-out errors of the calibration have a median near 1.
    """
    return abs(score) / BAND * math.log(band[1] if score > 0 else band[0])


class Months:
    """Draws months for a chosen plan. All that does not change from draw to draw is worked out once.

    Lengths are drawn on a grid of a third of a standard deviation, so that a few hundred curves serve all draws.
    """

    def __init__(self, of: ChosenPlan, load_cv: float, peak_cv: float, prompt_cv: float, output_cv: float) -> None:
        self.of, self.w = of, of.question.workload
        self.load, self.peak = log_normal(load_cv), log_normal(peak_cv)
        self.prompt, self.output = log_normal(prompt_cv), log_normal(output_cv)
        self.prompt_step, self.output_step = (max(FINEST, sd * THIRD) for _, sd in (self.prompt, self.output))
        self.price_error = price_error(of.price_families, of.catalogue.policy)
        self.cost = MonthlyCost(of)
        self.cells: dict[tuple[int, int], Cell | None] = {}
        if not of.is_api:
            planned = of.sized.served.replica
            tails = planned.traffic.tails
            self.bounds = [bounds_of(slo, tails, streaming) for _, slo, streaming in of.judges]
            self.itl = [tails.tpot[PERCENTILES.index(s.itl_percentile or s.percentile)] for _, s, _ in of.judges]
            self.bands, self.saturation = of.load.bands, planned.saturation

    def draw(self, rng: Random) -> Month:
        """The next month. Every month takes the same number of random numbers."""
        gauss = rng.gauss
        z = (gauss(0, 1), gauss(0, 1), gauss(0, 1), gauss(0, 1), gauss(0, 1), gauss(0, 1), 2 * rng.random() - 1)
        volume = math.exp(self.load[0] + z[0] * self.load[1])
        over_mean = self.w.peak_qps / self.w.qps * math.exp(self.peak[0] + z[1] * self.peak[1])
        i = round((self.prompt[0] + z[2] * self.prompt[1]) / self.prompt_step)
        j = round((self.output[0] + z[3] * self.output[1]) / self.output_step)
        dearer, prompt, answer = (
            1 + z[6] * self.price_error,
            math.exp(i * self.prompt_step),
            math.exp(j * self.output_step),
        )
        if self.of.is_api:
            return Month(z, dearer * self.cost.usd(volume, prompt, answer, volume), None)
        peak = self.w.qps * volume * max(1.0, over_mean)
        later, slower = within_band(z[4], self.bands.first_token), within_band(z[5], self.bands.tpot)
        times = self.times(self.cell(i, j, prompt, answer), peak, math.exp(slower), math.exp(later - slower))
        work = min(max(volume * times.work, LIGHTEST), HEAVIEST)
        return Month(z, dearer * self.cost.usd(volume, prompt, answer, work), times)

    def cell(self, i: int, j: int, prompt: float, answer: float) -> Cell | None:
        """Service and traffic at lengths of the grid, factors on the planned ones; None where no request fits."""
        if (i, j) not in self.cells:
            served = self.of.served_at(self.w.prompt_tokens * prompt, self.w.output_tokens * answer)
            arriving = tuple(longer(traffic, answer) for traffic, _, _ in self.of.judges)
            self.cells[i, j] = served and (*served, arriving)
        return self.cells[i, j]

    def times(self, cell: Cell | None, peak: float, slower: float, ratio: float) -> Times:
        """The times at a peak rate. `slower` is the error of the pace, `ratio` that of the first token over it.

        If all times of a replica are f times as long, its rates are 1/f of what they were and nothing else changes: so
        the error of the pace needs no curve of its own.
        """
        if cell is None:
            return OVERLOADED
        c, slots, judged = cell
        curve = ServiceCurve(
            c.concurrency, tuple([t * ratio for t in c.first_token_ms]), c.tpot_ms, c.prefill_ms * ratio, c.evidence,
            c.measured, c.raw, c.basis, c.bands, c.outside,
        )  # fmt: skip
        rate = peak / self.of.sized.carrying * slower
        worst: Times | None = None
        for traffic, bounds, itl in zip(judged, self.bounds, self.itl, strict=True):
            r = replica(curve, traffic, slots)
            found = judged_times(r, bounds, itl, rate, slower, self.of.question.network_ms, self.saturation)
            worst = found if worst is None else worse(worst, found)
        return worst or OVERLOADED


def judged_times(
    r: Replica, bounds: Bounds, itl: float, rate: float, slower: float, way_ms: float, planned: float
) -> Times:
    """The times of a replica at `rate` on its own clock, on which every time is 1/`slower` of the reader's.

    `itl` is the quantile of TPOT by its mean that the target asks for, `planned` the saturation in the plan.
    """
    work, busy = planned / r.saturation * slower, rate / r.saturation
    if busy >= 1:
        return Times(math.inf, math.inf, math.inf, (math.inf, math.inf, math.inf, math.inf, busy), work)
    _, ttft, gap, e2e = latency(r, in_flight_at(r, rate), bounds.ttft_at, bounds.e2e_at)
    ttft, gap, e2e = ttft * slower + way_ms, gap * slower, e2e * slower + way_ms
    used = (ttft / bounds.ttft_ms, gap * bounds.itl, e2e / bounds.e2e_ms, gap * bounds.speed, busy)
    return Times(ttft, gap * itl, e2e, used, work)


def worse(a: Times, b: Times) -> Times:
    """Of two classes the times of the one that uses more of its bounds, and the worst share of each bound."""
    shown = a if max(a.used) >= max(b.used) else b
    c, d, e, f, g = map(max, a.used, b.used)
    return Times(shown.ttft_ms, shown.itl_ms, shown.e2e_ms, (c, d, e, f, g), shown.work)

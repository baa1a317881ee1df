"""Capacity of a replica: the highest rate at which every bound still holds at its percentile, and what binds there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.performance.open_loop import (
    UTILISATION_CAP,
    Replica,
    Tails,
    Traffic,
    in_flight_at,
    in_flight_at_pace,
    latency,
    replica,
    traffic,
)
from wasm_tools.performance.service_curve import ServiceCurve
from wasm_tools.workload.mixes import RequestClass, mixed_lengths
from wasm_tools.workload.traffic import PERCENTILES, InputError, Slo

PRECISE = 1e-5  # relative: how near to its bound the search stops, always on the safe side
ROUNDING = 1e-12  # relative: what a bound that is solved for may be off by
STEPS = 40
STEEP = 0.2  # of log share: beyond it waits explode, and a straight line to there would say nothing
BOUNDS = ("ttft", "itl", "throughput", "e2e")

Shares = tuple[float, float, float, float]  # used of each of BOUNDS


@dataclass(frozen=True, slots=True)
class Bounds:
    """A target made ready for the replicas that are judged by it."""

    ttft_at: int  # place of the percentile in LEVELS
    e2e_at: int
    ttft_ms: float
    e2e_ms: float
    itl: float  # share of the ITL bound that one ms of the mean TPOT uses
    speed: float  # the same of the bound on output speed
    tpot_ms: float  # the mean TPOT at which the harder of the two is used up


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Capacity:
    """`rate` requests per second within every bound, with `in_flight` requests in service on average.

    `binds` is ttft, itl, throughput, e2e, memory, saturation or range; only range, the end of what the curve knows,
    means that the replica may do more (`at_least`).
    """

    rate: float
    in_flight: float
    utilisation: float
    binds: str
    at_least: bool
    saturation: float
    slots: float


@dataclass(frozen=True, slots=True)
class Miss:
    """No load is light enough: each bound that fails for a lone request, with the factor that would let it pass."""

    missed: tuple[tuple[str, float], ...]


def capacity(
    curve: ServiceCurve,
    slo: Slo,
    arriving: Traffic,
    max_in_flight: float,
    cap: float = UTILISATION_CAP,
    *,
    streaming: bool = True,
) -> Capacity | Miss:
    """The highest rate of one replica within `slo`, at most `cap` of its saturation.

    A request that is not streamed has an end-to-end bound only. Less room than for one request misses memory by
    an infinite factor: no bound would help.
    """
    if not 0 < cap < 1:
        raise InputError("utilisation_cap", f"{cap!r} is not a share between 0 and 1, such as {UTILISATION_CAP}")
    if max_in_flight < 1:
        return Miss((("memory", math.inf),))
    return capacity_of(replica(curve, arriving, max_in_flight), bounds_of(slo, arriving.tails, streaming), cap)


def capacity_of(r: Replica, bounds: Bounds, cap: float) -> Capacity | Miss:
    """The highest rate of a replica within bounds, at most `cap` of its saturation.

    The pace and the cap allow loads that are solved for; only where another bound fails there is one searched for,
    unless a lone request fails it too.
    """
    limit, most = cap * r.saturation, in_flight_at_pace(r, bounds.tpot_ms)
    capped = most == math.inf
    if not capped:
        rate, shares = used(r, bounds, most)
        capped = rate > limit
    if capped:
        most = in_flight_at(r, limit)
        rate, shares = limit, used(r, bounds, most)[1]
    if max(shares) > 1 + ROUNDING or not most:
        _, lightest = used(r, bounds, 0.0)
        if max(lightest) > 1:
            return Miss(tuple([(name, share) for name, share in zip(BOUNDS, lightest, strict=True) if share > 1]))
        most, (rate, shares) = _search(r, bounds, lightest, most, shares)
        capped = False
    if capped:
        return Capacity(rate, most, cap, r.limited_by, r.limited_by == "range", r.saturation, r.slots)
    return Capacity(rate, most, rate / r.saturation, BOUNDS[shares.index(max(shares))], False, r.saturation, r.slots)


def mix_capacity(
    curve: ServiceCurve,
    classes: Sequence[RequestClass],
    tails: Tails,
    max_in_flight: float,
    cap: float = UTILISATION_CAP,
    *,
    arrival_cv: float = 1.0,
) -> tuple[str, Capacity | Miss]:
    """The highest rate of all classes together on one replica, and the id of the class that sets it.

    `curve` is that of the mean lengths of the mix. All classes meet the same load, so the class that bears the least
    decides; a class that misses at any load makes the mix miss.
    """
    all_lengths = mixed_lengths(classes)
    worst: tuple[str, Capacity | Miss] | None = None
    for one in classes:
        arriving = traffic(all_lengths, tails, arrival_cv, judged=one.lengths)
        found = capacity(curve, one.slo, arriving, max_in_flight, cap, streaming=one.streaming)
        if isinstance(found, Miss):
            return one.id, found
        if worst is None or (isinstance(worst[1], Capacity) and found.rate < worst[1].rate):
            worst = one.id, found
    if worst is None:
        raise InputError("classes", "a mix needs at least one class of requests")
    return worst


def bounds_of(slo: Slo, tails: Tails, streaming: bool = True) -> Bounds:
    """The bounds of a target; a request that is not streamed has that of its end alone."""
    places = (slo.ttft_percentile, slo.itl_percentile, slo.e2e_percentile)
    first, gap, whole = (PERCENTILES.index(p or slo.percentile) for p in places)
    if not streaming:
        return Bounds(first, whole, math.inf, slo.e2e_ms, 0.0, 0.0, math.inf)
    itl = tails.tpot[gap] / slo.itl_ms
    speed = tails.tpot[0] * slo.tokens_per_s / 1000 if slo.tokens_per_s else 0.0
    return Bounds(first, whole, slo.ttft_ms, slo.e2e_ms, itl, speed, 1 / max(itl, speed))


def used(r: Replica, bounds: Bounds, in_flight: float) -> tuple[float, Shares]:
    """The rate with so many requests in service and the used shares of BOUNDS: at most 1 within, none falls with it."""
    rate, ttft, gap, e2e = latency(r, in_flight, bounds.ttft_at, bounds.e2e_at)
    return rate, (ttft / bounds.ttft_ms, gap * bounds.itl, gap * bounds.speed, e2e / bounds.e2e_ms)


def _search(
    r: Replica, bounds: Bounds, at_low: Shares, high: float, at_high: Shares
) -> tuple[float, tuple[float, Shares]]:
    """The largest load up to `high` within every bound, to PRECISE and never above, and what is `used` there.

    By false position. A share grows about as a power of the load, so the search is straight in the logarithms of both.
    """
    low, left, right, stood = 0.0, math.log(max(at_low)), min(math.log(max(at_high)), STEEP), 0
    exact, best = left, (0.0, at_low)  # of `low`, while `left` is halved by the method
    for _ in range(STEPS):
        if exact >= -PRECISE or high - low <= PRECISE * high:
            break
        step = min(max((left + PRECISE / 2) / (left - right), 0.02), 0.98)
        n = (1 + low) * ((1 + high) / (1 + low)) ** step - 1
        found = used(r, bounds, n)
        spare = math.log(max(found[1]))
        if spare <= 0:
            low, best, left, exact = n, found, spare, spare
            right, stood = (right / 2, 1) if stood == 1 else (right, 1)  # Illinois: no end may stand still
        else:
            high, right = n, min(spare, STEEP)
            left, stood = (left / 2, -1) if stood == -1 else (left, -1)
    return low, best

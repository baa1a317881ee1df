"""One replica under open-loop arrivals: requests in flight, waiting, and percentiles of TTFT, TPOT and E2E.

A curve says what one request takes while others run. Open-loop requests come when they like, so a request meets the
mean number N that is in service (Poisson arrivals see time averages) and is itself one more: its times are those of
the curve at N + 1. By Little's law the rate is then N / E2E(N + 1), which rises with N, so that everything follows
from N without a fixed point. Two queues stand before the service: for a slot, while as many requests run as the
replica may hold, and for the prefill, which runs one request after another.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass

from wasm_tools.performance.lengths import Lengths
from wasm_tools.performance.queueing import chance_of_waiting, wait_if_any
from wasm_tools.performance.service_curve import ServiceCurve, at
from wasm_tools.workload.traffic import MAX_ARRIVAL_CV, PERCENTILES, InputError

LEVELS = tuple(p / 100 for p in PERCENTILES)
LATE = tuple(1 - level for level in LEVELS)
NORMAL = (0.0, 1.2815515655446004, 1.6448536269514722, 2.3263478740408408)  # standard normal quantiles at LEVELS
UTILISATION_CAP = 0.85  # of the saturation rate; nearer to it small errors of the curve become large ones of the wait
STEPS = 40  # of Newton at most; three or four are usual
NEWTON = 1e-7  # relative: the next step is as exact as a float can be
FLAT = 0.01  # by which the rate rises at least with the load, both in logarithms: no step is without bounds
SAFE = 1e-9  # relative: how far below its bound a pace is looked for, so that rounding keeps it within

Four = tuple[float, float, float, float]  # at p50, p90, p95, p99


@dataclass(frozen=True, slots=True)
class Tails:
    """How much requests differ near the limit of measured systems.

    `ttft_sigma` is the standard deviation of log TTFT; `tpot` are quantiles of TPOT by its mean. `gaps` are
    pairs of concurrency and p99 of single gaps between tokens by mean TPOT: the prefill of others interrupts single
    gaps, which have a far longer tail than the mean gap of a request.
    """

    ttft_sigma: float
    tpot: Four
    gaps: tuple[tuple[float, float], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What arrives, prepared once by `traffic` for all replicas. Tokens are those after the first."""

    further_tokens: float  # mean of all requests: with the curve they set the rate
    arrival_scv: float
    prompt_scv: float
    output_scv: float
    judged_prompt: float  # of the requests whose times are asked for: mean prompt over that of all,
    judged_prompt_cv: float  # variation of the prompts,
    judged_mean: float  # mean further tokens,
    judged_tokens: Four  # and their quantiles
    tails: Tails
    measured_spread: tuple[float, Four]  # of TTFT, see `log_normal`


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Replica:
    """A curve, what may run on it at a time, and what arrives. Times in ms, rates in requests per second."""

    curve: ServiceCurve
    traffic: Traffic
    most_in_flight: float  # that its memory holds
    slots: float  # requests in service at most
    limited_by: str  # what sets them: memory, saturation (throughput falls beyond) or range (the curve ends)
    saturation: float  # rate at which all slots are busy
    servers: float  # independent servers that are all busy as often as the slots
    prefill_ms: float  # what no two requests share of the first token
    ttft_median: float  # median of the service part of TTFT over its mean
    ttft_spread: Four  # quantile − median of it, over its mean


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """The behaviour of a replica at a rate: means, and p50, p90, p95 and p99 over requests, in ms."""

    rate: float
    in_flight: float  # mean requests in service
    utilisation: float  # of the saturation rate
    slot_wait_ms: float
    prefill_wait_ms: float
    ttft_mean_ms: float
    tpot_mean_ms: float
    ttft_ms: Four
    tpot_ms: Four
    e2e_ms: Four
    gap_p99_ms: float | None  # p99 of single gaps between tokens; None without a measured ratio


@dataclass(frozen=True, slots=True)
class Saturated:
    """No latency is given: the rate is above the cap on the saturation rate of the replica."""

    rate: float
    saturation: float
    cap: float


def traffic(lengths: Lengths, tails: Tails, arrival_cv: float = 1.0, judged: Lengths | None = None) -> Traffic:
    """Requests of `lengths`; `judged` are those of the class whose times are asked for, where it is not all of them."""
    if not 0 <= arrival_cv <= MAX_ARRIVAL_CV:
        raise InputError("arrival_cv", f"{arrival_cv!r} is not a variation from 0 to {MAX_ARRIVAL_CV:g}")
    own = judged or lengths
    p50, p90, p95, p99 = (max(q - 1, 0.0) for q in own.output.quantiles)
    return Traffic(
        further_tokens=max(lengths.output.mean - 1, 0.0),
        arrival_scv=arrival_cv * arrival_cv,
        prompt_scv=lengths.prompt.cv**2,
        output_scv=lengths.output.cv**2,
        judged_prompt=own.prompt.mean / lengths.prompt.mean,
        judged_prompt_cv=own.prompt.cv,
        judged_mean=max(own.output.mean - 1, 0.0),
        judged_tokens=(p50, p90, p95, p99),
        tails=tails,
        measured_spread=log_normal(tails.ttft_sigma),
    )


def log_normal(sigma: float) -> tuple[float, Four]:
    """Of a log-normal quantity with mean 1: the median, and what its quantiles at LEVELS have above the median."""
    median = math.exp(-sigma * sigma / 2)
    a, b, c, d = (median * (math.exp(z * sigma) - 1) for z in NORMAL)
    return median, (a, b, c, d)


def replica(curve: ServiceCurve, arriving: Traffic, max_in_flight: float) -> Replica:
    """A replica that runs at most `max_in_flight` requests at a time, at least 1.

    Prefills run one after another. A prefill takes no longer than the gap between requests at the highest rate of the
    curve, which it evidently sustains.
    The more requests run, the slower each, near the slots c by the power e of their number. The number N in service
    then has the variance N/(1 − e), not N, and bursty arrivals widen it z = (1 + ca²)/2 times (Hayward). All slots are
    busy as often as c·(1 − e)/z servers would be at the same N/c.
    Raises InputError without room for one request.
    """
    if not max_in_flight >= 1:
        raise InputError("max_in_flight", f"{max_in_flight!r} requests; a replica must hold at least one")
    knots, further = curve.concurrency, arriving.further_tokens
    inside = zip(knots[: bisect_right(knots, max_in_flight)], curve.first_token_ms, curve.tpot_ms, strict=False)
    rates = [knot * 1000 / (first + further * gap) for knot, first, gap in inside] or [0.0]
    saturation, limited_by = max(rates), "saturation"
    slots = knots[rates.index(saturation)]
    if max_in_flight < knots[-1]:
        first, gap = at(curve, max_in_flight)
        rate = max_in_flight * 1000 / (first + further * gap)
        if rate >= saturation:
            slots, saturation, limited_by = max_in_flight, rate, "memory"
    elif slots == knots[-1]:
        limited_by = "memory" if slots == max_in_flight else "range"
    first, gap = at(curve, slots / 2)
    slowing = math.log2(slots * 1000 / saturation / (first + further * gap)) if slots >= 2 else 0.0
    wider = max(1.0, (1 + arriving.arrival_scv) / 2)
    serial = min(curve.prefill_ms, 1000 / saturation)
    median, spread = arriving.measured_spread
    by_length = arriving.judged_prompt_cv * serial / curve.first_token_ms[0]
    if by_length > arriving.tails.ttft_sigma:  # long prompts of many lengths differ more than requests at the limit do
        median, spread = log_normal(max(arriving.tails.ttft_sigma, math.sqrt(math.log1p(by_length * by_length))))
    servers = max(1.0, slots * (1 - slowing) / wider)
    return Replica(curve, arriving, max_in_flight, slots, limited_by, saturation, servers, serial, median, spread)


def in_flight_at(r: Replica, rate: float) -> float:
    """The mean number in service at which the rate is `rate`, at most that of saturation: `latency` the other way.

    Between two knots both times of a curve are powers of the load, so Newton's method in logarithms needs few steps.
    """
    slots, saturation, further = r.slots, r.saturation, r.traffic.further_tokens
    if (slots - 1) * saturation <= rate * slots:  # beyond, one more request in service no longer slows the others
        return min(rate / saturation, 1.0) * slots
    knots, firsts, gaps = r.curve.concurrency, r.curve.first_token_ms, r.curve.tpot_ms
    before = 0.0  # service at the knot below
    for above, knot in enumerate(knots):
        service = firsts[above] + further * gaps[above]
        if knot >= slots or (knot - 1) * 1000 > rate * service:
            break
        before = service
    if above == 0:
        return rate * service / 1000
    knot, first, gap = knots[above - 1], firsts[above - 1], gaps[above - 1] * further
    width = math.log(knots[above] / knot)
    slower, wider = (math.log(of[above] / of[above - 1]) / width for of in (firsts, gaps))
    low, high = knot - 1, min(knots[above], slots) - 1
    at_low = low * 1000 / before
    at_high = high * saturation / slots if knots[above] > slots else high * 1000 / service
    n = low + (high - low) * (rate - at_low) / (at_high - at_low)
    for _ in range(STEPS):
        x = (n + 1) / knot
        own, others = first * x**slower, gap * x**wider
        wrong = math.log(n * 1000 / ((own + others) * rate))
        rise = max(1 - n / (n + 1) * (own * slower + others * wider) / (own + others), FLAT)
        n = min(max(n * math.exp(-wrong / rise), low), high)
        if abs(wrong) < NEWTON:
            break
    return n


def in_flight_at_pace(r: Replica, tpot_ms: float) -> float:
    """The most requests in service whose mean TPOT is within a bound, none where it never is; infinite without end."""
    knots, gaps = r.curve.concurrency, r.curve.tpot_ms
    above = bisect_right(gaps, tpot_ms)
    if above in (0, len(gaps)):
        return math.inf if above else 0.0
    knot, gap = knots[above - 1], gaps[above - 1]
    share = max(0.0, math.log(tpot_ms * (1 - SAFE) / gap)) / math.log(gaps[above] / gap)
    load = float(knot * (knots[above] / knot) ** share)
    return load - 1 if load < r.slots else math.inf


def waits(r: Replica, rate: float, in_flight: float) -> tuple[float, float, float, float]:
    """Chance of a wait and mean of those who wait, for a slot and then for the prefill; infinite from saturation on."""
    t = r.traffic
    busy, prefilling = rate / r.saturation, rate * r.prefill_ms / 1000
    if busy >= 1 or prefilling >= 1:
        return 1.0, math.inf, 1.0, math.inf
    chance = chance_of_waiting(r.servers, in_flight / r.slots)
    for_slot = wait_if_any(1000 / r.saturation, 1, busy, t.arrival_scv, t.output_scv) if chance else 0.0
    return chance, for_slot, prefilling, wait_if_any(r.prefill_ms, 1, prefilling, t.arrival_scv, t.prompt_scv)


Latency = tuple[float, float, float, float]


def latency(r: Replica, in_flight: float, ttft_at: int, e2e_at: int) -> Latency:
    """Rate, TTFT at LEVELS[ttft_at], mean TPOT and E2E at LEVELS[e2e_at] with `in_flight` requests in service.

    Independent parts are seldom late together, so their quantiles are not added: a quantile is the median plus the
    root of the squares of what each part adds. That is exact where one part matters, and rises with each. TTFT has
    the service and two waits; E2E has TTFT, the output length and the pace.

    An answer asks thousands of times, so the formulas of `waits` and `wait_quantile` are written out.
    """
    t, spread = r.traffic, r.ttft_spread
    tpot, tokens = t.tails.tpot, t.judged_tokens
    load = in_flight + 1
    first, gap = at(r.curve, load if load < r.slots else r.slots)
    rate = in_flight * 1000 / (first + t.further_tokens * gap)
    first += r.prefill_ms * (t.judged_prompt - 1)
    busy, prefilling = rate / r.saturation, r.prefill_ms / 1000 * rate
    if busy >= 1 or prefilling >= 1:
        return rate, math.inf, gap, math.inf
    chance = chance_of_waiting(r.servers, in_flight / r.slots)
    service, median = first * r.ttft_median, first * spread[0]
    ttft, whole = first * spread[ttft_at], first * spread[e2e_at]
    latest = LATE[-1]
    if chance > latest or prefilling > latest:  # somebody waits at one of the percentiles
        queues = (
            chance,
            1000 / r.saturation * (t.arrival_scv + t.output_scv) / 2 / (1 - busy),
            prefilling,
            r.prefill_ms * (t.arrival_scv + t.prompt_scv) / 2 / (1 - prefilling),
        )
        median = _added(median, LATE[0], *queues)
        ttft = _added(ttft, LATE[ttft_at], *queues)
        whole = ttft if e2e_at == ttft_at else _added(whole, LATE[e2e_at], *queues)
    longer, slower = tokens[e2e_at] - tokens[0], (tpot[e2e_at] - tpot[0]) * t.judged_mean
    slow = math.hypot(whole - median, gap * longer, gap * slower)
    return rate, service + ttft, gap, service + median + gap * (tokens[0] * tpot[0]) + slow


def _added(spread: float, late: float, chance: float, slot_ms: float, prefilling: float, prefill_ms: float) -> float:
    """What the spread of the service and the two waits add to a median, at the quantile that a share `late` passes."""
    if chance <= late and prefilling <= late:
        return spread
    for_slot = slot_ms * math.log(chance / late) if chance > late else 0.0
    return math.hypot(spread, for_slot, prefill_ms * math.log(prefilling / late) if prefilling > late else 0.0)


def behaviour(r: Replica, rate: float, cap: float = UTILISATION_CAP) -> OpenLoop | Saturated:
    """What requests experience at `rate` per second, or `Saturated` above `cap` of the saturation rate."""
    if not rate > 0 or not math.isfinite(rate):
        raise InputError("rate", f"{rate!r} is not a rate above 0 requests/s")
    if rate > cap * r.saturation:
        return Saturated(rate, r.saturation, cap)
    return at_flight(r, in_flight_at(r, rate))


def at_flight(r: Replica, in_flight: float) -> OpenLoop:
    """The behaviour at which `in_flight` requests are in service on average, fewer than the slots of the replica."""
    (rate, t50, gap, e50), (_, t90, _, e90), (_, t95, _, e95), (_, t99, _, e99) = (
        latency(r, in_flight, i, i) for i in range(4)
    )
    slot_chance, slot_wait, chance, wait = waits(r, rate, in_flight)
    first = at(r.curve, min(in_flight + 1, r.slots))[0] + r.prefill_ms * (r.traffic.judged_prompt - 1)
    tails = r.traffic.tails
    g50, g90, g95, g99 = (gap * ratio for ratio in tails.tpot)
    return OpenLoop(
        rate=rate,
        in_flight=in_flight,
        utilisation=rate / r.saturation,
        slot_wait_ms=slot_chance * slot_wait,
        prefill_wait_ms=chance * wait,
        ttft_mean_ms=first + slot_chance * slot_wait + chance * wait,
        tpot_mean_ms=gap,
        ttft_ms=(t50, t90, t95, t99),
        tpot_ms=(g50, g90, g95, g99),
        e2e_ms=(e50, e90, e95, e99),
        gap_p99_ms=_gap_ratio(tails.gaps, in_flight + 1) * gap if tails.gaps else None,
    )


def _gap_ratio(gaps: tuple[tuple[float, float], ...], concurrency: float) -> float:
    """The ratio at the next measured concurrency, or at the last."""
    return next((ratio for measured, ratio in gaps if measured >= concurrency), gaps[-1][1])

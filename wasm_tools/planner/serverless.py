"""Serverless GPUs: what is billed while replicas start, work and wait, and how many requests meet a cold one."""

import math
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.checks import above_zero, count, not_negative
from wasm_tools.planner.rentals import Rental
from wasm_tools.workload.traffic import HOURS_PER_MONTH, InputError

LARGEST_EXPONENT = 700.0  # beyond it exp() overflows, and a replica never falls asleep anyway


@dataclass(frozen=True, slots=True)
class ServerlessTerms:
    """How a provider bills a replica that sleeps when nobody asks. `assumed` names the fields that are our defaults."""

    provider: str
    keep_warm_s: float  # a replica sleeps after this time without a request
    start_s: float  # from waking a replica until it can load weights
    billing_s: float  # every awake period is rounded up to a multiple of this
    bills_start: bool  # the time of starting and loading is paid
    max_gpus: int  # of one replica
    words: str
    source: str
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sleep:
    """One replica that sleeps between requests, at a steady mean rate of random arrivals."""

    cold_share: float  # of all requests: they wait for a start
    cold_starts_per_s: float
    awake_share: float  # of the time: starting, working or waiting for the next request
    billed_s_per_s: float  # billed seconds per second, with rounding; may pass 1 when rounding up overlaps


def sleep(rate: float, service_s: float, start_s: float, terms: ServerlessTerms) -> Sleep:
    """How a replica sleeps and wakes under Poisson arrivals of `rate` requests/s, each in service for `service_s`.

    Requests run side by side, so the replica is awake as long as a queue with unlimited servers is busy whose service
    time is `service_s` + keep-warm time K: exp(λ(s+K))/λ − 1/λ seconds on average after the start of c seconds, then
    asleep for 1/λ. One cycle has one cold start, and 1 + λc of its requests wait for it:

        cold share = (1 + λc) / (λc + exp(λ(s+K)))

    Source: mean busy period of the M/G/∞ queue, which depends on the mean service time only (Takács, 1962).
    """
    above_zero("rate", rate, "rate of requests/s")
    not_negative("service_s", service_s, "time")
    not_negative("start_s", start_s, "time")
    return Sleep(*_sleep(rate, service_s, start_s, terms))


def _sleep(rate: float, service_s: float, start_s: float, terms: ServerlessTerms) -> tuple[float, float, float, float]:
    """The fields of `Sleep`, unchecked: a plan asks for every hour of a pattern."""
    grown = math.exp(min(rate * (service_s + terms.keep_warm_s), LARGEST_EXPONENT))
    cycle = start_s + grown / rate
    awake = start_s + (grown - 1) / rate
    paid = awake if terms.bills_start else awake - start_s
    # A period is rounded up: half a unit more on average, and one whole unit at least.
    billed = max(paid + terms.billing_s / 2, terms.billing_s)
    return (1 + rate * start_s) / (rate * cycle), 1 / cycle, awake / cycle, billed / cycle


@dataclass(frozen=True, slots=True)
class ServerlessLoad:
    """The load on one configuration hour by hour: mean rates, the replicas they need, and the mean time in service."""

    rates: tuple[float, ...]  # requests/s in each hour of the pattern; 0 where nobody asks
    needed: tuple[int, ...]  # replicas that carry each hour's rate
    service_s: float  # mean end-to-end time of one request
    replica_rate: float  # requests/s that one replica can serve within the target

    def __post_init__(self) -> None:
        if not self.rates or len(self.rates) != len(self.needed):
            raise InputError("rates", "give one rate and one number of replicas for each hour of the pattern")
        for rate in self.rates:
            not_negative("rates", rate, "rate of requests/s")
        if not any(self.rates):
            raise InputError("rates", "no hour has any requests")
        count("needed", min(self.needed), least=0)
        above_zero("service_s", self.service_s, "time")
        above_zero("replica_rate", self.replica_rate, "rate of requests/s")


@dataclass(frozen=True, slots=True)
class AwakeTime:
    """What replicas are billed for in a month, whatever a second costs."""

    seconds: float  # of all replicas together
    starts: float
    cold_share: float  # of all requests
    start_s: float  # that a cold request waits


def awake_time(terms: ServerlessTerms, load: ServerlessLoad, load_seconds: float, minimum: int) -> AwakeTime:
    """The billed time of a month with at least `minimum` replicas awake; with 0 all of them may sleep.

    `load_seconds` is the time to load the weights; it adds to the provider's start. In an hour that one replica can
    carry, it sleeps and wakes (`sleep`). In busier hours the needed replicas are awake throughout, and each one that
    an hour adds is paid for its start and, when it is no longer needed, for its keep-warm time. An hour's rate is taken
    as steady. No load above zero is free.
    """
    count("minimum", minimum, least=0)
    not_negative("load_seconds", load_seconds, "time")
    start_s = terms.start_s + load_seconds
    added_s = (start_s if terms.bills_start else 0.0) + terms.keep_warm_s + terms.billing_s / 2
    billed = starts = cold = 0.0  # seconds, starts and cold requests of one pass of the pattern
    before = max(minimum, 1, load.needed[-1])
    for rate, needed in zip(load.rates, load.needed, strict=True):
        awake = max(minimum, 1, needed)
        added = max(0, awake - before)
        starts += added
        billed += added * added_s
        before = awake
        if minimum or needed > 1:
            billed += 3600 * awake
        elif rate:
            cold_share, cold_starts, _, billed_s = _sleep(rate, load.service_s, start_s, terms)
            billed += 3600 * billed_s
            starts += 3600 * cold_starts
            cold += 3600 * rate * cold_share
    passes = HOURS_PER_MONTH / len(load.rates)
    return AwakeTime(billed * passes, starts * passes, cold / (3600 * sum(load.rates)), start_s)


@dataclass(frozen=True, slots=True)
class ServerlessCost:
    """What serverless replicas cost a month, and what they do to the first token."""

    usd_per_month: Decimal
    usd_idle: Decimal
    idle_share: float
    replicas_min: int
    replicas_max: int
    gpus: int  # at the busiest hour
    cold_starts_per_month: float
    cold_share: float  # of all requests
    cold_first_token_ms: float  # that a cold start adds
    words: tuple[str, ...]

    def breaks(self, percentile: int, ttft_ms: float) -> bool:
        """Whether cold starts alone break a bound on the time to first token at a percentile."""
        return self.cold_first_token_ms > ttft_ms and self.cold_share > 1 - percentile / 100


def serverless_cost(
    rental: Rental,
    terms: ServerlessTerms,
    load: ServerlessLoad,
    gpus_per_replica: int,
    load_seconds: float,
    minimum: int,
) -> ServerlessCost | None:
    """The monthly cost with at least `minimum` replicas awake (`awake_time`).

    None when the provider does not give one replica so many GPUs. Idle is what is billed beyond the time that fully
    busy replicas would need.
    """
    count("gpus_per_replica", gpus_per_replica)
    if gpus_per_replica > terms.max_gpus:
        return None
    awake = awake_time(terms, load, load_seconds, minimum)
    usd = rental.price * gpus_per_replica * Decimal(repr(awake.seconds)) / 3600
    working = sum(load.rates) / len(load.rates) / load.replica_rate * HOURS_PER_MONTH * 3600
    idle = max(0.0, 1.0 - working / awake.seconds)
    most = max(minimum, 1, *load.needed)
    return ServerlessCost(
        usd_per_month=usd,
        usd_idle=usd * Decimal(repr(idle)),
        idle_share=idle,
        replicas_min=minimum,
        replicas_max=most,
        gpus=most * gpus_per_replica,
        cold_starts_per_month=awake.starts,
        cold_share=awake.cold_share,
        cold_first_token_ms=1000 * awake.start_s if awake.cold_share else 0.0,
        words=_words(rental, terms, awake, minimum),
    )


def _words(rental: Rental, terms: ServerlessTerms, awake: AwakeTime, minimum: int) -> tuple[str, ...]:
    words = [f"${rental.price:f} per GPU-hour, billed for {awake.seconds / 3600:,.4g} replica-hours a month"]
    if minimum:
        plural = "" if minimum == 1 else "s"
        words.append(f"{minimum} replica{plural} always awake, so requests find one; its idle time is billed")
    else:
        words.append(
            f"{awake.cold_share:.2%} of requests meet a sleeping replica and wait {awake.start_s:.3g} s for it;"
            f" it sleeps after {terms.keep_warm_s:g} s without a request"
        )
    if terms.assumed:
        words.append(f"assumed by us, no source: {', '.join(terms.assumed)}")
    words.extend(text for text in (terms.words, rental.note) if text)
    return tuple(words)

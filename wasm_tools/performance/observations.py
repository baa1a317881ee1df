"""Observed latency of APIs: what a router saw in one short window, and whether it speaks for a target or against it.

An observation is never a measurement of ours: prompts, lengths and load are unknown, the window is half an hour of one
day. It can make a target *likely*, never *met*, and it is not mixed with measured or modelled GPU figures. Of the
throughput only the median is used: its higher percentiles are the fastest requests, and the slow tail is not given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from wasm_tools.workload.traffic import InputError, Slo

MIN_REQUESTS = 100  # below, no percentile is kept or shown
SLOWER_REQUESTS = 5  # a percentile rests on at least so many slower requests: 100 for p95, 500 for p99
NEAR = 0.2  # share by which a bound may be exceeded for a target to count as near


TTFT = {percentile: attrgetter(f"ttft_p{percentile}_ms") for percentile in (50, 75, 90, 95, 99)}


@dataclass(frozen=True, slots=True)
class ApiObservation:
    """What was seen of one provider's plain offer of one model id in one window.

    Percentiles of the time to first token are in ms, throughput is the median in tokens/s of one stream; all are None
    below `MIN_REQUESTS`. `reasoning`: the model can think before it answers. `model` is our id, empty until the
    registry has resolved it.
    """

    provider: str
    sku: str
    region: str
    source: str
    observed: str  # UTC to the minute, 2026-08-08T15:31Z
    window_minutes: int
    requests: int
    ttft_p50_ms: float | None
    ttft_p75_ms: float | None
    ttft_p90_ms: float | None
    ttft_p95_ms: float | None
    ttft_p99_ms: float | None
    tokens_per_second: float | None
    reasoning: bool
    quantization: str = ""
    model: str = ""

    @property
    def itl_ms(self) -> float | None:
        """The median time per output token in ms that the median throughput comes to; None where there is none."""
        return 1000.0 / self.tokens_per_second if self.tokens_per_second else None

    def ttft_ms(self, percentile: int) -> float | None:
        """The time to the first token in ms at a percentile of 50, 75, 90, 95 or 99; None below `MIN_REQUESTS`."""
        found: float | None = TTFT[percentile](self)
        return found


@dataclass(frozen=True, slots=True)
class ApiSloStatus:
    """The status of a target at an API (likely, near, missed, unknown), and why in words.

    `misses` holds each bound that is exceeded with the factor by which it would have to be relaxed.
    """

    status: str
    reason: str
    misses: tuple[tuple[str, float], ...] = ()


Misses = tuple[tuple[str, float], ...]


def observed_status(observation: ApiObservation, slo: Slo, near: float = NEAR) -> tuple[str, Misses]:
    """likely, near, missed or unknown, and each bound that is exceeded with its factor; the words come later.

    likely: enough requests, and TTFT at the target's percentile and the inter-token latency of the median throughput
    within bounds (with a bound on output speed, the median throughput, too); near: a bound exceeded by no more than
    the share `near`; missed: by more; unknown: too few requests.
    """
    o, percentile = observation, slo.ttft_percentile or slo.percentile
    if o.requests < requests_needed(percentile):
        return "unknown", ()
    ttft, itl = o.ttft_ms(percentile), o.itl_ms
    if ttft is None or itl is None:
        return "unknown", ()
    first, gap = ttft / slo.ttft_ms, itl / slo.itl_ms
    speed = itl * slo.tokens_per_s / 1000.0 if slo.tokens_per_s is not None else 0.0
    worst = max(first, gap, speed)
    if worst <= 1:
        return "likely", ()
    factors = (("ttft", first), ("itl", gap), ("throughput", speed))
    return "near" if worst <= 1 + near else "missed", tuple([f for f in factors if f[1] > 1])


@cache  # asked of every observed API, for a handful of percentiles
def requests_needed(percentile: int) -> int:
    """Requests in a window from which a percentile may be read."""
    return max(MIN_REQUESTS, round(SLOWER_REQUESTS / (1 - percentile / 100)))


def api_slo_status(observation: ApiObservation | None, slo: Slo, near: float = NEAR) -> ApiSloStatus:
    """Whether an API keeps a target, as far as one window of observation can say, with the reason in words.

    Raises InputError for a share that is none.
    """
    if isinstance(near, bool) or not isinstance(near, int | float) or not 0 <= near <= 1:
        raise InputError("near_tolerance", f"{near!r} is not a share from 0 to 1")
    if observation is None:
        return ApiSloStatus("unknown", "nobody has published latencies of this API that we may show")
    o, percentile = observation, slo.ttft_percentile or slo.percentile
    window = f"{o.requests:,} requests in {o.window_minutes} minutes on {o.observed[:10]} ({o.source})"
    needed = requests_needed(percentile)
    if o.requests < needed:
        return ApiSloStatus("unknown", f"only {window}, fewer than the {needed} that a p{percentile} needs")
    ttft, itl = o.ttft_ms(percentile), o.itl_ms
    if ttft is None or itl is None:
        return ApiSloStatus("unknown", f"{window}, without TTFT or throughput")
    status, misses = observed_status(o, slo, near)
    seen = (
        f"observed p{percentile} TTFT {ttft:,.0f} ms (target {slo.ttft_ms:,.0f} ms), median {itl:,.1f} ms per token"
        f" (target {slo.itl_ms:g} ms): {window}; lengths and load unknown, the slow tail of the throughput not given"
    )
    if slo.availability is not None:
        seen += "; availability was not observed"
    if o.reasoning:
        seen += "; the model can think first, and hidden tokens may delay the first visible one"
    return ApiSloStatus(status, seen, misses)


def read_observations(rows: Iterable[Sequence[Any]]) -> dict[tuple[str, str, str], ApiObservation]:
    """The observations by provider, SKU and region of the rate they belong to, from the rows of the data pack."""
    seen = [(sku, ApiObservation(*fields)) for sku, *fields in rows]
    return {(o.provider, sku, o.region): o for sku, o in seen}


def observation_rows(found: Mapping[tuple[str, str, str], ApiObservation]) -> list[list[Any]]:
    """The inverse of `read_observations`: SKU of the rate, then the observation; provider and region are the same."""
    return [[sku, *astuple(o)] for (_, sku, _), o in sorted(found.items())]

"""Workloads and service levels: what is asked for, and within which bounds."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wasm_tools.models.cards import CAPABILITY_CLASSES

if TYPE_CHECKING:  # lengths raise the InputError of this module
    from wasm_tools.performance.lengths import Lengths

HOURS_PER_MONTH = 730  # 8,760 hours a year / 12, the one month of the whole atlas
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600

MAX_TOKENS = 10_000_000
MIN_QPS, MAX_QPS = 0.000001, 1_000_000.0  # one request in twelve days; more than all of us send
MAX_USERS = 1_000_000_000
MAX_ARRIVAL_CV = 20.0  # the burstiest recorded trace has 13
PERCENTILES = (50, 90, 95, 99)  # those with measured tail ratios


class InputError(ValueError):
    """An input that cannot be planned for. `field` names the form field, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Workload:
    """A stream of like requests: mean token lengths, mean and peak rate in requests per second.

    Without `lengths` every request has exactly the mean lengths. `arrival_cv` is the coefficient of variation of the
    time between arrivals around the peak: 0 for a clock, 1 for independent people. `cacheable_share` of the prompt
    tokens are a prefix that was sent before; `batchable_share` of the requests may wait for a quiet hour.
    """

    prompt_tokens: int
    output_tokens: int
    qps: float
    peak_qps: float
    minimum_class: str = "small"
    lengths: "Lengths | None" = None
    arrival_cv: float = 1.0
    cacheable_share: float = 0.0
    batchable_share: float = 0.0

    def __post_init__(self) -> None:
        _whole("prompt_tokens", self.prompt_tokens)
        _whole("output_tokens", self.output_tokens)
        _rate("qps", self.qps)
        _rate("peak_qps", self.peak_qps)
        if self.minimum_class not in CAPABILITY_CLASSES:
            raise InputError("minimum_class", f"{self.minimum_class!r} is not one of {', '.join(CAPABILITY_CLASSES)}")
        if self.peak_qps < self.qps:
            raise InputError("peak_qps", f"the peak of {self.peak_qps:g} is below the mean of {self.qps:g} requests/s")
        _share("cacheable_share", self.cacheable_share, below_one=True)
        _share("batchable_share", self.batchable_share)
        if not _finite(self.arrival_cv) or not 0 <= self.arrival_cv <= MAX_ARRIVAL_CV:
            raise InputError("arrival_cv", f"{self.arrival_cv!r} is not a variation from 0 to {MAX_ARRIVAL_CV:g}")
        if self.lengths is not None:
            for name, stated, spread in (
                ("prompt_tokens", self.prompt_tokens, self.lengths.prompt),
                ("output_tokens", self.output_tokens, self.lengths.output),
            ):
                if abs(spread.mean - stated) > 1:
                    raise InputError(name, f"{stated} is not the mean of the lengths, {spread.mean:g}; state the mean")

    @property
    def requests_per_month(self) -> float:
        """Requests in a month of 730 h at the mean rate."""
        return self.qps * SECONDS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Slo:
    """Bounds of one request, held at `percentile` over all requests, or each at a percentile of its own.

    Milliseconds to the first token, between tokens (the mean over the answer, TPOT) and to the last token.
    `tokens_per_s` is the output speed after the first token that the median request must reach, `availability` the
    share of time in which the peak must be carried; None asks for neither.
    """

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    percentile: int = 95
    ttft_percentile: int | None = None
    itl_percentile: int | None = None
    e2e_percentile: int | None = None
    tokens_per_s: float | None = None
    availability: float | None = None

    def __post_init__(self) -> None:
        for name in ("ttft_ms", "itl_ms", "e2e_ms"):
            value = getattr(self, name)
            if not _finite(value) or value <= 0:
                raise InputError(name, f"{value!r} is not a time above 0 ms")
        for name in ("percentile", "ttft_percentile", "itl_percentile", "e2e_percentile"):
            value = getattr(self, name)
            if value is None and name != "percentile":
                continue
            if isinstance(value, bool) or value not in PERCENTILES:
                raise InputError(name, f"{value!r} has no measured tail ratio; ask for p50, p90, p95 or p99")
        if self.tokens_per_s is not None and (not _finite(self.tokens_per_s) or self.tokens_per_s <= 0):
            raise InputError("tokens_per_s", f"{self.tokens_per_s!r} is not a speed above 0 tokens/s")
        if self.availability is not None and (not _finite(self.availability) or not 0 < self.availability < 1):
            raise InputError("availability", f"{self.availability!r} is not a share between 0 and 1, such as 0.999")


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_TOKENS:
        raise InputError(name, f"{value!r} is not a whole number of tokens from 1 to {MAX_TOKENS:,}")


def _share(name: str, value: float, *, below_one: bool = False) -> None:
    if not _finite(value) or not 0 <= value <= 1 or (below_one and value == 1):
        raise InputError(name, f"{value!r} is not a share from 0 {'to below' if below_one else 'to'} 1")


def _rate(name: str, value: float) -> None:
    if not _finite(value) or not MIN_QPS <= value <= MAX_QPS:
        raise InputError(name, f"{value!r} is not a rate from {MIN_QPS:f} to {MAX_QPS:,.0f} requests/s")


def qps_of_users(users: float, active_fraction: float, requests_per_minute: float) -> float:
    """Mean requests per second: users × share active at a time × requests per active user and minute / 60."""
    if not _finite(users) or not 0 < users <= MAX_USERS:
        raise InputError("users", f"{users!r} is not a number of users above 0 and up to {MAX_USERS:,}")
    if not _finite(active_fraction) or not 0 < active_fraction <= 1:
        raise InputError("active_fraction", f"{active_fraction!r} is not a share above 0 and up to 1")
    if not _finite(requests_per_minute) or requests_per_minute <= 0:
        raise InputError("requests_per_minute", f"{requests_per_minute!r} is not a number above 0")
    return users * active_fraction * requests_per_minute / 60


def class_slo(ttft_ms: float, itl_ms: float, e2e_factor: float, output_tokens: int) -> Slo:
    """The bounds of an experience class for a given output length.

    E2E bound = TTFT + (output − 1) · ITL · factor, so that a request which meets the first two bounds at
    every token also meets the third.
    """
    return Slo(ttft_ms, itl_ms, ttft_ms + (output_tokens - 1) * itl_ms * e2e_factor)

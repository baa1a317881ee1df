"""Workloads and service levels: what is asked for, and within which bounds."""

import math
from dataclasses import dataclass

from wasm_tools.models.cards import CAPABILITY_CLASSES

HOURS_PER_MONTH = 730  # 8,760 hours a year / 12, the one month of the whole atlas
SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600

MAX_TOKENS = 10_000_000
MIN_QPS, MAX_QPS = 0.000001, 1_000_000.0  # one request in twelve days; more than all of us send
MAX_USERS = 1_000_000_000


class InputError(ValueError):
    """An input that cannot be planned for. `field` names the form field, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Workload:
    """A stream of like requests: mean token lengths, mean and peak rate in requests per second."""

    prompt_tokens: int
    output_tokens: int
    qps: float
    peak_qps: float
    minimum_class: str = "small"

    def __post_init__(self) -> None:
        _whole("prompt_tokens", self.prompt_tokens)
        _whole("output_tokens", self.output_tokens)
        _rate("qps", self.qps)
        _rate("peak_qps", self.peak_qps)
        if self.minimum_class not in CAPABILITY_CLASSES:
            raise InputError("minimum_class", f"{self.minimum_class!r} is not one of {', '.join(CAPABILITY_CLASSES)}")
        if self.peak_qps < self.qps:
            raise InputError("peak_qps", f"the peak of {self.peak_qps:g} is below the mean of {self.qps:g} requests/s")

    @property
    def requests_per_month(self) -> float:
        """Requests in a month of 730 h at the mean rate."""
        return self.qps * SECONDS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Slo:
    """Upper bounds in milliseconds at `percentile` of all requests."""

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    percentile: int = 95

    def __post_init__(self) -> None:
        for name in ("ttft_ms", "itl_ms", "e2e_ms"):
            value = getattr(self, name)
            if not _finite(value) or value <= 0:
                raise InputError(name, f"{value!r} is not a time above 0 ms")
        if self.percentile != 95:
            raise InputError("percentile", f"p{self.percentile} has no measured tail ratio; only p95 can be planned")


def _finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_TOKENS:
        raise InputError(name, f"{value!r} is not a whole number of tokens from 1 to {MAX_TOKENS:,}")


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

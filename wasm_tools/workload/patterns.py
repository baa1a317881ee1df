"""Arrival patterns: how a mean rate spreads over a day, how far its peak stands out, how bursty arrivals are."""

import math
from dataclasses import dataclass

from wasm_tools.workload.traffic import MAX_ARRIVAL_CV, InputError

HOURS = 24


@dataclass(frozen=True, slots=True)
class ArrivalPattern:
    """Factors on the mean rate: one per hour of a day (their mean is 1), and of the peak that must be carried.

    `arrival_cv` is the coefficient of variation of the time between arrivals while the rate stays the same.
    """

    id: str
    title: str
    hourly: tuple[float, ...]
    peak_factor: float
    arrival_cv: float
    source: str = ""

    def __post_init__(self) -> None:
        if len(self.hourly) != HOURS or not all(math.isfinite(f) and f >= 0 for f in self.hourly):
            raise InputError("hourly", f"pattern {self.id!r} needs {HOURS} factors of 0 or more")
        if abs(sum(self.hourly) / HOURS - 1) > 0.005:
            raise InputError(
                "hourly", f"the factors of pattern {self.id!r} have the mean {sum(self.hourly) / HOURS:.3f}, not 1"
            )
        if not math.isfinite(self.peak_factor) or self.peak_factor < max(self.hourly):
            raise InputError("peak_factor", f"the peak of pattern {self.id!r} is below its busiest hour")
        if not 0 <= self.arrival_cv <= MAX_ARRIVAL_CV:
            raise InputError("arrival_cv", f"{self.arrival_cv!r} is not a variation from 0 to {MAX_ARRIVAL_CV:g}")

    @property
    def within_hour(self) -> float:
        """The peak inside an hour over the mean of that hour, the same in every hour."""
        return self.peak_factor / max(self.hourly)


def peak_factor(pattern: ArrivalPattern, batchable_share: float = 0.0) -> float:
    """Peak over mean rate when the share of requests that may wait is moved to quiet hours.

    Water fills the valleys: what remains is the peak of the requests that cannot wait, or, when all valleys are full,
    the mean of all.
    """
    if not 0 <= batchable_share <= 1:
        raise InputError("batchable_share", f"{batchable_share!r} is not a share from 0 to 1")
    return max(pattern.peak_factor * (1 - batchable_share), 1.0)


def hourly_peaks(pattern: ArrivalPattern, mean_rate: float, batchable_share: float = 0.0) -> tuple[float, ...]:
    """Requests per second to be carried in each hour: its peak, or the level to which waiting requests fill it.

    The waiting share of a day's requests fills the hours from the quietest up to one level, but no hour above it.
    """
    peak_factor(pattern, batchable_share)  # refuses a share that is none
    urgent = sorted(f * (1 - batchable_share) for f in pattern.hourly)
    left, level, filled = batchable_share * HOURS, urgent[0], 0
    while filled < HOURS:
        filled += 1
        following = urgent[filled] if filled < HOURS else math.inf
        if left <= (following - level) * filled:
            level += left / filled
            break
        left -= (following - level) * filled
        level = following
    within = pattern.within_hour
    return tuple(mean_rate * max(f * (1 - batchable_share) * within, level) for f in pattern.hourly)

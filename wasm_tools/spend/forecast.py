"""What a project will cost: from a plan before it starts, from the plan and the days so far while it runs.

Smoothing, thresholds and remaining days follow the earlier trackers; a fallback for young projects only. From 14 days
with use on, the days themselves tell more than the plan, and the projection is that of the month.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from wasm_tools.invoice.trend import ACTIVE_DAYS, active_days, days_left, filled, projected
from wasm_tools.invoice.usage import InvoiceError, exact_sum
from wasm_tools.spend.budgets import iso_date
from wasm_tools.spend.calls import What
from wasm_tools.spend.priced import Rate, Rates, usd_of
from wasm_tools.spend.spent import Entry
from wasm_tools.spend.view import told_until, within

ZERO, ONE = Decimal(0), Decimal(1)
DAYS_A_MONTH = Decimal(730) / 24  # as everywhere in the atlas: a month has 730 hours
ON_TRACK, OVER, UNDER = "on track", "over", "under"
BY_DAYS, BY_PLAN = "the days so far", "the plan, scaled by the days so far"


@dataclass(frozen=True, slots=True)
class Planned:
    """Calls of one model. `cached_tokens` are those of the input that are read from a cache."""

    provider: str
    model: str
    calls_per_day: Decimal
    input_tokens: int
    output_tokens: int = 0
    cached_tokens: int = 0
    tier: str = ""

    def __post_init__(self) -> None:
        where = f"plan: {self.model or 'an entry'}"
        if not self.calls_per_day.is_finite() or self.calls_per_day <= 0:
            raise InvoiceError(f"{where}: calls_per_day is {self.calls_per_day}, it has to be above 0")
        if min(self.input_tokens, self.output_tokens, self.cached_tokens) < 0:
            raise InvoiceError(f"{where}: tokens cannot be below 0")
        if self.cached_tokens > self.input_tokens:
            raise InvoiceError(f"{where}: cached_tokens are part of input_tokens and cannot be more")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When use is off its plan: `over` or `under` × the plan on `days` of the last `of` days in a row."""

    over: Decimal = Decimal("1.5")
    under: Decimal = Decimal("0.5")
    days: int = 3
    of: int = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A project of some days. `start` is an ISO day, '' before it is known."""

    entries: tuple[Planned, ...]
    days: int
    start: str = ""
    name: str = ""
    thresholds: Thresholds = Thresholds()

    def __post_init__(self) -> None:
        if not self.entries:
            raise InvoiceError("plan: it needs at least one entry with a model and calls_per_day")
        if self.days < 1:
            raise InvoiceError(f"plan: days is {self.days}, it has to be 1 or more")
        if self.start:
            iso_date(self.start, "plan: start")

    @property
    def end(self) -> str:
        """The last day; '' where the first is not known."""
        return str(iso_date(self.start, "start") + timedelta(self.days - 1)) if self.start else ""


@dataclass(frozen=True, slots=True)
class PlannedCost:
    """USD of one call and one day of an entry, with the rates; None with the reason where a class has no price."""

    planned: Planned
    a_call: Decimal | None
    rates: tuple[Rate, ...]
    reason: str = ""

    @property
    def a_day(self) -> Decimal | None:
        """USD a day."""
        return None if self.a_call is None else self.a_call * self.planned.calls_per_day


@dataclass(frozen=True, slots=True)
class Drift:
    """A running project against its plan. `ratio` is spent to planned, smoothed; `beyond` are the days in a row."""

    status: str
    ratio: Decimal
    beyond: int
    actual: Decimal
    projected: Decimal
    band: tuple[Decimal, Decimal] | None
    method: str
    models: tuple[tuple[str, str, Decimal, Decimal], ...]  # provider, model, spent, projected


def costs(plan: Plan, rates: Rates, day: str) -> tuple[PlannedCost, ...]:
    """What each entry costs at the prices of a day."""
    return tuple(_cost(planned, rates, day) for planned in plan.entries)


def _cost(planned: Planned, rates: Rates, day: str) -> PlannedCost:
    what = What(0, planned.provider, planned.model, "", planned.tier, "", ())
    above = max((band for band in rates.bands(what) if planned.input_tokens > band), default=0)
    table = rates.table(replace(what, above=above), day)
    tokens = {
        "input_uncached": planned.input_tokens - planned.cached_tokens,
        "cache_read": planned.cached_tokens,
        "output": planned.output_tokens,
    }
    used = tuple(table[name] for name, count in tokens.items() if count)
    missing = next((rate for rate in used if rate.a_token is None), None)
    if missing is not None:
        return PlannedCost(planned, None, used, f"{missing.token_class}: {missing.reason}")
    return PlannedCost(planned, usd_of(table, tokens), used)


def drift(plan: Plan, a_day: Decimal, entries: Sequence[Entry], today: str) -> Drift | None:
    """How the calls of a plan's days stand against `a_day` USD on `today`; None before the first of them."""
    own = [e for e in entries if e.day and within(e.day, plan.start, plan.end)]
    if not own or not a_day or not plan.end:
        return None
    days = filled(_sums(own, lambda e: e.day))
    used = [usd for _, usd in days if usd]
    actual = exact_sum(used)
    ratio, limits = smoothed([usd / a_day for usd in used]), plan.thresholds
    status, beyond = _status([usd / a_day for usd in used[-limits.of :]], ratio, limits)
    if active_days(days) >= ACTIVE_DAYS:
        found = projected(days, plan.start, plan.end, told_until(own, today))
        whole, band, method = found.estimate, (found.low, found.high), BY_DAYS
    else:
        left = days_left(days[-1][0], plan.start, plan.end, told_until(own, today))
        whole, band, method = actual + ratio * a_day * len(left), None, BY_PLAN
    rest = whole - actual
    spent = sorted(_sums(own, lambda e: (e.provider, e.model)).items(), key=lambda kv: (-kv[1], kv[0]))
    models = tuple((*name, usd, usd + usd / actual * rest if actual else usd) for name, usd in spent)
    return Drift(status, ratio, beyond, actual, whole, band, method, models)


def smoothed(ratios: Sequence[Decimal]) -> Decimal:
    """Exponential smoothing from 1; of more days, each new one counts more: 0.15 + 0.03 a day, at most 0.6."""
    weight = min(Decimal("0.6"), Decimal("0.15") + Decimal("0.03") * len(ratios))
    found = ONE
    for ratio in ratios:
        found = weight * ratio + (1 - weight) * found
    return found


def _status(recent: Sequence[Decimal], ratio: Decimal, limits: Thresholds) -> tuple[str, int]:
    """The status and the longest run of days beyond its limit."""
    over, under = _run([r > limits.over for r in recent]), _run([r < limits.under for r in recent])
    if over >= limits.days and ratio > limits.over:
        return OVER, over
    if under >= limits.days and ratio < limits.under:
        return UNDER, under
    return ON_TRACK, max(over, under)


def _run(flags: Sequence[bool]) -> int:
    longest = now = 0
    for flag in flags:
        now = now + 1 if flag else 0
        longest = max(longest, now)
    return longest


def _sums[K](entries: Sequence[Entry], place: Callable[[Entry], K]) -> Mapping[K, Decimal]:
    found: dict[K, Decimal] = {}
    for entry in entries:
        found[place(entry)] = found.get(place(entry), ZERO) + entry.usd
    return found

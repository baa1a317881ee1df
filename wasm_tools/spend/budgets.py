"""Budgets: what was spent of them, where the days before lead to, and the exit code that a build can stop on.

Everything is worked out from the calls each time; nothing is remembered between two runs.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wasm_tools.invoice.trend import ACTIVE_DAYS, FEW, Projection, active_days, days_left, filled, projected
from wasm_tools.invoice.usage import InvoiceError, exact_sum
from wasm_tools.spend.spent import Entry
from wasm_tools.spend.view import told_until, within

MONTH, PROJECT = "month", "project"
OK, WARNING, EXCEEDED = "ok", "warning", "exceeded"
WITHIN, OVER = "within", "over"
WARN_AT = Decimal(80)
HUNDRED = Decimal(100)
NO_END = "the budget names no end"
NOT_NOW = "no use in this period yet"


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount in USD for a calendar month or a project. `group` is "provider=…", "model=…", a tag "team=…" or ''.

    `start` and `end` are days of a project, '' is the first day with use and no end. `warn_at` is a percentage.
    """

    amount: Decimal
    name: str = ""
    per: str = MONTH
    group: str = ""
    start: str = ""
    end: str = ""
    warn_at: Decimal = WARN_AT

    def __post_init__(self) -> None:
        where = f"budget {self.name!r}" if self.name else "budget"
        if not self.amount.is_finite() or self.amount <= 0:
            raise InvoiceError(f"{where}: the amount is {self.amount}, it has to be above 0")
        if not self.warn_at.is_finite() or not 0 <= self.warn_at <= HUNDRED:
            raise InvoiceError(f"{where}: warn_at is {self.warn_at}, it has to be between 0 and 100 percent")
        if self.per not in (MONTH, PROJECT):
            raise InvoiceError(f"{where}: per is {self.per!r}, it has to be {MONTH!r} or {PROJECT!r}")
        if self.group and not self.group.partition("=")[2]:
            raise InvoiceError(f"{where}: the group {self.group!r} is not a name and a value like team=search")
        for name, day in (("start", self.start), ("end", self.end)):
            if day:
                iso_date(day, f"{where}: {name}")
        if self.start and self.end and self.end < self.start:
            raise InvoiceError(f"{where}: it ends on {self.end}, before it starts on {self.start}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands. `since` and `until` are its days; without an `estimate`, `reason` says why.

    `unpriced` calls are not in the amounts: where there are any, they are lower bounds.
    """

    budget: Budget
    since: str
    until: str
    actual: Decimal
    estimate: Projection | None
    reason: str
    unpriced: int

    @property
    def status(self) -> str:
        """OK, WARNING from `warn_at` on, EXCEEDED from the whole amount on."""
        if self.actual >= self.budget.amount:
            return EXCEEDED
        return WARNING if self.actual * HUNDRED >= self.budget.warn_at * self.budget.amount else OK

    @property
    def projected(self) -> str | None:
        """WITHIN or OVER at the end of its days; None where nothing can be estimated."""
        if self.estimate is None:
            return None
        return OVER if self.estimate.estimate > self.budget.amount else WITHIN

    @property
    def code(self) -> int:
        """0 within, 1 over at its end, 2 over already."""
        return 2 if self.status == EXCEEDED else 1 if self.projected == OVER else 0


def iso_date(text: str, where: str) -> date:
    """A day; raises InvoiceError with the remedy."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvoiceError(f"{where}: {text!r} is not a day like 2026-11-01") from None


def standing(budget: Budget, entries: Iterable[Entry], today: str) -> Standing:
    """How a budget stands on `today`, by all calls of its group whenever they were."""
    own = [e for e in entries if e.day and _in_group(e, budget.group)]
    spent: dict[str, list[Decimal]] = {}
    for entry in own:
        spent.setdefault(entry.day, []).append(entry.usd)
    days = filled({day: exact_sum(amounts) for day, amounts in spent.items()})
    since, until = _period(budget, days, today)
    actual = exact_sum(usd for day, usd in days if within(day, since, until))
    unpriced = sum(e.unpriced for e in own if within(e.day, since, until))
    told = told_until(own, today)
    reason = _silent(days, since, until, told)
    estimate = None if reason else projected(days, since, until, told)
    return Standing(budget, since, until, actual, estimate, reason, unpriced)


def _in_group(entry: Entry, group: str) -> bool:
    name, _, value = group.partition("=")
    if name in ("", "provider", "model"):
        return value == {"": "", "provider": entry.provider, "model": entry.model}[name]
    return dict(entry.what.tags).get(name) == value


def _period(budget: Budget, days: Sequence[tuple[str, Decimal]], today: str) -> tuple[str, str]:
    if budget.per == MONTH:
        year, month = int(today[:4]), int(today[5:7])
        return f"{today[:7]}-01", f"{today[:7]}-{monthrange(year, month)[1]}"
    return budget.start or (days[0][0] if days else today), budget.end


def _silent(days: Sequence[tuple[str, Decimal]], since: str, until: str, told: str) -> str:
    """Why nothing can be said of the end; '' where something can."""
    if not until:
        return NO_END
    if not days or days[-1][0] < since:
        return NOT_NOW
    return FEW if active_days(days) < ACTIVE_DAYS and days_left(days[-1][0], since, until, told) else ""

"""What a reader of a spend report decides: the day, the part that is looked at, budgets, a plan, periods to compare."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.budgets import Budget, iso_date
from wasm_tools.spend.forecast import Plan, Planned, Thresholds
from wasm_tools.spend.periods import Span
from wasm_tools.spend.view import View

_HALF_A_DAY = 14 * 60  # minutes: the clocks of the world are at most 14 hours ahead of UTC


@dataclass(frozen=True, slots=True)
class SpendOptions:
    """`today` is the ISO day a report stands for, '' the last day with use. Days and months are those of UTC.

    `offset_minutes` moves the hours of the week only, east of Greenwich is positive. `tag_files` names a tag that calls
    without it get from the name of their file; it counts while files are read.
    """

    today: str = ""
    offset_minutes: int = 0
    view: View = field(default_factory=View)
    budgets: tuple[Budget, ...] = ()
    plan: Plan | None = None
    periods: tuple[Span, Span] | None = None
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    tag_files: str = ""

    def __post_init__(self) -> None:
        for name, day in (
            ("today", self.today),
            ("since", self.view.since),
            ("until", self.view.until),
            *(("periods", day) for span in self.periods or () for day in span),
        ):
            if day:
                iso_date(day, name)
        if abs(self.offset_minutes) > _HALF_A_DAY:
            raise InvoiceError(f"offset_minutes is {self.offset_minutes}, more than any clock is away from UTC")


def options_from(params: Mapping[str, Any]) -> SpendOptions:
    """Options from plain JSON under the names of the fields. Raises InvoiceError that names a wrong field."""
    read: dict[str, Callable[[Any], Any]] = {
        "today": str,
        "offset_minutes": int,
        "view": lambda said: View(**_known(said, View, "view", {"tags": dict})),
        "budgets": lambda said: tuple(
            Budget(**_known(b, Budget, "budgets", {"amount": Decimal, "warn_at": Decimal})) for b in said
        ),
        "plan": lambda said: None if said is None else plan_from(said),
        "periods": lambda said: None if said is None else tuple((str(a), str(b)) for a, b in said),
        "shares": lambda said: {str(name): Decimal(str(share)) for name, share in said.items()},
        "tag_files": str,
    }
    return SpendOptions(**_known(params, SpendOptions, "", read))


def plan_from(said: Mapping[str, Any]) -> Plan:
    """A plan from plain data: name, start, days, thresholds and entries."""
    numbers = {"calls_per_day": Decimal, "input_tokens": int, "output_tokens": int, "cached_tokens": int}
    limits = {"over": Decimal, "under": Decimal, "days": int, "of": int}
    return Plan(
        **_known(
            said,
            Plan,
            "plan",
            {
                "days": int,
                "entries": lambda rows: tuple(Planned(**_known(r, Planned, "plan.entries", numbers)) for r in rows),
                "thresholds": lambda row: Thresholds(**_known(row, Thresholds, "plan.thresholds", limits)),
            },
        )
    )


def _known(said: Any, record: type[Any], where: str, read: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The fields of a record from plain data, texts where `read` says nothing else."""
    if not isinstance(said, Mapping):
        raise InvoiceError(f"{where or 'the options'}: expected fields with values")
    names = {f.name for f in fields(record)}
    found = {}
    for name, value in said.items():
        place = f"{where}.{name}" if where else str(name)
        if name not in names:
            raise InvoiceError(f"{place} is not known, only {', '.join(sorted(names))}")
        try:
            made = read.get(name, str)
            found[name] = made(str(value)) if made in (Decimal, int) else made(value)
        except InvoiceError:
            raise
        except (ValueError, TypeError, AttributeError, InvalidOperation):
            raise InvoiceError(f"{place}: {value!r} cannot be read") from None
    required = [f.name for f in fields(record) if f.name not in found and _without_default(f)]
    if required:
        raise InvoiceError(f"{where}: {required[0]} is missing")
    return found


def _without_default(f: Any) -> bool:
    return f.default is f.default_factory  # both are the mark of a missing one

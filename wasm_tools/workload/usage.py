"""Usage estimates of workloads that are not language models: how much of what, for how much money, from whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wasm_tools.workload.traffic import HOURS_PER_MONTH, InputError

MOST = Decimal(10) ** 15  # of any unit a month, and of dollars: beyond it an input is a slip


@dataclass(frozen=True, slots=True)
class Preset:
    """Named knobs: peak over mean rate, the share of a limit that is planned with, weight of weak evidence."""

    id: str
    peak: Decimal
    utilisation: Decimal
    risk_weight: Decimal


@dataclass(frozen=True, slots=True)
class UsageRequest:
    """What a reader wants to buy a month; None is "not said" and takes the default of the workload.

    `usage` counts `unit`, which also chooses the ranking: prices in other units are left out. `budget` is USD a month.
    `providers` are the only ones wanted. With `weigh_evidence` a weakly supported price counts as dearer; with
    `confirmed_only` an offer must state a limit that holds the peak.
    """

    usage: Decimal | None = None
    unit: str | None = None
    budget: Decimal | None = None
    providers: tuple[str, ...] | None = None
    weigh_evidence: bool = False
    confirmed_only: bool = False
    preset: str | None = None

    def __post_init__(self) -> None:
        if self.usage is not None:
            _amount("usage", self.usage)
        if self.budget is not None:
            _amount("budget", self.budget)
        if self.providers is not None and not self.providers:
            raise InputError("providers", "none is chosen; choose at least one, or leave the choice out")

    @property
    def weighed(self) -> bool:
        """Whether evidence counts: asked for, or by a preset, whose risk weight would else do nothing."""
        return self.weigh_evidence or self.preset is not None


def amount(field: str, text: str) -> Decimal:
    """A positive amount from its text, thousands separated by commas or not; raises InputError naming the field."""
    try:
        return _amount(field, Decimal(text.replace(",", "").replace("_", "").strip()))
    except InvalidOperation:
        raise InputError(field, f"{text!r} is not a number; write it like 1000 or 2.5") from None


def _amount(field: str, value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 < value <= MOST:
        raise InputError(field, f"{value} is not above 0 and at most {MOST:f}")
    return value


def workload_named(text: str, aliases: Mapping[str, str]) -> str:
    """The canonical workload of any spelling in use; raises InputError for an unknown one."""
    plain = text.strip().lower().replace("-", "_").replace(" ", "_")
    known = {alias.replace("-", "_"): name for alias, name in aliases.items()}
    known |= {name.replace("-", "_"): name for name in aliases.values()}
    if plain not in known:
        raise InputError("workload", f"{text!r} is not one of {', '.join(sorted(set(aliases.values())))}")
    return known[plain]


def peak_per_hour(use: Decimal, preset: Preset) -> Decimal:
    """The rate to be ready for, in units an hour: mean of a month of 730 h × peak factor / planned utilisation."""
    return use / HOURS_PER_MONTH * preset.peak / preset.utilisation

"""Unit spellings of bills turned into base units of the unit registry, or into a reason why they cannot be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wasm_tools.invoice.records import normal_name
from wasm_tools.pricing.meters import UnitRegistry

ANY_WORKLOAD = "*"


class UnitTableError(ValueError):
    """A row of the spelling table that is wrong; the message names the row."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """`factor` base units of `unit` make one of the bill's units; or `unit` is empty and `reason` says why."""

    unit: str
    factor: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class UnitSpellings:
    """Conversions by spelling (normal form) and workload; a row for any workload stands in where there is no other."""

    conversions: Mapping[tuple[str, str], Conversion]

    def conversion(self, spelling: str, workload: str) -> Conversion:
        """The conversion of a unit as written, for a workload of ours; unknown spellings get a reason."""
        name = normal_name(spelling)
        found = self.conversions.get((name, workload)) or self.conversions.get((name, ANY_WORKLOAD))
        if found is not None:
            return found
        if not name:
            return Conversion("", Decimal(0), "the file names no unit")
        other = sorted(w for s, w in self.conversions if s == name)
        if other:
            return Conversion("", Decimal(0), f"unit {name!r} is known for {', '.join(other)}, not for this workload")
        return Conversion("", Decimal(0), f"unit {name!r} is not known")

    def known(self, spelling: str) -> bool:
        """Whether a unit as written means a base unit for some workload."""
        name = normal_name(spelling)
        return any(said == name and found.unit for (said, _), found in self.conversions.items())


def unit_spellings(records: Iterable[Mapping[str, str]], registry: UnitRegistry) -> UnitSpellings:
    """The table from records with the keys spelling, workload, unit, factor, reason; raises UnitTableError."""
    conversions: dict[tuple[str, str], Conversion] = {}
    for r in records:
        key, where = (normal_name(r["spelling"]), r["workload"]), f"unit spelling {r['spelling']!r} ({r['workload']})"
        if bool(r["unit"]) == bool(r["reason"]):
            raise UnitTableError(f"{where}: give either a unit or a reason why there is none")
        if r["unit"] and r["unit"] not in registry.units:
            raise UnitTableError(f"{where}: unit {r['unit']!r} is not in the unit registry")
        try:
            factor = Decimal(r["factor"] or 0)
        except InvalidOperation:
            raise UnitTableError(f"{where}: factor {r['factor']!r} is not a number") from None
        if bool(r["unit"]) != (factor > 0):
            raise UnitTableError(f"{where}: factor is {r['factor']!r}, expected a number above 0 beside a unit only")
        conversion = Conversion(r["unit"], factor, r["reason"])
        if conversions.setdefault(key, conversion) != conversion:
            raise UnitTableError(f"{where}: two rows disagree")
    return UnitSpellings(conversions)


def workload_names(records: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Our workload id by alias in normal form, from records with the keys alias and workload."""
    names: dict[str, str] = {}
    for r in records:
        alias = normal_name(r["alias"])
        if names.setdefault(alias, r["workload"]) != r["workload"]:
            raise UnitTableError(f"workload alias {alias!r}: two rows disagree")
    return names

"""Meters: what is billed, in dimensions that can be compared, and the scale on which a price is shown."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import lru_cache

DIRECTIONS = ("input", "output")
MODALITIES = ("any", "text", "audio", "image", "video")
TIERS = ("standard", "batch", "flex", "priority")
_SEPARATOR = re.compile(r"[;=,| \n]")
DIGITS = 28  # of a Decimal in the default context
CACHES = ("none", "read", "write", "write_1h", "write_12h", "storage")


class MeterError(ValueError):
    """A meter that does not exist; the message names the part that is wrong."""


@dataclass(frozen=True, slots=True, order=True)
class Meter:
    """One billed quantity. Two prices may be compared only when their meters are equal."""

    direction: str
    modality: str
    unit: str
    cache: str = "none"
    tier: str = "standard"
    above_tokens: int = 0
    window: str = ""
    variant: str = ""

    def __post_init__(self) -> None:
        _require("direction", self.direction, DIRECTIONS)
        _require("modality", self.modality, MODALITIES)
        _require("cache", self.cache, CACHES)
        _require("tier", self.tier, TIERS)
        if self.above_tokens < 0:
            raise MeterError(f"meter: above_tokens is {self.above_tokens}, it cannot be negative")
        if _SEPARATOR.search(f"{self.unit}{self.window}{self.variant}"):
            name = next(n for n in ("unit", "window", "variant") if _SEPARATOR.search(getattr(self, n)))
            raise MeterError(f"meter: {name} {getattr(self, name)!r} holds a separator")

    def __str__(self) -> str:
        return _text(self)


@lru_cache(maxsize=4096)
def _text(meter: Meter) -> str:
    return ";".join([f"{meter.direction}.{meter.modality}.{meter.unit}", *_qualifiers(meter)])


def _require(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise MeterError(f"meter: {name} {value!r} is not one of {', '.join(allowed)}")


_QUALIFIERS = tuple((f.name, f.default) for f in fields(Meter)[3:])


def _qualifiers(meter: Meter) -> Iterable[str]:
    for name, default in _QUALIFIERS:
        value = getattr(meter, name)
        if value != default:
            yield f"{name}={value}"


@lru_cache(maxsize=4096)  # thousands of rows have some hundred meters; errors are not cached
def parse_meter(text: str) -> Meter:
    """The meter whose text form is `text`; raises MeterError naming what is wrong."""
    head, *rest = text.split(";")
    parts = head.split(".")
    if len(parts) != 3:
        raise MeterError(f"meter {text!r}: expected direction.modality.unit")
    known = dict(_QUALIFIERS)
    values: dict[str, str | int] = {}
    for item in rest:
        name, _, value = item.partition("=")
        if name not in known or not value:
            raise MeterError(f"meter {text!r}: {item!r} is not a known dimension")
        try:
            values[name] = int(value) if name == "above_tokens" else value
        except ValueError:
            raise MeterError(f"meter {text!r}: above_tokens {value!r} is not a whole number") from None
    return Meter(*parts, **values)  # type: ignore[arg-type]


def comparable(a: Meter, b: Meter) -> bool:
    """Whether two prices may stand in one ranking: only when every dimension is the same."""
    return a == b


TEXT_INPUT = Meter("input", "text", "token")
TEXT_OUTPUT = Meter("output", "text", "token")


@dataclass(frozen=True, slots=True)
class Unit:
    """A billing unit and its display scale: `per` base units cost the displayed price."""

    id: str
    per: int
    label: str  # "1M tokens", "audio hour"
    noun: str  # "tokens", "seconds of audio"


@dataclass(frozen=True, slots=True)
class UnitRegistry:
    """All units by id. Prices are kept on the display scale; quantities in base units."""

    units: Mapping[str, Unit]

    def unit(self, meter: Meter) -> Unit:
        """The unit of `meter`; raises MeterError when the registry lacks it."""
        try:
            return self.units[meter.unit]
        except KeyError:
            raise MeterError(f"unit {meter.unit!r} is not in the unit registry") from None

    def display_price(self, meter: Meter, usd_per_base_unit: Decimal) -> Decimal:
        """USD per display unit from USD per base unit (token, second, image …); exact."""
        return plain(usd_per_base_unit * self.unit(meter).per)

    def cost(self, meter: Meter, price: Decimal, quantity: Decimal) -> Decimal:
        """USD for `quantity` base units at `price` per display unit; exact up to 28 digits."""
        return price * quantity / self.unit(meter).per


def unit_registry(records: Iterable[Mapping[str, object]]) -> UnitRegistry:
    """The registry from plain records with the keys id, per, label, noun."""
    units = {}
    for r in records:
        per = r["per"]
        if not isinstance(per, int) or per < 1:
            raise MeterError(f"unit {r['id']!r}: per is {per!r}, expected a whole number ≥ 1")
        unit = Unit(str(r["id"]), per, str(r["label"]), str(r["noun"]))
        units[unit.id] = unit
    return UnitRegistry(units)


def plain(value: Decimal) -> Decimal:
    """The same number without exponent and trailing zeros, so that equal prices have equal texts.

    A number of more than 28 digits before the point keeps its exponent: it is no price.
    """
    value = value.normalize()
    exponent = value.as_tuple().exponent
    written_out = isinstance(exponent, int) and exponent > 0 and value.adjusted() < DIGITS
    return value.quantize(Decimal(1)) if written_out else value


@lru_cache(maxsize=65536)  # tens of thousands of offers have some thousand prices
def price_text(value: Decimal) -> str:
    """A price as plain decimal digits, never in exponent notation."""
    return format(plain(value), "f")

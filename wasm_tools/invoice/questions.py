"""Unit questions: lines whose price is so far from every known one that the stated unit cannot be what was billed."""

from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.price_index import PriceIndex, Span

FACTOR = 100  # a price this many times outside all known ones is a unit that was misread
_READINGS = {
    "token": (1, 1_000, 1_000_000),
    "character": (1, 1_000, 1_000_000),
    "audio_second": (1, 60, 3_600),
    "video_second": (1, 60, 3_600),
    "gpu_second": (1, 60, 3_600),
    "request": (1, 1_000),
    "search": (1, 1_000),
    "page": (1, 1_000),
    "image": (1, 1_000),
}


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """One question per provider, workload and unit: the implied price, the known prices, and readings that would fit.

    `readings` are pairs of base units per billed unit and the price that follows, USD per display unit.
    """

    provider: str
    workload: str
    unit_raw: str
    unit: str
    label: str
    lines: int
    amount_usd: Decimal
    implied_price: Decimal
    known: Span
    readings: tuple[tuple[Decimal, Decimal], ...]


def plausible_span(known: Span | None) -> Span | None:
    """The prices that need no question: up to FACTOR times outside the known ones; None when none is known."""
    return None if known is None else (known[0] / FACTOR, known[1] * FACTOR)


def fitting_readings(
    index: PriceIndex, provider: str, workload: str, unit: str, implied_price: Decimal, factor: Decimal
) -> tuple[tuple[Decimal, Decimal], ...]:
    """Other usual sizes of the unit that put the price inside the provider's known range, or that of all providers."""
    known = index.spans.get((provider, workload, unit)) or index.spans.get(("", workload, unit))
    if known is None:
        return ()
    readings = []
    for size in _READINGS.get(unit, ()):
        price = implied_price * factor / size
        if size != factor and known[0] <= price <= known[1]:
            readings.append((Decimal(size), price))
    return tuple(readings)

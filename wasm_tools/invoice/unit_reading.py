"""Units that contradict the price: the one other reading of the stated unit that fits, if there is exactly one."""

from collections.abc import Iterable, Sequence
from decimal import Context, Decimal
from functools import cache

Span = tuple[Decimal, Decimal]
Readings = tuple[Sequence[Span], Sequence[tuple[Decimal, Sequence[Span]]]]
# Of a list price, both ways: batch and large discounts; a thousand apart, two readings never fit.
WIDTH = Decimal("0.6")
_SIZES = {
    "audio_second": (60, 3_600),
    "video_second": (60, 3_600),
    "gpu_second": (60, 3_600),
}
_THOUSANDS = (1_000, 1_000_000)
_QUOTIENTS = Context(prec=28)  # whatever context the first to ask has set


@cache
def sizes(unit: str) -> tuple[Decimal, ...]:
    """How many times too large or too small a unit may have been taken."""
    found = tuple(map(Decimal, _SIZES.get(unit, _THOUSANDS)))
    return (*found, *(_QUOTIENTS.divide(1, size) for size in found))


def spans_of(listed: Iterable[Decimal]) -> list[Span]:
    """The prices that the list prices could explain, discounts and surcharges included, as few spans as they make."""
    spans: list[Span] = []
    for price in sorted(listed):
        low, high = price * (1 - WIDTH), price * (1 + WIDTH)
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], high)
        else:
            spans.append((low, high))
    return spans


def readings_of(spans: Iterable[Span], unit: str) -> Readings:
    """The spans, and beside each factor on the quantity the prices as billed that it would bring into one."""
    own = tuple(spans)
    scaled = [(size, tuple((low * size, high * size) for low, high in own)) for size in sizes(unit)]
    return own, tuple(scaled)


def fitting_reading(price: Decimal, readings: Readings) -> Decimal | None:
    """The factor on the quantity that brings `price` into a span; None when it fits as it is, or several do.

    Where the file names no model, the span is that of all prices of the provider.
    """
    spans, scaled = readings
    if _fits(price, spans):
        return None
    found = [size for size, of_size in scaled if _fits(price, of_size)]
    return found[0] if len(found) == 1 else None


def _fits(price: Decimal, spans: Sequence[Span]) -> bool:
    return any(low <= price <= high for low, high in spans)

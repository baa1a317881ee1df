"""Units that contradict the price: the one other reading of the stated unit that fits, if there is exactly one."""

from collections.abc import Callable, Sequence
from decimal import Decimal

WIDTH = Decimal(
    "0.6"
)  # of a list price, both ways: batch and large discounts; a thousand apart, two readings never fit
_SIZES = {
    "audio_second": (60, 3_600),
    "video_second": (60, 3_600),
    "gpu_second": (60, 3_600),
}
_THOUSANDS = (1_000, 1_000_000)


def near(price: Decimal, listed: Decimal, tolerance: Decimal, slack: Decimal = Decimal(0)) -> bool:
    """Whether a price counts as a list price; `slack` is what rounding may have added or taken."""
    return abs(price - listed) <= listed * tolerance + slack


def sizes(unit: str) -> tuple[Decimal, ...]:
    """How many times too large or too small a unit may have been taken."""
    found = tuple(map(Decimal, _SIZES.get(unit, _THOUSANDS)))
    return (*found, *(1 / size for size in found))


def fitting_reading(price: Decimal, listed: Sequence[Decimal], unit: str) -> Decimal | None:
    """The factor on the quantity that brings `price` near a list price; None when it fits as it is, or several do."""
    return _only(price, unit, lambda implied: any(near(implied, p, WIDTH) for p in listed))


def envelope_reading(price: Decimal, span: Sequence[Decimal], unit: str) -> Decimal | None:
    """The same against the lowest and highest price of a provider, where the file names no model."""
    low, high = span
    return _only(price, unit, lambda implied: low <= implied <= high)


def _only(price: Decimal, unit: str, fits: Callable[[Decimal], bool]) -> Decimal | None:
    if fits(price):
        return None
    found = [size for size in sizes(unit) if fits(price / size)]
    return found[0] if len(found) == 1 else None

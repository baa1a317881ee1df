"""How often the band of a projection held: each day that is told is projected from the days before it alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.trend import ACTIVE_DAYS, projected

MOST = 60  # days held back: what was usual longer ago says little of the band of today
FEWEST = 7  # below it a share says nothing
FEW_HELD_BACK = f"fewer than {FEWEST} days could be held back"


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Of `days` that were held back one at a time, `held` lay in their 80 % band; None where too few can be."""

    days: int
    held: int | None

    @property
    def reason(self) -> str:
        """Why it is unknown; '' where it is known."""
        return "" if self.held is not None else FEW_HELD_BACK


def held_back(days: Sequence[tuple[str, Decimal]], provisional: int = 0) -> HeldBack:
    """The back-test of a series of US dollars by ISO day without gaps, as `series` makes it.

    Each of the last MOST days, but for the `provisional` ones at the end that may still grow, is projected as if the
    day before it were the last that is known. Days before which ACTIVE_DAYS have use count; bounds are within the band.
    """
    settled = days[: len(days) - provisional]
    active, tried, held = 0, 0, 0
    for at, (day, usd) in enumerate(settled):
        if active >= ACTIVE_DAYS and at >= len(settled) - MOST:
            band = projected(settled[:at], day, day)
            tried += 1
            held += band.low <= usd <= band.high
        active += bool(usd)
    return HeldBack(tried, held if tried >= FEWEST else None)

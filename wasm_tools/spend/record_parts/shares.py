"""Shares as decimal text."""

from decimal import Decimal

from wasm_tools.invoice.usage import decimal_text

_FOUR = Decimal("0.0001")


def share(part: Decimal, whole: Decimal) -> str | None:
    """A quotient to four places; None of nothing."""
    return to_four_places(part / whole) if whole else None


def to_four_places(ratio: Decimal) -> str:
    """A ratio as text."""
    return decimal_text(ratio.quantize(_FOUR))

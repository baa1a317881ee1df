"""Factors on list prices that providers commonly use, for prices that no list names: tried after all listed ones."""

from decimal import Decimal

FACTORS = (
    (Decimal("0.5"), "0.5 × list: the usual batch or flex discount"),
    (Decimal("1.1"), "1.1 × list: the usual surcharge of regional processing"),
    (Decimal("0.55"), "0.55 × list: batch with regional processing"),
)
CACHE_FACTORS = (
    (Decimal("0.1"), "0.1 × list: cached input"),
    (Decimal("0.25"), "0.25 × list: cached input"),
    (Decimal("1.25"), "1.25 × list: written to the cache for 5 minutes"),
    (Decimal("2"), "2 × list: written to the cache for an hour"),
)

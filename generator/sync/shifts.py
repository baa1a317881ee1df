"""A whole list whose numbers have moved at once: not a day of price changes but a unit or a field misread."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from wasm_tools.pricing.offers import GpuOffer, Offer

FAR = Decimal(5)  # a price this many times what it was, or less than one such part of it, has moved far
FEWEST = 3  # of fewer prices nothing can be said
SHARE = 4  # one in so many: often a single field is misread, and it is that of a part of the prices

Key = tuple[object, ...]


def last_prices(source: str, offers: Iterable[Offer | GpuOffer]) -> dict[Key, Decimal]:
    """What a source said last, by the identity of the offer; what it has ceased to say is left out."""
    return {o.key: e.price for o in offers for e in o.evidence if e.source == source and not e.absent_since}


def shift(last: Mapping[Key, Decimal], new: Iterable[tuple[Key, Decimal]]) -> str:
    """Why a list that said `last` cannot say `new`, in words; empty when less than a quarter of its prices moved far.

    Of several prices of one identity (bands of dates) the nearest to the last one counts.
    """
    moved: dict[Key, bool] = {}
    for key, price in new:
        old = last.get(key)
        if old and price:
            far = not old / FAR < price < old * FAR
            moved[key] = far and moved.get(key, True)
    count = sum(moved.values())
    if count < FEWEST or SHARE * count < len(moved):
        return ""
    return f"{count:,} of {len(moved):,} prices are more than {FAR} times away from what they were"

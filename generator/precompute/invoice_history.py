"""What each price was before: the days on which sources were seen to list, change or drop it, as short texts.

A text holds `day=price` from the oldest on; the last one leaves out the price, which is that of the offer. A price is
empty while no source listed it, a day where nobody saw the price begin. No text: nobody was ever seen to change it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from generator.precompute.catalogue import current_offers
from generator.sync.state import PriceEvent
from wasm_tools.pricing.meters import Meter, parse_meter, price_text
from wasm_tools.pricing.offers import Offer

Key = tuple[str, str, Meter, str, str]
Periods = tuple[tuple[str, Decimal | None], ...]  # from that day on, oldest first


def price_periods(offers: Iterable[Offer], events: Iterable[PriceEvent], as_of: str) -> dict[Key, Periods]:
    """The prices of every key that has a history, in US dollars only: past exchange rates are not known.

    Stated dates of validity go before the days on which a change was seen. What begins after `as_of` is left out.
    """
    found: dict[Key, dict[str, Decimal | None]] = {}
    for e in sorted(events, key=lambda e: e.date):
        if e.currency == "USD" and e.date <= as_of and not e.meter.startswith("gpu_hour"):
            key = (e.provider, e.sku, parse_meter(e.meter), e.region, e.currency)
            known = found.setdefault(key, {"": Decimal(e.old)} if e.old else {})
            known[e.date] = Decimal(e.new) if e.new else None
    dated: dict[Key, list[Offer]] = {}
    for o in offers:
        if (o.effective_from or o.effective_to) and o.currency == "USD" and o.effective_from <= as_of:
            dated.setdefault(o.key, []).append(o)
    for key, stated in dated.items():
        stated.sort(key=lambda o: o.effective_from)
        first = stated[0].effective_from
        periods = {day: price for day, price in found.get(key, {}).items() if day < first}
        for offer in stated:
            periods[offer.effective_from] = offer.price
            if offer.effective_to and offer.effective_to <= as_of:
                periods.setdefault(offer.effective_to, None)
        found[key] = periods
    return {key: _merged(sorted(periods.items())) for key, periods in found.items()}


def _merged(periods: Iterable[tuple[str, Decimal | None]]) -> Periods:
    """Periods without those that repeat the price before them."""
    kept: list[tuple[str, Decimal | None]] = []
    for day, price in periods:
        if not kept or kept[-1][1] != price:
            kept.append((day, price))
    return tuple(kept)


def history_texts(offers: Iterable[Offer], periods: Mapping[Key, Periods]) -> list[str]:
    """The text of each offer; none where the last period contradicts the published price."""
    return [history_text(periods.get(o.key, ()), o.price) for o in offers]


def history_text(periods: Periods, price: Decimal | None) -> str:
    """The text of periods that end with `price`; `''` when they do not."""
    if not periods or periods[-1][1] != price:
        return ""
    *before, (last, _) = periods
    return " ".join((*(f"{day}={'' if p is None else price_text(p)}" for day, p in before), last))


def ended(offers: Iterable[Offer], periods: Mapping[Key, Periods], as_of: str) -> list[tuple[Key, str]]:
    """What is no longer listed, with its text; its last period has no price."""
    listed = {o.key for o in current_offers(offers, as_of)}
    gone = (key for key, found in periods.items() if key not in listed and found[-1][1] is None and len(found) > 1)
    return [(key, history_text(periods[key], None)) for key in sorted(gone)]

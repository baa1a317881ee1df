"""Prices in other currencies turned into US dollars by a dated rate, at the edge: the store keeps the vendor's own."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from generator.registry import ExchangeRate
from generator.sync.price_fields import settled
from wasm_tools.pricing.meters import Meter, plain, price_text
from wasm_tools.pricing.offers import Offer

DIGITS = 6  # significant digits of a converted price: the rate has no more


@dataclass(frozen=True, slots=True)
class Listed:
    """What stands behind a converted price: the offer in the vendor's currency, and the rate that was used."""

    offer: Offer
    rate: ExchangeRate


def rate_on(rates: Iterable[ExchangeRate], currency: str, as_of: str) -> ExchangeRate | None:
    """The newest rate of a currency that is not younger than `as_of`, else its oldest; None for an unknown currency."""
    dated = sorted((r for r in rates if r.currency == currency), key=lambda r: r.date)
    return next((r for r in reversed(dated) if r.date <= as_of), dated[0] if dated else None)


def in_usd(offers: Iterable[Offer], rates: Iterable[ExchangeRate], as_of: str) -> Iterator[Offer]:
    """The offers in US dollars: converted ones say so in their note; one without a rate is left out.

    A SKU that is listed in two currencies for one region is published from one of both lists, never from a mixture:
    that in which its provider states most of its prices.
    """
    return (published for published, _ in _published(offers, rates, as_of))


def listed_prices(
    offers: Iterable[Offer], rates: Iterable[ExchangeRate], as_of: str
) -> dict[tuple[str, str, Meter, str, str], Listed]:
    """What the vendors list behind each converted offer, by the key of the converted one."""
    return {published.key: listed for published, listed in _published(offers, rates, as_of) if listed}


def _published(
    offers: Iterable[Offer], rates: Iterable[ExchangeRate], as_of: str
) -> Iterator[tuple[Offer, Listed | None]]:
    offers, rates = list(offers), list(rates)
    used = {code: rate_on(rates, code, as_of) for code in {o.currency for o in offers} - {"USD"}}
    usual: dict[str, Counter[str]] = {}
    lists: dict[tuple[str, str, str], set[str]] = {}
    for o in offers:
        if o.currency == "USD" or used[o.currency]:
            usual.setdefault(o.provider, Counter())[o.currency] += 1
            lists.setdefault((o.provider, o.sku, o.region), set()).add(o.currency)
    for o in offers:
        rate = used.get(o.currency)
        stated = lists.get((o.provider, o.sku, o.region), set())
        if o.currency not in stated or o.currency != min(stated, key=lambda c: (-usual[o.provider][c], c)):
            continue
        if rate is None:
            yield o, None
            continue
        note = f"{price_text(o.price)} {o.currency} at {price_text(rate.units_per_usd)} to the dollar ({rate.date})"
        evidence = tuple(replace(e, price=_converted(e.price, rate)) for e in o.evidence)
        published = replace(
            o,
            price=_converted(o.price, rate),
            evidence=evidence,
            currency="USD",
            note=f"{note}; {o.note}" if o.note else note,
        )
        yield published, Listed(o, rate)


def _converted(price: Decimal, rate: ExchangeRate) -> Decimal:
    return plain(settled(Decimal(f"{price / rate.units_per_usd:.{DIGITS - 1}e}")))

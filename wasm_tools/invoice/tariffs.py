"""Prices with their dates: what a meter cost on the day of a line, and how far that day's price is known."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from wasm_tools.invoice.remembered import Remembered
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer

Periods = tuple[tuple[str, Decimal | None], ...]  # from that day ('' is not known) on, oldest first; None is not listed
UNDATED = "no change of this price is known; the day on which it began is not"
NO_DAY = "the file gives no day, so these are the latest prices"


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one day. `since` is the day on which it was first seen, `note` what has to be assumed to use it."""

    price: Decimal
    since: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tariff:
    """One meter of one SKU in one region, with all prices it is known to have had.

    `offer.price` is the latest price; `gone` says that it is no longer listed.
    """

    offer: Offer
    periods: Periods

    @property
    def meter(self) -> Meter:
        """What is billed."""
        return self.offer.meter

    @property
    def gone(self) -> bool:
        """Whether no source lists it any more."""
        return self.periods[-1][1] is None

    def on(self, day: str) -> Quote | None:
        """The price in force on an ISO day, None where it is not known.

        Before the first known day, and while a price was not listed, the next later one is used if there was no other
        before or since: the note says so.
        """
        if not day:
            since, price = self.periods[-1]
            return None if price is None else Quote(price, since, NO_DAY)
        at = -1
        for number, (start, _) in enumerate(self.periods):
            if start > day:
                break
            at = number
        since, price = self.periods[at] if at >= 0 else ("", None)
        if price is not None:
            return Quote(price, since, "" if since or len(self.periods) > 1 else UNDATED)
        later = [(start, p) for start, p in self.periods[at + 1 :] if p is not None]
        if not later or len({p for _, p in self.periods if p is not None}) != 1:
            return None
        first, only = later[0]
        return Quote(only, first, f"first seen on {first}; no other price is known")

    def next_after(self, day: str) -> tuple[str, Decimal] | None:
        """The day on which the next price after `day` was seen, and that price."""
        return next(((start, p) for start, p in self.periods if day and start > day and p is not None), None)

    def cost(self, quantities: Mapping[str, Decimal]) -> Decimal | None:
        """Σ quantity × price of its day, by ISO day; None where a day has no price above zero."""
        if len(self.periods) == 1:  # one price for all days
            price = self.periods[0][1]
            return sum(quantities.values(), Decimal(0)) * price if price else None
        total = Decimal(0)
        for day, quantity in quantities.items():
            quote = self.on(day)
            if quote is None or quote.price <= 0:
                return None
            total += quantity * quote.price
        return total


class PriceList:
    """All tariffs, found by SKU at a provider and by model."""

    def __init__(self, tariffs: Iterable[Tariff]) -> None:
        self.by_sku: dict[tuple[str, str], list[Tariff]] = {}
        self.by_model: dict[str, dict[str, list[str]]] = {}  # model: provider: SKUs
        self._own: dict[str, dict[str, str]] = {}  # provider: SKU in lower case: SKU
        for tariff in tariffs:
            offer = tariff.offer
            place = (offer.provider, offer.sku)
            known = self.by_sku.get(place)
            if known is None:
                known = self.by_sku[place] = []
                self._own.setdefault(offer.provider, {})[offer.sku.lower()] = offer.sku
                if offer.model:
                    self.by_model.setdefault(offer.model, {}).setdefault(offer.provider, []).append(offer.sku)
            known.append(tariff)

    @cached_property
    def providers(self) -> frozenset[str]:
        """The providers that have a price."""
        return frozenset(self._own)

    def sku(self, provider: str, name: str) -> str:
        """The SKU that `name` is at a provider, letter case aside; `''` when there is none."""
        return self._own.get(provider, {}).get(name.strip().lower(), "")

    def skus(self, provider: str) -> Iterable[str]:
        """All SKUs of a provider."""
        return self._own.get(provider, {}).values()

    def tariffs(self, provider: str, sku: str) -> list[Tariff]:
        """The tariffs of a SKU."""
        return self.by_sku.get((provider, sku), [])


def periods_reader() -> Callable[[str, Decimal | None], Periods]:
    """The inverse of `history_text`: periods from a text and the last price. Few texts are told apart, each once."""
    told: Remembered[tuple[str, Decimal | None], Periods] = Remembered(lambda said: _periods(*said))
    return lambda text, price: told[text, price]


def _periods(text: str, price: Decimal | None) -> Periods:
    if not text and price is not None:
        return (("", price),)
    *before, last = text.split()
    parts = [part.partition("=") for part in before]
    return (*((day, Decimal(p) if p else None) for day, _, p in parts), (last, price))

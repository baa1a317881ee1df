"""What tokens cost: the prices of the invoice engine for each class of tokens, kind of calls and day.

Names are resolved and tariffs are found as for a bill. Where a model has prices for long contexts, the one whose
threshold the prompt exceeds counts, for each class the highest that is listed for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from wasm_tools.invoice.audit import LIST, NO_PRICE_OF_DAY, Verdict
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.readers.ledger import TIERS, call_key
from wasm_tools.invoice.resolution import Product
from wasm_tools.invoice.tariffs import Quote, Tariff
from wasm_tools.invoice.usage import EXACT, LineKey
from wasm_tools.spend.calls import NO_PRICE, What
from wasm_tools.spend.ledger import REASONING, TOKEN_CLASSES
from wasm_tools.spend.ledger_lines import FIRST, INDEX

NOT_LISTED = "the catalogue has no price of this model for tokens of this class and tier"
OTHER_HOURS = "the price outside the hours that have one of their own"


@dataclass(frozen=True, slots=True, eq=False)
class Rate:
    """The price of one class of tokens on one day, and USD a token. Without a price `reason` says why.

    Two rates are the same only when they are one object: `Rates` makes each once.
    """

    key: LineKey
    product: Product
    token_class: str
    day: str
    above: int = 0  # threshold of the long-context price, 0 where it holds for short prompts
    verdict: Verdict | None = None
    quote: Quote | None = None
    a_token: Decimal | None = None
    reason: str = ""


class Rates:
    """The prices of calls in a book, each found once."""

    def __init__(self, book: PriceBook) -> None:
        self.book = book
        self._tables: dict[tuple[str, ...], Mapping[str, Rate]] = {}
        self._prices: dict[int, list[float]] = {}  # by the identity of a table
        self._bands: dict[tuple[str, ...], tuple[int, ...]] = {}

    def bands(self, what: What) -> tuple[int, ...]:
        """The thresholds of long-context prices of a kind of calls, lowest first."""
        named = (what.provider, what.model, what.endpoint, what.tier)
        found = self._bands.get(named)
        if found is None:
            plain = [t for name in TOKEN_CLASSES for t in self._listed(self._key(what, name))]
            found = self._bands[named] = tuple(sorted({t.meter.above_tokens for t in plain} - {0}))
        return found

    def product(self, what: What) -> Product:
        """What provider and model mean."""
        return self.book.product(self._key(what, "output"))

    def table(self, what: What, day: str) -> Mapping[str, Rate]:
        """The rates of a kind of calls on a day, by token class."""
        place = (what.provider, what.model, what.endpoint, what.tier, str(what.above), day)
        found = self._tables.get(place)
        if found is None:
            rates = {name: self._rate(self._key(what, name), name, what, day) for name in TOKEN_CLASSES}
            found = self._tables[place] = rates
        return found

    def prices(self, what: What, day: str) -> Sequence[float]:
        """USD a token by the places of a cell, NO_PRICE where there is none; reasoning is part of the output."""
        table = self.table(what, day)
        found = self._prices.get(id(table))
        if found is None:
            found = self._prices[id(table)] = [0.0] * (FIRST + len(INDEX))
            for name, rate in table.items():
                found[INDEX[name]] = NO_PRICE if rate.a_token is None else float(rate.a_token)
        return found

    def _key(self, what: What, token_class: str) -> LineKey:
        key = call_key(what.provider, what.model, what.endpoint, what.tier, token_class)
        return replace(key, currency="USD", cost_basis="list")

    def _listed(self, key: LineKey) -> list[Tariff]:
        """The tariffs that agree with a key, those with conditions of their own only where there are no others."""
        said = self.book.fit(key).said if not self.book.product(key).reason else ()
        return [t for t in said if not t.meter.variant and not t.meter.window] or list(said)

    def _rate(self, key: LineKey, token_class: str, what: What, day: str) -> Rate:
        product = self.book.product(key)
        bare = Rate(key, product, token_class, day)
        if product.reason:
            return replace(bare, reason=product.reason)
        if what.tier and what.tier.casefold() not in TIERS:
            return replace(bare, reason=f"the tier {what.tier!r} is not one that the catalogue prices")
        listed = [t for t in self._listed(key) if t.meter.above_tokens <= what.above]
        if not listed:
            return replace(bare, reason=NOT_LISTED)
        above = max(t.meter.above_tokens for t in listed)
        tariff = next(t for t in listed if t.meter.above_tokens == above)
        quote = tariff.on(day)
        if quote is None:
            return replace(bare, reason=NO_PRICE_OF_DAY)
        per = self.book.units.units[key.unit].per
        hours = any(t.meter.window for t in self.book.fit(key).said)
        note = "; ".join(filter(None, (quote.note, OTHER_HOURS if hours else "")))
        with localcontext(EXACT):
            a_token = quote.price / per
        verdict = Verdict(LIST, "", tariff, quote.price, per, note=note)
        return replace(bare, above=above, verdict=verdict, quote=quote, a_token=a_token)


def usd_of(table: Mapping[str, Rate], tokens: Mapping[str, int]) -> Decimal:
    """USD of the tokens that have a price. Reasoning is part of the output."""
    total = Decimal(0)
    for name, count in tokens.items():
        if name != REASONING:
            a_token = table[name].a_token
            if a_token is not None:
                total = EXACT.fma(a_token, count, total)
    return total

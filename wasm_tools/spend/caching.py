"""What caches saved: tokens read from them against the price of input, and what writing to them cost above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.opportunities.caches import WRITES, uncached
from wasm_tools.invoice.opportunities.savings import ZERO
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff


@dataclass(slots=True)
class Caching:
    """Tokens that were read, written and sent in all; USD saved by reads and paid above plain input for writes.

    What has no price of plain input to hold it against is left out of the USD and counted in `unjudged` tokens.
    """

    provider: str = ""
    sku: str = ""
    model: str = ""
    read: Decimal = ZERO
    written: Decimal = ZERO
    prompt: Decimal = ZERO
    saved: Decimal = ZERO
    extra: Decimal = ZERO
    unjudged: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """USD saved less USD paid for writing."""
        return self.saved - self.extra

    @property
    def read_share(self) -> Decimal | None:
        """The share of all tokens sent that came from a cache; None without any."""
        return self.read / self.prompt if self.prompt else None


def caching(cells: Iterable[Cell], book: PriceBook) -> tuple[Caching, list[Caching]]:
    """Everything together, and each SKU that used a cache, the largest effect first."""
    found: dict[tuple[str, str], Caching] = {}
    plain: dict[int, Tariff | None] = {}
    for cell in cells:
        own = cell.verdict.tariff
        if own is None or not cell.quantity or own.meter.direction != "input" or own.meter.unit != "token":
            continue
        product = cell.product
        one = found.setdefault((product.provider, product.sku), Caching(product.provider, product.sku, product.model))
        one.prompt += cell.quantity
        if own.meter.cache not in WRITES | {"read"}:
            continue
        if id(own) not in plain:
            plain[id(own)] = uncached(own, book)
        tariff = plain[id(own)]
        quote = tariff.on(cell.day) if tariff else None
        value = None if quote is None else quote.price * cell.quantity / cell.verdict.per
        if own.meter.cache == "read":
            one.read += cell.quantity
            one.saved += ZERO if value is None else value - cell.cost
        else:
            one.written += cell.quantity
            one.extra += ZERO if value is None else cell.cost - value
        one.unjudged += cell.quantity if value is None else ZERO
    whole = Caching()
    for one in found.values():
        for name in ("read", "written", "prompt", "saved", "extra", "unjudged"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    used = [one for one in found.values() if one.read or one.written]
    return whole, sorted(used, key=lambda c: (-abs(c.net), c.provider, c.sku))

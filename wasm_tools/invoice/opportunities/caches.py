"""Tier A: caches that cost more to write than their reads saved. No rate of hits is assumed: both are on the bill."""

from collections.abc import Iterable
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.opportunities.savings import ZERO, Item, billed_price, evidence, grade, span
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import decimal_text

CACHE = "cache"
WRITES = frozenset({"write", "write_1h", "write_12h"})


def cache_items(cells: Iterable[Cell], book: PriceBook, share: Decimal) -> tuple[list[Item], frozenset[int]]:
    """One item for each SKU whose cache was a loss, and the identities of its cells of writes.

    Σ written × (write price − input price) − Σ read × (input price − read price), where that is above zero.
    """
    by_sku: dict[tuple[str, str], list[tuple[Cell, Tariff, Decimal]]] = {}
    for cell in cells:
        price, own = billed_price(cell), cell.verdict.tariff
        if price is None or own is None or own.meter.cache not in WRITES | {"read"}:
            continue
        plain = uncached(own, book)
        quote = plain.on(cell.day) if plain else None
        if quote is not None:
            by_sku.setdefault((own.offer.provider, own.offer.sku), []).append((cell, own, quote.price))
    items, used = [], set()
    for _, found in sorted(by_sku.items()):
        item = _item(found, book, share)
        if item is not None:
            items.append(item)
            used |= {id(cell) for cell, own, _ in found if own.meter.cache in WRITES}
    return items, frozenset(used)


def uncached(own: Tariff, book: PriceBook) -> Tariff | None:
    """The tariff of the same tokens without a cache."""
    wanted = (own.meter.direction, own.meter.modality, own.meter.unit, own.meter.tier, own.meter.above_tokens)
    for t in book.prices.tariffs(own.offer.provider, own.offer.sku):
        m = t.meter
        same = (m.direction, m.modality, m.unit, m.tier, m.above_tokens) == wanted
        if same and m.cache == "none" and t.offer.region == own.offer.region and m.variant == own.meter.variant:
            return t
    return None


def _item(found: list[tuple[Cell, Tariff, Decimal]], book: PriceBook, share: Decimal) -> Item | None:
    """The loss of one SKU; at a discount each part is the share of its cost, so that it never exceeds the cost."""
    extra = saved = basis = ttl = ZERO
    parts = []
    for cell, own, plain in found:
        price = billed_price(cell) or ZERO
        difference = cell.cost * (price - plain) / price
        if own.meter.cache in WRITES:
            extra += difference
            basis += cell.cost
            parts.append(
                f"{decimal_text(cell.cost)} × (1 − {decimal_text(plain)} ÷ {decimal_text(price)}) [{own.meter.cache}]"
            )
            ttl += _longer(cell, own, price, book)
        else:
            saved -= difference
            parts.append(f"− {decimal_text(cell.cost)} × ({decimal_text(plain)} ÷ {decimal_text(price)} − 1) [read]")
    loss = extra - saved
    if not 0 < loss <= basis:
        return None
    product = found[0][0].product
    offer = found[0][1].offer
    tariffs = [own for _, own, _ in found]
    return Item(
        CACHE, "A", product.provider, product.sku, product.model, (offer.provider, offer.sku, offer.model),
        sum(cell.lines for cell, own, _ in found if own.meter.cache in WRITES), basis, loss, loss, loss * share, CACHE,
        " ".join(parts), "the same prompts without writing to the cache", "prompts are no longer written to the cache",
        "Turn caching off for a day, or let its prefixes live until they are read again; compare the input cost.",
        evidence(tariffs), grade(tariffs), span(cell for cell, _, _ in found),
        {"written_extra_usd": f"{extra:.2f}", "reads_saved_usd": f"{saved:.2f}", "one_hour_premium_usd": f"{ttl:.2f}"},
    )  # fmt: skip


def _longer(cell: Cell, own: Tariff, price: Decimal, book: PriceBook) -> Decimal:
    """What the hour of life cost above five minutes."""
    if own.meter.cache != "write_1h":
        return ZERO
    for t in book.prices.tariffs(own.offer.provider, own.offer.sku):
        m = t.meter
        if (m.cache, m.tier, m.above_tokens) == ("write", own.meter.tier, own.meter.above_tokens):
            quote = t.on(cell.day)
            if quote and t.offer.region == own.offer.region:
                return cell.cost * (price - quote.price) / price
    return ZERO

"""Tier B: the same open weights at another host, where precision and context are known on both sides.

All work of a model moves together: every class that was billed needs a price at the other host, batch only under
batch. A price that a single source states is no reason to move: the cheapest of a model are often those of resellers
that nobody confirms. Tokens that were read from a cache take the other host's price of cached input, or its full price
of input.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.models import HostFacts
from wasm_tools.invoice.opportunities.savings import ZERO, Item, Saving, billed_price, evidence, grade, parts, span
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import decimal_text

HOST = "host"
RANKS = {"fp32": 5, "bf16": 4, "fp16": 4, "fp8": 3, "int8": 3, "fp6": 2, "fp4": 1, "int4": 1}
ASSUMPTION = "the same weights answer alike in the same or a finer precision"
CHANGES = "another company processes the data: check its terms, region, limits and speed"
VERIFY = "Send the same hundred prompts to both hosts; compare answers, times and the price of the calls."


@dataclass(frozen=True, slots=True)
class NotComparable:
    """Spend on a model for which no alternative can be judged, and why."""

    provider: str
    model: str
    usd: Decimal
    reason: str


def host_items(cells: Iterable[Cell], book: PriceBook, share: Decimal) -> tuple[list[Item], list[NotComparable]]:
    """The best other host of each product on the bill, and the products that cannot be compared."""
    products: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        own = cell.verdict.tariff
        if billed_price(cell) is not None and own is not None and own.offer.model and not cell.product.tool:
            products.setdefault((own.offer.provider, own.offer.sku), []).append(cell)
    items, silent = [], []
    for (provider, sku), found in sorted(products.items()):
        model = book.prices.tariffs(provider, sku)[0].offer.model
        facts = book.models.models.get(model)
        if facts is None or facts.open_weights != "yes":
            continue
        usd = sum((c.cost for c in found), ZERO)
        here = book.models.hosts.get((provider, sku))
        if here is None or here.precision not in RANKS:
            silent.append(NotComparable(provider, model, usd, "the precision of the weights at this host is not known"))
            continue
        if here.context is None:
            silent.append(NotComparable(provider, model, usd, "the context length at this host is not known"))
            continue
        item = _best(found, here, provider, model, book, share)
        if item is not None:
            items.append(item)
    return items, silent


def _best(
    cells: list[Cell], here: HostFacts, provider: str, model: str, book: PriceBook, share: Decimal
) -> Item | None:
    moves = []
    for other, skus in book.prices.by_model.get(model, {}).items():
        for sku in skus if other != provider else ():
            there = book.models.hosts.get((other, sku))
            if there is None or not _sufficient(there, here):
                continue
            found = _moved(cells, book.prices.tariffs(other, sku))
            amount = sum((s.amount for s in found), ZERO)
            if found and amount > 0 and grade(s.tariff for s in found) == "A":
                moves.append((amount, other, sku, there, found))
    if not moves:
        return None
    amount, other, sku, there, found = min(moves, key=lambda m: (-m[0], m[1], m[2]))
    tariffs = [s.tariff for s in found]
    basis = sum((c.cost for c in cells), ZERO)
    lines = sum(c.lines for c in cells)
    return Item(
        HOST, "B", provider, cells[0].product.sku, model, (other, sku, model), lines, basis, amount, amount,
        amount * share, HOST, " + ".join(map(_part, found)), ASSUMPTION, CHANGES, VERIFY, evidence(tariffs),
        grade(tariffs), span(cells), _facts(here, there), parts(found),
    )  # fmt: skip


def _part(s: Saving) -> str:
    cell = s.cell
    quantity, cost = decimal_text(cell.quantity or ZERO), decimal_text(cell.cost)
    return f"{cost} − {quantity} ÷ {cell.verdict.per} × {decimal_text(s.other)} [{cell.key.line_class}]"


def _sufficient(there: HostFacts, here: HostFacts) -> bool:
    """Same or finer precision and at least the context, both known."""
    precise = RANKS.get(there.precision, 0) >= RANKS[here.precision]
    return precise and there.context is not None and here.context is not None and there.context >= here.context


def _moved(cells: list[Cell], tariffs: list[Tariff]) -> list[Saving]:
    """The savings of all cells at another host, negative ones included; empty when one class has no price there."""
    savings = []
    for cell in cells:
        own, price = cell.verdict.tariff, billed_price(cell)
        tariff = like(own, tariffs) if own else None
        quote = tariff.on(cell.day) if tariff and not tariff.gone else None
        if tariff is None or quote is None or quote.price <= 0 or price is None or cell.quantity is None:
            return []
        amount = cell.cost - cell.quantity * quote.price / cell.verdict.per
        savings.append(Saving(HOST, cell, amount, price, quote.price, tariff))
    return savings


@dataclass(frozen=True, slots=True)
class Used:
    """What cells used of one tariff: base units by day, as many of them as a price is told per."""

    own: Tariff
    line_class: str
    per: int
    quantities: Mapping[str, Decimal]


def used(cells: Iterable[Cell]) -> list[Used] | None:
    """Cells by the tariff that they were billed by; None where one has no tariff or no quantity."""
    found: dict[tuple[int, str, int], tuple[Tariff, dict[str, Decimal]]] = {}
    for cell in cells:
        own, per = cell.verdict.tariff, cell.verdict.per
        if own is None or cell.quantity is None:
            return None
        _, days = found.setdefault((id(own), cell.key.line_class, per), (own, {}))
        days[cell.day] = days.get(cell.day, ZERO) + cell.quantity
    return [Used(own, line_class, per, days) for (_, line_class, per), (own, days) in found.items()]


def like(own: Tariff, tariffs: list[Tariff]) -> Tariff | None:
    """The tariff of the same meter; of tokens that went through a cache, else the one of uncached input."""
    wanted = [own.meter]
    if own.meter.cache != "none":
        wanted.append(replace(own.meter, cache="none"))
    for meter in wanted:
        found = [t for t in tariffs if t.meter == meter]
        if found:  # several regions may have several prices: the dearest surely suffices
            return max(found, key=lambda t: (t.offer.region == "global", t.offer.price, t.offer.region))
    return None


def _facts(here: HostFacts, there: HostFacts) -> dict[str, str]:
    return {
        "precision": f"{here.precision} → {there.precision}",
        "context": f"{here.context} → {there.context}",
        "tokens_per_second": f"{_known(here.tokens_per_second)} → {_known(there.tokens_per_second)}",
        "ttft_ms": f"{_known(here.ttft_ms)} → {_known(there.ttft_ms)}",
    }


def _known(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"

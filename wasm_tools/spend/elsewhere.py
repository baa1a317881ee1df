"""The same usage at other providers: the same model, every class of tokens like for like, at the prices of each day.

Never another model: an embedding does not replace a chat. Free tiers are no prices. A price that a single source states
is left out, as in the advice of the invoice analyzer: the cheapest of a model are often those of resellers that nobody
confirms.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.models import HostFacts
from wasm_tools.invoice.opportunities.hosts import Used, like, used
from wasm_tools.invoice.opportunities.savings import ZERO, evidence, grade
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import exact_sum

CHEAPEST = 5
UNKNOWN_MODEL = "the catalogue does not know which model this is"
NOBODY = "no other provider lists every class of tokens of this model at prices that two sources state"


@dataclass(frozen=True, slots=True)
class Other:
    """What the usage would have cost at another provider. `host` is what is known of the weights there."""

    provider: str
    sku: str
    model: str
    usd: Decimal
    evidence: tuple[str, ...]
    grade: str
    host: HostFacts | None


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of one SKU that has a price, and the cheapest others; without any, `reason` says why."""

    provider: str
    sku: str
    model: str
    usd: Decimal
    calls: int
    others: tuple[Other, ...]
    reason: str = ""


def elsewhere(cells: Iterable[Cell], book: PriceBook, most: int = CHEAPEST) -> list[Usage]:
    """The usage of each SKU at other providers, the largest first."""
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        if cell.verdict.tariff is not None and cell.quantity and cell.key.kind == "usage" and cell.product.sku:
            found.setdefault((cell.product.provider, cell.product.sku), []).append(cell)
    usages = [_usage(provider, sku, own, book, most) for (provider, sku), own in found.items()]
    return sorted(usages, key=lambda u: (-u.usd, u.provider, u.sku))


def _usage(provider: str, sku: str, cells: list[Cell], book: PriceBook, most: int) -> Usage:
    model = cells[0].product.model
    usd, calls = exact_sum(c.cost for c in cells), max(_calls(cells).values(), default=0)
    work = used(cells)
    if not model or not work:
        return Usage(provider, sku, model, usd, calls, (), UNKNOWN_MODEL)
    others = []
    for other, skus in book.prices.by_model.get(model, {}).items():
        for there in skus if other != provider else ():
            priced = _at(work, [t for t in book.prices.tariffs(other, there) if not t.gone])
            if priced is not None and grade(priced[1]) == "A":
                amount, tariffs = priced
                facts = book.models.hosts.get((other, there))
                others.append(Other(other, there, model, amount, evidence(tariffs), grade(tariffs), facts))
    others.sort(key=lambda o: (o.usd, o.provider, o.sku))
    return Usage(provider, sku, model, usd, calls, tuple(others[:most]), "" if others else NOBODY)


def _calls(cells: Iterable[Cell]) -> dict[str, int]:
    """Calls by class: one call uses several classes, so that the class with most calls comes closest to all."""
    found: dict[str, int] = {}
    for cell in cells:
        found[cell.key.line_class] = found.get(cell.key.line_class, 0) + (cell.requests or 0)
    return found


def _at(work: Sequence[Used], tariffs: list[Tariff]) -> tuple[Decimal, list[Tariff]] | None:
    """The cost of all work by other tariffs; None when one class has no price there."""
    total, found = ZERO, []
    for part in work:
        tariff = like(part.own, tariffs)
        cost = tariff.cost(part.quantities) if tariff else None
        if tariff is None or cost is None:
            return None
        total += cost / part.per
        found.append(tariff)
    return total, found

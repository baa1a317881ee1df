"""Opportunities in tiers that are never added up: A same model and provider, B same weights, C models, D GPUs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.opportunities import same_model
from wasm_tools.invoice.opportunities.caches import CACHE, cache_items
from wasm_tools.invoice.opportunities.hosts import HOST, NotComparable, host_items
from wasm_tools.invoice.opportunities.other_models import DELTA, MODEL, model_items
from wasm_tools.invoice.opportunities.savings import ONE, ZERO, Item, best, items
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.usage import InvoiceError

if TYPE_CHECKING:
    from wasm_tools.planner import Catalogue

HUNDRED = Decimal(100)
MATERIAL_USD, MATERIAL_SHARE = Decimal(1), Decimal("0.01")
SHARES = (CACHE, *same_model.ORDER, HOST, MODEL, "commit", "self-host")


@dataclass(frozen=True, slots=True)
class Tier:
    """The items of one tier, largest first; `minor` are items below a dollar and below one percent of the spend."""

    items: tuple[Item, ...]
    minor: int
    not_comparable: tuple[NotComparable, ...] = ()

    @property
    def claimed(self) -> Decimal:
        """What the user's shares claim, in USD."""
        return sum((i.claimed for i in self.items), ZERO)

    @property
    def up_to(self) -> Decimal:
        """What all items would save at most, in USD."""
        return sum((i.high for i in self.items), ZERO)


def require_shares(shares: Mapping[str, Decimal]) -> None:
    """Raises InvoiceError for a share of nothing that has one, or outside 0 to 1."""
    for name, share in shares.items():
        if name not in SHARES:
            raise InvoiceError(f"share {name!r} is not one of {', '.join(SHARES)}")
        if not 0 <= share <= ONE:
            raise InvoiceError(f"share {name!r} is {share}, it has to be between 0 and 1")


def opportunities(
    cells: Sequence[Cell],
    book: PriceBook,
    shares: Mapping[str, Decimal],
    analysed: Decimal,
    delta: Decimal = DELTA,
    catalogue: "Catalogue | None" = None,
) -> dict[str, Tier]:
    """The tiers of a bill whose spend under analysis is `analysed` USD; D only with the planner's catalogue.

    `delta` are the points that another model may fall behind on a benchmark.
    """
    require_shares(shares)
    if not 0 <= delta <= HUNDRED:
        raise InvoiceError(f"delta is {delta}, it has to be between 0 and {HUNDRED} points")
    caches, used = cache_items(cells, book, shares.get(CACHE, ZERO))
    free = [cell for cell in cells if id(cell) not in used]
    chosen = best(same_model.savings(free, book), shares, same_model.ORDER)
    same = [*caches, *items(chosen, same_model.WORDS, shares)]
    hosts, silent = host_items(cells, book, shares.get(HOST, ZERO))
    models, unknown = model_items(cells, book, shares.get(MODEL, ZERO), delta)
    tiers = {"A": _tier(same, analysed), "B": _tier(hosts, analysed, silent), "C": _tier(models, analysed, unknown)}
    if catalogue is not None:
        # Imported here: the planner is large, and most reports do without it.
        from wasm_tools.invoice.opportunities.commitments import commitment_items

        plans, unplanned = commitment_items(cells, book, catalogue, shares)
        tiers["D"] = _tier(plans, analysed, unplanned)
    return tiers


def _tier(found: Iterable[Item], analysed: Decimal, silent: Iterable[NotComparable] = ()) -> Tier:
    """The material items. Raises InvoiceError when they save more than was paid: a defect of ours."""
    everything = list(found)
    for item in everything:
        if not 0 <= item.claimed <= item.low <= item.high <= item.basis:
            raise InvoiceError(f"{item.id} would save {item.high} of {item.basis} USD: please report this as a defect")
    if sum((i.high for i in everything), ZERO) > analysed:
        raise InvoiceError("the items would save more than was paid: please report this as a defect")
    material = [i for i in everything if i.high >= MATERIAL_USD or i.high >= MATERIAL_SHARE * analysed]
    material.sort(key=lambda i: (-i.claimed, -i.high, i.provider, i.sku, i.id))
    return Tier(tuple(material), len(everything) - len(material), tuple(silent))

"""Which rows a page of prices shows: regions of one price in one row, every seller once, and no more than fit."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from generator.render.site_index import Sku


@dataclass(frozen=True, slots=True)
class PricedRow:
    """A SKU with all the regions that have exactly its prices, from the same sources. `sku` is the first of them."""

    sku: Sku
    skus: tuple[Sku, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions in order, the one without a name first."""
        return tuple(s.region for s in self.skus)


def priced_rows(skus: Iterable[Sku]) -> list[PricedRow]:
    """The rows of these SKUs in their order."""
    groups: dict[Hashable, list[Sku]] = {}
    for s in skus:
        said = tuple((o.meter, o.price, o.note, tuple((e.source, e.price) for e in o.evidence)) for o in s.offers)
        groups.setdefault((s.provider, s.sku, said), []).append(s)
    ordered = (sorted(g, key=lambda s: (s.region != "global", s.region)) for g in groups.values())
    return [PricedRow(group[0], tuple(group)) for group in ordered]


def chosen_rows(
    rows: Sequence[PricedRow],
    name: Callable[[PricedRow], str],
    cells: Callable[[PricedRow], dict[str, Any]],
    size: Callable[[dict[str, Any]], int],
    room: int,
) -> list[tuple[PricedRow, dict[str, Any]]]:
    """The rows that fit into `room` elements, with their cells, in the given order; at least one.

    The first row of each seller (or model: `name`) goes before the second of any, so that a seller with a price for
    every region does not fill the page. Rows without a name are each their own.
    """
    found: dict[int, tuple[PricedRow, dict[str, Any]]] = {}
    for number in each_first([name(r) for r in rows]):
        made = cells(rows[number])
        room -= size(made)
        if room < 0 and found:
            break
        found[number] = (rows[number], made)
    return [found[number] for number in sorted(found)]


def each_first(names: Sequence[str]) -> list[int]:
    """The positions of names, the first of each name before the second of any; empty names are each their own."""
    seen: set[str] = set()
    first: list[int] = []
    rest: list[int] = []
    for number, name in enumerate(names):
        (rest if name in seen else first).append(number)
        if name:
            seen.add(name)
    return first + rest

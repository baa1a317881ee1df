"""The entries of a view by price: cells like those of a bill, so that all that the invoice engine knows holds for them.

A cell is one class of tokens of one product on one day. Tags are left out here: they have no prices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.usage import EXACT
from wasm_tools.spend.ledger import REASONING
from wasm_tools.spend.priced import Rate, Rates
from wasm_tools.spend.spent import Entry

LEDGERS = -1  # the file of cells of ledgers, which have no lines of their own


@dataclass(slots=True)
class Counted:
    """Tokens of one rate and the calls that used them."""

    rate: Rate
    tokens: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Daily:
    """`rates` are what ledgers used; `cells` are those that have a price, and those of bills."""

    rates: tuple[Counted, ...]
    paid: tuple[Cell, ...]
    cells: tuple[Cell, ...]


def daily(rates: Rates, entries: Iterable[Entry]) -> Daily:
    """The entries added up by rate."""
    whats: dict[tuple[int, str], dict[str, Counted]] = {}
    found: dict[int, Counted] = {}
    paid = []
    for entry in entries:
        if entry.paid is not None:
            paid.append(entry.paid)
            continue
        place = (id(entry.what), entry.when[:10])
        counted = whats.get(place)
        if counted is None:
            table = rates.table(entry.what, entry.when[:10])
            counted = whats[place] = {n: found.setdefault(id(r), Counted(r)) for n, r in table.items()}
        for name, count in entry.tokens.items():
            if name != REASONING:
                one = counted[name]
                one.tokens += count
                one.calls += entry.requests
    used = tuple(one for one in found.values() if one.calls)
    return Daily(used, tuple(paid), (*(cell for cell in map(_cell, used) if cell), *paid))


def _cell(counted: Counted) -> Cell | None:
    rate = counted.rate
    if rate.verdict is None or rate.a_token is None:
        return None
    tokens = Decimal(counted.tokens)
    usd = EXACT.multiply(rate.a_token, tokens)
    return Cell(rate.key, rate.product, rate.day, rate.verdict, LEDGERS, 0, counted.calls, usd, tokens, counted.calls)

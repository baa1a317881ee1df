"""What an action would save on one cell, and the items that savings are told as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from wasm_tools.invoice.audit import ABOVE, CONTRACT, FACTOR, LIST
from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import decimal_text, exact_sum
from wasm_tools.pricing.offers import evidence_text

ZERO, ONE = Decimal(0), Decimal(1)
JUDGED = frozenset({LIST, FACTOR, CONTRACT, ABOVE})  # verdicts that know which price was billed
CENTS = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Saving:
    """`amount` USD of the cost of a cell, by paying `other` instead of `price` per display unit of the meter."""

    action: str
    cell: Cell
    amount: Decimal
    price: Decimal
    other: Decimal
    tariff: Tariff  # of the other price


@dataclass(frozen=True, slots=True)
class Item:
    """One opportunity. `low` and `high` are what it saves in full; `claimed` is what the user's share makes of `low`.

    `to` is provider, SKU and model after the change; `share_id` names the share, '' where none is needed.
    """

    id: str
    tier: str
    provider: str
    sku: str
    model: str
    to: tuple[str, str, str]
    lines: int
    basis: Decimal
    low: Decimal
    high: Decimal
    claimed: Decimal
    share_id: str
    formula: str
    assumption: str
    changes: str
    verify: str
    evidence: tuple[str, ...]
    grade: str
    days: tuple[str, str]
    facts: Mapping[str, str] = field(default_factory=dict)
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an item that was one kind of line at one price: `quantity` base units, prices per `per` of them.

    `file` and `row` are those of its first line.
    """

    file: int
    row: int
    workload: str
    line_class: str
    unit: str
    quantity: Decimal
    usd: Decimal
    to_price: Decimal
    per: int
    saved: Decimal
    evidence: str


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of an action whatever its numbers."""

    tier: str
    assumption: str
    changes: str
    verify: str


def billed_price(cell: Cell) -> Decimal | None:
    """The list price that a cell was billed by, with the known factor on it; None where it is not known."""
    verdict = cell.verdict
    if verdict.kind not in JUDGED or verdict.tariff is None or not verdict.price or not cell.quantity:
        return None
    by_factor = verdict.kind == FACTOR and verdict.detail.partition(" ")[2].startswith("× list")
    return verdict.price * verdict.factor if by_factor and verdict.factor else verdict.price


def same_provider(action: str, cell: Cell, tariff: Tariff) -> Saving | None:
    """The saving by another price of the same provider, where the share of list that is paid stays what it is."""
    price, quote = billed_price(cell), tariff.on(cell.day)
    if price is None or quote is None or tariff.gone or not 0 < quote.price < price:
        return None
    return Saving(action, cell, cell.cost * (price - quote.price) / price, price, quote.price, tariff)


def best(savings: Iterable[Saving], shares: Mapping[str, Decimal], order: Mapping[str, int]) -> list[Saving]:
    """One saving a cell: what the user's shares make largest, then by the order of actions, then the largest."""
    chosen: dict[int, Saving] = {}
    for saving in savings:
        known = chosen.get(id(saving.cell))
        if known is None or _rank(saving, shares, order) < _rank(known, shares, order):
            chosen[id(saving.cell)] = saving
    return list(chosen.values())


def _rank(saving: Saving, shares: Mapping[str, Decimal], order: Mapping[str, int]) -> tuple[object, ...]:
    claimed = saving.amount * shares.get(saving.action, ZERO)
    offer = saving.tariff.offer
    return (-claimed, order[saving.action], -saving.amount, offer.provider, offer.sku, str(offer.meter))


def items(savings: Iterable[Saving], words: Mapping[str, Words], shares: Mapping[str, Decimal]) -> list[Item]:
    """Savings of one product by one action as one item, with the numbers of its formula."""
    together: dict[tuple[str, str, str, str], list[Saving]] = {}
    for s in savings:
        offer = s.tariff.offer
        together.setdefault((s.action, s.cell.product.provider, s.cell.product.sku, offer.sku), []).append(s)
    return [_item(found, words[found[0].action], shares) for _, found in sorted(together.items())]


def _item(found: list[Saving], words: Words, shares: Mapping[str, Decimal]) -> Item:
    first = found[0]
    product, offer = first.cell.product, first.tariff.offer
    basis = sum((s.cell.cost for s in found), ZERO)
    amount = sum((s.amount for s in found), ZERO)
    to = (offer.provider, offer.sku, offer.model)
    return Item(
        first.action, words.tier, product.provider, product.sku, product.model, to,
        sum(s.cell.lines for s in found), basis, amount, amount, amount * shares.get(first.action, ZERO), first.action,
        formula(found), words.assumption, words.changes, words.verify, evidence(s.tariff for s in found),
        grade(s.tariff for s in found), span(s.cell for s in found), parts=parts(found),
    )  # fmt: skip


def parts(found: Iterable[Saving]) -> tuple[Part, ...]:
    """The savings of an item by kind of line and price, the largest first."""
    groups: dict[tuple[object, ...], list[Saving]] = {}
    for s in found:
        offer, key = s.tariff.offer, s.cell.key
        place = (key.line_class, key.unit, s.price, s.other, s.cell.verdict.per, offer.sku)
        groups.setdefault(place, []).append(s)
    made = [_part(group) for group in groups.values()]
    return tuple(sorted(made, key=lambda p: (-p.saved, p.line_class, p.to_price, p.usd)))


def _part(found: list[Saving]) -> Part:
    first = min(found, key=lambda s: (s.cell.file, s.cell.first_row))
    cell, offer = first.cell, first.tariff.offer
    return Part(
        cell.file, cell.first_row, offer.workload, cell.key.line_class, cell.key.unit,
        exact_sum(s.cell.quantity or ZERO for s in found), exact_sum(s.cell.cost for s in found), first.other,
        cell.verdict.per, exact_sum(s.amount for s in found), evidence_text(offer.evidence),
    )  # fmt: skip


def formula(found: Iterable[Saving]) -> str:
    """The sum with its numbers: cost × (1 − other price ÷ price) by class and price."""
    parts: dict[tuple[str, Decimal, Decimal], Decimal] = {}
    for s in found:
        place = (s.cell.key.line_class, s.price, s.other)
        parts[place] = parts.get(place, ZERO) + s.cell.cost
    texts = [
        f"{decimal_text(usd)} × (1 − {decimal_text(other)} ÷ {decimal_text(price)}) [{line_class}]"
        for (line_class, price, other), usd in sorted(parts.items())
    ]
    return " + ".join(texts)


def evidence(tariffs: Iterable[Tariff]) -> tuple[str, ...]:
    """Each meter with the sources of its price."""
    return tuple(sorted({f"{t.meter}: {evidence_text(t.offer.evidence)}".strip() for t in tariffs}))


def grade(tariffs: Iterable[Tariff]) -> str:
    """A: each price is stated by two sources or more; B: one of them by a single source; C: by none any more."""
    counts = [sum(1 for e in t.offer.evidence if not e.absent_since) for t in tariffs]
    return "C" if not min(counts, default=0) else "B" if min(counts) == 1 else "A"


def span(cells: Iterable[Cell]) -> tuple[str, str]:
    """First and last day; `''` where no cell has one."""
    days = sorted({cell.day for cell in cells if cell.day})
    return (days[0], days[-1]) if days else ("", "")

"""Tier C: another model for text, where named benchmarks, modalities and context say that it may do the work.

At least two benchmarks must have scores of both models, and on none of them may the other one fall behind by more than
the user allows. Answers may be longer or shorter and tokens be counted otherwise: the saving is a range, and only what
is left at its worse end is told. Always test before switching.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.models import ModelFacts
from wasm_tools.invoice.opportunities.hosts import NotComparable, Used, like, used
from wasm_tools.invoice.opportunities.savings import ZERO, Item, billed_price, evidence, grade, span
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.tariffs import Tariff
from wasm_tools.invoice.usage import decimal_text

MODEL = "model"
DELTA = Decimal(2)  # points out of 100 that a candidate may fall behind, unless the user says otherwise
SHORTER, LONGER = Decimal("0.7"), Decimal("1.5")  # answers of another model; ours, for models of one kind
MORE_TOKENS = Decimal("1.3")  # newer Claude models count about a third more tokens for the same text than others
BENCHMARKS = 2
CLASSES = frozenset(
    (
        "input_uncached", "input", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "cache_write_12h",
        "output",
    )
)  # fmt: skip
ASSUMPTION = f"answers {SHORTER} to {LONGER} times as long; the benchmarks stand for the work"
CHANGES = "another model answers: style, errors, limits and features differ"
VERIFY = "Run your own evaluation on both models with real prompts; check tools, formats and languages that you use."


@dataclass(frozen=True, slots=True)
class Move:
    """The cost of a product's work at another model, between two bounds."""

    provider: str
    sku: str
    low_cost: Decimal
    high_cost: Decimal
    tariffs: tuple[Tariff, ...]


def model_items(
    cells: Iterable[Cell], book: PriceBook, share: Decimal, delta: Decimal
) -> tuple[list[Item], list[NotComparable]]:
    """The other model with the largest sure saving for each product, and the products that cannot be compared."""
    products: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in cells:
        own = cell.verdict.tariff
        if own is not None and billed_price(cell) is not None and own.offer.model and _is_text(cell, own):
            products.setdefault((own.offer.provider, own.offer.sku, own.offer.model), []).append(cell)
    items, silent = [], []
    for (provider, sku, model), found in sorted(products.items()):
        facts = book.models.models.get(model)
        if facts is None or facts.context is None or not facts.inputs:
            reason = "its context length or its modalities are not known"
        elif len(book.models.scores.get(model, ())) < BENCHMARKS:
            reason = "it has no scores on two benchmarks"
        else:
            item = _best(found, provider, sku, facts, book, share, delta)
            if item is not None:
                items.append(item)
            continue
        silent.append(NotComparable(provider, model, sum((c.cost for c in found), ZERO), reason))
    return items, silent


def _is_text(cell: Cell, own: Tariff) -> bool:
    return cell.key.line_class in CLASSES and own.meter.modality == "text" and own.offer.workload == "llm"


def _best(
    cells: list[Cell], provider: str, sku: str, facts: ModelFacts, book: PriceBook, share: Decimal, delta: Decimal
) -> Item | None:
    basis = sum((c.cost for c in cells), ZERO)
    moves: list[tuple[Decimal, Move, ModelFacts, list[str]]] = []
    work = used(cells)
    if not work:
        return None
    for other, common in _as_good(facts, book, delta):
        longer = MORE_TOKENS if other.developer == "anthropic" != facts.developer else Decimal(1)
        moves += [(basis - m.high_cost, m, other, common) for m in _moves(work, other.id, book, longer)]
    moves = [m for m in moves if m[0] > 0]
    if not moves:
        return None
    low, move, other, common = min(
        moves, key=lambda m: (-m[0], m[1].provider != m[2].developer, m[1].provider, m[1].sku)
    )
    high = min(basis, basis - move.low_cost)
    elsewhere = f"{move.low_cost:.2f} to {move.high_cost:.2f} for the same work at the other model's prices"
    formula = f"{decimal_text(basis)} − ({elsewhere})"
    return Item(
        MODEL, "C", provider, sku, facts.id, (move.provider, move.sku, other.id), sum(c.lines for c in cells), basis,
        low, high, low * share, MODEL, formula, ASSUMPTION, CHANGES, VERIFY,
        (*evidence(move.tariffs), *common), grade(move.tariffs), span(cells), {"benchmarks": "; ".join(common)},
    )  # fmt: skip


def _as_good(facts: ModelFacts, book: PriceBook, delta: Decimal) -> Iterator[tuple[ModelFacts, list[str]]]:
    """The models that no common benchmark puts further behind than allowed, with the scores in words."""
    own = book.models.scores[facts.id]
    for model, scores in book.models.scores.items():
        other = book.models.models.get(model)
        common = sorted(own.keys() & scores.keys())
        if other is None or model == facts.id or len(common) < BENCHMARKS or not _suits(other, facts):
            continue
        if all(scores[name].value >= own[name].value - delta for name in common):
            said = (f"{name}: {own[name].value:f} → {scores[name].value:f} ({scores[name].source})" for name in common)
            yield other, list(said)


def _suits(other: ModelFacts, facts: ModelFacts) -> bool:
    """Whether it takes what the present one takes, gives text, and holds as long a context."""
    long_enough = other.context is not None and facts.context is not None and other.context >= facts.context
    return long_enough and other.inputs >= facts.inputs and "text" in other.outputs and not other.deprecated


def _moves(work: Sequence[Used], model: str, book: PriceBook, longer: Decimal) -> Iterator[Move]:
    """The work at every provider of a model whose prices two sources state."""
    for provider, skus in book.prices.by_model.get(model, {}).items():
        for sku in skus:
            move = _moved(work, provider, sku, book, longer)
            if move is not None and grade(move.tariffs) == "A":
                yield move


def _moved(work: Sequence[Used], provider: str, sku: str, book: PriceBook, longer: Decimal) -> Move | None:
    low = high = ZERO
    tariffs = []
    offered = [t for t in book.prices.tariffs(provider, sku) if not t.gone and t.offer.workload == "llm"]
    for part in work:
        tariff = like(part.own, offered)
        cost = tariff.cost(part.quantities) if tariff else None
        if tariff is None or cost is None:
            return None
        is_output = part.line_class == "output"
        low += cost / part.per * (SHORTER if is_output else 1)
        high += cost / part.per * longer * (LONGER if is_output else 1)
        tariffs.append(tariff)
    return Move(provider, sku, low, high, tuple(tariffs))

"""What the same model would cost at another provider: a figure of its own, never added to anything else."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from wasm_tools.invoice.comparison import Comparison, ListPrice

CENT = Decimal("0.01")
MATERIAL_SHARE = Decimal("0.01")  # of the amount; below it, or below one cent, nothing is claimed
CAVEAT = (
    "The same model by name. Check quantisation, context length, region and data terms, and measure latency, "
    "before you move."
)


@dataclass(frozen=True, slots=True)
class Move:
    """One provider change for one comparison: low and high USD saved of `basis_usd`, and how they were found."""

    comparison: int
    provider: str
    sku: str
    basis_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    evidence: str
    formula: str


def best_move(
    number: int, found: Comparison, per: int, spend: Decimal, base_quantity: Decimal, at_list_spend: Decimal
) -> Move | None:
    """The move with the highest sure saving, or None.

    `spend` and `base_quantity` are those of all compared lines; `at_list_spend` leaves out the lines billed below list,
    whose discount would be lost. With one meter at the current provider the saving is exact. With several, the file
    does not say which were billed: a range holds only when every one of them is cheaper at the other provider.
    """
    meters = found.meters()
    if not found.prices() or not spend:
        return None
    if len(meters) == 1:
        moves = _exact_moves(number, found, per, spend, base_quantity)
    else:
        moves = _range_moves(number, found, meters, at_list_spend)
    worth = [m for m in moves if m.low_usd >= CENT and m.low_usd >= MATERIAL_SHARE * m.basis_usd]
    return min(worth, key=lambda m: (-m.low_usd, -m.high_usd, m.provider, m.sku), default=None)


def _exact_moves(number: int, found: Comparison, per: int, spend: Decimal, base_quantity: Decimal) -> list[Move]:
    moves = []
    for listed in found.alternatives:
        if listed.price <= 0:  # a free tier is not a replacement price
            continue
        saved = (spend - listed.price * base_quantity / per).quantize(CENT, ROUND_FLOOR)
        formula = f"amount - quantity x {listed.price} USD per {found.label}"
        moves.append(Move(number, listed.provider, listed.sku, spend, saved, saved, listed.evidence, formula))
    return moves


def _range_moves(number: int, found: Comparison, meters: frozenset[str], spend: Decimal) -> list[Move]:
    lowest: dict[str, Decimal] = {}
    highest: dict[str, Decimal] = {}
    for own in found.list_prices:
        lowest[own.meter] = min(own.price, lowest.get(own.meter, own.price))
        highest[own.meter] = max(own.price, highest.get(own.meter, own.price))
    if min(lowest.values()) <= 0 or not spend:
        return []
    moves = []
    for (provider, sku), listed in _by_product(found).items():
        # Several regions may list several prices: the dearest is the one that surely suffices.
        price = {m: max(p.price for p in listed if p.meter == m) for m in {p.meter for p in listed}}
        if set(price) != meters or any(not 0 < price[m] < lowest[m] for m in meters):
            continue
        low = spend * (1 - max(price[m] / lowest[m] for m in meters))
        high = spend * (1 - min(min(p.price for p in listed if p.meter == m) / highest[m] for m in meters))
        moves.append(
            Move(
                number,
                provider,
                sku,
                spend,
                low.quantize(CENT, ROUND_FLOOR),
                high.quantize(CENT, ROUND_FLOOR),
                "; ".join(f"{p.meter} {p.evidence}".strip() for p in sorted(listed, key=lambda p: p.meter)),
                "amount x (1 - price ratio), from the worst to the best ratio over all meters of the model",
            )
        )
    return moves


def _by_product(found: Comparison) -> dict[tuple[str, str], list[ListPrice]]:
    grouped: dict[tuple[str, str], list[ListPrice]] = defaultdict(list)
    for listed in found.alternatives:
        grouped[listed.provider, listed.sku].append(listed)
    return grouped

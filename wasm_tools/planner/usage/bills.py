"""What a complete product costs at a usage estimate, and whether its stated limits hold the peak."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from wasm_tools.planner.usage.book import Comparator, UsageBook
from wasm_tools.planner.usage.products import Charge, Product
from wasm_tools.workload.traffic import HOURS_PER_MONTH
from wasm_tools.workload.usage import Preset, peak_per_hour


@dataclass(frozen=True, slots=True)
class Capacity:
    """Whether a stated limit holds the peak: confirmed, short, or unknown. Rates are shown units an hour.

    `stated` are the limits in words, also those that do not count the unit of the ranking.
    """

    status: str
    needed: Decimal
    limit: Decimal | None
    stated: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One ranked product: USD a shown unit and a month. `replicas` is set for rented capacity only."""

    product: Product
    unit_price: Decimal
    usd_per_month: Decimal
    score: Decimal
    grade: str
    capacity: Capacity
    replicas: int | None


def bill(
    book: UsageBook, comparator: Comparator, use: Decimal, preset: Preset, weighed: bool, product: Product
) -> Entry:
    """The bill of a product at `use` base units a month; with `weighed` its score counts weak evidence as dearer.

    What is billed by use costs the same whatever the peak; only rented capacity is bought for the peak, in replicas.
    """
    shown = comparator.shown
    needed = peak_per_hour(use, preset)
    replicas = None
    if product.per_hour is None:
        cost = sum((_charged(book, charge, use) for charge in product.charges), Decimal(0))
        limit = _limit(comparator, product)
    else:
        replicas = int((needed / product.per_hour).to_integral_value(ROUND_CEILING))
        hourly = product.first.price / book.units[product.first.unit].per * 3600
        cost, limit = hourly * HOURS_PER_MONTH * replicas, product.per_hour * replicas
    status = "unknown" if limit is None else "confirmed" if limit >= needed else "short"
    grade = max(row.grade for row in product.all_rows)
    factor = 1 + preset.risk_weight * (book.multipliers[grade] - 1) if weighed else Decimal(1)
    capacity = Capacity(status, needed / shown, None if limit is None else limit / shown, _stated(product))
    return Entry(product, cost * shown / use, cost, cost * factor, grade, capacity, replicas)


def _charged(book: UsageBook, charge: Charge, use: Decimal) -> Decimal:
    """USD for the base units that `use` takes of a price, of which each volume tier bills what goes beyond its start.

    A tier never bills what lies below it: a small user pays the base price for everything.
    """
    quantity, per = charge.quantity * use, book.units[charge.row.unit].per
    starts = [Decimal(0), *(begins for begins, _ in charge.steps)]
    prices = [charge.row.price, *(row.price for _, row in charge.steps)]
    ends = [*starts[1:], quantity]
    sums = (price * (min(end, quantity) - start) for price, start, end in zip(prices, starts, ends, strict=True))
    return sum(sums, Decimal(0)) / per


def _limit(comparator: Comparator, product: Product) -> Decimal | None:
    """Base units of use an hour that the stated limits of the first price allow; None where none is stated."""
    row = product.first
    if comparator.limit == "requests" and row.requests_per_minute:
        return Decimal(60 * row.requests_per_minute)
    if comparator.limit == "tokens" and row.tokens_per_minute:
        tokens = sum(c.quantity for c in product.charges if c.row.unit == "token")
        return Decimal(60 * row.tokens_per_minute) / tokens if tokens else None
    return None


def _stated(product: Product) -> str:
    row = product.first
    limits = ((row.requests_per_minute, "requests"), (row.tokens_per_minute, "tokens"))
    return ", ".join(f"{count:,} {noun} a minute" for count, noun in limits if count)


def cheapest_first(entry: Entry) -> tuple[Decimal, Decimal, str, str, str, bool, str]:
    """The order of a ranking: score, cost, then the better grade; names make it total, anywhere before a region."""
    row = entry.product.first
    return entry.score, entry.usd_per_month, entry.grade, row.provider, row.sku, row.region != "global", row.region

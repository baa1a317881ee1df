"""Offers of one workload by monthly cost for a usage estimate, with one true reason for every price left out."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.planner.usage.bills import Entry, bill, cheapest_first
from wasm_tools.planner.usage.book import Comparator, Row, UsageBook
from wasm_tools.planner.usage.outliers import outliers
from wasm_tools.planner.usage.products import Product, Refusal, products
from wasm_tools.workload.traffic import InputError
from wasm_tools.workload.usage import Preset, UsageRequest

# From the first test that a price can fail to the last: how far the best price of a provider came.
STAGES = (
    "provider", "cache", "tier", "band", "ended", "plan", "free", "unreviewed", "add_on", "training", "volume",
    "other_task", "condition", "part", "not_comparable", "unit", "incomplete", "superseded", "throughput", "suspect",
    "capacity", "budget",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One rung of the ladder: what was given up so far, and what that finds."""

    given_up: tuple[str, ...]
    entries: tuple[Entry, ...]
    comparator: Comparator


@dataclass(frozen=True, slots=True)
class UsageRanking:
    """The ranking of one comparator. Rows of `entries` and `refused` together are all rows of the book, each once."""

    book: UsageBook
    request: UsageRequest
    comparator: Comparator
    use: Decimal  # base units a month
    usage_is_ours: bool
    preset: Preset
    entries: tuple[Entry, ...]
    refused: Mapping[int, Refusal]
    suspects: tuple[tuple[Entry, str], ...]  # complete products that may not win, cheapest first
    ladder: tuple[Relaxation, ...]


def ranked_usage(book: UsageBook, request: UsageRequest) -> UsageRanking:
    """All offers that meet the request, cheapest first; when there are none, what giving up conditions would find.

    Raises InputError for a unit, provider or preset that the workload does not know.
    """
    ranking = _ranking(book, request)
    return ranking if ranking.entries else replace(ranking, ladder=tuple(_ladder(book, request)))


def _ranking(book: UsageBook, request: UsageRequest) -> UsageRanking:
    comparator, unit = _comparator(book, request.unit)
    usage, ours = (request.usage, False) if request.usage is not None else (comparator.usage, True)
    factor = comparator.units[unit] if not ours else comparator.units[comparator.usage_unit]
    use = usage * factor
    preset = _preset(book, request.preset)
    _known_providers(book, request.providers)
    found, refused = products(book, comparator, use)
    entries = [bill(book, comparator, use, preset, request.weighed, p) for p in found]
    lone_and_low = outliers(book, [e for e in entries if not _stated_suspect(e.product)])
    kept: list[Entry] = []
    suspects: list[tuple[Entry, str]] = []
    sold: set[tuple[str, str]] = set()
    for entry in sorted(entries, key=cheapest_first):
        refusal = _refusal(entry, request, lone_and_low)
        row = entry.product.first
        if refusal is None and (row.provider, row.sku) in sold:
            refusal = Refusal("superseded", "the same product elsewhere costs no more")
        if refusal is None:
            sold.add((row.provider, row.sku))
            kept.append(entry)
            continue
        if refusal.kind == "suspect":
            suspects.append((entry, refusal.reason))
        refused |= dict.fromkeys(entry.product.rows, refusal)
    if request.providers is not None:
        unwanted = Refusal("provider", "its provider is not among those chosen")
        refused |= {n: unwanted for n, row in enumerate(book.rows) if row.provider not in request.providers}
        suspects = [(e, why) for e, why in suspects if e.product.first.provider in request.providers]
    return UsageRanking(
        book, request, comparator, use, ours, preset, tuple(kept), dict(sorted(refused.items())), tuple(suspects), ()
    )


def _comparator(book: UsageBook, unit: str | None) -> tuple[Comparator, str]:
    if unit is None:
        chosen = book.comparators[book.default]
        return chosen, chosen.usage_unit
    for comparator in book.comparators.values():
        if unit in comparator.units:
            return comparator, unit
    names = ", ".join(name for c in book.comparators.values() for name in c.units)
    raise InputError("unit", f"{unit!r} counts no {book.workload}; use one of {names}")


def _preset(book: UsageBook, name: str | None) -> Preset:
    try:
        return book.presets[name or book.default_preset]
    except KeyError:
        raise InputError("preset", f"{name!r} is not one of {', '.join(book.presets)}") from None


def _known_providers(book: UsageBook, providers: Iterable[str] | None) -> None:
    sellers = {row.provider for row in book.rows}
    for name in providers or ():
        if name not in sellers:
            raise InputError("providers", f"{name!r} has no {book.workload} price; choose of {_names(sellers)}")


def _names(sellers: Iterable[str]) -> str:
    return ", ".join(sorted(sellers))


def _stated_suspect(product: Product) -> str:
    return next((row.suspect for row in product.all_rows if row.suspect), "")


def _refusal(entry: Entry, request: UsageRequest, lone_and_low: Mapping[int, str]) -> Refusal | None:
    product = entry.product
    if request.providers is not None and product.first.provider not in request.providers:
        return Refusal("provider", "its provider is not among those chosen")
    suspect = _stated_suspect(product) or lone_and_low.get(product.rows[0], "")
    if suspect:
        return Refusal("suspect", suspect)
    if request.confirmed_only and entry.capacity.status != "confirmed":
        return Refusal("capacity", _unconfirmed(entry))
    if request.budget is not None and entry.usd_per_month > request.budget:
        return Refusal("budget", "costs more than the budget")
    return None


def _unconfirmed(entry: Entry) -> str:
    if entry.capacity.limit is not None:
        return "its limit is below the peak"
    return "its stated limit does not count this unit" if entry.capacity.stated else "no limit is stated"


def _ladder(book: UsageBook, request: UsageRequest) -> Iterable[Relaxation]:
    """The rungs strict, unit, budget, providers, each on top of those before; up to the first that finds something.

    Without the unit the other rankings of the workload are tried in their order after the one asked for, with their
    own default usage: an amount in one unit says nothing about another.
    """
    asked, _ = _comparator(book, request.unit)
    others = [c.usage_unit for c in book.comparators.values() if c.id != asked.id]
    rungs: tuple[tuple[str, bool, Callable[[UsageRequest], UsageRequest]], ...] = (
        ("confirmed capacity", request.confirmed_only, lambda r: replace(r, confirmed_only=False)),
        ("unit", request.unit is not None, lambda r: r),
        ("budget", request.budget is not None, lambda r: replace(r, budget=None)),
        ("providers", request.providers is not None, lambda r: replace(r, providers=None)),
    )
    given_up: tuple[str, ...] = ()
    for name, stated, relaxed in rungs:
        if not stated:
            continue
        request, given_up = relaxed(request), (*given_up, name)
        tries = [request]
        if "unit" in given_up:
            tries += [replace(request, unit=unit, usage=None) for unit in others]
        result = next((r for r in (_ranking(book, t) for t in tries) if r.entries), _ranking(book, request))
        yield Relaxation(given_up, result.entries, result.comparator)
        if result.entries:
            return


def provider_diagnostics(ranking: UsageRanking) -> list[tuple[str, int, str]]:
    """Of each provider of the workload the number of ranked products, and without any the reason of its best price.

    The best is the one that passed most tests; of equals the most frequent reason counts.
    """
    rows = ranking.book.rows
    listed = Counter(e.product.first.provider for e in ranking.entries)
    reasons: dict[str, Counter[Refusal]] = {}
    for position, refusal in ranking.refused.items():
        reasons.setdefault(rows[position].provider, Counter())[refusal] += 1

    def best(found: Counter[Refusal]) -> str:
        return min(found, key=lambda r: (-STAGES.index(r.kind), -found[r], r.reason)).reason

    providers = sorted({row.provider for row in rows})
    return [(p, listed[p], "" if listed[p] else best(reasons[p])) for p in providers]


def refused_rows(ranking: UsageRanking) -> Iterable[tuple[Row, Refusal]]:
    """Every price that is not in the ranking, with its reason."""
    return ((ranking.book.rows[position], refusal) for position, refusal in ranking.refused.items())

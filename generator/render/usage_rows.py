"""Rankings of workloads that are not language models, as ready strings: what a unit and a month cost, and from whom."""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from generator.render.formats import listed, missing, money, price
from generator.render.site_index import SiteIndex
from wasm_tools.planner.usage.bills import Entry
from wasm_tools.planner.usage.ranking import UsageRanking
from wasm_tools.pricing.meters import price_text

GRADES = "ABCD"
PER_PROVIDER = 4
DIGITS = Decimal("1e-9")  # of a sum: below any price that somebody bills


def exact_usd(value: Decimal) -> str:
    """A computed sum as the files have it."""
    return price_text(value.quantize(DIGITS))


def usage_words(ranking: UsageRanking) -> str:
    """The use that is priced: `1,000 × audio hour a month`."""
    return f"{(ranking.use / ranking.comparator.shown).normalize():,f} × {ranking.comparator.label} a month"


def shown_entries(entries: Sequence[Entry], shown: int) -> list[tuple[int, Entry]]:
    """The first products with their ranks, of each provider no more than PER_PROVIDER: one seller with a price for
    every version of a model must not fill the page."""
    of_provider: Counter[str] = Counter()
    found: list[tuple[int, Entry]] = []
    for rank, entry in enumerate(entries, 1):
        of_provider[entry.product.first.provider] += 1
        if of_provider[entry.product.first.provider] <= PER_PROVIDER:
            found.append((rank, entry))
    return found[:shown]


def usage_row(rank: int | None, entry: Entry, index: SiteIndex) -> dict[str, Any]:
    """One complete product: who sells it under which id, the price of a unit and of the month, and its support."""
    row = entry.product.first
    return {
        "rank": rank,
        "provider": index.provider_name(row.provider),
        "provider_href": f"providers/{row.provider}/",
        "model": index.model_name(row.model) if row.model else "",
        "model_href": f"models/{row.model}/" if row.model else "",
        "sku": row.sku,
        "region": "" if row.region == "global" else row.region,
        "unit_price": price(entry.unit_price),
        "exact": exact_usd(entry.unit_price),
        "month": money(entry.usd_per_month),
        "month_exact": exact_usd(entry.usd_per_month),
        "grade": entry.grade,
        "parts": parts_words(entry),
        "limit": entry.capacity.stated or missing("no limit is stated"),
        "seen": row.seen or missing("no source that was read agrees"),
        "sources": source_titles(row.sources.split(), index),
    }


def parts_words(entry: Entry) -> str:
    """What the bill adds up where it is more than one price, and on whose conversion it rests."""
    charges = len(entry.product.charges)
    words = [f"sum of {charges} prices"] if charges > 1 else []
    if entry.replicas is not None:
        words.append(f"rented capacity, {entry.replicas:,} for the peak")
    if entry.product.basis:
        words.append(entry.product.basis)
    return "; ".join(words)


def source_titles(sources: Sequence[str], index: SiteIndex) -> str:
    """The sources by their titles."""
    known = index.data.registry.source
    return ", ".join(known[s].title for s in sources if s in known)


def unit_spread(ranking: UsageRanking) -> dict[str, str]:
    """Lowest, median and highest price of a unit among the ranked products."""
    values = [e.unit_price for e in ranking.entries]
    middle = len(values) // 2
    median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
    lowest = {"lowest": price(values[0]), "lowest_exact": exact_usd(values[0])}
    return {**lowest, "median": money(median), "highest": price(values[-1])}


def grade_counts(entries: Iterable[Entry]) -> str:
    """How many products have which grade: `A 3, C 21`."""
    found = Counter(e.grade for e in entries)
    return ", ".join(f"{letter} {found[letter]:,}" for letter in GRADES if found[letter])


def left_out_rows(ranking: UsageRanking) -> list[dict[str, Any]]:
    """Prices that are not in a ranking by reason, the most frequent first."""
    reasons = Counter(refusal.reason for refusal in ranking.refused.values())
    return [{"reason": r, "count": n} for r, n in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]


def unranked_providers(told: Iterable[tuple[str, int, str]], index: SiteIndex) -> str:
    """Providers of the workload without a ranked product, each with the reason of its best price."""
    by_reason: dict[str, list[str]] = {}
    for provider, offers, why in told:
        if not offers:
            by_reason.setdefault(why, []).append(index.provider_name(provider))
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return "; ".join(f"{listed(names)}: {why}" for why, names in ordered)


def ranked_sources(rankings: Iterable[UsageRanking], index: SiteIndex) -> list[dict[str, Any]]:
    """The sources of the ranked prices with the date each was last read, most used first."""
    used: Counter[str] = Counter()
    for ranking in rankings:
        for entry in ranking.entries:
            used.update(entry.product.first.sources.split())
    registry, snapshots = index.data.registry.source, index.data.state.snapshots
    return [
        {"id": s, "title": registry[s].title, "observed": snapshots[s].observed_at}
        for s, _ in sorted(used.items(), key=lambda u: (-u[1], u[0]))
        if s in registry and s in snapshots
    ]

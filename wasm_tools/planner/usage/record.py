"""Rankings by usage as JSON-safe records and table rows; money is text."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from wasm_tools.planner.usage.bills import Entry
from wasm_tools.planner.usage.ranking import UsageRanking, provider_diagnostics
from wasm_tools.pricing.meters import price_text

SHOWN = 20
DIGITS = Decimal("1e-9")  # of a rounded price or sum: below any price that somebody bills
TABLE_COLUMNS = (
    "rank", "provider", "sku", "model", "region", "unit_price_usd", "unit", "usd_per_month", "grade", "seen",
    "sources", "capacity", "replicas",
)  # fmt: skip


def usage_record(ranking: UsageRanking, shown: int = SHOWN) -> dict[str, object]:
    """The record of a ranking: the first `shown` offers, what is held back, and the count of every reason."""
    comparator, request = ranking.comparator, ranking.request
    unit = comparator.usage_unit if ranking.usage_is_ours else request.unit or comparator.usage_unit
    kinds = Counter(refusal.kind for refusal in ranking.refused.values())
    reasons = Counter((refusal.kind, refusal.reason) for refusal in ranking.refused.values())
    total = len(ranking.book.rows)
    return {
        "workload": ranking.book.workload,
        "as_of": ranking.book.as_of,
        "unit": comparator.id,
        "per": comparator.label,
        "note": comparator.note,
        "usage": {
            "amount": price_text(ranking.use / comparator.units[unit]),
            "unit": unit,
            "source": comparator.usage_source if ranking.usage_is_ours else "asked for",
        },
        "filters": {
            "budget_usd_per_month": None if request.budget is None else price_text(request.budget),
            "providers": None if request.providers is None else sorted(request.providers),
            "confirmed_only": request.confirmed_only,
            "weigh_evidence": request.weighed,
            "preset": ranking.preset.id,
        },
        "offers": [entry_record(rank, e, comparator.label) for rank, e in enumerate(ranking.entries[:shown], 1)],
        "possible": len(ranking.entries),
        "limits_that_do_not_count": sum(e.capacity.limit is None and bool(e.capacity.stated) for e in ranking.entries),
        "held_back": [
            {**entry_record(None, e, comparator.label), "reason": why} for e, why in ranking.suspects[:shown]
        ],
        "prices": {"all": total, "ranked": total - len(ranking.refused), "left_out": len(ranking.refused)},
        "left_out": dict(sorted(kinds.items())),
        "reasons": [
            {"kind": kind, "reason": reason, "prices": count}
            for (kind, reason), count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        ],
        "providers": [
            {"provider": name, "offers": count, "reason": why} for name, count, why in provider_diagnostics(ranking)
        ],
        "if_you_relax": [
            {
                "given_up": list(rung.given_up),
                "unit": rung.comparator.id,
                "possible": len(rung.entries),
                "offers": [
                    entry_record(rank, e, rung.comparator.label) for rank, e in enumerate(rung.entries[:shown], 1)
                ],
            }
            for rung in ranking.ladder
        ],
    }


def entry_record(rank: int | None, entry: Entry, label: str) -> dict[str, object]:
    """The record of one offer; `label` is the unit of its price."""
    product, row = entry.product, entry.product.first
    limit = entry.capacity.limit
    return {
        "rank": rank,
        "provider": row.provider,
        "sku": row.sku,
        "model": row.model,
        "region": row.region,
        "unit_price_usd": _money(entry.unit_price),
        "unit": label,
        "usd_per_month": _money(entry.usd_per_month),
        "score": _money(entry.score),
        "grade": entry.grade,
        "seen": row.seen,
        "sources": row.sources,
        "prices": [{"meter": r.meter, "usd": price_text(r.price)} for r in product.all_rows],
        "basis": product.basis,
        "capacity": {
            "status": entry.capacity.status,
            "needed_per_hour": float(round(entry.capacity.needed, 3)),
            "limit_per_hour": None if limit is None else float(round(limit, 3)),
            "stated": entry.capacity.stated,
        },
        "replicas": entry.replicas,
    }


def usage_table(ranking: UsageRanking, shown: int) -> Iterable[tuple[str, ...]]:
    """The offers as rows of TABLE_COLUMNS."""
    for rank, e in enumerate(ranking.entries[:shown], 1):
        row = e.product.first
        yield (
            str(rank), row.provider, row.sku, row.model, row.region, _money(e.unit_price), ranking.comparator.label,
            _money(e.usd_per_month), e.grade, row.seen, row.sources, e.capacity.status,
            "" if e.replicas is None else str(e.replicas),
        )  # fmt: skip


def _money(value: Decimal) -> str:
    return price_text(value.quantize(DIGITS))

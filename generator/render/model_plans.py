"""Where a model is ranked, at what cost, and what would change the choice of its seller."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from generator.render.formats import money, percent, price
from generator.render.plan_words import kind_words, machine_words, seller_words, status_words
from generator.render.site_index import BATCH_INPUT, BATCH_OUTPUT, CACHE_READ, PlanUse, SiteIndex, Sku
from wasm_tools.planner.plan import plan_record
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

CACHED_SHARE = Decimal("0.8")


def plan_uses(uses: Sequence[PlanUse], index: SiteIndex) -> list[dict[str, Any]]:
    """The best plan of a model on the page of each use case that ranks it, in words."""
    rows = []
    for use in uses:
        record = plan_record(use.plan)
        machine = machine_words(record, index.plan_names)
        where = " ".join(filter(None, (machine and f"on {machine}", seller_words(record, index.plan_names))))
        rows.append(
            {
                "title": use.title,
                "path": use.path,
                "rank": use.rank,
                "month": money(use.plan.usd_per_month),
                "exact": record["usd_per_month"],
                "where": where,
                "kind": kind_words(use.plan.kind),
                "slo": use.plan.slo,
                "status": status_words(use.plan.slo),
            }
        )
    return rows


def blend(sku: Sku, share: Decimal = Decimal(0)) -> Decimal | None:
    """Input and output price together, `share` of the input read from the cache; None where a price is missing."""
    inp, out, cached = sku.price(TEXT_INPUT), sku.price(TEXT_OUTPUT), sku.price(CACHE_READ)
    if inp is None or out is None:
        return None
    if share and cached is None:
        return inp + out
    return inp * (1 - share) + (cached or Decimal(0)) * share + out


def batch(sku: Sku) -> Decimal | None:
    """Batch input and output price together."""
    inp, out = sku.price(BATCH_INPUT), sku.price(BATCH_OUTPUT)
    return inp + out if inp is not None and out is not None else None


def changes(ranked: Sequence[Sku], index: SiteIndex) -> list[str]:
    """What would change the cheapest seller, each in one sentence; `ranked` can be compared."""
    first = _lowest(ranked, blend)
    if first is None:
        return []
    name, grade = index.provider_name(first.provider), grade_of(first, index)
    others = [s for s in ranked if s.provider != first.provider]
    found = []
    second = _lowest(others, blend)
    if second:
        more = _ratio(blend(second), blend(first))
        found.append(
            f"Without {name}, whose prices have grade {grade}, {index.provider_name(second.provider)} is cheapest"
            f" at {_pair(second)}{more}."
        )
    if grade not in "AB":
        sure = _lowest([s for s in ranked if grade_of(s, index) in "AB"], blend)
        found.append(
            f"With grade A or B only, {index.provider_name(sure.provider)} is, at {_pair(sure)}."
            if sure
            else "No seller's prices have grade A or B."
        )
    cached = _lowest(ranked, lambda s: blend(s, CACHED_SHARE))
    if cached and cached.price(CACHE_READ) is not None:
        verb = "stays cheapest" if cached.provider == first.provider else "is"
        found.append(
            f"With {percent(float(CACHED_SHARE))} of the prompt read from a cache,"
            f" {index.provider_name(cached.provider)} {verb}:"
            f" {price(cached.price(CACHE_READ) or Decimal(0))} /1M cached."
        )
    later = _lowest(ranked, batch)
    if later:
        found.append(
            f"If answers can wait a day, the lowest batch price is {price(later.price(BATCH_INPUT) or Decimal(0))} in,"
            f" {price(later.price(BATCH_OUTPUT) or Decimal(0))} out at {index.provider_name(later.provider)}."
        )
    return found


def grade_of(sku: Sku, index: SiteIndex) -> str:
    """The worse grade of the token prices of a SKU."""
    offers = [o for m in (TEXT_INPUT, TEXT_OUTPUT) if (o := sku.offer(m))]
    return max(index.grade(o).letter for o in offers)


def _lowest(skus: Sequence[Sku], cost: Callable[[Sku], Decimal | None]) -> Sku | None:
    known = [(value, s.provider, s.sku, s.region, s) for s in skus if (value := cost(s)) is not None]
    return min(known, key=lambda k: k[:4])[4] if known else None


def _pair(sku: Sku) -> str:
    return f"{price(sku.price(TEXT_INPUT) or Decimal(0))} in, {price(sku.price(TEXT_OUTPUT) or Decimal(0))} out"


def _ratio(dearer: Decimal | None, cheaper: Decimal | None) -> str:
    if not dearer or not cheaper:
        return ""
    share = float(dearer / cheaper - 1)
    return f", {percent(share)} more" if share >= 0.005 else ", at the same sum"

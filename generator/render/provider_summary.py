"""What a provider sells in short: prices by kind of work, their grades, who states them, in which money."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from generator.render.formats import listed, missing, plural, price, unit_label
from generator.render.offer_columns import agreeing
from generator.render.price_rows import main_offer
from generator.render.site_index import SiteIndex, Sku
from generator.render.usage_rows import GRADES
from generator.render.workload_words import BY_ID, LLM
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter, price_text
from wasm_tools.pricing.offers import GpuOffer

SOURCES = 5  # that are named


def category_rows(skus: Sequence[Sku], index: SiteIndex) -> list[dict[str, Any]]:
    """A row a kind of work and unit: ids, models, and the range of what is on sale. Language models have two units."""
    groups: dict[str, list[Sku]] = {}
    for s in skus:
        groups.setdefault(s.workload, []).append(s)
    rows = []
    for workload, some in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        on_sale = [s for s in some if not index.ended(s)]
        words = BY_ID.get(workload)
        ranked = words and (workload == LLM or workload in index.usage_books)
        for n, (meter, values) in enumerate(unit_prices(workload, on_sale)):
            rows.append(
                {
                    "first": n == 0,
                    "workload": workload,
                    "name": words.title if words else workload,
                    "href": words.path if words and ranked else "",
                    "ids": len(some),
                    "models": len({s.model for s in some if s.model}),
                    "unit": unit_label(meter, index.data.registry.units),
                    **range_words(values),
                }
            )
    return rows


def unit_prices(workload: str, skus: Sequence[Sku]) -> list[tuple[Meter, list[Decimal]]]:
    """The prices of the units that stand for a kind of work: tokens in and out, or what most ids are sold by."""
    if not skus:
        return []
    if workload == LLM:
        both = [(m, [p for s in skus if (p := s.price(m))]) for m in (TEXT_INPUT, TEXT_OUTPUT)]
        return [(meter, values) for meter, values in both if values]
    offers = [main_offer(s) for s in skus]
    counted = Counter(o.meter for o in offers)
    meter = min(counted, key=lambda m: (-counted[m], m))
    return [(meter, [o.price for o in offers if o.meter == meter])]


def range_words(values: Sequence[Decimal]) -> dict[str, str]:
    """Lowest, median and highest as strings, with the exact digits of the two ends, which somebody states."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return {
        "lowest": price(ordered[0]), "lowest_exact": price_text(ordered[0]), "median": price(median),
        "median_exact": price_text(median),
        "highest": price(ordered[-1]), "highest_exact": price_text(ordered[-1]), "count": f"{len(ordered):,}",
    }  # fmt: skip


def support_facts(skus: Sequence[Sku], rentals: Sequence[GpuOffer], index: SiteIndex) -> list[dict[str, Any]]:
    """Grades, sources and currencies of all prices of a provider, in terms and values."""
    prices = [o for s in skus for o in s.offers] + list(rentals)
    letters = Counter(index.grade(o).letter for o in prices)
    stated = Counter(e for o in prices for e in {e.source for e in agreeing(o)})
    known = index.data.registry.source
    named = [f"{known[s].title} {n:,}" for s, n in sorted(stated.items(), key=lambda i: (-i[1], i[0])) if s in known]
    more = len(named) - SOURCES
    currencies = Counter(index.listed[o.key].offer.currency for s in skus for o in s.offers if o.key in index.listed)
    money = ", ".join(f"{n:,} listed in {c}, converted" for c, n in sorted(currencies.items()))
    rest = len(prices) - sum(currencies.values())
    parts = [plural(n, noun) for n, noun in ((len(skus), "model id"), (len(rentals), "GPU rental")) if n]
    counts = f"{plural(len(prices), 'price')}: {listed(parts)}"
    grades = ", ".join(f"{g} {letters[g]:,}" for g in GRADES if letters[g])
    sources = ", ".join(named[:SOURCES]) + (f" and {plural(more, 'more source')}" if more > 0 else "")
    return [
        {"term": "Prices", "value": counts},
        {"term": "Currency", "value": f"{money}; {rest:,} in US dollars" if money else "US dollars"},
        {"term": "Grades", "value": grades or missing("no price"), "href": "glossary/#grade"},
        {"term": "Stated by", "value": sources or missing("no source agrees with the price")},
    ]

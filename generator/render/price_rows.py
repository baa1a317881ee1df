"""The prices of a SKU as ready strings: the meters everybody compares in columns, all else in its details."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from generator.render.formats import listed, meter_price, missing, plural, price, tokens
from generator.render.meter_words import meter_words
from generator.render.offer_columns import shareable_note
from generator.render.offer_ids import report_address, sku_id
from generator.render.price_evidence import (
    condition_words,
    dispute_lines,
    meter_amount,
    quantity_words,
    short_words,
    who_says,
)
from generator.render.row_choice import PricedRow
from generator.render.site_index import BATCH_INPUT, BATCH_OUTPUT, CACHE_READ, SiteIndex, Sku
from generator.render.sku_facts import KnownFacts, fact_lines, flags
from generator.render.texts import text
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter, UnitRegistry, price_text
from wasm_tools.pricing.offers import Offer

COLUMNS: tuple[tuple[str, Meter], ...] = (
    ("input", TEXT_INPUT),
    ("cached", CACHE_READ),
    ("output", TEXT_OUTPUT),
    ("batch_input", BATCH_INPUT),
    ("batch_output", BATCH_OUTPUT),
)
REGIONS_SHOWN = 3


def sku_row(row: PricedRow, index: SiteIndex, with_columns: bool = True) -> dict[str, Any]:
    """A SKU as strings. Where it has no price for the columns (images, speech, video) its first one stands for it."""
    sku, registry = row.sku, index.data.registry
    in_columns = [o for _, meter in COLUMNS if with_columns and (o := sku.offer(meter))]
    shown = in_columns or [main_offer(sku)]
    others = [o for o in sku.offers if o not in shown]
    grade = max((index.grade(o) for o in shown), key=lambda g: g.letter)
    known = index.facts.get((sku.provider, sku.sku))
    who = who_says(shown, others, index)
    disputes = dispute_lines((*shown, *others), index)
    cells: dict[str, Any] = {
        "provider": index.provider_name(sku.provider),
        "provider_href": f"providers/{sku.provider}/",
        "model": index.model_name(sku.model) if sku.model else "",
        "model_href": f"models/{sku.model}/" if sku.model else "",
        "sku": sku.sku,
        "region": region_words(row.regions),
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "context": context_cell(known),
        "context_exact": context_exact(known),
        "flags": flags(known, index.data.as_of, registry.source) + currency_flags(sku, index),
        "ended": index.ended(sku),
        "summary": summary(who, len(others)),
        "who": who,
        "facts": fact_lines(known, index.data.as_of, registry.source) + more_lines(row, index),
        "others": price_groups(others, registry.units),
        "disputes": disputes,
        "report": report_address(sku_id(sku)),
    }
    if in_columns:
        return cells | {"main": ""} | {name: price_cell(sku.offer(meter)) for name, meter in COLUMNS}
    first = shown[0]
    return cells | {
        "main": meter_price(first.meter, first.price, registry.units),
        "main_words": meter_words(first.meter),
        "main_exact": price_text(first.price),
    }


def elements(row: dict[str, Any]) -> int:
    """How many elements a row and its details have on the page, counted on the high side."""
    parts = sum(bool(w["page"]) + bool(w["differs"]) + bool(w["gone"]) + bool(w["fields"]) for w in row["who"])
    lines = len(row["facts"]) + bool(row["others"]) + len(row["disputes"])
    return 21 + 2 * len(row["who"]) + parts + lines + len(row["flags"])


def summary(who: list[dict[str, Any]], others: int) -> str:
    """What the details of a row hold: `3 sources, 1 differs, 7 more prices`."""
    differ = sum(bool(w["differs"]) for w in who)
    parts = [plural(len(who), "source")]
    if differ:
        parts.append(f"{differ} {'differs' if differ == 1 else 'differ'}")
    if others:
        parts.append(plural(others, "more price", "more prices"))
    return ", ".join(parts)


def region_words(regions: tuple[str, ...]) -> str:
    """The regions of a row; nothing for a price without a region."""
    if regions == ("global",):
        return ""
    more = len(regions) - REGIONS_SHOWN
    return listed([*regions[:REGIONS_SHOWN], f"{more} more"]) if more > 1 else listed(list(regions))


def context_cell(known: KnownFacts | None) -> Markup:
    """Context and longest answer in short; a dash where nobody states them."""
    context, answer = (known.best.context, known.best.max_output) if known else (None, None)
    if not context and not answer:
        return missing("no source states it")
    shown = tokens(context) if context else missing("no source states the context")
    return Markup("{} / {}").format(shown, tokens(answer)) if answer else Markup("{}").format(shown)


def context_exact(known: KnownFacts | None) -> str:
    """The lengths of that cell in tokens, exactly."""
    lengths = (known.best.context, known.best.max_output) if known else ()
    return " ".join(str(length) for length in lengths if length)


def more_lines(row: PricedRow, index: SiteIndex) -> list[dict[str, str]]:
    """What else is known of the prices of a SKU: its currency and regions, notes, and why the planner leaves it out."""
    sku = row.sku
    lines = [("Listed", listed_words(sku, index))]
    if len(row.regions) > REGIONS_SHOWN + 1:
        lines.append(("Regions", ", ".join(row.regions)))
    lines.append(("Note", "; ".join(sku_notes(sku, index))))
    suspect = index.suspects.get((sku.provider, sku.sku, sku.region), "")
    lines.append(("Not ranked", suspect))
    return [{"label": label, "text": text} for label, text in lines if text]


def listed_words(sku: Sku, index: SiteIndex) -> str:
    """The vendor's own prices where they are converted, with the dated rate; empty for prices in dollars."""
    found = [(o, index.listed[o.key]) for o in sku.offers if o.key in index.listed]
    if not found:
        return ""
    prices = [f"{short_words(o.meter)} {price_text(x.offer.price)} {x.offer.currency}" for o, x in found[:4]]
    more = [plural(len(found) - 4, "more price", "more prices")] if len(found) > 4 else []
    rate = found[0][1].rate
    return (
        f"{listed([*prices, *more])}, converted at {price_text(rate.units_per_usd)} {rate.currency} to the dollar"
        f" ({rate.date})"
    )


def currency_flags(sku: Sku, index: SiteIndex) -> list[dict[str, str]]:
    """A chip with the currency of the vendor's list where the prices are converted."""
    found = sorted({index.listed[o.key].offer.currency for o in sku.offers if o.key in index.listed})
    title = "listed in {}, converted into dollars"
    return [{"word": c, "kind": "plain", "title": title.format(c), "about": "listed-price"} for c in found]


def sku_notes(sku: Sku, index: SiteIndex) -> list[str]:
    """The notes of the sources on the prices of a SKU, as far as they may be passed on."""
    said = ((index.listed[o.key].offer.note if o.key in index.listed else o.note, o.evidence) for o in sku.offers)
    return sorted({note for text, evidence in said if (note := shareable_note(index.data, evidence, text))})


def main_offer(sku: Sku) -> Offer:
    """The offer that stands for a SKU without token prices: an output before an input, the plainest meter first."""
    return min(sku.offers, key=lambda o: (len(str(o.meter).split(";")), o.meter.direction == "input", o.meter))


def price_cell(offer: Offer | None) -> Markup:
    """A price with its exact digits in `data-usd`; a dash where this provider states none."""
    if offer is None:
        return Markup('<td class="n none" title="{}">—</td>').format(text("models.not_stated"))
    exact = price_text(offer.price)
    return Markup(f'<td class="n" data-usd="{exact}">{price(offer.price)}</td>')


def price_groups(offers: Iterable[Offer], units: UnitRegistry) -> list[dict[str, str]]:
    """Prices outside the columns, those of one tier, band, window and variant in one line."""
    groups: dict[str, list[str]] = {}
    for o in offers:
        groups.setdefault(condition_words(o.meter), []).append(
            f"{quantity_words(o.meter)} {meter_amount(o.meter, o.price, units)}"
        )
    return [{"when": when[0].upper() + when[1:], "prices": ", ".join(prices)} for when, prices in groups.items()]


def spread(values: Iterable[Decimal]) -> dict[str, Any]:
    """Lowest, median and highest of prices as strings, with their exact digits; dashes when there is none."""
    ordered = sorted(values)
    if not ordered:
        none = missing("no price")
        return {"lowest": none, "median": none, "highest": none, "count": 0, "exact": {}}
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    found = {"lowest": ordered[0], "median": median, "highest": ordered[-1]}
    exact = {name: price_text(value) for name, value in found.items()}
    return {name: price(value) for name, value in found.items()} | {"count": len(ordered), "exact": exact}

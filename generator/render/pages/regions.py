"""Regions: what a zone costs at each seller, and the spread of each product, GPU rentals and model APIs apart."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from generator.groups import grouped
from generator.regions.book import RegionBook
from generator.regions.places import unplaced
from generator.regions.spreads import API, MOVING, NOWHERE, RENTAL, RegionPrice, Spread
from generator.regions.tables import ZONES, grade_counts, percent_text, widest_first
from generator.regions.zones import ZoneCost, cheapest_in
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.formats import missing, price, signed_percent, significant
from generator.render.meter_words import meter_words
from generator.render.page import Page, SiteData
from generator.render.region_rows import regions_of, representative
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import country_name, text
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, parse_meter, price_text

PATH = "regions/"
RENTAL_PATH, MODEL_PATH = f"{PATH}gpus/", f"{PATH}models/"
COLUMNS = ("eu", "us", "us-gov", "gb", "ca", "jp", "in", "au", "kr", "sg", "br")  # zones of the table
RENTALS, SPOTS, A_SELLER = 36, 8, 6  # rows of a page, and of one seller among the APIs
FIRST = {str(TEXT_OUTPUT): 0, str(TEXT_INPUT): 1}  # of meters that are equally far apart


def pages(data: SiteData) -> Iterator[Page]:
    """What zones cost, then both lists of products."""
    index, book = site_index(data), regions_of(data)
    spreads = widest_first(book.compared.spreads)
    yield zone_page(index, book)
    yield rental_page([s for s in spreads if s.product.kind == RENTAL], index, book)
    yield model_page([s for s in spreads if s.product.kind == API and s.product.of], index, book)


def zone_page(index: SiteIndex, book: RegionBook) -> Page:
    """What it costs to stay in a zone, what distance adds, and what is not compared."""
    whole = book.compared
    every = {o.region for o in book.offers} | {r.region for r in book.rentals}
    return Page(
        path=PATH,
        title=text("regions.title"),
        description=text("regions.description", n=len(whole.spreads)),
        template="regions.html",
        context={
            "number": len(whole.spreads),
            "compared": whole.compared,
            "priced": whole.priced,
            "columns": [{"code": zone.upper(), "name": zone_words(zone)} for zone in COLUMNS],
            "sources": sources_of(book, index),
            "rows": zone_rows(index, book),
            "sellers": seller_places(index, book),
            "unplaced": ", ".join(unplaced(every, book.places)),
            "latency": latency_table(book),
            "left_out": [{"words": text(f"regions.left_out.{r}"), "number": n} for r, n in whole.left_out.items()],
            "left": whole.priced - whole.compared,
            "charts": chart_views(chart_book(index.data).of("regions"), "regions", 0),
        },
    )


def zone_words(zone: str) -> str:
    """A zone as the head of a column."""
    return text(f"regions.zone_{zone}") if zone in ("eu", "us-gov") else country_name(zone)


def zone_rows(index: SiteIndex, book: RegionBook) -> list[dict[str, Any]]:
    """A seller's zones in one row for rentals and one for APIs; those without a column in words."""
    rows = []
    for (provider, kind), of in grouped(((c.provider, c.kind), c) for c in book.zone_costs).items():
        by_zone = {c.zone: c for c in of}
        cells = [zone_cell(by_zone[z], book) if z in by_zone else None for z in COLUMNS]
        if not any(cells):
            continue
        rows.append(
            {
                "seller": index.provider_name(provider),
                "href": f"providers/{provider}/",
                "kind": text(f"regions.sells_{kind}"),
                "products": max(len(c.prices) for c in of),
                "cells": cells,
                "observed_at": min(c.observed_at for c in of),
            }
        )
    return rows


def sources_of(book: RegionBook, index: SiteIndex) -> list[dict[str, str]]:
    """The sources of all comparisons, those of most products first."""
    counts = Counter(s.source for s in book.compared.spreads)
    titles, snapshots = index.data.registry.source, book.state.snapshots
    return [
        {"id": s, "title": titles[s].title, "observed": snapshots[s].observed_at}
        for s, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
    ]


def zone_cell(cost: ZoneCost, book: RegionBook) -> dict[str, str]:
    """The median, with the range and the regions behind it."""
    return {
        "words": signed_percent(float(cost.median)) if cost.median else "0 %",
        "exact": percent_text(cost.median),
        "about": text(
            "regions.zone_cell",
            least=significant(float(cost.least * 100)),
            most=significant(float(cost.most * 100)),
            n=len(cost.prices),
            grades=grade_counts(cost, book),
            regions=", ".join(cost.regions),
        ),
    }


def seller_places(index: SiteIndex, book: RegionBook) -> list[dict[str, Any]]:
    """The regions of each seller by country; names that tell no place stand last as they are."""
    every = {(o.provider, o.region) for o in book.offers} | {(r.provider, r.region) for r in book.rentals}
    named = grouped((provider, region) for provider, region in sorted(every) if region not in NOWHERE)
    found = []
    for provider, regions in named.items():
        by_country: dict[str, list[str]] = {}
        for region in regions:
            place = book.places.get(region)
            by_country.setdefault(country_name(place.country) if place and place.country else "", []).append(region)
        countries = sorted(by_country.items(), key=lambda item: (not item[0], item[0]))
        words = "; ".join(f"{name}: {', '.join(of)}" if name else ", ".join(of) for name, of in countries)
        others = ", ".join(
            f"{zone_words(c.zone)} {signed_percent(float(c.median))} ({text(f'regions.sells_{c.kind}')})"
            for c in book.zone_costs
            if c.provider == provider and c.zone not in COLUMNS
        )
        seller = index.provider_name(provider)
        found.append({"seller": seller, "words": words, "others": others, "number": len(regions)})
    return found


def latency_table(book: RegionBook) -> dict[str, Any]:
    """Measured round trips as half a matrix, with where they come from."""
    known = {frozenset((r.here, r.there)): r.round_trip_ms for r in book.latencies}
    areas = list(dict.fromkeys(a for r in book.latencies for a in (r.here, r.there)))
    names = [text(f"regions.areas.{a}") for a in areas]
    rows = [
        {"area": names[n], "cells": [known.get(frozenset((areas[n], there))) for there in areas[:n]]}
        for n in range(1, len(areas))
    ]
    source = Counter(r.source.rpartition(",")[0] for r in book.latencies).most_common(1)
    return {"columns": names[:-1], "rows": rows, "source": source[0][0] if source else ""}


def rental_page(spreads: Sequence[Spread], index: SiteIndex, book: RegionBook) -> Page:
    """GPU rentals: a row a seller, GPU and commitment; prices of the day apart."""
    firm = representative([s for s in spreads if s.product.terms != MOVING])
    moving = representative([s for s in spreads if s.product.terms == MOVING])
    return Page(
        path=RENTAL_PATH,
        title=text("regions.rentals_title"),
        description=text("regions.rentals_description", n=len(spreads)),
        template="regions_gpus.html",
        context={
            "rows": [rental_row(s, more, index, book) for s, more in firm[:RENTALS]],
            "total": len(firm),
            "spot": [rental_row(s, more, index, book) for s, more in moving[:SPOTS]],
        },
    )


def rental_row(spread: Spread, more: int, index: SiteIndex, book: RegionBook) -> dict[str, Any]:
    """One machine in its regions."""
    product = spread.product
    return {
        **common_cells(spread, index, book),
        "name": index.gpu_name(product.of) if product.of else product.called,
        "href": f"gpus/{product.of}/" if product.of else "",
        "machine": product.name,
        "more": text("regions.machines", n=more) if more else "",
        "terms": text(f"changes.commitment.{product.terms}"),
        "explore": explore("rentals", f"p:={product.provider} id:={quoted(product.name)} c:{product.terms} sort:price"),
    }


def model_page(spreads: Sequence[Spread], index: SiteIndex, book: RegionBook) -> Page:
    """Model APIs: of each seller the models whose regions are widest apart."""
    widest: dict[tuple[str, str], Spread] = {}
    for s in sorted(spreads, key=lambda s: (-s.share, FIRST.get(s.product.meter, 2), s.product)):
        widest.setdefault((s.product.provider, s.product.of), s)
    by_seller = grouped((s.product.provider, s) for s in widest.values())
    return Page(
        path=MODEL_PATH,
        title=text("regions.models_title"),
        description=text("regions.models_description", n=len(spreads)),
        template="regions_models.html",
        context={
            "groups": [
                {
                    "id": provider,
                    "seller": index.provider_name(provider),
                    "rows": [model_row(s, index, book) for s in of[:A_SELLER]],
                    "total": len(of),
                }
                for provider, of in sorted(by_seller.items())
            ]
        },
    )


def model_row(spread: Spread, index: SiteIndex, book: RegionBook) -> dict[str, Any]:
    """One meter of a model id in its regions."""
    product = spread.product
    return {
        **common_cells(spread, index, book),
        "name": index.model_name(product.of),
        "href": f"models/{product.of}/",
        "sku": product.name,
        "meter": meter_words(parse_meter(product.meter)),
        "explore": explore("offers", f"p:={product.provider} id:={quoted(product.name)} sort:price"),
    }


def common_cells(spread: Spread, index: SiteIndex, book: RegionBook) -> dict[str, Any]:
    """What rows of both kinds show."""
    grade = index.grade(spread.cheapest.offer)
    source = index.data.registry.source.get(spread.source)
    between = book.round_trip(spread)
    return {
        "provider": index.provider_name(spread.product.provider),
        "provider_href": f"providers/{spread.product.provider}/",
        "regions": len(spread.prices),
        "restricted": text("regions.restricted", n=len(spread.restricted)) if spread.restricted else "",
        "cheapest": price_cell(spread.cheapest),
        "dearest": price_cell(spread.dearest),
        "spread": signed_percent(float(spread.share)),
        "exact": percent_text(spread.share),
        "zones": [price_cell(cheapest_in(spread, zone, book.places)) for zone in ZONES],
        "round_trip": missing(text("regions.not_measured")) if between is None else f"{between:.0f}",
        "round_trip_exact": "" if between is None else f"{between:g}",
        "grade": grade.letter,
        "grade_reason": grade.reason,
        "source": source.title if source else spread.source,
        "source_id": spread.source,
        "observed_at": spread.observed_at,
    }


def price_cell(found: RegionPrice | None) -> dict[str, Any]:
    """A price with its region; a dash with its reason where a zone has none."""
    if found is None:
        return {"price": missing(text("regions.not_there")), "exact": "", "region": ""}
    region = text("regions.no_place") if found.region in NOWHERE else found.region
    return {"price": price(found.price), "exact": price_text(found.price), "region": region}


def explore(sheet: str, query: str) -> str:
    """The explorer with a filter set."""
    return f"explore/?data={sheet}&q={quote(query, safe='')}"


def quoted(name: str) -> str:
    """A name as a value of the explorer's queries."""
    return f'"{name}"' if set(name) & set(' ,"') else name

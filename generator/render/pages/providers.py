"""Providers: the index, and a page each with its prices grouped by workload, its rentals and its sources."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from generator.registry import ProviderRow
from generator.render.api_file import API
from generator.render.change_index import change_index
from generator.render.change_section import change_section
from generator.render.change_section import elements as change_elements
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.feeds import alternates
from generator.render.formats import plural
from generator.render.gpu_rows import rental_row
from generator.render.held_back import held_back
from generator.render.history_files import has_file, provider_file
from generator.render.offer_columns import provider_kind
from generator.render.page import Page, SiteData
from generator.render.price_evidence import shown_sources
from generator.render.price_rows import elements, sku_row
from generator.render.provider_summary import category_rows, support_facts
from generator.render.row_choice import PricedRow, chosen_rows, priced_rows
from generator.render.site_index import SiteIndex, Sku, site_index
from generator.render.texts import text
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

INDEXED = 110  # providers in the table; those with fewer prices follow as a list
ROOM = 1_010  # elements for the prices, rentals and held back statements of a page; the explorer has all prices
RENTALS, RENTAL_ELEMENTS, HELD_ELEMENTS, CATEGORY_ELEMENTS = 40, 12, 8, 10  # rows at most, and elements of one row each


def pages(data: SiteData) -> Iterator[Page]:
    """The index and a page a provider."""
    index = site_index(data)
    yield index_page(index)
    for provider in index.providers:
        yield provider_page(provider, index)


def index_page(index: SiteIndex) -> Page:
    """All providers, those with most prices first."""
    rows = sorted((index_row(p, index) for p in index.providers), key=lambda r: (-r["prices"], r["id"]))
    return Page(
        path="providers/",
        title=text("providers.title"),
        description=text("providers.description", number=len(rows)),
        template="providers.html",
        context={
            "rows": rows[:INDEXED],
            "others": rows[INDEXED:],
            "total": len(rows),
            "charts": chart_views(chart_book(index.data).of("providers"), "providers", 0),
        },
    )


def index_row(provider: str, index: SiteIndex) -> dict[str, Any]:
    """A provider in the list."""
    skus, rentals = index.skus_of_provider.get(provider, []), index.rentals_of_provider.get(provider, [])
    return {
        "id": provider,
        "name": index.provider_name(provider),
        "href": f"providers/{provider}/",
        "kind": provider_kind(index.data, provider),
        "models": len({s.model for s in skus if s.model}),
        "prices": sum(len(s.offers) for s in skus) + len(rentals),
    }


def kind_words(row: ProviderRow | None) -> str:
    """What a provider does, in words."""
    return text(f"providers.kind.{(row.kind if row else '') or 'unknown'}")


def provider_page(provider: str, index: SiteIndex) -> Page:
    """Everything one provider charges."""
    skus = sorted(index.skus_of_provider.get(provider, []), key=lambda s: sku_order(s, index))
    rentals = index.rentals_of_provider.get(provider, [])
    row = index.data.registry.provider.get(provider)
    name = index.provider_name(provider)
    rented = rentals[:RENTALS]
    categories = category_rows(skus, index)
    held = held_back(index.held_back_of_provider.get(provider, []), index)
    changes = provider_changes(provider, index)
    room = ROOM - len(rented) * RENTAL_ELEMENTS - change_elements(changes)
    shown = chosen_rows(
        priced_rows(skus),
        lambda r: r.sku.model,
        lambda r: sku_row(r, index, by_tokens(r)),
        elements,
        room - len(held["rows"]) * HELD_ELEMENTS - len(categories) * CATEGORY_ELEMENTS,
    )
    return Page(
        path=f"providers/{provider}/",
        title=f"{name} prices",
        description=f"What {name} charges: {plural(len(skus), 'model id')} and {plural(len(rentals), 'GPU rental')}.",
        template="provider.html",
        context={
            "name": name,
            "kind": kind_words(row),
            "url": row.url if row else "",
            "host": urlsplit(row.url).hostname if row and row.url else "",
            "facts": support_facts(skus, rentals, index),
            "categories": categories,
            "groups": groups(shown),
            "shown": sum(len(r.skus) for r, _ in shown),
            "total": len(skus),
            "ended": sum(index.ended(s) for s in skus),
            "rentals": [rental_row(r, index) for r in rented],
            "more_rentals": len(rentals) - len(rented),
            "sources": shown_sources("provider", provider, [s for r, _ in shown for s in r.skus], rented, index),
            "held": held,
            "price_changes": changes,
            "explore": f"explore/?q=provider:={provider}",
        },
        alternates=alternates(f"providers/{provider}", f"{name}: price changes") if changes["feed"] else (),
    )


def provider_changes(provider: str, index: SiteIndex) -> dict[str, Any]:
    """The latest price changes of a provider, with its history file where its feed cannot hold all of them."""
    changes = change_index(index.data)
    groups = changes.groups_of_provider.get(provider, [])
    file = API + provider_file(provider) if has_file(sum(len(g.changes) for g in groups)) else ""
    return change_section(groups, f"providers/{provider}", changes, file)


def sku_order(sku: Sku, index: SiteIndex) -> tuple[Any, ...]:
    """The provider's own models first, rated before others, the widely sold before others, then the best supported."""
    card = index.data.registry.cards[sku.model] if sku.model else None
    own = sku.model and index.data.registry.model[sku.model].developer == sku.provider
    return (
        not own,
        card is None or not card.capability,
        not sku.model,
        sku.workload != "llm",
        -index.sellers_of_model.get(sku.model, 0),
        sku.model,
        index.ended(sku),
        max(index.grade(o).letter for o in sku.offers),
        sku.sku,
        sku.region if sku.region != "global" else "",
    )


def by_tokens(row: PricedRow) -> bool:
    """Whether a SKU is billed by text tokens."""
    return bool(row.sku.offer(TEXT_INPUT) or row.sku.offer(TEXT_OUTPUT))


def groups(shown: Sequence[tuple[PricedRow, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows by whether they are billed by text tokens, in two tables with fitting columns."""
    found = [
        {"id": "tokens", "by_tokens": True, "title": "Billed by text tokens",
         "rows": [cells for row, cells in shown if by_tokens(row)]},
        {"id": "others", "by_tokens": False, "title": "Billed otherwise",
         "rows": [cells for row, cells in shown if not by_tokens(row)]},
    ]  # fmt: skip
    return [g for g in found if g["rows"]]

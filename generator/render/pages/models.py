"""Models: the index, a list a developer, and a page a model with every price, its speed and its plans."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import batched, chain
from typing import Any

from generator.registry import CapabilityRow, ModelRow
from generator.render.change_index import change_index
from generator.render.change_section import change_section
from generator.render.change_section import elements as change_elements
from generator.render.charts.book import chart_book
from generator.render.charts.views import chart_views
from generator.render.comparable import developer_of, rankable
from generator.render.embed.files import embed_view
from generator.render.feeds import alternates
from generator.render.formats import meter_price, plural, tokens
from generator.render.held_back import held_back
from generator.render.model_facts import UNKNOWN_DEVELOPER, model_facts, open_words
from generator.render.model_sections import model_sections
from generator.render.open_model_pages import PATH as OPEN_MODELS
from generator.render.open_model_pages import open_model_pages
from generator.render.page import Page, SiteData
from generator.render.plan_rows import class_words
from generator.render.price_evidence import shown_sources
from generator.render.price_rows import elements, main_offer, price_cell, sku_row, spread
from generator.render.row_choice import chosen_rows, priced_rows
from generator.render.short_rows import ROOM as SHORT_ROOM
from generator.render.short_rows import short_rows
from generator.render.site_index import SiteIndex, Sku, site_index
from generator.render.speeds import speed_rows
from generator.render.texts import text
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

INDEXED = 80  # models on the index; all of them are on the developers' lists
ROOM = 1_090  # elements for the prices, the chart and the speeds of a model page; the explorer has all prices
SPEED_ELEMENTS, HELD_ELEMENTS = 11, 9  # of one row each
SPEEDS = 8
FULL_ROWS = 6  # where more sell a model, some stand in short lines below
CHART_ROWS = 12  # of the table under a chart; longer ones are in the files
LISTED = 80  # models on one page of a developer


def pages(data: SiteData) -> Iterator[Page]:
    """The index, the developers' lists and the model pages."""
    return chain.from_iterable(part(data) for part in VIEWS)


def list_pages(data: SiteData) -> Iterator[Page]:
    """The index and the developers' lists."""
    index = site_index(data)
    rows = {m: index_row(m, index) for m in index.models}
    yield index_page(index, rows)
    by_developer: dict[str, list[str]] = {}
    for m in index.models:
        by_developer.setdefault(data.registry.model[m].developer or UNKNOWN_DEVELOPER, []).append(m)
    for developer, models in sorted(by_developer.items()):
        yield from developer_pages(developer, [rows[m] for m in models], index)
    yield from open_model_pages(data)


def model_pages(data: SiteData, first: int, step: int) -> Iterator[Page]:
    """The page of every `step`th model, beginning with the `first`."""
    index = site_index(data)
    capabilities = {c.model: c for c in data.registry.capabilities}
    for m in index.models[first::step]:
        yield model_page(data.registry.model[m], capabilities.get(m), index)


# The kind with the most pages: its parts can be written side by side.
VIEWS = (list_pages, partial(model_pages, first=0, step=2), partial(model_pages, first=1, step=2))


def developer_pages(developer: str, rows: list[dict[str, Any]], index: SiteIndex) -> Iterator[Page]:
    """The models of one developer, on as many pages as stay light."""
    known = developer != UNKNOWN_DEVELOPER
    title = f"Models of {index.developer_name(developer)}" if known else "Models of unknown developers"
    parts = list(batched(rows, LISTED))
    paths = [f"models/by/{developer}/" + (f"{n}/" if n > 1 else "") for n in range(1, len(parts) + 1)]
    for number, (path, part) in enumerate(zip(paths, parts, strict=True), 1):
        of_all = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
        yield Page(
            path=path,
            title=title + of_all,
            description=f"{plural(len(rows), 'model')} with their prices at all providers{of_all}.",
            template="model_list.html",
            context={
                "rows": part,
                "parts_of_list": [{"number": n, "href": p, "here": n == number} for n, p in enumerate(paths, 1)],
            },
        )


def index_page(index: SiteIndex, rows: Mapping[str, dict[str, Any]]) -> Page:
    """The models that most providers sell, and the way to all others."""
    registry = index.data.registry
    order = sorted(index.models, key=lambda m: (-index.sellers_of_model.get(m, 0), m))
    developers = Counter(registry.model[m].developer or UNKNOWN_DEVELOPER for m in index.models)
    return Page(
        path="models/",
        title=text("models.title"),
        description=text("models.description", number=len(index.models)),
        template="models.html",
        context={
            "rows": [rows[m] for m in order[:INDEXED]],
            "total": len(index.models),
            "open_models": OPEN_MODELS,
            "charts": chart_views(chart_book(index.data).of("models"), "models"),
            "developers": [
                {"name": developer_words(name, index), "href": f"models/by/{name}/", "count": n}
                for name, n in sorted(developers.items(), key=lambda d: (-d[1], d[0]))
            ],
        },
    )


def developer_words(developer: str, index: SiteIndex) -> str:
    """The name of a developer in the list of all."""
    return text("models.unknown_developer") if developer == UNKNOWN_DEVELOPER else index.developer_name(developer)


def index_row(model: str, index: SiteIndex) -> dict[str, Any]:
    """A model in a list: what it is, and the lowest prices."""
    row, skus = index.data.registry.model[model], index.skus_of_model.get(model, [])
    card = index.data.registry.cards[model]
    inputs = [s.offer(TEXT_INPUT) for s in skus if rankable(s, index)]
    outputs = [s.offer(TEXT_OUTPUT) for s in skus if rankable(s, index)]
    return {
        "id": model,
        "name": row.name,
        "href": f"models/{model}/",
        "developer": index.developer_name(row.developer),
        "class": class_words(card.capability),
        "context": tokens(row.context) if row.context else "",
        "open": open_words(row),
        "sellers": index.sellers_of_model.get(model, 0),
        "input": price_cell(min((o for o in inputs if o), key=lambda o: o.price, default=None)),
        "output": price_cell(min((o for o in outputs if o), key=lambda o: o.price, default=None)),
        "main": "" if any(inputs) or any(outputs) else main_words(skus, index),
    }


def main_words(skus: list[Sku], index: SiteIndex) -> str:
    """The lowest price of a model that is not billed by text tokens, within its most frequent meter."""
    offers = [main_offer(s) for s in skus if not index.ended(s)]
    if not offers:
        return ""
    frequent = Counter(o.meter for o in offers).most_common()
    meter = min(m for m, n in frequent if n == frequent[0][1])
    lowest = min(o.price for o in offers if o.meter == meter)
    return f"from {meter_price(meter, lowest, index.data.registry.units)}"


def model_page(row: ModelRow, capability: CapabilityRow | None, index: SiteIndex) -> Page:
    """Everything known about one model."""
    skus = sorted(index.skus_of_model.get(row.id, []), key=lambda s: sku_order(s, index))
    by_tokens = any(s.offer(TEXT_INPUT) or s.offer(TEXT_OUTPUT) for s in skus)
    ranked = [s for s in skus if rankable(s, index)]
    curves = index.curves_of_model.get(row.id, [])
    sellers = index.sellers_of_model.get(row.id, 0)
    entity = f"models/{row.id}"
    charts = chart_views(chart_book(index.data).of(entity), entity, CHART_ROWS)
    speeds = speed_rows(curves, index, SPEEDS)
    held = held_back(index.held_back_of_model.get(row.id, []), index)
    priced = priced_rows(skus)
    sections = model_sections(row, priced, ranked, index)
    taken = sections.elements + len(speeds) * SPEED_ELEMENTS + len(held["rows"]) * HELD_ELEMENTS
    taken += sum(c["elements"] for c in charts.values())
    history = change_index(index.data)
    changes = change_section(history.groups_of_model.get(row.id, []), f"models/{row.id}", history)
    taken += change_elements(changes)
    crowded = by_tokens and sellers > FULL_ROWS
    taken += SHORT_ROOM if crowded else 0
    shown = chosen_rows(
        priced, lambda r: r.sku.provider, lambda r: sku_row(r, index, by_tokens), elements, ROOM - taken
    )
    in_full = {r.sku.provider for r, _ in shown}
    return Page(
        path=f"models/{row.id}/",
        title=f"{row.name} prices",
        description=f"What {row.name} costs at {plural(sellers, 'provider')}, and how fast it was measured.",
        template="model.html",
        context={
            "name": row.name,
            "facts": model_facts(row, capability, skus, index),
            "by_tokens": by_tokens,
            "rows": [cells for _, cells in shown],
            "short": short_rows(priced, in_full, index) if crowded else [],
            "total": len(skus),
            "counted": sum(len(r.skus) for r, _ in shown),
            "sources": shown_sources("model", row.id, [s for r, _ in shown for s in r.skus], (), index),
            "held": held,
            "price_changes": changes,
            "sellers": plural(sellers, "provider"),
            "input": spread([p for s in ranked if (p := s.price(TEXT_INPUT))]),
            "output": spread([p for s in ranked if (p := s.price(TEXT_OUTPUT))]),
            "charts": charts,
            "speeds": speeds,
            **sections.context,
            "explore": f"explore/?{'' if by_tokens else 'data=offers&'}q=model:={row.id}",
            "embed": embed_view(row.id, index),
        },
        alternates=alternates(f"models/{row.id}", f"{row.name}: price changes") if changes["feed"] else (),
    )


def sku_order(sku: Sku, index: SiteIndex) -> tuple[bool, bool, Any, str, str, str]:
    """The developer's own prices first, then those that can be compared by their sum, then the rest."""
    provider = index.data.registry.provider.get(sku.provider)
    own = provider is not None and provider.kind == "first_party" and sku.provider == developer_of(sku, index)
    rank = rankable(sku, index)
    total = (sku.price(TEXT_INPUT) or 0) + (sku.price(TEXT_OUTPUT) or 0) if rank else 0
    return (not own, not rank, total, sku.provider, sku.sku, sku.region)

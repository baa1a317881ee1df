"""Providers: the index, and a page each with its prices grouped by workload, its rentals and its sources."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from generator.render.formats import missing, plural
from generator.render.gpu_rows import rental_row
from generator.render.offer_columns import provider_kind
from generator.render.page import Page, SiteData
from generator.render.price_rows import sku_row
from generator.render.site_index import SiteIndex, Sku, site_index
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

KINDS = {
    "first_party": "Sells its own models",
    "cloud": "Cloud",
    "host": "Hosts models of others",
    "gateway": "Gateway to other providers",
    "rental": "Rents out GPUs",
    "subscription": "Sells subscriptions, not tokens",
    "": "Nobody has reviewed this provider yet",
}
INDEXED = 110  # providers in the table; those with fewer prices follow as a list
SHOWN = 56  # SKUs on a page; the explorer has all
RENTALS = 40


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
        title="Providers",
        description=f"{len(rows):,} providers of hosted models and rented GPUs, with all their prices.",
        template="providers.html",
        context={"rows": rows[:INDEXED], "others": rows[INDEXED:], "total": len(rows)},
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


def provider_page(provider: str, index: SiteIndex) -> Page:
    """Everything one provider charges."""
    skus = sorted(index.skus_of_provider.get(provider, []), key=lambda s: sku_order(s, index))
    rentals = index.rentals_of_provider.get(provider, [])
    row = index.data.registry.provider.get(provider)
    name = index.provider_name(provider)
    workloads = Counter(s.workload for s in skus)
    return Page(
        path=f"providers/{provider}/",
        title=f"{name} prices",
        description=f"What {name} charges: {plural(len(skus), 'model id')} and {plural(len(rentals), 'GPU rental')}.",
        template="provider.html",
        context={
            "name": name,
            "kind": KINDS[row.kind if row else ""],
            "url": row.url if row else "",
            "host": urlsplit(row.url).hostname if row and row.url else "",
            "workloads": [
                {"name": workload_words(w), "count": n}
                for w, n in sorted(workloads.items(), key=lambda w: (-w[1], w[0]))
            ],
            "groups": groups(skus[:SHOWN], index),
            "shown": min(len(skus), SHOWN),
            "total": len(skus),
            "rentals": [rental_row(r, index) for r in rentals[:RENTALS]],
            "more_rentals": max(len(rentals) - RENTALS, 0),
            "sources": sources(skus, provider, index),
            "explore": f"explore/?q={provider}",
        },
    )


def workload_words(workload: str) -> str:
    """A workload as it is written in a sentence."""
    return {"llm": "language models"}.get(workload, workload)


def sku_order(sku: Sku, index: SiteIndex) -> tuple[bool, bool, bool, int, str, str, str]:
    """Rated models first, then resolved names, the widely sold before the rare; then by model and id."""
    card = index.data.registry.cards[sku.model] if sku.model else None
    return (
        card is None or not card.capability,
        not sku.model,
        sku.workload != "llm",
        -index.sellers_of_model.get(sku.model, 0),
        sku.model,
        sku.sku,
        sku.region if sku.region != "global" else "",
    )


def groups(skus: list[Sku], index: SiteIndex) -> list[dict[str, Any]]:
    """SKUs by whether they are billed by text tokens, in two tables with fitting columns."""
    by_tokens = [s for s in skus if s.offer(TEXT_INPUT) or s.offer(TEXT_OUTPUT)]
    others = [s for s in skus if s not in by_tokens]
    found = []
    if by_tokens:
        found.append(
            {
                "id": "tokens",
                "by_tokens": True,
                "title": "Billed by text tokens",
                "rows": [sku_row(s, index) for s in by_tokens],
            }
        )
    if others:
        found.append(
            {
                "id": "others",
                "by_tokens": False,
                "title": "Billed otherwise",
                "rows": [sku_row(s, index, False) for s in others],
            }
        )
    return found  # fmt: skip


def sources(skus: list[Sku], provider: str, index: SiteIndex) -> list[dict[str, Any]]:
    """The sources that state prices of a provider, with dates and how many of the published prices they agree with."""
    used: Counter[str] = Counter()
    stated = [(o.price, o.evidence) for s in skus for o in s.offers]
    stated += [(r.price, r.evidence) for r in index.rentals_of_provider.get(provider, [])]
    for published, evidence in stated:
        used.update(e.source for e in evidence if e.price == published)
    registry, snapshots = index.data.registry, index.data.state.snapshots
    return [
        {
            "id": s,
            "title": registry.source[s].title,
            "observed": snapshots[s].observed_at if s in snapshots else missing("never read"),
            "count": n,
        }
        for s, n in sorted(used.items(), key=lambda u: (-u[1], u[0]))
    ]

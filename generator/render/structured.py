"""JSON-LD for search engines: data sets, products with their offers, and the way to a page. Only what the page says.

The atlas sells nothing and no organisation stands behind it, so none is named; the sellers of offers are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from generator.render.comparable import rankable
from generator.render.formats import unit_label
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.page import Page
from generator.render.price_rows import main_offer
from generator.render.site_index import SiteIndex, Sku
from generator.render.texts import DEFAULT, text
from generator.render.translated import base_path
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, price_text
from wasm_tools.pricing.offers import Offer

Record = Mapping[str, Any]
CONTEXT = "https://schema.org"
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
DATA_SET = "Inference Price Atlas"
API_PAGE = "api/"
SHOWN = 5  # single offers beside the range of all
FILES = (
    ("offers", "API prices"),
    ("gpu_offers", "GPU rental prices"),
    ("benchmarks", "Measured speed"),
    ("skus", "Model ids with their facts"),
)


def structured(page: Page, index: SiteIndex, site_url: str) -> tuple[Record, ...]:
    """The records of a page. Addresses are whole where the site knows its own, else relative to the page."""
    base = site_url or page.root or "./"
    section, _, rest = page.path.partition("/")
    thing = rest.strip("/")
    records: list[Record] = []
    if page.path in ("", "downloads/"):
        records.append(data_set(index, base))
    elif section == "models" and thing in index.skus_of_model:
        records += model_product(thing, page, index, base)
    elif section == "gpus" and thing in index.rentals_of_gpu:
        records.append(gpu_product(thing, page, index, base))
    if base_path(page.path):
        records.append(breadcrumbs(page, base))
    return (*page.structured, *records)


def data_set(index: SiteIndex, base: str) -> Record:
    """All downloads as one data set."""
    data = index.data
    return {
        "@context": CONTEXT,
        "@type": "Dataset",
        "name": DATA_SET,
        "description": (
            f"{len(data.offers):,} API prices and {len(data.rentals):,} GPU rental prices of {len(index.providers)} "
            "providers, each with its sources, their dates and a grade; measured speed; ranked plans."
        ),
        "url": base,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "dateModified": data.as_of,
        "measurementTechnique": "reconciliation of published price lists",
        "variableMeasured": [
            "price per billing unit",
            "price per GPU-hour",
            "time to first token",
            "tokens per second",
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": title,
                "encodingFormat": kind,
                "contentUrl": f"{base}api/v1/{name}.{ending}",
            }
            for name, title in FILES
            for ending, kind in (("csv", "text/csv"), ("json", "application/json"))
        ],
    }


def api_records(index: SiteIndex, site_url: str) -> tuple[Record, ...]:
    """The page that documents the files: the interface, what it gives, and the way there."""
    base = site_url or "../"
    interface = {
        "@context": CONTEXT,
        "@type": "WebAPI",
        "name": "Inference Price Atlas, data files",
        "description": "Static JSON, CSV, Parquet and Markdown files with every price, plan and registry row; no key.",
        "url": f"{base}api/v1/index.json",
        "documentation": f"{base}{API_PAGE}",
        "termsOfService": f"{base}data-sources/",
        "serviceOutput": {"@type": "Dataset", "name": DATA_SET, "url": base},
    }
    return interface, data_set(index, base), trail(API_PAGE, "API and data files", base)


def breadcrumbs(page: Page, base: str) -> Record:
    """The way to a page, by sections that are pages themselves."""
    own = base_path(page.path)
    home = base + page.path.removesuffix(own)
    first = own.partition("/")[0].replace("-", "_")
    section = text(f"{first}.title") if page.language != DEFAULT and first not in ("", "tools") else ""
    return trail(own, page.title, home, section)


def trail(path: str, title: str, base: str, section: str = "") -> Record:
    """The way to the page of this path and title; `section` names the page above it, in English by its address."""
    parts = path.strip("/").split("/")
    steps = [(DATA_SET, base)]
    if len(parts) > 1 and parts[0] != "tools":
        name = section or parts[0].replace("-", " ").capitalize().replace("Gpus", "GPUs")
        steps.append((name, f"{base}{parts[0]}/"))
    steps.append((title, base + path))
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": address}
            for n, (name, address) in enumerate(steps, 1)
        ],
    }


def model_product(model: str, page: Page, index: SiteIndex, base: str) -> list[Record]:
    """A model with the range of its comparable prices: input and output tokens, else its most frequent meter."""
    skus = [s for s in index.skus_of_model[model] if rankable(s, index)]
    ranges = []
    for meter in (TEXT_INPUT, TEXT_OUTPUT):
        offers = [o for s in skus if (o := s.offer(meter))]
        if offers:
            ranges.append(api_range(offers, index, base))
    if not ranges:
        ranges += [api_range(other_offers(index.skus_of_model[model], index), index, base)]
    row = index.data.registry.model[model]
    found = [r for r in ranges if r]
    if not found:
        return []
    record = product(row.name, page, "AI model", model, base) | {"offers": found}
    if row.developer:
        record["brand"] = {"@type": "Brand", "name": index.developer_name(row.developer)}
    return [record]


def other_offers(skus: Iterable[Sku], index: SiteIndex) -> list[Offer]:
    """The offers of the most frequent meter of a model that is not billed by text tokens."""
    offers = [main_offer(s) for s in skus if not index.ended(s)]
    counts = Counter(o.meter for o in offers).most_common()
    if not counts:
        return []
    meter = min(m for m, n in counts if n == counts[0][1])
    return [o for o in offers if o.meter == meter]


def api_range(offers: list[Offer], index: SiteIndex, base: str) -> Record:
    """The range of offers with one meter, and the cheapest of them; empty without offers."""
    if not offers:
        return {}
    unit = unit_label(offers[0].meter, index.data.registry.units)
    order = sorted(offers, key=lambda o: (o.price, o.key))
    return price_range([o.price for o in order], unit) | {
        "offers": [
            offer(o.price, unit, index.provider_name(o.provider), f"{base}providers/{o.provider}/", o.effective_from)
            for o in order[:SHOWN]
        ]
    }


def gpu_product(gpu: str, page: Page, index: SiteIndex, base: str) -> Record:
    """A GPU with the range of its rental prices by commitment."""
    row = index.data.registry.gpu[gpu]
    ranges = []
    for commitment, words in COMMITMENT_WORDS.items():
        rentals = [r for r in index.rentals_of_gpu[gpu] if r.commitment == commitment and r.currency == "USD"]
        if rentals:
            unit = f"GPU-hour, {words}"
            offers = [
                offer(r.price, unit, index.provider_name(r.provider), f"{base}providers/{r.provider}/", "")
                for r in rentals[:SHOWN]
            ]
            ranges.append(price_range([r.price for r in rentals], unit) | {"offers": offers})
    return product(row.name, page, "GPU rental", gpu, base) | {
        "brand": {"@type": "Brand", "name": row.vendor},
        "offers": ranges,
    }


def product(name: str, page: Page, category: str, identifier: str, base: str) -> dict[str, Any]:
    """What is sold, without its offers."""
    return {
        "@context": CONTEXT,
        "@type": "Product",
        "name": name,
        "description": page.description,
        "category": category,
        "productID": identifier,
        "url": base + page.path,
    }


def price_range(prices: list[Decimal], unit: str) -> dict[str, Any]:
    """Lowest and highest price of one unit."""
    return {
        "@type": "AggregateOffer",
        "name": f"per {unit}",
        "lowPrice": price_text(min(prices)),
        "highPrice": price_text(max(prices)),
        "priceCurrency": "USD",
        "offerCount": len(prices),
    }


def offer(price: Decimal, unit: str, seller: str, address: str, since: str) -> Record:
    """One seller's price of one unit, with the day since which it holds where that is known."""
    record = {
        "@type": "Offer",
        "seller": {"@type": "Organization", "name": seller},
        "url": address,
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": price_text(price),
            "priceCurrency": "USD",
            "unitText": unit,
        },
    }
    return record | {"validFrom": since} if since else record

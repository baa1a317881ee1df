"""The record of a provider: a summary with its first prices, and the CSV files that hold all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import change_index
from generator.render.history_files import COLUMNS as CHANGE_COLUMNS
from generator.render.history_files import has_file, provider_file
from generator.render.pages.providers import sku_order
from generator.render.price_evidence import sources_of
from generator.render.price_tables import OFFER_COLUMNS, QUARANTINE_COLUMNS, RENTAL_COLUMNS
from generator.render.provider_summary import category_rows
from generator.render.records.entity import API, SOURCE_COLUMNS, Document, EntityRecord, record_path
from generator.render.records.published import (
    Published,
    Row,
    change_part,
    held_part,
    merged_columns,
    offer_part,
    rental_part,
    sku_part,
    source_part,
)
from generator.render.registry_columns import PROVIDER_COLUMNS
from generator.render.registry_tables import providers_table
from generator.render.row_choice import each_first
from generator.render.sku_table import SKU_COLUMNS

SKUS = 80  # model ids in the JSON file, in the order of the page; the CSV file has all
RENTALS = 80  # rental prices in the JSON file, cheapest first
WORKLOAD_COLUMNS = (
    Column("workload", "text", "what the ids are for"),
    Column("skus", "integer", "model ids", "ids"),
    Column("models", "integer", "models that these are resolved to", "models"),
    Column("unit_label", "text", "what the three prices are for"),
    Column("lowest", "decimal", "the lowest on sale", "USD per unit_label"),
    Column("median", "decimal", "the middle one", "USD per unit_label"),
    Column("highest", "decimal", "the highest", "USD per unit_label"),
)
PROVIDER_TABLES: tuple[tuple[str, str, Sequence[Column]], ...] = (
    ("workloads", "what it sells, by workload", WORKLOAD_COLUMNS),
    ("offers", f"prices of its first {SKUS} model ids", merged_columns(OFFER_COLUMNS, "provider")),
    ("skus", "what is known of these ids", tuple(c for c in SKU_COLUMNS if c.name != "provider")),
    ("gpu_offers", f"its {RENTALS} lowest rental prices", merged_columns(RENTAL_COLUMNS, "provider")),
    ("held_back", "statements that are not used", QUARANTINE_COLUMNS),
    ("changes", "the newest recorded changes", CHANGE_COLUMNS),
    ("sources", "who states the prices", SOURCE_COLUMNS),
)
BRIEF = {
    "offers": ("model", "sku", "meter_words", "price", "unit_label", "regions", "grade", "observed_at"),
    "skus": ("model", "sku", "context", "max_output", "quantization", "status", "retires_on", "sources"),
    "gpu_offers": ("gpu", "gpu_name", "instance", "commitment", "price", "regions", "grade", "observed_at"),
    "held_back": ("source", "sku", "meter", "currency", "price", "expected", "reason"),
    "sources": ("title", "observed_at", "states", "of", "agrees", "differs", "licence", "attribution"),
}


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """The record, and all prices of the provider as tables for CSV files; one without rows is left out."""

    record: EntityRecord
    parts: tuple[ApiTable, ...]


def provider_records(published: Published) -> Iterator[ProviderRecord]:
    """A record for every provider that has a page."""
    known = {row[0]: row for row in providers_table(published.data).rows}
    for provider in published.index.providers:
        yield provider_record(provider, known[provider], published)


def provider_record(provider: str, row: tuple[Cell, ...], published: Published) -> ProviderRecord:
    """The record of one provider; `row` is its row in providers.json."""
    index = published.index
    skus = sorted(index.skus_of_provider.get(provider, []), key=lambda s: sku_order(s, index))
    first = [skus[n] for n in each_first([s.model for s in skus])]
    listed = list(dict.fromkeys(s.sku for s in first))[:SKUS]
    offers, rentals = published.offers_of_provider.get(provider, []), published.rentals_of_provider.get(provider, [])
    parts = all_prices(provider, offers, rentals)
    shown = set(listed)
    price = [c.name for c in RENTAL_COLUMNS].index("price")
    lowest = sorted(rentals, key=lambda r: (float(str(r[price])), *map(str, r)))
    cheapest = rental_part(lowest, "provider")
    document = Document(
        title=index.provider_name(provider),
        description="A provider with what it sells, its first prices, and a file with all of them.",
        page=f"providers/{provider}/",
        path=record_path("provider", provider),
        facts=tuple(zip(PROVIDER_COLUMNS, row, strict=True)),
        tables=(
            workload_part(provider, published),
            offer_part(in_order(offers, listed, shown), "provider"),
            sku_part((r for sku in listed if (r := published.sku.get((provider, sku)))), "provider"),
            ApiTable(cheapest.name, cheapest.title, cheapest.description, cheapest.columns, cheapest.rows[:RENTALS]),
            held_part(index.held_back_of_provider.get(provider, [])),
            change_part(change_index(index.data).groups_of_provider.get(provider, []), index.data),
            source_part(sources_of("provider", provider, index)),
        ),
        links={part.description: f"{API}{part.name}.csv" for part in parts} | change_link(provider, published),
        brief=BRIEF,
    )
    record = EntityRecord("provider", provider, document)
    return ProviderRecord(record, parts)


def change_link(provider: str, published: Published) -> dict[str, str]:
    """The file with all its recorded changes, where there are so many that it has one."""
    groups = change_index(published.data).groups_of_provider.get(provider, [])
    many = has_file(sum(len(g.changes) for g in groups))
    return {"changes": f"{API}{provider_file(provider)}"} if many else {}


def in_order(offers: Iterable[Row], listed: Sequence[str], shown: set[str]) -> list[Row]:
    """The offers of the listed ids, in the order of the list."""
    sku = [c.name for c in OFFER_COLUMNS].index("sku")
    place = {name: n for n, name in enumerate(listed)}
    return sorted((row for row in offers if row[sku] in shown), key=lambda row: place[str(row[sku])])


def all_prices(provider: str, offers: Sequence[Row], rentals: Sequence[Row]) -> tuple[ApiTable, ...]:
    """Every price of a provider: a table of offers, and one of rentals. The description names its link."""
    tables = (
        ApiTable(f"providers/{provider}", f"Prices of {provider}", "offers_csv", OFFER_COLUMNS, offers),
        ApiTable(f"providers/{provider}-gpus", f"Rentals of {provider}", "gpu_offers_csv", RENTAL_COLUMNS, rentals),
    )
    return tuple(t for t in tables if t.rows)


def workload_part(provider: str, published: Published) -> ApiTable:
    """What a provider sells, as its page says it."""
    index = published.index
    names = ("workload", "ids", "models", "unit", "lowest_exact", "median_exact", "highest_exact")
    found = category_rows(index.skus_of_provider.get(provider, []), index)
    rows: list[Row] = [tuple(row[name] for name in names) for row in found]
    says = "ids and prices by kind of work; of language models a row for tokens in and one for tokens out"
    return ApiTable("workloads", "What it sells", says, WORKLOAD_COLUMNS, rows)

"""The published tables by the things that their rows belong to: every record is made of the same rows as the tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import Group, change_index
from generator.render.history_files import COLUMNS as CHANGE_COLUMNS
from generator.render.history_files import change_cells
from generator.render.page import SiteData
from generator.render.price_tables import OFFER_COLUMNS, QUARANTINE_COLUMNS, RENTAL_COLUMNS
from generator.render.records.entity import SOURCE_COLUMNS
from generator.render.site_index import SiteIndex, site_index
from generator.render.sku_table import SKU_COLUMNS
from generator.sync.state import Quarantined

Row = tuple[Cell, ...]
CHANGES, OF_ONE = 40, 3  # groups of changes in a record, and the largest changes of each
CONSTANT = ("currency", "observed")  # the same for all prices, or said of each source among the sources
REGIONS = Column("regions", "text", "where exactly this price holds, separated by |; global where no region is named")


@dataclass(frozen=True)
class Published:
    """The tables of offers, model ids and rentals of one site."""

    data: SiteData
    offers: ApiTable
    skus: ApiTable
    rentals: ApiTable

    @property
    def index(self) -> SiteIndex:
        """The look-ups of the site."""
        return site_index(self.data)

    @cached_property
    def offers_of_model(self) -> Mapping[Cell, list[Row]]:
        """Rows of the offers by model."""
        return by(self.offers, "model")

    @cached_property
    def offers_of_provider(self) -> Mapping[Cell, list[Row]]:
        """Rows of the offers by provider."""
        return by(self.offers, "provider")

    @cached_property
    def rentals_of_gpu(self) -> Mapping[Cell, list[Row]]:
        """Rows of the rentals by GPU."""
        return by(self.rentals, "gpu")

    @cached_property
    def rentals_of_provider(self) -> Mapping[Cell, list[Row]]:
        """Rows of the rentals by provider."""
        return by(self.rentals, "provider")

    @cached_property
    def skus_of_model(self) -> Mapping[Cell, list[Row]]:
        """Rows of the model ids by model."""
        return by(self.skus, "model")

    @cached_property
    def sku(self) -> Mapping[tuple[str, str], Row]:
        """Row of a model id by provider and id."""
        key = itemgetter(self.skus.names.index("provider"), self.skus.names.index("sku"))
        return {key(row): row for row in self.skus.rows}


def by(table: ApiTable, name: str) -> dict[Cell, list[Row]]:
    """The rows of a table by one of its columns, each group in the order of the table."""
    place = table.names.index(name)
    groups: dict[Cell, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(row[place], []).append(row)
    return groups


def merged_columns(columns: Sequence[Column], without: str) -> tuple[Column, ...]:
    """The columns of rows that share all but the region; `without` is what the record itself stands for."""
    return tuple(REGIONS if c.name == "region" else c for c in columns if c.name not in {without, *CONSTANT})


def merged_rows(rows: Iterable[Row], columns: Sequence[Column], without: str) -> list[Row]:
    """Rows that differ in their region only become one, in the order of the first. A price of forty regions is said
    once."""
    kept = [n for n, c in enumerate(columns) if c.name not in {without, "region", *CONSTANT}]
    names = [c.name for c in merged_columns(columns, without)]
    region, place = [c.name for c in columns].index("region"), names.index("regions")
    rest = itemgetter(*kept)
    found: dict[Row, list[str]] = {}
    for row in rows:
        found.setdefault(rest(row), []).append(str(row[region]))
    return [(*row[:place], "|".join(regions), *row[place:]) for row, regions in found.items()]


def less(row: Row, columns: Sequence[Column], without: str) -> Row:
    """A row without one of its cells."""
    place = next(n for n, c in enumerate(columns) if c.name == without)
    return (*row[:place], *row[place + 1 :])


def offer_part(rows: Iterable[Row], without: str) -> ApiTable:
    """The offers of one model or provider."""
    merged = merged_rows(rows, OFFER_COLUMNS, without)
    says = "every current price; those of several regions in one row"
    return ApiTable("offers", "Prices", says, merged_columns(OFFER_COLUMNS, without), merged)


def sku_part(rows: Iterable[Row], without: str) -> ApiTable:
    """What is known of the model ids of one model or provider."""
    says = "what is known of each model id beside its prices"
    columns = tuple(c for c in SKU_COLUMNS if c.name != without)
    return ApiTable("skus", "Model ids", says, columns, [less(row, SKU_COLUMNS, without) for row in rows])


def rental_part(rows: Iterable[Row], without: str) -> ApiTable:
    """The rentals of one GPU or provider."""
    merged = merged_rows(rows, RENTAL_COLUMNS, without)
    says = "rental prices per GPU and hour, cheapest first; those of several regions in one row"
    return ApiTable("gpu_offers", "Rental prices", says, merged_columns(RENTAL_COLUMNS, without), merged)


def change_part(groups: Sequence[Group], data: SiteData) -> ApiTable:
    """The newest recorded changes of one thing; all of them are in the files of the days."""
    changes = change_index(data)
    rows = [change_cells(change, changes) for group in groups[:CHANGES] for change in group.changes[:OF_ONE]]
    says = "the newest recorded changes; history/index.json leads to all"
    return ApiTable("changes", "Recorded changes", says, CHANGE_COLUMNS, rows)


def held_part(statements: Iterable[Quarantined]) -> ApiTable:
    """The statements about one thing that are held back."""
    rows = [tuple(getattr(q, c.name) for c in QUARANTINE_COLUMNS) for q in statements]
    says = "statements that look wrong next to what others say, and are not used"
    return ApiTable("held_back", "Held back", says, QUARANTINE_COLUMNS, rows)


def source_part(rows: Iterable[Mapping[str, Cell]]) -> ApiTable:
    """Who states the prices of a record, and on which terms."""
    cells = [
        (s["id"], s["title"], s["homepage"], s["licence"], s["attribution"], s["observed_at"],
         int(s["agree"] or 0) + int(s["differ"] or 0), s["of"], s["agree"], s["differ"])
        for s in rows
    ]  # fmt: skip
    return ApiTable("sources", "Sources", "who states these prices, and on which terms", SOURCE_COLUMNS, cells)

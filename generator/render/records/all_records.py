"""All records of a site, made once: their JSON files and their Markdown forms both come from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.render.once import once
from generator.render.page import SiteData
from generator.render.price_tables import offers_table, rentals_table
from generator.render.records.entity import EntityRecord
from generator.render.records.gpu_records import gpu_records
from generator.render.records.model_records import model_records
from generator.render.records.provider_records import ProviderRecord, provider_records
from generator.render.records.published import Published
from generator.render.sku_table import skus_table


@dataclass(frozen=True, slots=True)
class Records:
    """The tables and the records made of their rows."""

    published: Published
    models: tuple[EntityRecord, ...]
    providers: tuple[ProviderRecord, ...]
    gpus: tuple[EntityRecord, ...]

    def all(self) -> Iterator[EntityRecord]:
        """Every record."""
        yield from self.models
        yield from (p.record for p in self.providers)
        yield from self.gpus


@once
def records_of(data: SiteData) -> Records:
    """The records of a site."""
    published = Published(data, offers_table(data), skus_table(data), rentals_table(data))
    return Records(
        published,
        tuple(model_records(published)),
        tuple(provider_records(published)),
        tuple(gpu_records(published)),
    )

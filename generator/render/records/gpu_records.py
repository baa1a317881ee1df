"""The record of a GPU: its data sheet, every rental price of it, and how fast models were measured on it."""

from collections.abc import Iterator, Sequence

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import change_index
from generator.render.history_files import COLUMNS as CHANGE_COLUMNS
from generator.render.offer_columns import COMMITMENT_WORDS
from generator.render.price_evidence import sources_of
from generator.render.price_rows import spread
from generator.render.price_tables import RENTAL_COLUMNS
from generator.render.records.entity import SOURCE_COLUMNS, Document, EntityRecord, record_path
from generator.render.records.fit_tables import FIT_COLUMNS, FITTING_COLUMNS, fit_parts
from generator.render.records.published import Published, change_part, merged_columns, rental_part, source_part
from generator.render.records.speed_table import SPEED_COLUMNS, speed_part
from generator.render.registry_columns import GPU_COLUMNS, GPU_MARKET_COLUMNS
from generator.render.registry_tables import gpus_table
from generator.render.site_index import SiteIndex

GPU_FACTS = (*GPU_COLUMNS, *GPU_MARKET_COLUMNS)
SPREAD_COLUMNS = (
    Column("commitment", "text", "how it is rented"),
    Column("count", "integer", "prices", "prices"),
    Column("lowest", "decimal", "the lowest of them", "USD per GPU-hour"),
    Column("median", "decimal", "the middle one", "USD per GPU-hour"),
    Column("highest", "decimal", "the highest", "USD per GPU-hour"),
)
GPU_TABLES: tuple[tuple[str, str, Sequence[Column]], ...] = (
    ("spreads", "rental prices by commitment", SPREAD_COLUMNS),
    ("gpu_offers", "every current rental price", merged_columns(RENTAL_COLUMNS, "gpu")),
    ("fits", "how many open models it holds, by precision", FIT_COLUMNS),
    ("fitting_models", "which these are, the largest first", FITTING_COLUMNS),
    ("speeds", "measured speed by model", SPEED_COLUMNS),
    ("changes", "the newest recorded changes", CHANGE_COLUMNS),
    ("sources", "who states the prices", SOURCE_COLUMNS),
)
BRIEF = {
    "gpu_offers": ("provider", "instance", "count", "commitment", "price", "regions", "host_included", "grade",
                   "observed_at"),
    "speeds": (
        "model", "gpus", "prompt_tokens", "output_tokens", "precision", "engine", "concurrency",
        "tokens_per_second_per_gpu", "tokens_per_second_per_user", "ttft_ms", "measured",
    ),
    "sources": ("title", "observed_at", "states", "of", "agrees", "differs", "licence", "attribution"),
}  # fmt: skip


def gpu_records(published: Published) -> Iterator[EntityRecord]:
    """A record for every registered GPU."""
    for row in gpus_table(published.data).rows:
        yield gpu_record(str(row[0]), row, published)


def gpu_record(gpu: str, row: tuple[Cell, ...], published: Published) -> EntityRecord:
    """The record of one GPU; `row` is its row in gpus.json."""
    index = published.index
    price = [c.name for c in RENTAL_COLUMNS].index("price")
    rentals = sorted(published.rentals_of_gpu.get(gpu, []), key=lambda r: (float(str(r[price])), *map(str, r)))
    document = Document(
        title=index.data.registry.gpu[gpu].name,
        description="A GPU with its data sheet, every rental price, and the measured speed of models.",
        page=f"gpus/{gpu}/",
        path=record_path("gpu", gpu),
        facts=tuple(zip(GPU_FACTS, row, strict=True)),
        tables=(
            spread_part(gpu, index),
            *fit_parts(gpu, index),
            rental_part(rentals, "gpu"),
            speed_part(index.curves_of_gpu.get(gpu, []), index),
            change_part(change_index(index.data).groups_of_gpu.get(gpu, []), index.data),
            source_part(sources_of("gpu", gpu, index)),
        ),
        brief=BRIEF,
    )
    return EntityRecord("gpu", gpu, document)


def spread_part(gpu: str, index: SiteIndex) -> ApiTable:
    """Lowest, median and highest rental price of each commitment."""
    rows: list[tuple[Cell, ...]] = []
    for commitment in COMMITMENT_WORDS:
        prices = [r.price for r in index.rentals_of_gpu.get(gpu, []) if r.commitment == commitment]
        if prices:
            found = spread(prices)
            exact = found["exact"]
            rows.append((commitment, found["count"], exact["lowest"], exact["median"], exact["highest"]))
    return ApiTable("spreads", "Lowest, median and highest price", "by commitment", SPREAD_COLUMNS, rows)

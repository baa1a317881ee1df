"""The record of a model: every price of it, what its ids are, how fast it was measured, where it is ranked."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import itemgetter

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.change_index import change_index
from generator.render.comparable import rankable
from generator.render.history_files import COLUMNS as CHANGE_COLUMNS
from generator.render.index_tables import SCORE_COLUMNS, score_rows
from generator.render.meter_words import meter_words
from generator.render.pages.models import sku_order
from generator.render.price_evidence import sources_of
from generator.render.price_rows import spread
from generator.render.price_tables import OFFER_COLUMNS, QUARANTINE_COLUMNS
from generator.render.records.entity import SOURCE_COLUMNS, Document, EntityRecord, record_path
from generator.render.records.fit_tables import PREDICTION_COLUMNS, SET_COLUMNS, prediction_part, set_part
from generator.render.records.published import (
    Published,
    Row,
    change_part,
    held_part,
    merged_columns,
    offer_part,
    sku_part,
    source_part,
)
from generator.render.records.speed_table import SPEED_COLUMNS, speed_part
from generator.render.registry_columns import MODEL_COLUMNS
from generator.render.registry_tables import models_table
from generator.render.site_index import SiteIndex, Sku
from generator.render.sku_table import SKU_COLUMNS
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter

SPREAD_COLUMNS = (
    Column("meter", "text", "what is billed, in the text form of the vocabulary"),
    Column("meter_words", "text", "the same in words"),
    Column("count", "integer", "prices that can be compared", "prices"),
    Column("lowest", "decimal", "the lowest of them", "USD per 1M tokens"),
    Column("median", "decimal", "the middle one", "USD per 1M tokens"),
    Column("highest", "decimal", "the highest", "USD per 1M tokens"),
)
USE_COLUMNS = (
    Column("use_case", "text", "title of the use case"),
    Column("page", "text", "its page, relative to the root of the site"),
    Column("rank", "integer", "rank of the model's best plan by monthly cost"),
    Column("plan", "text", "id of that plan"),
    Column("usd_per_month", "decimal", "its cost a month", "USD"),
)
MODEL_TABLES: tuple[tuple[str, str, Sequence[Column]], ...] = (
    ("spreads", "standard token prices of the sellers that can be compared", SPREAD_COLUMNS),
    ("offers", "every current price", merged_columns(OFFER_COLUMNS, "model")),
    ("skus", "what is known of each provider's id", tuple(c for c in SKU_COLUMNS if c.name != "model")),
    ("speeds", "measured speed by GPU", SPEED_COLUMNS),
    ("predictions", "predicted speed by GPU", PREDICTION_COLUMNS),
    ("gpu_sets", "sets of GPUs that hold it", SET_COLUMNS),
    ("quality", "scores on public benchmarks", SCORE_COLUMNS),
    ("use_cases", "the use cases that rank it", USE_COLUMNS),
    ("held_back", "statements that are not used", QUARANTINE_COLUMNS),
    ("changes", "the newest recorded changes", CHANGE_COLUMNS),
    ("sources", "who states the prices", SOURCE_COLUMNS),
)
BRIEF = {
    "spreads": ("meter_words", "count", "lowest", "median", "highest"),
    "offers": ("provider", "sku", "meter_words", "price", "unit_label", "regions", "grade", "observed_at"),
    "skus": ("provider", "sku", "context", "max_output", "quantization", "status", "retires_on", "sources"),
    "speeds": (
        "gpu", "gpus", "prompt_tokens", "output_tokens", "precision", "engine", "concurrency",
        "tokens_per_second_per_gpu", "tokens_per_second_per_user", "ttft_ms", "measured",
    ),
    "quality": ("benchmark", "value", "unit", "setting", "self_reported", "date", "source"),
    "use_cases": ("use_case", "rank", "usd_per_month"),
    "held_back": ("source", "provider", "sku", "meter", "currency", "price", "expected", "reason"),
    "sources": ("title", "observed_at", "states", "of", "agrees", "differs", "licence", "attribution"),
}  # fmt: skip


def model_records(published: Published) -> Iterator[EntityRecord]:
    """A record for every model that has a page."""
    index = published.index
    known = {row[0]: row for row in models_table(published.data).rows}
    for model in index.models:
        yield model_record(model, known[model], published)


def model_record(model: str, row: tuple[Cell, ...], published: Published) -> EntityRecord:
    """The record of one model; `row` is its row in models.json."""
    index = published.index
    skus = index.skus_of_model.get(model, [])
    document = Document(
        title=index.model_name(model),
        description="A model with every current price, its ids at each provider and its measured speed.",
        page=f"models/{model}/",
        path=record_path("model", model),
        facts=tuple(zip(MODEL_COLUMNS, row, strict=True)),
        tables=(
            spread_part(skus, index),
            offer_part(in_page_order(published.offers_of_model.get(model, []), skus, index), "model"),
            sku_part(published.skus_of_model.get(model, []), "model"),
            speed_part(index.curves_of_model.get(model, []), index),
            prediction_part(model, index),
            set_part(model, index),
            quality_part(model, index),
            use_part(model, index),
            held_part(index.held_back_of_model.get(model, [])),
            change_part(change_index(index.data).groups_of_model.get(model, []), index.data),
            source_part(sources_of("model", model, index)),
        ),
        brief=BRIEF,
    )
    return EntityRecord("model", model, document)


def in_page_order(offers: Sequence[Row], skus: Sequence[Sku], index: SiteIndex) -> list[Row]:
    """The offers in the order of the page: the developer's own, then those that can be compared by price."""
    ordered = sorted(skus, key=lambda s: sku_order(s, index))
    place = {key: n for n, key in enumerate(dict.fromkeys((s.provider, s.sku) for s in ordered))}
    names = [c.name for c in OFFER_COLUMNS]
    key = itemgetter(names.index("provider"), names.index("sku"))
    return sorted(offers, key=lambda row: place[key(row)])


def spread_part(skus: Sequence[Sku], index: SiteIndex) -> ApiTable:
    """Lowest, median and highest of the prices that can be compared."""
    ranked = [s for s in skus if rankable(s, index)]
    rows = [row for meter in (TEXT_INPUT, TEXT_OUTPUT) if (row := _spread_row(meter, ranked))]
    says = "standard token prices of the sellers that can be compared"
    return ApiTable("spreads", "Lowest, median and highest price", says, SPREAD_COLUMNS, rows)


def _spread_row(meter: Meter, ranked: Sequence[Sku]) -> tuple[Cell, ...] | None:
    prices: list[Decimal] = [p for s in ranked if (p := s.price(meter))]
    if not prices:
        return None
    found = spread(prices)
    exact = found["exact"]
    return (str(meter), meter_words(meter), found["count"], exact["lowest"], exact["median"], exact["highest"])


def use_part(model: str, index: SiteIndex) -> ApiTable:
    """The use cases that rank a plan of the model."""
    uses = index.uses_of_model.get(model, [])
    rows = [(u.title, u.path, u.rank, u.plan.id, f"{u.plan.usd_per_month:.2f}") for u in uses]
    return ApiTable("use_cases", "Where it is ranked", "its best plan of each use case", USE_COLUMNS, rows)


def quality_part(model: str, index: SiteIndex) -> ApiTable:
    """Its scores."""
    rows = score_rows(index.of_models.scores.get(model, ()))
    return ApiTable("quality", "Quality scores", "scores on public benchmarks", SCORE_COLUMNS, rows)

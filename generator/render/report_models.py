"""Pydantic models of the published reports: health, accuracy, charts, recorded changes."""

from typing import Any, Literal

from pydantic import Field

from generator.render.index_tables import HEALTH_COLUMNS
from generator.render.schemas import AS_OF, Count, Dated, Record, row_model, told

_HealthRow: Any = row_model("HealthRow", HEALTH_COLUMNS)


class SourceHealth(_HealthRow):  # type: ignore[misc]
    """The state of one source."""

    unread_keys: dict[str, int] = told("the price fields that nobody reads yet, with their counts")


class CrossReference(Record):
    """One check of what does not fit together."""

    title: str = told("what is looked for")
    count: Count = told("how many there are")
    examples: list[str] = told("some of them")


class CoverageGap(Record):
    """A workload that sources describe at a provider and that has no price."""

    provider: str = told("id in providers.json")
    workload: str = told("workload")
    ids: list[str] = told("the provider's own ids that are described")
    reason: str = told("why there is no price")


class HealthFile(Dated):
    """The health of the catalogue: health.json."""

    sources: list[SourceHealth] = told("a record a source")
    coverage: dict[str, dict[str, int]] = told("offers, (provider, model) pairs and providers by workload")
    cells: dict[str, int] = told("pairs of provider and workload with a price; those that cite a page of the provider")
    gaps: list[CoverageGap] = told("what sources describe of a provider and nobody prices")
    listed: dict[str, int] = told("what sources list, with a price or without")
    rentals: dict[str, int] = told("rental prices, who rents out, and how many name a registered GPU")
    grades: dict[str, int] = told("offers by grade")
    disputes: dict[str, int] = told("disputes that are open, explained by the data, reviewed")
    quarantine: dict[str, Any] = told("statements that are held back, and the share of good rows among them")
    fields: dict[str, int] = told("price fields that became statements, were left out, have an unknown key")
    cross_references: list[CrossReference] = told("what is missing between the tables")


class Errors(Record):
    """Errors of one quantity on points that the calibration had not seen, as shares of the measured value."""

    mean: float = told("mean absolute error")
    median: float = told("median absolute error")
    p90: float = told("error that nine points of ten keep")
    bias: float = told("mean signed error")
    coverage: float | None = Field(None, description="share of the points within the stated band, where there is one")
    interval: list[float] | None = Field(None, description="95 % interval of that share, as if points were independent")
    width: float | None = Field(None, description="upper over lower end of the bands, the median")


class ErrorGroup(Record):
    """The errors of one group of held-out points."""

    of: list[str] = Field([], description="what the group is")
    n: Count = told("points")
    groups: Count | None = Field(None, description="groups of one model, GPU, engine and precision that they come from")
    tpot: Errors = told("time per output token")
    first_token: Errors = told("time to first token")
    throughput: Errors = told("output tokens per second")
    end_to_end: Errors = told("time of the whole request")


class Target(Record):
    """One promise on accuracy and what was reached."""

    name: str = told("the promise in words")
    metric: str = told("the quantity")
    statistic: str = told("mean, median or coverage")
    n: Count = told("points behind it")
    reached: float | None = told("what the evaluation found")
    met: bool | None = told("whether the promise is kept")


class TailRow(Record):
    """How well a percentile is predicted from the mean."""

    test: str = told("which points were held out")
    metric: str = told("the quantity")
    percentile: str = told("the percentile")
    n: Count = told("points")
    mean: float = told("mean absolute error, a share")
    median: float = told("median absolute error, a share")
    bias: float = told("mean signed error, a share")
    coverage: float = told("share of the points within the band")
    width: float = told("upper over lower end of the band, the median")


class AccuracyFile(Dated):
    """Predicted speed held against measurements that the calibration had not seen: accuracy.json."""

    targets: list[Target] = told("the promises")
    folds: list[ErrorGroup] = told("errors by the way in which points were held out")
    tiers: list[ErrorGroup] = told("errors by evidence tier of each way")
    pooled_tiers: list[ErrorGroup] = told("errors by evidence tier")
    bands: list[ErrorGroup] = told("what the bands of the plans rest on")
    gpus: list[ErrorGroup] = told("errors by GPU")
    engines: list[ErrorGroup] = told("errors by engine")
    models: list[ErrorGroup] = told("errors by model")
    tails: list[TailRow] = told("errors of percentiles")
    points: list[list[str | float | None]] = told(
        "points of the plots: way, tier, model, GPU, engine, then time per token measured and predicted, first token"
        " measured and predicted, in ms"
    )


class ChartAxis(Record):
    """An axis of a chart."""

    title: str = told("what it measures, with the unit")
    scale: Literal["linear", "log", "date", "category"] = told("how it is divided")


class ChartRecord(Record):
    """A chart: what it shows in words, its points as a table, and a figure for Plotly."""

    id: str = told("id within the page")
    title: str = told("heading")
    summary: str = told("what it shows, in a few sentences")
    x: ChartAxis = told("the axis across")
    y: ChartAxis = told("the axis upwards, or the rows")
    sources: str = told("where the figures come from")
    as_of: AS_OF
    columns: list[str] = told("headings of the table")
    rows: list[list[str | float | None]] = told("a row a point, in the order of the series")
    figure: dict[str, Any] = told("data and layout for Plotly, of scatter and bar traces")


class ChartFile(Dated):
    """The charts of one page."""

    charts: list[ChartRecord] = told("in the order of the page")


class ChartName(Record):
    """A chart of an entity."""

    id: str = told("id within its file")
    title: str = told("what it shows")


class ChartsOf(Record):
    """The charts of one page."""

    id: str = told("path of the file without its ending")
    charts: list[ChartName] = told("in the order of the page")


class ChartsIndex(Dated):
    """Which pages have which charts: charts/index.json."""

    items: list[ChartsOf] = told("a record a file")


class EarlierPoint(Record):
    """A bar."""

    label: str | float = told("what it stands for")
    value: str | float | None = told("its length")


class EarlierSeries(Record):
    """Bars of one colour."""

    id: str = told("id within the chart")
    label: str = told("name")
    unit: str = told("unit of the values")
    points: list[EarlierPoint] = told("the bars")


class EarlierChart(Record):
    """A chart in the form of an earlier system, under its id."""

    version: str = told("version of the form")
    id: str = told("id of the chart")
    type: str = told("bar or stacked")
    title: str = told("what it shows")
    series: list[EarlierSeries] = told("the bars by colour")
    chart: ChartRecord = told("the same as our own record")


class HistoryDay(Record):
    """A day on which sources were read."""

    date: str = told("the day")
    path: str = told("its changes, beside the index of all files")
    sources: list[str] = told("the sources that were read")
    changes: Count = told("changes that were recorded")
    by_kind: dict[str, int] = told("these by kind")


class HistoryProvider(Record):
    """The changes at one provider."""

    provider: str = told("id in providers.json")
    changes: Count = told("changes in all")
    newest: str = told("day of the newest one")
    path: str | None = told("its own file; null where the files by day are enough")


class HistoryIndex(Dated):
    """What there is of the recorded changes: history/index.json."""

    kinds: dict[str, str] = told("what each kind of change means")
    days: list[HistoryDay] = told("a record a day")
    quarters: list[str] = told("the CSV files by quarter")
    providers: list[HistoryProvider] = told("a record a provider")


class EarlierPrice(Record):
    """A price as a row of InferenceAtlas's catalogue."""

    provider: str = told("who bills")
    workload_type: str = told("its name of the workload")
    sku_key: str = told("our model id at the provider, a colon, the meter")
    sku_name: str = told("the model id and the meter in words")
    model_key: str = told("our canonical model, or the model id where that is unresolved")
    billing_mode: str = told("its word for the way of billing")
    unit_price_usd: float = told("price (USD per unit_name)")
    unit_name: str = told("its name of the billed unit")
    region: str = told("where the price holds")
    source_url: str = told("the provider's price page")
    source_date: str = told("newest date on which a source that states this price was read")
    confidence: str = told("official, high, medium and low for our grades A to D")
    source_kind: str = told("normalized: reconciled from several lists")


class EarlierCatalogue(Record):
    """Our prices in the form of InferenceAtlas's pricing_catalog.json."""

    schema_version: str = told("version of its schema")
    generated_at_utc: str = told("date on which the prices hold")
    providers_synced: list[str] = told("providers with a price")
    row_count: Count = told("rows")
    connector_counts: dict[str, Count] = told("rows by provider")
    rows: list[EarlierPrice] = told("a price each")

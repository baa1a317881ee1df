"""Pydantic models of the published JSON files that are no plain table: plans, use cases, health, accuracy, the index.

Their schemas are generated from them. What a plan holds is described once, in the columns of the plan tables.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from generator.render.index_tables import HEALTH_COLUMNS
from generator.render.plan_tables import PLAN_COLUMNS
from generator.render.schemas import AS_OF, OPEN, TYPES, row_model, typed

Count = Annotated[int, Field(ge=0)]


def _text(says: str) -> Any:
    return Field(description=says)


class Record(BaseModel):
    """A part of a published file; more fields may be added within a version."""

    model_config = OPEN


class SurchargeRecord(Record):
    """What is paid beside the cost of a plan."""

    name: str = _text("what it is for")
    usd_per_month: Annotated[str, TYPES["decimal"]] | None = _text("USD a month; null where it depends on use")
    words: str = _text("the same in words")


# Fields of a plan whose form in JSON is richer than a cell: overrides of the columns of the same name.
_RICHER: dict[str, tuple[Any, str]] = {
    "risks": (dict[str, float], "parts of the risk: share by name"),
    "basis": (list[str], "what the estimate of the times rests on"),
    "surcharges": (list[SurchargeRecord], "what is paid beside the cost"),
    "reasons": (list[str], "the figures behind the plan, in words"),
    "assumptions": (list[str], "what the figures take for granted"),
    "usd_idle": (TYPES["decimal"] | None, "part of the cost that pays for capacity nobody uses (USD)"),
    "ttft_band": (tuple[float, float] | None, "ends of the 90 % band of the time to first token, as factors of it"),
    "itl_band": (tuple[float, float] | None, "ends of the 90 % band of the time between tokens, as factors of it"),
    "score": (float | None, "score in the first benchmark of the use case; null without one"),
    "score_words": (str, "which benchmark, who says so and when"),
    "no_manifest": (str, "why there is no manifest; empty where there is one"),
}
_ONLY_IN_CSV = {
    "minimum_class", "answers", "percentile", "ttft_band_low", "ttft_band_high", "itl_band_low", "itl_band_high",
}  # fmt: skip


def _plan_fields() -> dict[str, Any]:
    plain = {c.name: (typed(c), ...) for c in PLAN_COLUMNS if c.name not in _RICHER and c.name not in _ONLY_IN_CSV}
    richer = {name: (Annotated[kind, Field(description=says)], ...) for name, (kind, says) in _RICHER.items()}
    return plain | richer


PlanRecord: Any = create_model("Plan", __config__=OPEN, __doc__="One way to serve the workload.", **_plan_fields())


class RankingRecord(Record):
    """Ranked plans for one workload and one least capability class."""

    plans: list[PlanRecord] = _text("plans in order of monthly cost, at most three of one kind and model")
    possible: Count = _text("plans that are possible in all")
    excluded: dict[str, int] = _text("prices and configurations that are no plan, by reason")
    percentile: int = _text("percentile of the times, and at which the bounds hold")
    recommended: str = _text("id of the recommended plan; empty where no plan is known to meet the target")
    unverified: str = _text("id of the cheapest plan whose times nobody knows; empty where there is none")
    close: list[str] = _text("ids of plans within reach of the recommended one")
    lists: dict[str, list[str]] = _text("ids of the first plans of each other ordering")
    pareto: list[str] = _text("ids of plans that no other beats in cost and time")
    relaxation: str = _text("the smallest change of the target that a plan meets, in words; empty where one meets it")


class WorkloadRecord(Record):
    """The stream of requests."""

    prompt_tokens: int = _text("mean prompt length, tokens")
    output_tokens: int = _text("mean length of the answer, tokens")
    qps: float = _text("mean rate, requests/s")
    peak_qps: float = _text("peak rate, requests/s")
    lengths: dict[str, Any] | None = _text("distribution of the lengths; null where every request has the mean")
    arrival_cv: float = _text("variation of the time between arrivals; 1 for independent people")
    cacheable_share: float = _text("share of prompt tokens that were sent before")
    batchable_share: float = _text("share of requests that may wait")


class SloRecord(Record):
    """The target."""

    ttft_ms: float = _text("bound of the time to first token, ms")
    itl_ms: float = _text("bound of the time between tokens, ms")
    e2e_ms: float = _text("bound of the whole request, ms")
    percentile: int = _text("percentile of the requests at which the bounds hold")
    ttft_percentile: int | None = _text("its own percentile, if any")
    itl_percentile: int | None = _text("its own percentile, if any")
    e2e_percentile: int | None = _text("its own percentile, if any")
    tokens_per_s: float | None = _text("output speed asked for, tokens/s; null for none")
    availability: float | None = _text("share of time in which the peak must be carried; null for none asked")


class Dated(Record):
    """A published file."""

    as_of: AS_OF


class PlanFile(Dated):
    """The plans of one cell of the standard grid: plans/{profile}/{slo_class}/{load}.json."""

    profile: str = _text("id in profiles.json")
    slo_class: str = _text("id in slo_classes.json")
    load: str = _text("id in loads.json")
    workload: WorkloadRecord = _text("the stream of requests")
    slo: SloRecord = _text("the target")
    classes: dict[str, RankingRecord] = _text("a ranking for each least capability class")


class UseCaseFile(Dated, RankingRecord):
    """The plans of one use case: use-cases/{id}.json."""

    use_case: str = _text("id in use_cases.json")
    profile: str = _text("id in profiles.json")
    slo_class: str = _text("id in slo_classes.json")
    users: int = _text("registered users")
    workload: WorkloadRecord = _text("the stream of requests")
    slo: SloRecord = _text("the target")


_HealthRow: Any = row_model("HealthRow", HEALTH_COLUMNS)


class SourceHealth(_HealthRow):  # type: ignore[misc]
    """The state of one source."""

    unread_keys: dict[str, int] = _text("the price fields that nobody reads yet, with their counts")


class CrossReference(Record):
    """One check of what does not fit together."""

    title: str = _text("what is looked for")
    count: Count = _text("how many there are")
    examples: list[str] = _text("some of them")


class HealthFile(Dated):
    """The health of the catalogue: health.json."""

    sources: list[SourceHealth] = _text("a record a source")
    coverage: dict[str, dict[str, int]] = _text("offers, (provider, model) pairs and providers by workload")
    listed: dict[str, int] = _text("what sources list, with a price or without")
    rentals: dict[str, int] = _text("rental prices, who rents out, and how many name a registered GPU")
    grades: dict[str, int] = _text("offers by grade")
    disputes: dict[str, int] = _text("disputes that are open, explained by the data, reviewed")
    quarantine: dict[str, Any] = _text("statements that are held back, and the share of good rows among them")
    fields: dict[str, int] = _text("price fields that became statements, were left out, have an unknown key")
    cross_references: list[CrossReference] = _text("what is missing between the tables")


class Errors(Record):
    """Errors of one quantity on points that the calibration had not seen, as shares of the measured value."""

    mean: float = _text("mean absolute error")
    median: float = _text("median absolute error")
    p90: float = _text("error that nine points of ten keep")
    bias: float = _text("mean signed error")
    coverage: float | None = Field(None, description="share of the points within the stated band, where there is one")


class ErrorGroup(Record):
    """The errors of one group of held-out points."""

    of: list[str] = Field([], description="what the group is")
    n: Count = _text("points")
    tpot: Errors = _text("time per output token")
    first_token: Errors = _text("time to first token")
    throughput: Errors = _text("output tokens per second")
    end_to_end: Errors = _text("time of the whole request")


class Target(Record):
    """One promise on accuracy and what was reached."""

    name: str = _text("the promise in words")
    metric: str = _text("the quantity")
    statistic: str = _text("mean, median or coverage")
    n: Count = _text("points behind it")
    reached: float | None = _text("what the evaluation found")
    met: bool | None = _text("whether the promise is kept")


class TailRow(Record):
    """How well a percentile is predicted from the mean."""

    test: str = _text("which points were held out")
    metric: str = _text("the quantity")
    percentile: str = _text("the percentile")
    n: Count = _text("points")
    mean: float = _text("mean absolute error, a share")
    median: float = _text("median absolute error, a share")
    bias: float = _text("mean signed error, a share")
    coverage: float = _text("share of the points within the band")


class AccuracyFile(Dated):
    """Predicted speed held against measurements that the calibration had not seen: accuracy.json."""

    targets: list[Target] = _text("the promises")
    folds: list[ErrorGroup] = _text("errors by the way in which points were held out")
    tiers: list[ErrorGroup] = _text("errors by evidence tier of each way")
    pooled_tiers: list[ErrorGroup] = _text("errors by evidence tier")
    bands: list[ErrorGroup] = _text("what the bands of the plans rest on")
    gpus: list[ErrorGroup] = _text("errors by GPU")
    engines: list[ErrorGroup] = _text("errors by engine")
    models: list[ErrorGroup] = _text("errors by model")
    tails: list[TailRow] = _text("errors of percentiles")
    points: list[list[str | float | None]] = _text(
        "points of the plots: way, tier, model, GPU, engine, then time per token measured and predicted, first token"
        " measured and predicted, in ms"
    )


class FieldRecord(Record):
    """A column."""

    name: str = _text("name")
    type: Literal["text", "decimal", "date", "integer", "number", "boolean"] = _text("what it holds")
    description: str = _text("what it says")
    unit: str | None = Field(None, description="its unit, where it has one")


class Resource(Record):
    """A published file."""

    path: str = _text("path beside the index")
    title: str = _text("name")
    description: str = _text("what it holds")
    format: str = _text("csv, json, yaml, md or txt")
    bytes: Count = _text("size")
    hash: str = Field(description="sha256: and the checksum", pattern="^sha256:[0-9a-f]{64}$")
    rows: Count | None = Field(None, description="rows of a table")
    json_schema: str | None = Field(None, description="path of its JSON Schema", alias="schema")
    fields: list[FieldRecord] | None = Field(None, description="its columns")


class Collection(Record):
    """Files of one form, one for each thing of a list."""

    path: str = _text("path beside the index, with {id} for the id of the thing")
    title: str = _text("name")
    description: str = _text("what each file holds")
    files: Count = _text("how many there are")
    ids: str = _text("the file that lists the ids")
    json_schema: str | None = Field(None, description="path of their JSON Schema", alias="schema")


class SourceTerms(Record):
    """A source with its terms."""

    id: str = _text("id in the evidence columns")
    title: str = _text("name")
    path: str = _text("web address")
    licence: str = _text("licence or terms")
    attribution: str = _text("text to print where you use its figures")


class IndexFile(Dated):
    """Everything under /api/v1/: index.json."""

    name: str = _text("name of the data set")
    version: str = _text("version of the addresses and fields")
    licence: str = _text("the terms in words")
    sources: list[SourceTerms] = _text("where the figures come from")
    resources: list[Resource] = _text("every file that is not one of a collection")
    collections: list[Collection] = _text("files of one form, one for each thing of a list")


class HistoryDay(Record):
    """A day with recorded changes."""

    date: str = _text("the day")
    path: str = _text("its file, beside index.json of /api/v1/")
    sources: list[str] = _text("ids of the sources that were read on it")
    changes: Count = _text("recorded changes")
    by_kind: dict[str, Count] = _text("changes by kind")


class HistoryProvider(Record):
    """A provider with recorded changes."""

    provider: str = _text("id of the provider")
    changes: Count = _text("recorded changes")
    newest: str = _text("day of the newest")
    path: str | None = _text("its file; null where its feed holds all of them")


class HistoryIndex(Dated):
    """What there is of the recorded changes: history/index.json."""

    kinds: dict[str, str] = _text("what the kinds of changes mean")
    days: list[HistoryDay] = _text("days with changes, newest first")
    quarters: list[str] = _text("CSV files by quarter; together they hold every change once")
    providers: list[HistoryProvider] = _text("providers with changes")


class ChartAxis(Record):
    """An axis of a chart."""

    title: str = _text("what it measures, with the unit")
    scale: Literal["linear", "log", "date", "category"] = _text("how it is divided")


class ChartRecord(Record):
    """A chart: what it shows in words, its points as a table, and a figure for Plotly."""

    id: str = _text("id within the page")
    title: str = _text("heading")
    summary: str = _text("what it shows, in a few sentences")
    x: ChartAxis = _text("the axis across")
    y: ChartAxis = _text("the axis upwards, or the rows")
    sources: str = _text("where the figures come from")
    as_of: AS_OF
    columns: list[str] = _text("headings of the table")
    rows: list[list[str | float | None]] = _text("a row a point, in the order of the series")
    figure: dict[str, Any] = _text("data and layout for Plotly, of scatter and bar traces")


class ChartFile(Dated):
    """The charts of one page."""

    charts: list[ChartRecord] = _text("in the order of the page")


MODELS: dict[str, type[BaseModel]] = {
    "plan": PlanFile,
    "use-case": UseCaseFile,
    "health": HealthFile,
    "accuracy": AccuracyFile,
    "chart": ChartFile,
    "history-index": HistoryIndex,
    "index": IndexFile,
}

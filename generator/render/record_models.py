"""Pydantic models of the published JSON files that are no plain table: plans, use cases, the index, and all by name.

Their schemas are generated from them. What a plan holds is described once, in the columns of the plan tables.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from generator.render.outcome_models import OutcomeFile
from generator.render.plan_tables import PLAN_COLUMNS
from generator.render.report_models import (
    AccuracyFile,
    ChartFile,
    ChartsIndex,
    EarlierCatalogue,
    EarlierChart,
    HealthFile,
    HistoryIndex,
)
from generator.render.schemas import OPEN, TYPES, Count, Dated, Record, told, typed


class SurchargeRecord(Record):
    """What is paid beside the cost of a plan."""

    name: str = told("what it is for")
    usd_per_month: Annotated[str, TYPES["decimal"]] | None = told("USD a month; null where it depends on use")
    words: str = told("the same in words")


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
    "bundle": (str, "zip of its deployment files, relative to /api/v1/; empty where the planner makes them"),
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

    plans: list[PlanRecord] = told("plans in order of monthly cost, at most three of one kind and model")
    possible: Count = told("plans that are possible in all")
    excluded: dict[str, int] = told("prices and configurations that are no plan, by reason")
    percentile: int = told("percentile of the times, and at which the bounds hold")
    recommended: str = told("id of the recommended plan; empty where no plan is known to meet the target")
    unverified: str = told("id of the cheapest plan whose times nobody knows; empty where there is none")
    close: list[str] = told("ids of plans within reach of the recommended one")
    lists: dict[str, list[str]] = told("ids of the first plans of each other ordering")
    pareto: list[str] = told("ids of plans that no other beats in cost and time")
    relaxation: str = told("the smallest change of the target that a plan meets, in words; empty where one meets it")


class WorkloadRecord(Record):
    """The stream of requests."""

    prompt_tokens: int = told("mean prompt length, tokens")
    output_tokens: int = told("mean length of the answer, tokens")
    qps: float = told("mean rate, requests/s")
    peak_qps: float = told("peak rate, requests/s")
    lengths: dict[str, Any] | None = told("distribution of the lengths; null where every request has the mean")
    arrival_cv: float = told("variation of the time between arrivals; 1 for independent people")
    cacheable_share: float = told("share of prompt tokens that were sent before")
    batchable_share: float = told("share of requests that may wait")


class SloRecord(Record):
    """The target."""

    ttft_ms: float = told("bound of the time to first token, ms")
    itl_ms: float = told("bound of the time between tokens, ms")
    e2e_ms: float = told("bound of the whole request, ms")
    percentile: int = told("percentile of the requests at which the bounds hold")
    ttft_percentile: int | None = told("its own percentile, if any")
    itl_percentile: int | None = told("its own percentile, if any")
    e2e_percentile: int | None = told("its own percentile, if any")
    tokens_per_s: float | None = told("output speed asked for, tokens/s; null for none")
    availability: float | None = told("share of time in which the peak must be carried; null for none asked")


class PlanFile(Dated):
    """The plans of one cell of the standard grid: plans/{profile}/{slo_class}/{load}.json."""

    profile: str = told("id in profiles.json")
    slo_class: str = told("id in slo_classes.json")
    load: str = told("id in loads.json")
    workload: WorkloadRecord = told("the stream of requests")
    slo: SloRecord = told("the target")
    classes: dict[str, RankingRecord] = told("a ranking for each least capability class")


class UseCaseFile(Dated, RankingRecord):
    """The plans of one use case: use-cases/{id}.json."""

    use_case: str = told("id in use_cases.json")
    profile: str = told("id in profiles.json")
    slo_class: str = told("id in slo_classes.json")
    users: int = told("registered users")
    workload: WorkloadRecord = told("the stream of requests")
    slo: SloRecord = told("the target")


class FieldRecord(Record):
    """A column."""

    name: str = told("name")
    type: Literal["text", "decimal", "date", "integer", "number", "boolean"] = told("what it holds")
    description: str = told("what it says")
    unit: str | None = Field(None, description="its unit, where it has one")


class Resource(Record):
    """A published file."""

    path: str = told("path beside the index")
    title: str = told("name")
    description: str = told("what it holds")
    format: str = told("csv, json, yaml, md or txt")
    bytes: Count = told("size")
    hash: str = Field(description="sha256: and the checksum", pattern="^sha256:[0-9a-f]{64}$")
    rows: Count | None = Field(None, description="rows of a table")
    json_schema: str | None = Field(None, description="path of its JSON Schema", alias="schema")
    fields: list[FieldRecord] | None = Field(None, description="its columns")


class Collection(Record):
    """Files of one form, one for each thing of a list."""

    path: str = told("path beside the index, with {id} for the id of the thing")
    title: str = told("name")
    description: str = told("what each file holds")
    files: Count = told("how many there are")
    ids: str = told("the file that lists the ids")
    json_schema: str | None = Field(None, description="path of their JSON Schema", alias="schema")


class SourceTerms(Record):
    """A source with its terms."""

    id: str = told("id in the evidence columns")
    title: str = told("name")
    path: str = told("web address")
    licence: str = told("licence or terms")
    attribution: str = told("text to print where you use its figures")


class IndexFile(Dated):
    """Everything under /api/v1/: index.json."""

    name: str = told("name of the data set")
    version: str = told("version of the addresses and fields")
    licence: str = told("the terms in words")
    sources: list[SourceTerms] = told("where the figures come from")
    resources: list[Resource] = told("every file that is not one of a collection")
    collections: list[Collection] = told("files of one form, one for each thing of a list")


MODELS: dict[str, type[BaseModel]] = {
    "plan": PlanFile,
    "use-case": UseCaseFile,
    "health": HealthFile,
    "accuracy": AccuracyFile,
    "chart": ChartFile,
    "charts-index": ChartsIndex,
    "history-index": HistoryIndex,
    "outcome": OutcomeFile,
    "earlier-chart": EarlierChart,
    "earlier-catalogue": EarlierCatalogue,
    "index": IndexFile,
}

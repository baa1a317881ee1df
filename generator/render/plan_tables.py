"""Rankings as published tables: one row a plan, for each minimum capability class."""

from collections.abc import Mapping
from typing import Any

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.manifests import manifest_path, manifest_refusal
from wasm_tools.planner import Ranking
from wasm_tools.planner.plan import plan_record

PLAN_COLUMNS = (
    Column("minimum_class", "text", "least capable class of model that was allowed"),
    Column("rank", "integer", "rank by monthly cost among all possible plans"),
    Column("id", "text", "stable id of the plan"),
    Column("kind", "text", "api, rented or spot"),
    Column("model", "text", "canonical model; id in models.json"),
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's model id, or the rented instance"),
    Column("region", "text", "where the price holds"),
    Column("usd_per_month", "decimal", "cost of a month of 730 hours", "USD"),
    Column("usd_per_hour", "decimal", "the same per hour", "USD"),
    Column("usd_per_million_tokens", "decimal", "the same on prompt and output tokens together", "USD per 1M tokens"),
    Column("usd_per_million_output", "decimal", "the same on output tokens alone", "USD per 1M tokens"),
    Column("slo", "text", "met: the estimates stay within all bounds; unknown: nothing was measured"),
    Column("evidence", "text", "how the times are known: measured, anchored, unknown"),
    Column("ttft_p95_ms", "number", "estimated time to first token at p95", "ms"),
    Column("itl_p95_ms", "number", "estimated time between tokens at p95", "ms"),
    Column("e2e_p95_ms", "number", "estimated time of a whole request at p95", "ms"),
    Column("slo_margin", "number", "smallest distance to a bound, as a share of it"),
    Column("utilisation", "number", "peak load as a share of what the replicas completed when measured"),
    Column("gpu", "text", "canonical GPU; id in gpus.json"),
    Column("gpus", "integer", "GPUs of all replicas"),
    Column("replicas", "integer", "replicas"),
    Column("tensor_parallel", "integer", "GPUs of a replica"),
    Column("expert_parallel", "integer", "groups that share the experts"),
    Column("checkpoint", "text", "the weights that were measured"),
    Column("precision", "text", "bits of a weight"),
    Column("engine", "text", "serving engine"),
    Column("engine_version", "text", "its version when measured"),
    Column("concurrency", "integer", "requests in flight in a replica", "requests"),
    Column("replica_requests_per_second", "number", "what a replica completes", "requests/s"),
    Column("measured_shape", "text", "prompt and output length of the measurement, in tokens"),
    Column("measured_on", "date", "date of the measurement"),
    Column("price_evidence", "text", "what each source says about the price: source=price"),
    Column("reasons", "text", "the figures behind the plan, in words"),
    Column("manifest", "text", "its KServe manifest, relative to /api/v1/; empty where there is none"),
)


def plan_table(name: str, title: str, rankings: Mapping[str, Ranking]) -> ApiTable:
    """The plans of some rankings, by minimum class, as one table."""
    rows: list[tuple[Cell, ...]] = []
    for minimum, ranking in rankings.items():
        for rank, plan in ranking.plans:
            record: dict[str, Any] = {"minimum_class": minimum, "rank": rank, **plan_record(plan)}
            record |= {"reasons": "; ".join(plan.reasons), "manifest": _api_path(manifest_path(plan))}
            rows.append(tuple(record[c.name] for c in PLAN_COLUMNS))
    return ApiTable(name, title, "Ranked ways to serve one workload, cheapest first.", PLAN_COLUMNS, rows)


def with_manifests(record: dict[str, Any], rankings: Mapping[str, Ranking]) -> dict[str, Any]:
    """The record of a cell or use case, each plan with its manifest or the reason why there is none."""
    for minimum, ranking in rankings.items():
        plans = record["classes"][minimum]["plans"] if "classes" in record else record["plans"]
        for entry, (_, plan) in zip(plans, ranking.plans, strict=True):
            entry["manifest"] = _api_path(manifest_path(plan))
            entry["no_manifest"] = manifest_refusal(plan)
    return record


def _api_path(path: str | None) -> str:
    return path.removeprefix("api/v1/") if path else ""

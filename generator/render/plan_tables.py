"""Rankings as published tables: one row a plan, for each minimum capability class, and what became of each provider."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.precompute.grid import CasePlan
from generator.render.api_table import ApiTable, Cell, Column
from generator.render.bundles import published_bundles
from generator.render.manifests import manifest_path, manifest_refusal
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.plan_words import charge_words
from wasm_tools.planner import Ranking
from wasm_tools.planner.diagnostics import Diagnosis, diagnostics_rows
from wasm_tools.planner.plan import Plan, plan_record

PLAN_COLUMNS = (
    Column("minimum_class", "text", "least capable class of model that was allowed"),
    Column("rank", "integer", "rank by monthly cost among all possible plans"),
    Column("id", "text", "stable id of the plan"),
    Column("answers", "text", "what the plan answers: recommended, unverified, close, pareto, or a list that it is on"),
    Column("kind", "text", "api, rented, spot, reserved-1y and other terms, marketplace, serverless, owned, bought"),
    Column("model", "text", "canonical model; id in models.json"),
    Column("provider", "text", "who bills, id in providers.json; own for bought hardware"),
    Column("sku", "text", "the provider's model id, or the rented instance"),
    Column("region", "text", "where the price holds"),
    Column("usd_per_month", "decimal", "cost of a month of 730 hours", "USD"),
    Column("usd_per_hour", "decimal", "the same per hour", "USD"),
    Column("usd_per_million_tokens", "decimal", "the same on prompt and output tokens together", "USD per 1M tokens"),
    Column("usd_per_million_output", "decimal", "the same on output tokens alone", "USD per 1M tokens"),
    Column("slo", "text", "met: the far ends of the bands keep all bounds; likely: the estimates do; near; unknown"),
    Column("slo_reason", "text", "the same in words"),
    Column("evidence", "text", "of the times: measured, interpolated, anchored, modelled, observed, unknown"),
    Column("percentile", "integer", "percentile of the times, and at which the bounds hold"),
    Column("ttft_ms", "number", "estimated time to first token", "ms"),
    Column("ttft_band_low", "number", "low end of its 90 % band, as a factor of it"),
    Column("ttft_band_high", "number", "high end of its 90 % band, as a factor of it"),
    Column("itl_ms", "number", "estimated time between tokens", "ms"),
    Column("itl_band_low", "number", "low end of its 90 % band, as a factor of it"),
    Column("itl_band_high", "number", "high end of its 90 % band, as a factor of it"),
    Column("e2e_ms", "number", "estimated time of a whole request", "ms"),
    Column("slo_margin", "number", "smallest distance of an estimate to its bound, as a share of the bound"),
    Column("utilisation", "number", "peak load as a share of what the replicas can carry"),
    Column("binds", "text", "what keeps a replica from serving more"),
    Column("risk", "number", "share that is added to the cost when plans are compared for a recommendation"),
    Column("risks", "text", "the parts of it: name=share"),
    Column("gpu", "text", "canonical GPU; id in gpus.json"),
    Column("gpus", "integer", "GPUs that are paid for"),
    Column("replicas", "integer", "replicas for the peak, spare ones included"),
    Column("replicas_min", "integer", "fewest replicas over the day"),
    Column("replicas_max", "integer", "most replicas over the day"),
    Column("scaling", "text", "the rule by which replicas come and go"),
    Column("usd_idle", "decimal", "part of the cost that pays for capacity nobody uses", "USD"),
    Column("idle_share", "number", "the same as a share of the capacity"),
    Column("tensor_parallel", "integer", "GPUs of a replica"),
    Column("expert_parallel", "integer", "groups that share the experts"),
    Column("checkpoint", "text", "the weights that were measured, or are to be loaded"),
    Column("precision", "text", "bits of a weight"),
    Column("kv_cache", "text", "precision of the KV cache"),
    Column("engine", "text", "serving engine"),
    Column("engine_version", "text", "its version when measured; empty where nobody measured"),
    Column("concurrency", "integer", "most requests at a time in a replica", "requests"),
    Column("replica_requests_per_second", "number", "what a replica serves within the target", "requests/s"),
    Column("prefill_tokens_per_second", "number", "prompt tokens that an idle replica computes", "tokens/s"),
    Column("basis", "text", "what the estimate of the times rests on"),
    Column("measured_on", "date", "newest date among the measurements behind it; empty where there are none"),
    Column("surcharges", "text", "what is paid beside the cost, in words"),
    Column("price_evidence", "text", "what each source says about the price: source=price"),
    Column("reasons", "text", "the figures behind the plan, in words"),
    Column("assumptions", "text", "what the figures take for granted"),
    Column("manifest", "text", "its KServe manifest, relative to /api/v1/; empty where there is none"),
)

DIAGNOSIS_COLUMNS = (
    Column("minimum_class", "text", "least capable class of model that was allowed"),
    Column("provider", "text", "id in providers.json"),
    Column("status", "text", "included: has a plan in the file; not_selected: others are cheaper; excluded"),
    Column("reason", "text", "what its nearest offer fails on"),
)


def plan_table(name: str, title: str, rankings: Mapping[str, Ranking]) -> ApiTable:
    """The plans of some rankings, by minimum class, as one table."""
    rows: list[tuple[Cell, ...]] = []
    for minimum, ranking in rankings.items():
        for rank, plan in ranking.plans:
            record = _flat(minimum, rank, plan, ranking)
            rows.append(tuple(record[c.name] for c in PLAN_COLUMNS))
    return ApiTable(name, title, "Ranked ways to serve one workload, cheapest first.", PLAN_COLUMNS, rows)


@once
def question_tables(data: SiteData) -> tuple[ApiTable, ...]:
    """The plans of every cell of the grid and of every use case, a table each."""
    cells = [plan_table(f"plans/{c.path}", f"Plans {c.path}", c.rankings) for c in data.results.cells]
    cases = [
        plan_table(f"use-cases/{c.case.id}", f"Plans for {c.case.title.lower()}", rankings_of(c))
        for c in data.results.cases
    ]
    return (*cells, *cases)


def rankings_of(case: CasePlan) -> dict[str, Ranking]:
    """The one ranking of a use case by its minimum class, in the form of a cell's."""
    return {case.workload.minimum_class: case.ranking}


def _flat(minimum: str, rank: int, plan: Plan, ranking: Ranking) -> dict[str, Any]:
    record: dict[str, Any] = plan_record(plan)
    unknown = (None, None)
    ttft, itl = record["ttft_band"] or unknown, record["itl_band"] or unknown
    return record | {
        "minimum_class": minimum,
        "rank": rank,
        "answers": " ".join(_answers(plan.id, ranking)),
        "percentile": ranking.percentile,
        "ttft_band_low": ttft[0],
        "ttft_band_high": ttft[1],
        "itl_band_low": itl[0],
        "itl_band_high": itl[1],
        "risks": "; ".join(f"{name}={premium:g}" for name, premium in record["risks"].items()),
        "basis": "; ".join(record["basis"]),
        "surcharges": "; ".join(charge_words(c) for c in record["surcharges"]),
        "reasons": "; ".join(plan.reasons),
        "assumptions": "; ".join(plan.assumptions),
        "manifest": _api_path(manifest_path(plan)),
    }


def _answers(plan_id: str, ranking: Ranking) -> list[str]:
    named: dict[str, tuple[str, ...]] = {
        "recommended": (ranking.recommended,),
        "unverified": (ranking.unverified,),
        "close": ranking.close,
        **ranking.lists,
        "pareto": ranking.pareto,
    }
    return [name for name, ids in named.items() if plan_id in ids]


def diagnostics_table(name: str, title: str, diagnoses: Mapping[str, Sequence[Diagnosis]]) -> ApiTable:
    """What became of every provider, by minimum class."""
    rows: list[tuple[Cell, ...]] = [
        (minimum, *row) for minimum, found in diagnoses.items() for row in diagnostics_rows(found)
    ]
    return ApiTable(name, title, "One true reason for every provider.", DIAGNOSIS_COLUMNS, rows)


def with_manifests(record: dict[str, Any], rankings: Mapping[str, Ranking], data: SiteData) -> dict[str, Any]:
    """The record of a cell or use case, each plan with its manifest or the reason why there is none, and its bundle."""
    bundles = published_bundles(data)
    for minimum, ranking in rankings.items():
        plans = record["classes"][minimum]["plans"] if "classes" in record else record["plans"]
        for entry, (_, plan) in zip(plans, ranking.plans, strict=True):
            entry["manifest"] = _api_path(manifest_path(plan))
            entry["no_manifest"] = manifest_refusal(plan)
            bundle = bundles.get(id(plan))
            entry["bundle"] = _api_path(bundle.zip_path if bundle else None)
    return record


def _api_path(path: str | None) -> str:
    return path.removeprefix("api/v1/") if path else ""

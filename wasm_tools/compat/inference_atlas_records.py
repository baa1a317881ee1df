"""InferenceAtlas' field names for files that replace its own (responses and CSV columns), and its scaling guidance."""

from collections.abc import Iterable
from typing import Any

from wasm_tools.compat.inference_atlas_catalogue import RankedOffer
from wasm_tools.compat.inference_atlas_plans import CONFIDENCE, Plan, PlanRequest
from wasm_tools.compat.inference_atlas_relaxation import REASONS, CatalogueAnswer, Diagnosis
from wasm_tools.compat.inference_atlas_tables import AUTOSCALE, DEDICATED, CatalogueRow, PlanTables

LABEL = "inference-atlas@99b8d5b"
PLAN_COLUMNS = (
    "rank", "provider_id", "provider_name", "offering_id", "billing_mode", "confidence", "monthly_cost_usd", "score",
    "utilization_at_peak", "risk_overload", "risk_complexity", "total_risk", "why",
)  # fmt: skip
OFFER_COLUMNS = (
    "rank", "provider", "sku_name", "billing_mode", "unit_name", "unit_price_usd", "normalized_price",
    "monthly_estimate_usd", "confidence", "required_replicas", "capacity_check", "previous_unit_price_usd",
    "price_change_abs_usd", "price_change_pct",
)  # fmt: skip
DIAGNOSTIC_COLUMNS = ("provider", "status", "reason")
_SERVERLESS = ("per_token", "per_unit", "per_second", "per_minute", "per_request")


def plan_record(plan: Plan, request: PlanRequest, tables: PlanTables) -> dict[str, Any]:
    """A plan under its old names, with the explanation fields of IA-11."""
    return {
        "rank": plan.rank,
        "provider_id": plan.offering.provider,
        "provider_name": tables.provider_names[plan.offering.provider],
        "offering_id": plan.offering.offering,
        "billing_mode": plan.offering.mode,
        "gpu_type": plan.offering.gpu or None,
        "gpu_count": plan.gpus,
        "confidence": CONFIDENCE,
        "monthly_cost_usd": plan.monthly_usd,
        "score": plan.score,
        "utilization_at_peak": plan.utilization_at_peak,
        "headroom_pct": plan.headroom_pct,
        "required_tok_s": plan.required,
        "provided_tok_s": plan.provided,
        "risk": {
            "risk_overload": plan.overload,
            "risk_complexity": plan.complexity,
            "total_risk": plan.risk,
        },
        "risk_band": tables.risk.band(plan.risk),
        "assumptions": {
            "util_target": request.util_target,
            "peak_to_avg": request.peak_to_avg,
            "scaling_beta": request.beta,
            "alpha": request.alpha,
            "output_token_ratio": request.output_token_ratio,
            "monthly_budget_max_usd": request.monthly_budget_max_usd,
        },
        "why": _why(plan),
    }


def _why(plan: Plan) -> str:
    what = f"{plan.gpus} x {plan.offering.gpu}" if plan.gpus else "token price"
    room = "no stated cap" if plan.headroom_pct is None else f"{plan.headroom_pct:.0f} % above the required rate"
    return f"{what}: {plan.monthly_usd:,.2f} USD a month, {room}, risk {plan.risk:.2f}"


def plan_csv_row(record: dict[str, Any]) -> list[Any]:
    """A record of `plan_record` as a row of `ranked_results.csv`."""
    flat = {**record, **record["risk"]}
    return [flat[name] for name in PLAN_COLUMNS]


def offer_record(offer: RankedOffer) -> dict[str, Any]:
    """A catalogue offer under its old names."""
    row = offer.row
    return {
        "rank": offer.rank,
        "provider": row.provider,
        "sku_name": row.sku_name,
        "billing_mode": row.billing_mode,
        "unit_name": row.unit_name,
        "unit_price_usd": row.unit_price_usd,
        "normalized_price": offer.comparator,
        "monthly_estimate_usd": offer.estimate,
        "confidence": row.confidence,
        "required_replicas": offer.replicas,
        "capacity_check": "ok" if offer.replicas is not None else "unknown",
        "previous_unit_price_usd": row.previous_unit_price_usd,
        "price_change_abs_usd": row.price_change_abs_usd,
        "price_change_pct": row.price_change_pct,
    }


def diagnostic_record(d: Diagnosis) -> dict[str, str]:
    """A provider's status and reason under the old names, the reason in our words."""
    count = f" ({d.rankable})" if d.rankable else ""
    return {"provider": d.provider, "status": d.status, "reason": REASONS[d.reason] + count}


def catalogue_record(answer: CatalogueAnswer) -> dict[str, Any]:
    """The whole catalogue answer under its old names."""
    return {
        "offers": [offer_record(o) for o in answer.offers],
        "relaxation_applied": answer.selected != "strict",
        "relaxation_steps": [
            {
                "step": s.step,
                "attempted": s.attempted,
                "count": s.count,
                "unit_name": s.unit_name,
                "monthly_budget_max_usd": s.monthly_budget_max_usd,
                "provider_count": s.provider_count,
            }
            for s in answer.steps
        ],
        "exclusion_breakdown": answer.breakdown,
        "excluded_count": answer.excluded,
        "provider_diagnostics": [diagnostic_record(d) for d in answer.diagnostics],
    }


def catalogue_rows(rows: Iterable[CatalogueRow]) -> list[dict[str, Any]]:
    """Catalogue rows under the names of the old API."""
    return [
        {
            "provider": r.provider,
            "workload_type": r.workload,
            "sku_name": r.sku_name,
            "unit_name": r.unit_name,
            "unit_price_usd": r.unit_price_usd,
            "billing_mode": r.billing_mode,
            "confidence": r.confidence,
            "region": r.region,
            "model_name": r.model_key,
            "throughput_value": r.throughput,
            "throughput_unit": r.throughput_unit,
            "previous_unit_price_usd": r.previous_unit_price_usd,
            "price_change_abs_usd": r.price_change_abs_usd,
            "price_change_pct": r.price_change_pct,
        }
        for r in rows
    ]


def plan_scaling(plan: Plan, request: PlanRequest, tables: PlanTables) -> dict[str, Any]:
    """The scaling guidance of a first plan (IA-13): mode, risk band, capacity check, GPUs, assumptions."""
    return {
        "mode": _mode(plan.offering.mode),
        "risk_band": tables.risk.band(plan.risk),
        "capacity_check": "unknown" if plan.utilization_at_peak is None else "ok",
        "gpu_type": plan.offering.gpu or None,
        "gpu_count": plan.gpus,
        "assumptions": plan_record(plan, request, tables)["assumptions"],
    }


def offer_scaling(offer: RankedOffer) -> dict[str, Any]:
    """The scaling guidance of a first catalogue offer: mode, replicas, risk band from the capacity check."""
    check = offer_record(offer)["capacity_check"]
    return {
        "mode": _mode(offer.row.billing_mode),
        "risk_band": {"ok": "low", "insufficient": "high"}.get(check, "unknown"),
        "capacity_check": check,
        "replicas": offer.replicas,
    }


def _mode(billing: str) -> str:
    if billing in _SERVERLESS:
        return "serverless"
    return {AUTOSCALE: "autoscale", DEDICATED: "dedicated"}.get(billing, "unknown")

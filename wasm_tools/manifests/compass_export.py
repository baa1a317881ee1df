"""The plan under the field names of an earlier system, so that scripts written for its recommendations can read it.

Its intent and scores are left out: the first was taken from a conversation, and the second compare with other plans.
"""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.manifests.serving_spec import ServingSpec

_PERCENTILE = 95  # in the names of its fields


def compass_export(spec: ServingSpec, document: Mapping[str, Any], model_name: str) -> dict[str, str]:
    """`compass/recommendation.json` of a plan with bounds at p95; nothing for another percentile, which has no name."""
    plan, asked = document["plan"], document["question"]
    if spec.targets is None or spec.targets.percentile != _PERCENTILE:
        return {}
    slo = asked["slo"]
    record = {
        "traffic_profile": {
            "prompt_tokens": asked["prompt_tokens"],
            "output_tokens": asked["output_tokens"],
            "expected_qps": asked["peak_qps"],
        },
        "slo_targets": {f"{name}_p95_target_ms": round(slo[f"{name}_ms"]) for name in ("ttft", "itl", "e2e")},
        "model_id": spec.model_repo,
        "model_name": model_name,
        "gpu_config": {
            "gpu_type": spec.node_label,
            "gpu_count": plan["tensor_parallel"] * plan["replicas"],
            "tensor_parallel": plan["tensor_parallel"],
            "replicas": plan["replicas"],
        },
        "predicted_ttft_p95_ms": round(plan["ttft_ms"]),
        "predicted_itl_p95_ms": round(plan["itl_ms"]),
        "predicted_e2e_p95_ms": round(plan["e2e_ms"]),
        "predicted_throughput_qps": float(f"{plan['replica_requests_per_second'] * plan['replicas']:.4g}"),
        "cost_per_hour_usd": float(plan["usd_per_hour"]),
        "cost_per_month_usd": float(plan["usd_per_month"]),
        "meets_slo": plan["slo"] in ("met", "likely"),
        "reasoning": "; ".join(plan["reasons"]),
    }
    return {"compass/recommendation.json": json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"}

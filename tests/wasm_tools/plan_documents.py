"""A plan document as `atlas plan --json` would give it, and a small book to deploy it from."""

from functools import cache
from typing import Any

from generator.places import checkout
from generator.precompute.manifest_book import manifest_book
from generator.registry import load_registry
from wasm_tools.manifests.deployment import ManifestBook
from wasm_tools.manifests.plan_document import plan_document

QUESTION: dict[str, Any] = {
    "prompt_tokens": 1024, "output_tokens": 256, "longest_prompt_tokens": 1024, "longest_output_tokens": 256,
    "qps": 4.5, "peak_qps": 9, "cacheable_share": 0, "minimum_class": "medium", "pattern": "", "use_case": "",
    "slo": {
        "ttft_ms": 500, "itl_ms": 50, "e2e_ms": 15000, "percentile": 95, "ttft_percentile": None,
        "itl_percentile": None, "e2e_percentile": None, "tokens_per_s": None, "availability": None,
    },
    "network_ms": 0, "classes": [],
}  # fmt: skip
PLAN: dict[str, Any] = {
    "rank": 3, "id": "rented:cloud:2xh100:eu:llama-3.3-70b-instruct/fp8/h100-sxm/vllm/tp2", "kind": "rented",
    "model": "llama-3.3-70b-instruct", "provider": "cloud", "sku": "2xh100", "region": "eu",
    "usd_per_month": "10906.20", "usd_per_hour": "14.940000", "usd_per_million_tokens": "0.7",
    "usd_per_million_output": "3.5", "slo": "met", "slo_reason": "it keeps all bounds", "evidence": "anchored",
    "ttft_ms": 212.3456789, "itl_ms": 21.98765, "e2e_ms": 5819.19, "ttft_band": [0.6, 1.7], "itl_band": [0.8, 1.2],
    "slo_margin": 0.4, "utilisation": 0.83, "binds": "memory", "risk": 0.1, "risks": {}, "gpu": "h100-sxm",
    "gpus": 6, "replicas": 3, "replicas_min": 3, "replicas_max": 3, "scaling": "3 replicas at all times",
    "usd_idle": "1.00", "idle_share": 0.1, "tensor_parallel": 2, "expert_parallel": 1,
    "checkpoint": "meta-llama/Llama-3.3-70B-Instruct", "precision": "fp8", "kv_cache": "fp8", "engine": "vllm",
    "engine_version": "0.19.0", "concurrency": 64, "replica_requests_per_second": 3.61234567,
    "prefill_tokens_per_second": 18000.0, "basis": ["12 measured points"], "measured_on": "2026-03-01",
    "price_evidence": "skypilot=2.49 gpuhunt=2.50", "reasons": ["it is fast"], "assumptions": ["lengths as stated"],
    "score": 71.0, "score_words": "a benchmark", "surcharges": [],
}  # fmt: skip
API_PLAN: dict[str, Any] = {
    **PLAN, "id": "api:groq:llama-3.3-70b:global", "kind": "api", "provider": "groq", "sku": "llama-3.3-70b",
    "region": "global", "gpu": "", "ttft_ms": None, "itl_ms": None, "e2e_ms": None, "engine": "",
}  # fmt: skip


@cache
def book() -> ManifestBook:
    """The book of the committed registry."""
    registry_dir = checkout().registry
    return manifest_book(load_registry(registry_dir), registry_dir)


def document(plan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The document of the sample plan with changes: of the plan, or of the question where it has such a field."""
    asked = {name: changes.pop(name) for name in list(changes) if name in QUESTION}
    slo = {**QUESTION["slo"], **asked.pop("slo", {})}
    return plan_document("2026-11-26", {**QUESTION, **asked, "slo": slo}, {**(plan or PLAN), **changes})

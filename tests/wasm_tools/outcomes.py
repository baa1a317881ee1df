"""Outcomes for tests: a run in closed loop whose figures fit together, and what a reader says about it."""

import copy
import json
from typing import Any

from wasm_tools.outcomes.fields import OUTCOME_FIELDS
from wasm_tools.outcomes.reading import outcome_text

# 16 requests in flight of 1,000 → 500 tokens at 12 ms a token: a request takes 100 + 499 · 12 = 6,088 ms, so that
# 16 / 6.088 = 2.628 requests/s come out (Little) with 1,314 tokens/s.
RUN: dict[str, Any] = {
    "tier": "measured", "model": "llama-3.1-8b-instruct", "checkpoint": "meta-llama/Llama-3.1-8B-Instruct",
    "served_model": "llama", "precision": "bf16", "gpu": "h100-sxm", "gpus": 1, "tensor_parallel": 1,
    "pipeline_parallel": 1, "expert_parallel": 1, "replicas": 1, "engine": "vllm", "engine_version": "0.33.0",
    "arrival": "closed", "concurrency": 16.0, "asked_requests_per_s": None, "requests": 400, "errors": 0,
    "seconds": 152.2, "prompt_tokens": 1000.0, "output_tokens": 500.0, "prefix_hits": None, "requests_per_s": 2.628,
    "output_tokens_per_s": 1314.0,
    "times_ms": {
        "ttft": {"mean": 100.0, "percentiles": {"50": 90.0, "95": 160.0}, "between": {}, "method": "by hand"},
        "tpot": {"mean": 12.0, "percentiles": {"50": 12.0, "95": 12.5}, "between": {}, "method": "by hand"},
    },
    "measured_on": "2026-11-20", "measured_by": "A tester", "licence": "CC-BY-4.0", "source_url": "",
    "tool": "vLLM bench serve", "tool_version": "0.33.0", "written_by": "a test", "note": "", "prediction": None,
}  # fmt: skip
assert set(RUN) == {f.name for f in OUTCOME_FIELDS}


def run(**changed: Any) -> dict[str, Any]:
    """The run with other values; `ttft` and `tpot` are means in ms."""
    found = copy.deepcopy(RUN)
    for metric in ("ttft", "tpot"):
        if metric in changed:
            found["times_ms"][metric] = {"mean": changed.pop(metric), "percentiles": {}, "between": {}, "method": ""}
    return found | changed


def file_of(*outcomes: dict[str, Any]) -> str:
    """An outcome file."""
    return outcome_text([json.loads(json.dumps(o)) for o in outcomes])

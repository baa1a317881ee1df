"""From a plan to what is deployed: the checkpoint, the runtime, the lengths, and what it was priced for.

A measured configuration runs the weights that were measured; where the benchmark does not name them, or names them
under another model, the files say so. A modelled one runs the published weights of its precision. What cannot be
deployed as it was planned is refused with the reason.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.manifests.litellm import Route
from wasm_tools.manifests.plan_document import planner_address
from wasm_tools.manifests.runtimes import ManifestError, ServingRuntimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import length_limit
from wasm_tools.manifests.targets import Targets
from wasm_tools.manifests.weights import Checkpoint, PublishedWeights, is_measured, weights_note, weights_of
from wasm_tools.manifests.words import one_line
from wasm_tools.models.cards import ModelCard
from wasm_tools.performance.memory import weight_bytes
from wasm_tools.planner.plan import price_digits, significant

GIB = 2**30
DRAIN_STEP_S = 60  # full minutes: a time that moves by a second must not make another deployment
DIGITS = 4  # of predicted figures: no prediction is better, and a trifle must not make another deployment
TIERS = {
    "measured": "measured at this load",
    "interpolated": "interpolated between measured points",
    "anchored": "anchored on measurements at other lengths or loads",
    "modelled": "modelled; this configuration was not measured",
}


@dataclass(frozen=True, slots=True)
class LauncherGpu:
    """The name of a GPU at SkyPilot and at dstack; empty where their catalogues have none."""

    skypilot: str
    dstack: str


@dataclass(frozen=True, slots=True)
class ManifestBook:
    """Everything beside a plan that its files depend on. `site_url` is empty where nobody knows the site's address."""

    models: Mapping[str, ModelCard]
    gpus: Mapping[str, GpuCard]
    checkpoints: Sequence[Checkpoint]
    published: Sequence[PublishedWeights]
    runtimes: ServingRuntimes
    launchers: Mapping[str, LauncherGpu]  # by GPU
    routes: Mapping[str, Route]  # by provider of an API
    site_url: str = ""


def shared_deployment(
    plan: Mapping[str, Any], prompt_tokens: int, output_tokens: int, book: ManifestBook
) -> ServingSpec:
    """What a self-hosted plan deploys whoever rents out its GPUs, at whatever price and target.

    `plan` is its record. Raises ManifestError with the reason why it cannot be deployed as planned.
    """
    card, gpu = book.models.get(plan["model"]), book.gpus.get(plan["gpu"])
    if card is None or card.shape is None or gpu is None:
        raise ManifestError("the architecture of the model or the GPU is not registered")
    if not gpu.node_label:
        raise ManifestError(f"no node label is known that tells a {gpu.name} from other GPUs")
    runtime = book.runtimes.runtime(plan["engine"])
    weights = weights_of(plan, card.hf_repo, book.checkpoints, book.published)
    return ServingSpec(
        model_repo=weights.repository,
        served_name=weights.serves or plan["model"],
        engine=plan["engine"],
        node_label=gpu.node_label,
        gpus=plan["tensor_parallel"],
        replicas=plan["replicas"],
        max_replicas=plan["replicas"],
        prompt_tokens=prompt_tokens,
        output_tokens=output_tokens,
        max_model_len=length_limit(prompt_tokens, output_tokens, card.context or 0),
        max_num_seqs=plan["concurrency"],
        weights_gib=round(weight_bytes(card.shape, plan["precision"]) / GIB, 1),
        precision=plan["precision"],
        gpu_resource=gpu.resource,
        quantization=runtime.quantization_name(weights.stored, plan["precision"]),
        expert_parallel=plan["expert_parallel"],
        trust_remote_code=weights.remote_code,
        kv_cache="fp8" if "fp8" in (plan["kv_cache"], weights.kv_cache) else "auto",
        drain_seconds=_drain_seconds(output_tokens, plan),
        evidence=_evidence(plan, runtime.version),
        weights_note=weights_note(plan, weights, card.name),
    )


def deployment(document: Mapping[str, Any], book: ManifestBook) -> ServingSpec:
    """What the plan of a `plan.json` deploys, with its targets, price and origin; raises ManifestError."""
    plan, asked = document["plan"], document["question"]
    if not plan["gpu"] or plan["ttft_ms"] is None:
        raise ManifestError("an API plan deploys nothing; its file is the configuration of a proxy")
    card, gpu = book.models[plan["model"]], book.gpus[plan["gpu"]]
    shared = shared_deployment(plan, asked["longest_prompt_tokens"], asked["longest_output_tokens"], book)
    targets, at = _targets(asked, plan), book.launchers.get(plan["gpu"], LauncherGpu("", ""))
    return replace(
        shared,
        plan_id="",
        namespace="",
        prefix_caching=asked["cacheable_share"] > 0,
        targets=targets,
        spot=plan["kind"] == "spot",
        gpu_name=gpu.name,
        gpu_memory_gb=round(gpu.memory_bytes / GIB),
        skypilot_gpu=at.skypilot,
        dstack_gpu=at.dstack,
        model_context=card.context or 0,
        rental=one_line(", ".join(filter(None, (plan["kind"], plan["provider"], plan["sku"], plan["region"])))),
        plan_url=planner_address(book.site_url, asked, card.capability),
        dataset_date=document["as_of"],
        usd_per_hour=plan["usd_per_hour"],
        usd_per_replica_hour=_usd_per_replica_hour(plan),
        price_source=one_line(", ".join(dict.fromkeys(e.partition("=")[0] for e in plan["price_evidence"].split()))),
        price_date=document["as_of"],
        slo=f"TTFT {targets.ttft_ms:g} ms, ITL {targets.itl_ms:g} ms, E2E {targets.e2e_ms:g} ms"
        f" at p{targets.percentile}, up to {targets.peak_qps:g} requests/s",
    )


def _targets(asked: Mapping[str, Any], plan: Mapping[str, Any]) -> Targets:
    slo = asked["slo"]
    own = [slo[f"{name}_percentile"] for name in ("ttft", "itl", "e2e")]
    if any(p not in (None, slo["percentile"]) for p in own):
        raise ManifestError("the bounds hold at several percentiles, and the alerts watch one; ask for one of them")
    return Targets(
        percentile=slo["percentile"],
        ttft_ms=float(slo["ttft_ms"]),
        itl_ms=float(slo["itl_ms"]),
        e2e_ms=float(slo["e2e_ms"]),
        peak_qps=float(asked["peak_qps"]),
        replica_qps=significant(plan["replica_requests_per_second"], DIGITS),
        predicted_ttft_ms=significant(plan["ttft_ms"], DIGITS),
        predicted_itl_ms=significant(plan["itl_ms"], DIGITS),
        predicted_e2e_ms=significant(plan["e2e_ms"], DIGITS),
        prefill_tokens_per_s=significant(plan.get("prefill_tokens_per_second") or 0.0, DIGITS),
    )


def _usd_per_replica_hour(plan: Mapping[str, Any]) -> str:
    """The cost of a replica-hour, idle GPUs of its machine included; empty where replicas come and go."""
    if plan["replicas_min"] != plan["replicas_max"]:
        return ""
    return price_digits(Decimal(plan["usd_per_hour"]) / plan["replicas"])


def _drain_seconds(output_tokens: int, plan: Mapping[str, Any]) -> int:
    """Time for requests in flight to end: twice a slow one, in full minutes."""
    slow_s: float = (plan["ttft_ms"] + output_tokens * plan["itl_ms"]) / 1000
    return max(1, math.ceil(2 * slow_s / DRAIN_STEP_S)) * DRAIN_STEP_S


def _evidence(plan: Mapping[str, Any], version: str) -> str:
    """How the times are known. They depend on the load, and plans of several loads share a file."""
    if not is_measured(plan):
        return f"times {TIERS[plan['evidence']]}"
    run = f" on {plan['measured_on']}" if plan["measured_on"] else ""
    ran = f"{plan['engine']} {plan['engine_version']}".strip()
    other = "" if version == plan["engine_version"] else f"; this manifest runs {version}"
    return f"times {TIERS[plan['evidence']]}; measured{run} with {ran}{other}"

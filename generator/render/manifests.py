"""Manifests of the plans: one KServe file for each distinct deployment that the grid or a use case ranks.

What a manifest deploys does not depend on who rents out the GPUs or on today's price, so plans that differ in these
only share one file. Where the measured configuration cannot be deployed as it was measured, there is no manifest, and
the reason is said beside the plan.
"""

import math
import tomllib
from collections.abc import Iterator
from functools import cache

from generator.places import checkout
from generator.registry import Registry, load_registry
from generator.render.page import SiteData
from wasm_tools.manifests.kserve import bundle
from wasm_tools.manifests.runtimes import ManifestError, ServingRuntimes, serving_runtimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.performance.memory import weight_bytes
from wasm_tools.planner.plan import Configuration, Plan

FOLDER = "api/v1/manifests"
GIB = 2**30
# Checkpoints that their developers publish with 4-bit weights (MXFP4, INT4): deployed as stored.
STORED_IN_4_BITS = {"openai/gpt-oss-120b": "fp4", "openai/gpt-oss-20b": "fp4", "moonshotai/Kimi-K2.5": "int4"}
# Repository names say how the weights are stored: …-FP8, …-NVFP4.
_NAMED_STORAGE = {"fp8": ("fp8",), "fp4": ("nvfp4", "mxfp4", "fp4"), "int4": ("int4", "awq", "gptq")}


def manifest_path(plan: Plan) -> str | None:
    """The site path of a plan's manifest; None for an API plan and for a plan that cannot be deployed as measured."""
    spec = _spec_or_reason(plan)
    return None if isinstance(spec, str) else f"{FOLDER}/{spec.plan_id}/inferenceservice.yaml"


def manifest_refusal(plan: Plan) -> str:
    """Why a self-hosted plan has no manifest; empty when it has one and for API plans."""
    if plan.configuration is None:
        return ""
    spec = _spec_or_reason(plan)
    return spec if isinstance(spec, str) else ""


def manifest_files(data: SiteData) -> Iterator[tuple[str, str]]:
    """Path and text of every manifest of the grid and the use cases, each once, sorted by path."""
    specs = {}
    for plan in ranked_everywhere(data):
        spec = _spec_or_reason(plan) if plan.configuration else ""
        if isinstance(spec, ServingSpec):
            specs[f"{FOLDER}/{spec.plan_id}/inferenceservice.yaml"] = spec
    for path, spec in sorted(specs.items()):
        (text,) = bundle(spec, _runtimes()).values()
        yield path, text


def ranked_everywhere(data: SiteData) -> Iterator[Plan]:
    """Every plan of the grid and of the use cases, repeated as often as it is ranked."""
    rankings = [r for cell in data.results.cells for r in cell.rankings.values()]
    rankings += [case.ranking for case in data.results.cases]
    for ranking in rankings:
        for _, plan in ranking.plans:
            yield plan


def _spec_or_reason(plan: Plan) -> ServingSpec | str:
    """What a plan deploys, or why it cannot be; an API plan deploys nothing."""
    if plan.configuration is None or plan.prediction is None:
        return "an API plan deploys nothing"
    # The times depend on the output length of the workload; those per token and the first one do not.
    times = (plan.prediction.ttft_ms, plan.prediction.itl_ms)
    return _deployment(plan.model, plan.configuration, times)


@cache
def _deployment(model: str, c: Configuration, times: tuple[float, float]) -> ServingSpec | str:
    registry = _registry()
    card, gpu = registry.cards.get(model), registry.gpu_cards.get(c.gpu)
    if card is None or card.shape is None or gpu is None:
        return "the architecture of the model or the GPU is not registered"
    repository, quantization, reason = _weights(c, card.hf_repo)
    if reason:
        return reason
    if c.expert_parallel > 1:
        return "it was measured with expert parallelism, for which the manifest has no setting yet"
    try:
        runtime = _runtimes().runtime(c.engine)
        spec = ServingSpec(
            model_repo=repository,
            served_name=model,
            engine=c.engine,
            node_label=gpu.node_label,
            gpus=c.tensor_parallel,
            replicas=c.replicas,
            max_replicas=c.replicas,
            prompt_tokens=c.measured_prompt_tokens,
            output_tokens=c.measured_output_tokens,
            max_model_len=c.measured_prompt_tokens + c.measured_output_tokens,
            max_num_seqs=c.concurrency,
            weights_gib=round(weight_bytes(card.shape, c.precision) / GIB, 1),
            precision=c.precision,
            gpu_resource=gpu.resource,
            quantization=quantization,
            drain_seconds=_drain_seconds(c, times),
            evidence=_evidence(c, runtime.version, times),
        )
        bundle(spec, _runtimes())
    except ManifestError as error:
        return str(error)
    return spec


def _weights(c: Configuration, hf_repo: str) -> tuple[str, str, str]:
    """Repository, on-load quantisation and, instead of both, the reason why the measured weights are not known.

    Benchmarks often name the base repository for runs at a lower precision. 8 bits can be made while loading, 4 bits
    cannot: there the repository that was really measured would have to be known.
    """
    repository = c.checkpoint
    if hf_repo and hf_repo != repository and hf_repo.rpartition("/")[2] == repository.rpartition("/")[2]:
        repository = hf_repo  # the benchmark names another organisation than the one that publishes the weights
    name = repository.rpartition("/")[2].lower()
    stored = next((p for p, words in _NAMED_STORAGE.items() if any(w in name.split("-") for w in words)), "")
    stored = STORED_IN_4_BITS.get(repository, stored)
    if stored == c.precision or (not stored and c.precision in ("bf16", "fp16")):
        return repository, "", ""
    if not stored and c.precision == "fp8":
        return repository, "fp8", ""
    if stored:
        return "", "", f"it was measured at {c.precision}, but the weights that the source names are {stored}"
    return "", "", f"it was measured at {c.precision}, but the source does not name the weights of that precision"


def _drain_seconds(c: Configuration, times: tuple[float, float]) -> int:
    """Time for requests in flight to end: twice a slow one, a minute at least."""
    ttft_ms, itl_ms = times
    return max(60, math.ceil(2 * (ttft_ms + c.measured_output_tokens * itl_ms) / 1000))


def _evidence(c: Configuration, version: str, times: tuple[float, float]) -> str:
    ttft_ms, itl_ms = times
    measured = f"{c.engine} {c.engine_version}".strip()
    run = f" on {c.measured_on}" if c.measured_on else ""
    return (
        f"measured{run} with {measured} at {c.measured_prompt_tokens} prompt and {c.measured_output_tokens} output"
        f" tokens, {c.concurrency} in flight; estimated p95 there: TTFT {ttft_ms:.0f} ms, ITL {itl_ms:.1f} ms."
        + (f" This manifest runs {version}." if version != c.engine_version else "")
    )


@cache
def _registry() -> Registry:
    return load_registry(checkout().registry)


@cache
def _runtimes() -> ServingRuntimes:
    path = checkout().registry / "serving_runtimes.toml"
    return serving_runtimes(tomllib.loads(path.read_text(encoding="utf-8")))

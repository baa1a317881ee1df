"""Manifests of the plans: one KServe file for each distinct deployment that the grid or a use case ranks.

What a manifest deploys does not depend on who rents out the GPUs or on today's price, so plans that differ in these
only share one file. A measured configuration runs the weights that were measured; where the benchmark does not name
them, or names them under another model, the manifest says so. A modelled one runs the published weights of its
precision. What cannot be deployed as it was planned has no manifest, and the reason is said beside the plan.
"""

import math
import tomllib
from collections.abc import Iterator
from functools import cache

from generator.places import checkout
from generator.precompute.deployables import WeightsRow, load_weights
from generator.registry import Registry, load_registry
from generator.render.checkpoints import CheckpointRow, Weights, is_measured, load_checkpoints, weights_of
from generator.render.page import SiteData
from wasm_tools.manifests.kserve import bundle
from wasm_tools.manifests.runtimes import ManifestError, ServingRuntimes, serving_runtimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.performance.memory import weight_bytes
from wasm_tools.planner.plan import Configuration, Plan, Prediction

FOLDER = "api/v1/manifests"
GIB = 2**30
DRAIN_STEP_S = 60  # full minutes: a time that moves by a second must not make another deployment
TIERS = {
    "measured": "measured at this load",
    "interpolated": "interpolated between measured points",
    "anchored": "anchored on measurements at other lengths or loads",
    "modelled": "modelled; this configuration was not measured",
}


def manifest_path(plan: Plan) -> str | None:
    """The site path of a plan's manifest; None for an API plan and for a plan that cannot be deployed as planned."""
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
    return _deployment(plan.model, plan.configuration, plan.prediction)


@cache
def _deployment(model: str, c: Configuration, times: Prediction) -> ServingSpec | str:
    registry = _registry()
    card, gpu = registry.cards.get(model), registry.gpu_cards.get(c.gpu)
    if card is None or card.shape is None or gpu is None:
        return "the architecture of the model or the GPU is not registered"
    if not gpu.node_label:
        return f"no node label is known that tells a {gpu.name} from other GPUs"
    try:
        runtime = _runtimes().runtime(c.engine)
        weights = weights_of(c, card.hf_repo, _checkpoints(), _published())
        spec = ServingSpec(
            model_repo=weights.repository,
            served_name=weights.serves or model,
            engine=c.engine,
            node_label=gpu.node_label,
            gpus=c.tensor_parallel,
            replicas=c.replicas,
            max_replicas=c.replicas,
            prompt_tokens=c.prompt_tokens,
            output_tokens=c.output_tokens,
            max_model_len=c.prompt_tokens + c.output_tokens,
            max_num_seqs=c.concurrency,
            weights_gib=round(weight_bytes(card.shape, c.precision) / GIB, 1),
            precision=c.precision,
            gpu_resource=gpu.resource,
            quantization=runtime.quantization_name(weights.stored, c.precision),
            expert_parallel=c.expert_parallel,
            trust_remote_code=weights.remote_code,
            kv_cache="fp8" if "fp8" in (c.kv_cache, weights.kv_cache) else "auto",
            drain_seconds=_drain_seconds(c, times),
            evidence=_evidence(c, runtime.version, times),
            weights_note=_weights_note(c, weights, card.name),
        )
        bundle(spec, _runtimes())
    except ManifestError as error:
        return str(error)
    return spec


def _weights_note(c: Configuration, weights: Weights, model: str) -> str:
    """Where the weights come from when the benchmark does not name them; empty when it does."""
    said = {
        "": "",
        "measured": f"The benchmark set names {c.checkpoint}; it was run at {c.precision} with {weights.repository}.",
        "published": f"The benchmark names {c.checkpoint} and not the weights that it ran at {c.precision};"
        f" {weights.repository} is published at that precision and was chosen for this manifest.",
    }[weights.basis]
    if not weights.serves:
        return said
    other = _registry().cards[weights.serves].name
    return f"{said} These are weights of {other}, not of {model}; the architecture is the same."


def _drain_seconds(c: Configuration, times: Prediction) -> int:
    """Time for requests in flight to end: twice a slow one, in full minutes."""
    slow_s = (times.ttft_ms + c.output_tokens * times.itl_ms) / 1000
    return max(1, math.ceil(2 * slow_s / DRAIN_STEP_S)) * DRAIN_STEP_S


def _evidence(c: Configuration, version: str, times: Prediction) -> str:
    """How the times are known. They depend on the load, and plans of several loads share a file."""
    if not is_measured(c):
        return f"times {TIERS[times.evidence]}"
    run = f" on {c.measured_on}" if c.measured_on else ""
    ran = f"{c.engine} {c.engine_version}".strip()
    other = "" if version == c.engine_version else f"; this manifest runs {version}"
    return f"times {TIERS[times.evidence]}; measured{run} with {ran}{other}"


@cache
def _registry() -> Registry:
    return load_registry(checkout().registry)


@cache
def _published() -> tuple[WeightsRow, ...]:
    return load_weights(checkout().registry / "weights.csv")


@cache
def _checkpoints() -> tuple[CheckpointRow, ...]:
    return load_checkpoints(checkout().registry / "checkpoints.csv")


@cache
def _runtimes() -> ServingRuntimes:
    path = checkout().registry / "serving_runtimes.toml"
    return serving_runtimes(tomllib.loads(path.read_text(encoding="utf-8")))

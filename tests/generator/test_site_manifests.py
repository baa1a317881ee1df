"""Manifests on the site: each deploys what was measured, or its plan says why there is none."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
import yaml

from generator.places import checkout
from generator.registry import Registry, load_registry
from generator.render.manifests import manifest_path, manifest_refusal, ranked_everywhere
from generator.render.plan_tables import plan_table
from tests.generator.tool_site import tool_site
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.planner import Ranking
from wasm_tools.planner.plan import Configuration, Plan, Prediction


@cache
def registry() -> Registry:
    return load_registry(checkout().registry)


@cache
def open_model() -> tuple[str, str]:
    """A registered model with an architecture and a repository whose name says nothing of its storage."""
    names = ("fp8", "fp4", "int4", "awq", "gptq", "nvfp4", "mxfp4")
    return next(
        (card.id, card.hf_repo)
        for card in registry().cards.values()
        if card.shape and card.hf_repo and not any(n in card.hf_repo.lower() for n in names) and "oss" not in card.id
    )


def gpu() -> str:
    return next(g.id for g in registry().gpu_cards.values() if g.node_label and g.resource == "nvidia.com/gpu")


def plan(**changes: object) -> Plan:
    model, repository = open_model()
    fields = {
        "gpu": gpu(), "checkpoint": repository, "precision": "bf16", "engine": "vllm", "engine_version": "0.19.0",
        "tensor_parallel": 2, "expert_parallel": 1, "replicas": 3, "concurrency": 64, "requests_per_second": 4.2,
        "measured_prompt_tokens": 1024, "measured_output_tokens": 512, "measured_on": "2026-03-01",
    }  # fmt: skip
    configuration = Configuration(**(fields | changes))  # type: ignore[arg-type]
    return Plan(
        id="rented:neocloud:h100:global:x", kind="rented", model=model, provider="neocloud", sku="h100",
        region="global", usd_per_month=Decimal("5475"), usd_per_million_tokens=Decimal(1),
        usd_per_million_output=Decimal(2), slo="met", prediction=Prediction(120.0, 12.0, 3000.0, "measured"),
        configuration=configuration, utilisation=0.5, slo_margin=0.2, price_evidence="test=2.50", reasons=(),
    )  # fmt: skip


def deployed(of: Plan) -> dict[str, object]:
    """The object that the manifest of a plan holds."""
    from generator.render.manifests import _runtimes, _spec_or_reason
    from wasm_tools.manifests.kserve import bundle

    spec = _spec_or_reason(of)
    assert isinstance(spec, ServingSpec), spec
    (text,) = bundle(spec, _runtimes()).values()
    document: dict[str, object] = yaml.safe_load(text)
    return document


def arguments(of: Plan) -> list[str]:
    predictor = deployed(of)["spec"]["predictor"]  # type: ignore[index]
    return predictor["containers"][0]["args"]


def test_a_manifest_deploys_the_measured_configuration() -> None:
    args = arguments(plan())
    model, repository = open_model()
    assert args[0] == repository
    assert f"--served-model-name={model}" in args
    assert "--tensor-parallel-size=2" in args
    assert "--max-num-seqs=64" in args
    assert "--max-model-len=1536" in args
    document = deployed(plan())
    predictor = document["spec"]["predictor"]  # type: ignore[index]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (3, 3)
    assert predictor["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "2"


def test_plans_that_differ_only_in_who_rents_out_share_a_manifest() -> None:
    one = plan()
    other = replace(one, id="spot:other:x:eu:x", kind="spot", provider="other", region="eu", usd_per_month=Decimal(1))
    assert manifest_path(one) == manifest_path(other) is not None


@pytest.mark.parametrize("change", [{"replicas": 4}, {"concurrency": 32}, {"tensor_parallel": 4}, {"engine": "sglang"}])
def test_another_deployment_gets_another_manifest(change: dict[str, object]) -> None:
    assert manifest_path(plan(**change)) != manifest_path(plan())


def test_eight_bits_are_made_while_loading_when_the_weights_are_stored_in_sixteen() -> None:
    assert "--quantization=fp8" in arguments(plan(precision="fp8"))
    assert not any(a.startswith("--quantization") for a in arguments(plan()))


def test_weights_stored_in_eight_bits_are_taken_as_they_are() -> None:
    args = arguments(plan(precision="fp8", checkpoint="nvidia/Some-Model-FP8"))
    assert args[0] == "nvidia/Some-Model-FP8"
    assert not any(a.startswith("--quantization") for a in args)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"precision": "fp4"}, "does not name the weights of that precision"),
        ({"precision": "fp8", "checkpoint": "nvidia/Some-Model-NVFP4"}, "are fp4"),
        ({"expert_parallel": 8}, "expert parallelism"),
        ({"engine": "trtllm"}, "TensorRT-LLM"),
        ({"engine": "unheard-of"}, "unheard-of"),
        ({"gpu": "unheard-of"}, "not registered"),
    ],
)
def test_a_plan_without_manifest_says_why(change: dict[str, object], reason: str) -> None:
    refused = plan(**change)
    assert manifest_path(refused) is None
    assert reason in manifest_refusal(refused)


def test_an_api_plan_needs_no_manifest_and_no_excuse() -> None:
    api = replace(plan(), kind="api", configuration=None, prediction=None)
    assert manifest_path(api) is None
    assert manifest_refusal(api) == ""


def test_published_plans_point_to_their_manifest() -> None:
    table = plan_table("plans/x", "x", {"medium": Ranking(((1, plan()),), 1, ())})
    cell = dict(zip(table.names, table.rows[0], strict=True))
    assert cell["manifest"] == (manifest_path(plan()) or "").removeprefix("api/v1/") != ""


def self_hosted() -> Iterator[Plan]:
    return (p for p in ranked_everywhere(tool_site()) if p.configuration)


def test_every_self_hosted_plan_of_the_grid_has_a_manifest_or_a_reason() -> None:
    plans = list(self_hosted())
    assert plans
    for p in plans:
        assert bool(manifest_path(p)) != bool(manifest_refusal(p))

"""Manifests on the site: every self-hosted plan has one, it deploys what was measured and says what nobody knows."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from generator import nightly
from generator.places import checkout
from generator.precompute.checkpoints import CheckpointRow, load_checkpoints
from generator.precompute.deployables import WeightsRow, load_weights
from generator.precompute.run import Precomputed, precomputed
from generator.registry import Registry, RegistryError, load_registry
from generator.render.manifests import (
    book,
    deployed_or_reason,
    manifest_files,
    manifest_path,
    manifest_refusal,
    ranked_everywhere,
)
from generator.render.plan_tables import plan_table
from tests.generator.tool_site import tool_site
from tests.wasm_tools.crd_schema import custom_resource_schema
from wasm_tools.manifests.kserve import bundle
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import TEMPLATE_TOKENS
from wasm_tools.planner import Ranking
from wasm_tools.planner.plan import Configuration, Plan, Prediction


@cache
def registry() -> Registry:
    return load_registry(checkout().registry)


@cache
def checkpoints() -> tuple[CheckpointRow, ...]:
    return load_checkpoints(checkout().registry / "checkpoints.csv")


@cache
def open_model() -> tuple[str, str]:
    """A registered model with an architecture and a repository of which nothing says how it is stored."""
    names = ("fp8", "fp4", "int4", "awq", "gptq", "nvfp4", "mxfp4")
    known = {name for row in checkpoints() for name in (row.measured, row.repo)}
    known |= {row.repo for row in load_weights(checkout().registry / "weights.csv") if row.precision != "bf16"}
    return next(
        (card.id, card.hf_repo)
        for card in registry().cards.values()
        if card.shape and card.hf_repo not in {"", *known} and not any(n in card.hf_repo.lower() for n in names)
    )


def gpu() -> str:
    return next(g.id for g in registry().gpu_cards.values() if g.node_label and g.resource == "nvidia.com/gpu")


def plan(**changes: object) -> Plan:
    model, repository = open_model()
    fields = {
        "gpu": gpu(), "checkpoint": repository, "precision": "bf16", "kv_cache": "bf16", "engine": "vllm",
        "engine_version": "0.19.0", "tensor_parallel": 2, "expert_parallel": 1, "replicas": 3, "gpus": 6,
        "concurrency": 64, "requests_per_second": 4.2, "prompt_tokens": 1024, "output_tokens": 512,
        "basis": (), "measured_on": "2026-03-01",
    }  # fmt: skip
    configuration = Configuration(**(fields | changes))  # type: ignore[arg-type]
    return Plan(
        id="rented:neocloud:h100:global:x", kind="rented", model=model, provider="neocloud", sku="h100",
        region="global", usd_per_month=Decimal("5475"), usd_per_million_tokens=Decimal(1),
        usd_per_million_output=Decimal(2), slo="met", slo_reason="it is fast",
        prediction=Prediction(120.0, 12.0, 3000.0, "interpolated"), configuration=configuration, capacity=None,
        utilisation=0.5, slo_margin=0.2, binds="memory", risks=(), price_evidence="test=2.50", reasons=(),
        assumptions=(),
    )  # fmt: skip


def deployed(of: Plan) -> dict[str, object]:
    """The object that the manifest of a plan holds."""
    spec = deployed_or_reason(of)
    assert isinstance(spec, ServingSpec), spec
    (text,) = bundle(spec, book().runtimes).values()
    document: dict[str, object] = yaml.safe_load(text)
    return document


def arguments(of: Plan) -> list[str]:
    predictor = deployed(of)["spec"]["predictor"]  # type: ignore[index]
    return predictor["containers"][0]["args"]


def test_a_manifest_deploys_the_planned_configuration() -> None:
    args = arguments(plan())
    model, repository = open_model()
    assert args[0] == repository
    assert f"--served-model-name={model}" in args
    assert "--tensor-parallel-size=2" in args
    assert "--max-num-seqs=64" in args
    assert f"--max-model-len={1536 + TEMPLATE_TOKENS}" in args
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
        ({"precision": "fp4"}, "no checkpoint of that precision is known"),
        ({"precision": "fp8", "engine": "trtllm"}, "TensorRT-LLM cannot make while loading"),
        ({"precision": "fp8", "checkpoint": "nvidia/Some-Model-NVFP4"}, "are fp4"),
        ({"precision": "fp8", "checkpoint": "openai/gpt-oss-120b"}, "are fp4"),
        ({"expert_parallel": 2, "tensor_parallel": 4}, "all 4 GPUs of a replica"),
        ({"engine": "unheard-of"}, "unheard-of"),
        ({"gpu": "unheard-of"}, "not registered"),
        ({"gpu": "mi300x"}, "no node label is known that tells a AMD Instinct MI300X"),
    ],
)
def test_a_plan_without_manifest_says_why(change: dict[str, object], reason: str) -> None:
    refused = plan(**change)
    assert manifest_path(refused) is None
    assert reason in manifest_refusal(refused)


@pytest.mark.parametrize("row", load_weights(checkout().registry / "weights.csv"), ids=lambda r: r.repo)
def test_a_modelled_plan_loads_the_published_weights_of_its_precision(row: WeightsRow) -> None:
    modelled = {"checkpoint": row.repo, "precision": row.precision, "engine_version": "", "measured_on": ""}
    args = arguments(replace(plan(**modelled, gpu="b200-sxm"), model=row.model))
    assert args[0] == row.repo
    assert not any(a.startswith("--quantization") for a in args), "stored so, not made while loading"


def test_a_modelled_plan_does_not_call_itself_measured() -> None:
    modelled = replace(plan(engine_version="", measured_on=""), prediction=Prediction(120.0, 12.0, 3000.0, "modelled"))
    said = deployed(modelled)["metadata"]["annotations"]["inference-price-atlas/evidence"]  # type: ignore[index]
    assert said == "times modelled; this configuration was not measured"
    said = deployed(plan())["metadata"]["annotations"]["inference-price-atlas/evidence"]  # type: ignore[index]
    assert "measured on 2026-03-01 with vllm 0.19.0" in said


def test_the_kv_cache_of_the_plan_is_set() -> None:
    assert "--kv-cache-dtype=fp8" in arguments(plan(kv_cache="fp8"))
    assert "--kv-cache-dtype=auto" in arguments(plan())


def test_another_load_of_the_same_deployment_is_no_other_manifest() -> None:
    slower = replace(plan(), prediction=Prediction(150.0, 13.0, 3300.0, "anchored"), utilisation=0.7)
    assert manifest_path(slower) == manifest_path(plan())
    assert manifest_path(plan(prompt_tokens=2048)) != manifest_path(plan())


def test_an_api_plan_needs_no_manifest_and_no_excuse() -> None:
    api = replace(plan(), kind="api", configuration=None, prediction=None)
    assert manifest_path(api) is None
    assert manifest_refusal(api) == ""


def test_published_plans_point_to_their_manifest() -> None:
    one = plan()
    ranking = Ranking(((1, one),), 1, (), one.id, "", (), {}, (one.id,), None, 95)
    table = plan_table("plans/x", "x", {"medium": ranking})
    cell = dict(zip(table.names, table.rows[0], strict=True))
    assert cell["answers"] == "recommended pareto"
    assert cell["manifest"] == (manifest_path(plan()) or "").removeprefix("api/v1/") != ""


@pytest.mark.parametrize("engine", ["vllm", "sglang", "trtllm"])
def test_experts_are_spread_over_the_gpus_of_a_replica_as_measured(engine: str) -> None:
    spread, alone = arguments(plan(engine=engine, expert_parallel=2)), arguments(plan(engine=engine))
    assert len(spread) == len(alone) + 1
    assert set(alone) < set(spread)


@pytest.mark.parametrize("row", checkpoints(), ids=lambda r: f"{r.measured}-{r.precision}")
def test_the_checkpoint_of_the_measured_precision_is_deployed_with_the_reason(row: CheckpointRow) -> None:
    engine = row.engines[0] if row.engines else "vllm"
    measured = plan(checkpoint=row.measured, precision=row.precision, engine=engine, gpu="b200-sxm")
    assert arguments(measured)[0] == row.repo
    annotations = deployed(measured)["metadata"]["annotations"]  # type: ignore[index]
    said = annotations.get("inference-price-atlas/weights", "")
    if row.basis == "native":
        assert said == ""
    else:
        assert row.measured in said
        assert row.repo in said
        assert ("was chosen for this manifest" in said) == (row.basis == "published"), "a choice of ours is called one"
    remote = {"--trust-remote-code", "--trust_remote_code"} & set(arguments(measured))
    assert bool(remote) == (row.remote_code == "yes")
    assert not any(a.startswith("--quantization") for a in arguments(measured)), "stored so, not made while loading"


def test_weights_of_another_model_are_served_under_their_own_name() -> None:
    measured = replace(plan(checkpoint="meta-llama/Llama-3.1-70B", precision="fp4"), model="llama-3.1-70b-instruct")
    assert "--served-model-name=llama-3.3-70b-instruct" in arguments(measured)
    annotations = deployed(measured)["metadata"]["annotations"]  # type: ignore[index]
    assert (
        "weights of Llama 3.3 70B Instruct, not of Llama 3.1 70B Instruct"
        in annotations["inference-price-atlas/weights"]
    )


def test_a_checkpoint_for_one_engine_is_not_given_to_another() -> None:
    measured = plan(checkpoint="Qwen/Qwen3-32B", precision="fp8", engine="trtllm")
    assert arguments(measured)[0] == "Qwen/Qwen3-32B-FP8"
    other = plan(checkpoint="Qwen/Qwen3-32B", precision="fp8", engine="vllm")
    assert arguments(other)[0] == "Qwen/Qwen3-32B", "vLLM makes 8 bits of the weights that the benchmark names"
    assert "--quantization=fp8" in arguments(other)


def test_another_organisation_is_replaced_by_the_one_that_publishes_the_weights() -> None:
    repository = open_model()[1]
    assert arguments(plan(checkpoint=f"elsewhere/{repository.rpartition('/')[2]}"))[0] == repository


def test_a_sixteen_bit_model_without_registered_repository_is_taken_as_named() -> None:
    assert arguments(plan(checkpoint="someone/Their-Own-Model"))[0] == "someone/Their-Own-Model"


def test_checkpoints_are_sorted_sourced_and_of_models_that_the_registry_has() -> None:
    rows = checkpoints()
    keys = [(r.measured, r.precision, r.engines) for r in rows]
    assert keys == sorted(keys)
    for row in rows:
        assert row.source
        if row.serves:
            assert registry().cards[row.serves].shape == shape_of(row.measured), (
                "the architecture is said to be the same"
            )


def shape_of(repository: str) -> object:
    return registry().cards[registry().model_of("", repository)].shape


@pytest.mark.mirror
def test_checkpoints_are_stored_as_their_configuration_says(mirror: Path) -> None:
    configurations = {row: mirror / "huggingface.co" / row.repo / "resolve/main/config.json" for row in checkpoints()}
    stored = {row: json.loads(p.read_text(encoding="utf-8")) for row, p in configurations.items() if p.exists()}
    assert len(stored) >= 9
    for row, config in stored.items():
        said = config.get("quantization_config") or config.get("text_config", {}).get("quantization_config")
        assert row.remote_code == "" or "auto_map" in config, f"{row.repo} has no code that could be needed"
        if said is None:  # then it is in a file of its own, which is not stored here
            assert row.storage in row.repo.lower(), f"nothing says how {row.repo} is stored"
            continue
        method = {"mxfp4": "mxfp4", "fp8": "fp8", "compressed-tensors": "int4"}.get(said["quant_method"])
        assert row.storage == (method or said["quant_algo"].lower()), row.repo
        assert bool(row.kv_cache) == bool(said.get("kv_cache_scheme")), row.repo


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"storage": "fp8"}, "not stored at fp4"),
        ({"basis": "native"}, "native means"),
        ({"repo": "a/b"}, "native means"),
        ({"storage": "gguf"}, "storage"),
        ({"remote_code": "no"}, "remote_code"),
        ({"reviewed": "soon"}, "reviewed"),
    ],
)
def test_a_checkpoint_that_contradicts_itself_is_refused(change: dict[str, str], message: str, tmp_path: Path) -> None:
    row = {
        "measured": "a/b", "precision": "fp4", "engines": "", "repo": "a/b-NVFP4", "storage": "nvfp4", "serves": "",
        "remote_code": "", "kv_cache": "", "basis": "published", "source": "a test", "reviewed": "2026-11-26",
    }  # fmt: skip
    assert len(load_checkpoints(written(tmp_path, [row]))) == 1
    with pytest.raises(RegistryError, match=message):
        load_checkpoints(written(tmp_path, [row | change]))
    with pytest.raises(RegistryError, match="named twice for vllm"):
        load_checkpoints(written(tmp_path, [row | {"engines": "vllm"}, row | {"engines": "trtllm|vllm"}]))


def written(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "checkpoints.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def self_hosted() -> Iterator[Plan]:
    return (p for p in ranked_everywhere(tool_site()) if p.configuration)


def test_a_self_hosted_plan_has_a_manifest_or_a_reason() -> None:
    plans = list(self_hosted())
    assert plans
    for p in plans:
        assert bool(manifest_path(p)) != bool(manifest_refusal(p))


@cache
def committed() -> Precomputed:
    """The rankings of the committed data."""
    at = nightly.inputs(checkout(), None, offline=True)
    return precomputed(at.registry, at.state, at.places.registry, at.as_of, nightly.silent)


# What stops a manifest: no label that names the GPU, or a source that measured one thing and names the weights of
# another.
KNOWN_REASONS = ("no node label is known", "it was measured at fp8, but the weights that the source names are fp4")


def test_every_self_hosted_plan_of_the_grid_and_the_use_cases_has_a_manifest_or_a_known_reason() -> None:
    rankings = [r for cell in committed().cells for r in cell.rankings.values()]
    rankings += [case.ranking for case in committed().cases]
    plans = [p for ranking in rankings for _, p in ranking.plans if p.configuration]
    assert len(plans) > 100
    refused = {p.id: said for p in plans if (said := manifest_refusal(p))}
    assert {i: said for i, said in refused.items() if not said.startswith(KNOWN_REASONS)} == {}
    assert all(manifest_path(p) for p in plans if p.id not in refused)
    assert len(refused) < len(plans) / 5


@pytest.mark.mirror
def test_every_published_manifest_is_valid_for_the_kserve_definition(upstream: Path) -> None:
    definition = upstream / "crds" / "kserve" / "serving.kserve.io_inferenceservices.yaml"
    schema = jsonschema.Draft202012Validator(custom_resource_schema(definition, "v1beta1"))
    files = dict(manifest_files(replace(tool_site(), results=committed())))
    assert len(files) > 50
    for path, text in files.items():
        document = yaml.safe_load(text)
        assert path == f"api/v1/manifests/{document['metadata']['name']}/inferenceservice.yaml"
        assert [f"{e.json_path}: {e.message}" for e in schema.iter_errors(document)] == [], path


# Their weights are stored at 4 bits, and the set says 8: what was run is not known, so nothing can be deployed for it.
UNKNOWN_WEIGHTS = {("openai/gpt-oss-120b", "fp8", "trtllm")}


def test_every_measured_configuration_can_be_deployed_but_those_whose_weights_are_unknown() -> None:
    refused = {}
    for curve in committed().catalogue.curves:
        configuration = Configuration(
            gpu=curve.gpu, checkpoint=curve.checkpoint, precision=curve.precision, kv_cache="bf16",
            engine=curve.engine, engine_version=curve.engine_version, tensor_parallel=curve.tensor_parallel,
            expert_parallel=curve.expert_parallel, replicas=1, gpus=1, concurrency=curve.points[0].concurrency,
            requests_per_second=1.0, prompt_tokens=curve.prompt_tokens, output_tokens=curve.output_tokens,
            basis=(), measured_on=curve.points[0].measured,
        )  # fmt: skip
        measured = replace(plan(), model=curve.model, configuration=configuration)
        if (reason := manifest_refusal(measured)) and not reason.startswith("no node label"):
            refused[curve.checkpoint, curve.precision, curve.engine] = reason
    assert set(refused) == UNKNOWN_WEIGHTS, refused

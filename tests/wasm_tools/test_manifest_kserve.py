"""The InferenceService of a plan: valid for KServe and Kubernetes, true to the plan, and never two under one name."""

import copy
import json
import math
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.crd_schema import custom_resource_schema
from wasm_tools.manifests.kserve import bundle, inference_service
from wasm_tools.manifests.names import LABEL_VALUE, PLAN_ID, label_value, plan_id
from wasm_tools.manifests.runtimes import ManifestError, serving_runtimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import cold_start_seconds, host_memory_gib

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
RECORDS = tomllib.loads((REGISTRY / "serving_runtimes.toml").read_text(encoding="utf-8"))
RUNTIMES = serving_runtimes(RECORDS)
PLAN: dict[str, Any] = {
    "model_repo": "meta-llama/Llama-3.3-70B-Instruct",
    "served_name": "llama-3.3-70b",
    "engine": "vllm",
    "node_label": "NVIDIA-H100-80GB-HBM3",
    "gpus": 2,
    "replicas": 3,
    "max_replicas": 3,
    "prompt_tokens": 4096,
    "output_tokens": 512,
    "max_model_len": 8192,
    "max_num_seqs": 64,
    "weights_gib": 66.5,
    "precision": "fp8",
    "kv_cache": "fp8",
    "usd_per_hour": "14.94",
    "dataset_date": "2026-11-21",
    "slo": "p95 TTFT 500 ms, ITL 50 ms",
    "evidence": "measured",
    "plan_url": "https://atlas.example/plans/chat/interactive/steady/",
}
KUBERNETES = ("1.30", "1.34", "1.37")


def spec(**changes: Any) -> ServingSpec:
    return ServingSpec(**{**PLAN, **changes})


VARIANTS = {
    "two-gpus": spec(),
    "one-gpu": spec(gpus=1),
    "growing": spec(max_replicas=6),
    "single": spec(replicas=1, max_replicas=1),
    "claim": spec(cache_claim="models"),
    "sglang": spec(engine="sglang", max_replicas=4, revision="main", quantization="fp8", max_num_batched_tokens=8192),
    "experts": spec(expert_parallel=2, trust_remote_code=True),
    "sglang-experts": spec(engine="sglang", gpus=4, expert_parallel=2, trust_remote_code=True),
    "trtllm": spec(engine="trtllm"),
    "trtllm-experts": spec(engine="trtllm", gpus=4, expert_parallel=2, trust_remote_code=True, revision="main"),
    "trtllm-one-gpu": spec(engine="trtllm", model_repo="openai/gpt-oss-120b", gpus=1),
}
variants = pytest.mark.parametrize("chosen", VARIANTS.values(), ids=VARIANTS)


def service(chosen: ServingSpec) -> Any:
    return inference_service(chosen, RUNTIMES)


def container(chosen: ServingSpec) -> Any:
    (only,) = service(chosen)["spec"]["predictor"]["containers"]
    return only


def deployment(found: Any) -> dict[str, Any]:
    """The Deployment that the predictor amounts to, without the fields that only KServe knows."""
    pod = copy.deepcopy(found["spec"]["predictor"])
    annotations = found["metadata"]["annotations"] | pod.pop("annotations", {})
    replicas = pod.pop("minReplicas")
    strategy = pod.pop("deploymentStrategy")
    for name in ("maxReplicas", "autoScaling"):
        pod.pop(name, None)
    labels = found["metadata"]["labels"]
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod}
    body = {"replicas": replicas, "strategy": strategy, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": found["metadata"], "spec": body}


@variants
def test_file_reads_back_as_the_object(chosen: ServingSpec) -> None:
    ((path, text),) = bundle(chosen, RUNTIMES).items()
    assert path == f"{chosen.plan_id}/kserve/inferenceservice.yaml"
    assert yaml.safe_load(text) == service(chosen)
    assert text == bundle(chosen, RUNTIMES)[path]


@variants
@pytest.mark.parametrize("version", KUBERNETES)
def test_pod_is_valid_kubernetes(chosen: ServingSpec, version: str) -> None:
    assert kubernetes_validate.validate(deployment(service(chosen)), version, strict=True) == version


def test_pod_check_sees_a_misspelt_field() -> None:
    found = deployment(service(spec()))
    found["spec"]["template"]["spec"]["containers"][0]["readynessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(found, "1.34", strict=True)


@pytest.fixture(scope="session")
def service_schema(upstream: Path) -> Any:
    path = upstream / "crds" / "kserve" / "serving.kserve.io_inferenceservices.yaml"
    return jsonschema.Draft202012Validator(custom_resource_schema(path, "v1beta1"))


@pytest.mark.mirror
@variants
def test_service_is_valid_for_the_kserve_definition(chosen: ServingSpec, service_schema: Any) -> None:
    assert [f"{e.json_path}: {e.message}" for e in service_schema.iter_errors(service(chosen))] == []


@pytest.mark.mirror
@pytest.mark.parametrize("place", ["spec", "predictor", "container", "probe", "metric"])
def test_definition_check_sees_an_unknown_field_anywhere(place: str, service_schema: Any) -> None:
    found = service(spec(max_replicas=6))
    predictor = found["spec"]["predictor"]
    places = {
        "spec": found["spec"],
        "predictor": predictor,
        "container": predictor["containers"][0],
        "probe": predictor["containers"][0]["livenessProbe"]["httpGet"],
        "metric": predictor["autoScaling"]["metrics"][0]["external"]["metric"],
    }
    places[place]["unheardOf"] = "x"
    assert [e for e in service_schema.iter_errors(found) if "unheardOf" in e.message]


@variants
def test_gpus_of_the_plan_are_requested_limited_and_used(chosen: ServingSpec) -> None:
    resources, args = container(chosen)["resources"], container(chosen)["args"]
    assert resources["requests"]["nvidia.com/gpu"] == resources["limits"]["nvidia.com/gpu"] == str(chosen.gpus)
    assert resources["requests"]["memory"] == resources["limits"]["memory"]
    flag = {"trtllm": "--tp_size"}.get(chosen.engine, "--tensor-parallel-size")
    assert f"{flag}={chosen.gpus}" in args
    assert "cpu" not in resources["limits"]


@pytest.mark.parametrize(
    ("engine", "flag"), [("vllm", "--max-model-len"), ("sglang", "--context-length"), ("trtllm", "--max_seq_len")]
)
def test_context_holds_the_longest_prompt_and_answer(engine: str, flag: str) -> None:
    assert f"{flag}=8192" in container(spec(engine=engine))["args"]
    assert spec(max_model_len=4608).max_model_len == 4608
    with pytest.raises(ManifestError, match="max_model_len"):
        spec(max_model_len=4607)


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        (
            "vllm",
            [
                "--no-enable-prefix-caching",
                "--max-num-seqs=64",
                "--kv-cache-dtype=fp8",
                "--gpu-memory-utilization=0.92",
            ],
        ),
        ("sglang", ["--disable-radix-cache", "--max-running-requests=64", "--kv-cache-dtype=fp8_e4m3"]),
        ("trtllm", ["--backend=pytorch", "--max_batch_size=64"]),
    ],
)
def test_conditions_of_the_prediction_are_written_out(engine: str, expected: list[str]) -> None:
    assert set(expected) <= set(container(spec(engine=engine))["args"])


def test_optional_values_are_written_only_when_stated() -> None:
    assert not [
        a for a in container(spec())["args"] if a.startswith(("--quantization", "--revision", "--max-num-batched"))
    ]
    stated = container(spec(quantization="fp8", revision="abc123", max_num_batched_tokens=4096))["args"]
    assert {"--quantization=fp8", "--revision=abc123", "--max-num-batched-tokens=4096"} <= set(stated)


def engine_options(chosen: ServingSpec) -> Any:
    """What an engine reads from its options file: the YAML that the kubelet writes from the pod's annotation."""
    pod = service(chosen)["spec"]["predictor"]
    (volume,) = [v for v in pod["volumes"] if "downwardAPI" in v]
    (file,) = volume["downwardAPI"]["items"]
    found = re.fullmatch(r"metadata\.annotations\['([^']+)'\]", file["fieldRef"]["fieldPath"])
    assert found
    (mount,) = [m for m in pod["containers"][0]["volumeMounts"] if m["name"] == volume["name"]]
    (path,) = [a.partition("=")[2] for a in pod["containers"][0]["args"] if a.startswith("--config=")]
    assert path == f"{mount['mountPath']}/{file['path']}", (
        "the arguments name another file than the one that is mounted"
    )
    return yaml.safe_load(pod["annotations"][found[1]])


def test_options_that_an_engine_reads_from_a_file_come_with_the_pod() -> None:
    options = engine_options(spec(engine="trtllm"))
    assert options["kv_cache_config"]["enable_block_reuse"] is False, "prefixes were not shared when it was measured"
    assert options["kv_cache_config"]["dtype"] == "fp8"
    assert engine_options(spec(engine="trtllm", kv_cache="auto"))["kv_cache_config"]["dtype"] == "auto"
    graphs = options["cuda_graph_config"]
    assert graphs == {"enable_padding": True, "max_batch_size": 64}, "as many as are in flight, as a whole number"
    assert engine_options(spec(engine="trtllm", max_num_seqs=7))["cuda_graph_config"]["max_batch_size"] == 7


@pytest.mark.parametrize("engine", ["vllm", "sglang"])
def test_an_engine_without_an_options_file_gets_none(engine: str) -> None:
    pod = service(spec(engine=engine))["spec"]["predictor"]
    assert "annotations" not in pod
    assert "downwardAPI" not in json.dumps(pod)


@pytest.mark.parametrize(
    ("repository", "node_label", "backend"),
    [
        ("openai/gpt-oss-120b", "NVIDIA-H200", {"backend": "TRITON"}),
        ("openai/gpt-oss-120b", "NVIDIA-B200", {"backend": "TRTLLM"}),
        ("openai/gpt-oss-120b", "NVIDIA-L40S", None),
        ("meta-llama/Llama-3.1-8B-Instruct", "NVIDIA-H200", None),
    ],
)
def test_what_the_guide_asks_for_depends_on_weights_and_gpu(repository: str, node_label: str, backend: object) -> None:
    options = engine_options(spec(engine="trtllm", model_repo=repository, node_label=node_label))
    assert options.get("moe_config") == backend
    assert options["kv_cache_config"]["enable_block_reuse"] is False, "the common options are still there"


@pytest.mark.parametrize(("prompt", "expected"), [(512, 8192), (8192, 8704)])
def test_an_engine_that_takes_prompts_whole_has_room_for_one(prompt: int, expected: int) -> None:
    args = container(spec(engine="trtllm", prompt_tokens=prompt, max_model_len=prompt + 512))["args"]
    assert f"--max_num_tokens={expected}" in args
    assert "--max_num_tokens=9000" in container(spec(engine="trtllm", max_num_batched_tokens=9000))["args"]
    assert not [a for a in container(spec())["args"] if "batched" in a], "the others split a prompt"


@pytest.mark.parametrize(
    ("engine", "gpus", "size", "expected"),
    [
        ("vllm", 4, 4, "--enable-expert-parallel"),
        ("sglang", 4, 4, "--expert-parallel-size=4"),
        ("sglang", 4, 2, "--expert-parallel-size=2"),
        ("trtllm", 4, 4, "--ep_size=4"),
        ("trtllm", 8, 2, "--ep_size=2"),
    ],
)
def test_experts_are_spread_as_they_were_measured(engine: str, gpus: int, size: int, expected: str) -> None:
    assert expected in container(spec(engine=engine, gpus=gpus, expert_parallel=size))["args"]
    alone = container(spec(engine=engine, gpus=gpus))["args"]
    assert not [a for a in alone if "expert" in a or a.startswith("--ep")]


@pytest.mark.parametrize(
    ("engine", "flag"),
    [("vllm", "--trust-remote-code"), ("sglang", "--trust-remote-code"), ("trtllm", "--trust_remote_code")],
)
def test_remote_code_runs_only_where_the_plan_says_so_and_is_announced(engine: str, flag: str) -> None:
    assert flag not in container(spec(engine=engine))["args"]
    assert "inference-price-atlas/remote-code" not in service(spec(engine=engine))["metadata"]["annotations"]
    trusting = spec(engine=engine, trust_remote_code=True)
    assert flag in container(trusting)["args"]
    assert "code" in service(trusting)["metadata"]["annotations"]["inference-price-atlas/remote-code"]


def test_the_name_that_clients_ask_for_is_said_where_the_engine_chooses_it() -> None:
    annotations = service(spec(engine="trtllm"))["metadata"]["annotations"]
    assert annotations["inference-price-atlas/clients-ask-for"] == "meta-llama/Llama-3.3-70B-Instruct"
    assert "served name" in annotations["inference-price-atlas/left-to-engine"]
    assert "inference-price-atlas/clients-ask-for" not in service(spec())["metadata"]["annotations"]


@pytest.mark.parametrize(
    ("engine", "stored", "precision", "expected"),
    [
        ("vllm", "", "bf16", ""),
        ("vllm", "", "fp8", "fp8"),
        ("vllm", "fp8", "fp8", ""),
        ("vllm", "nvfp4", "fp4", ""),
        ("sglang", "nvfp4", "fp4", "modelopt_fp4"),
        ("trtllm", "nvfp4", "fp4", ""),
    ],
)
def test_an_engine_is_told_of_the_weights_what_it_cannot_find_out(
    engine: str, stored: str, precision: str, expected: str
) -> None:
    assert RUNTIMES.runtime(engine).quantization_name(stored, precision) == expected


@pytest.mark.parametrize(("engine", "precision"), [("trtllm", "fp8"), ("vllm", "fp4"), ("sglang", "int4")])
def test_a_precision_that_an_engine_cannot_make_is_refused(engine: str, precision: str) -> None:
    with pytest.raises(ManifestError, match="cannot make while loading"):
        RUNTIMES.runtime(engine).quantization_name("", precision)


def test_shared_memory_is_mounted_where_gpus_work_together_and_fits_the_limit() -> None:
    predictor = service(spec())["spec"]["predictor"]
    (shm,) = [v for v in predictor["volumes"] if v["name"] == "shm"]
    assert shm["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Gi"}
    assert {"name": "shm", "mountPath": "/dev/shm"} in predictor["containers"][0]["volumeMounts"]
    limit = int(predictor["containers"][0]["resources"]["limits"]["memory"].removesuffix("Gi"))
    assert limit >= 16 + math.ceil(66.5)
    assert host_memory_gib(spec()) - host_memory_gib(spec(gpus=1)) == 16 + 8, "shared memory counts against the limit"
    assert "/dev/shm" not in str(service(spec(gpus=1)))


@pytest.mark.parametrize("weights", [0.5, 16.0, 140.0, 700.0])
def test_startup_budget_is_twice_the_cold_start_and_grows_with_the_weights(weights: float) -> None:
    probe = container(spec(weights_gib=weights))["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= 2 * cold_start_seconds(weights)
    assert cold_start_seconds(weights) < cold_start_seconds(weights + 1)


@variants
def test_pod_has_time_to_drain(chosen: ServingSpec) -> None:
    predictor = service(chosen)["spec"]["predictor"]
    wait = predictor["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert predictor["terminationGracePeriodSeconds"] >= wait + chosen.drain_seconds + 15


def test_a_fixed_plan_has_no_scaler_and_a_growing_one_has_keda() -> None:
    fixed, growing = service(spec()), service(spec(max_replicas=6))
    assert fixed["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "none"
    assert "autoScaling" not in fixed["spec"]["predictor"]
    assert growing["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] == "keda"
    predictor = growing["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (3, 6)
    assert "scaleMetric" not in predictor
    (metric,) = predictor["autoScaling"]["metrics"]
    assert metric["external"]["target"] == {"type": "Value", "value": "2"}
    assert f'pod=~"{growing["metadata"]["name"]}-predictor-.*"' in metric["external"]["metric"]["query"]


@pytest.mark.parametrize("weights", [8.0, 66.5, 700.0])
def test_a_replica_is_added_once_a_cold_start_within_what_the_api_allows(weights: float) -> None:
    scaling = service(spec(max_replicas=6, weights_gib=weights))["spec"]["predictor"]["autoScaling"]
    (policy,) = scaling["behavior"]["scaleUp"]["policies"]
    assert policy["periodSeconds"] == min(cold_start_seconds(weights), 1800)


@variants
def test_security_is_as_strict_as_the_image_is_known(chosen: ServingSpec) -> None:
    predictor = service(chosen)["spec"]["predictor"]
    assert predictor["automountServiceAccountToken"] is False
    assert predictor["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False
    if chosen.engine == "vllm":
        assert predictor["securityContext"]["runAsUser"] == 2000
        assert predictor["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    else:
        assert "runAsUser" not in predictor["securityContext"]


def test_placement_names_the_gpu_and_tolerates_its_taint() -> None:
    predictor = service(spec())["spec"]["predictor"]
    assert predictor["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}
    assert predictor["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_labels_are_legal_and_the_selector_outlives_a_version() -> None:
    found = service(spec())
    assert all(LABEL_VALUE.fullmatch(v) for v in found["metadata"]["labels"].values())
    selector = found["spec"]["predictor"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]
    assert set(selector) == {"app.kubernetes.io/name", "app.kubernetes.io/instance"}
    assert selector.items() <= found["metadata"]["labels"].items()


def test_no_secret_is_shipped_and_none_is_required() -> None:
    (token,) = [e for e in container(spec())["env"] if e["name"] == "HF_TOKEN"]
    assert token["valueFrom"]["secretKeyRef"] == {"name": "hf-token", "key": "token", "optional": True}
    assert "value" not in token


@pytest.mark.parametrize(
    "name", ['say "no"', "off", "1e-05", "12:30:00", "a,b c", "日本", "x" * 100, "$(HF_TOKEN)", "$$x", "a\nb"]
)
def test_hostile_served_name_reaches_the_engine_as_it_is(name: str) -> None:
    chosen = spec(served_name=name)
    ((_, text),) = bundle(chosen, RUNTIMES).items()
    args = yaml.safe_load(text)["spec"]["predictor"]["containers"][0]["args"]
    (written,) = [a for a in args if a.startswith("--served-model-name=")]
    assert expanded(written) == f"--served-model-name={name}"


def expanded(argument: str) -> str:
    """What the kubelet passes on: `$$` is a dollar sign, `$(NAME)` would be a variable."""
    assert not re.search(r"(?<!\$)(?:\$\$)*\$\(", argument), "a variable would be expanded"
    return argument.replace("$$", "$")


@pytest.mark.parametrize("url", ['https://x/"', "a: b", "off", "x" * 100, "日本"])
def test_hostile_annotation_comes_back_as_written(url: str) -> None:
    ((_, text),) = bundle(spec(plan_url=url), RUNTIMES).items()
    assert yaml.safe_load(text)["metadata"]["annotations"]["inference-price-atlas/plan-url"] == url


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_repo": "--help"}, "model_repo"),
        ({"model_repo": "a/b/c"}, "model_repo"),
        ({"model_repo": 'a"b'}, "model_repo"),
        ({"model_repo": "x" * 97}, "model_repo"),
        ({"node_label": "NVIDIA H100"}, "node_label"),
        ({"node_label": "x" * 64}, "node_label"),
        ({"node_label": ""}, "node_label"),
        ({"gpu_resource": "gpu resource"}, "gpu_resource"),
        ({"plan_id": "Plan"}, "plan_id"),
        ({"plan_id": "x" * 41}, "plan_id"),
        ({"plan_id": "plan-"}, "plan_id"),
        ({"cache_claim": "My Claim"}, "cache_claim"),
        ({"gpus": 0}, "gpus"),
        ({"gpus": True}, "gpus"),
        ({"replicas": 1.5}, "replicas"),
        ({"max_replicas": 2}, "max_replicas"),
        ({"weights_gib": 0}, "weights_gib"),
        ({"weights_gib": math.nan}, "weights_gib"),
        ({"weights_gib": math.inf}, "weights_gib"),
        ({"served_name": " "}, "served_name"),
        ({"usd_per_hour": "1e2"}, "usd_per_hour"),
        ({"usd_per_hour": "cheap"}, "usd_per_hour"),
        ({"quantization": "fp8 --trust-remote-code"}, "quantization"),
        ({"expert_parallel": 0}, "expert_parallel"),
        ({"expert_parallel": 3}, "expert_parallel"),
        ({"expert_parallel": 4}, "expert_parallel"),
    ],
)
def test_a_plan_that_cannot_be_deployed_is_refused_by_field(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ManifestError, match=f"^{message}:"):
        spec(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"engine": "llama.cpp"}, "there are sglang, trtllm, vllm"),
        ({"engine": "trtllm", "max_replicas": 6}, "no number of waiting requests"),
        ({"engine": "trtllm", "quantization": "fp8"}, "no argument for 'fp8'"),
        ({"engine": "trtllm", "max_num_batched_tokens": 4095}, "takes a prompt whole"),
        ({"gpus": 4, "expert_parallel": 2}, "all 4 GPUs of a replica, not over 2"),
        ({"gpu_resource": "amd.com/gpu"}, "vLLM image runs on nvidia.com/gpu"),
        ({"kv_cache": "int2"}, "kv_cache"),
        ({"engine": "sglang", "served_name": "a:b"}, "reserves ':'"),
    ],
)
def test_an_engine_that_cannot_run_it_is_refused_with_the_reason(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        inference_service(spec(**change), RUNTIMES)


def test_control_characters_are_refused_with_their_place() -> None:
    with pytest.raises(ValueError, match=r"plan-url.*U\+0085"):
        bundle(spec(plan_url="a\x85b"), RUNTIMES)


def test_images_have_fixed_tags() -> None:
    moving = {"runtime": [{**RECORDS["runtime"][0], "image": "vllm/vllm-openai:latest"}]}
    with pytest.raises(ManifestError, match="fixed tag"):
        serving_runtimes(moving)
    for runtime in RUNTIMES.runtimes.values():
        assert runtime.version in runtime.image


@pytest.mark.mirror
def test_every_vllm_flag_is_in_the_option_table_of_its_version(upstream: Path) -> None:
    runtime = RUNTIMES.runtimes["vllm"]
    path = upstream / "manifests" / "vllm" / f"vllm-{runtime.version}-cli-args.json"
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    flags = table["flags"] | {name: {"type": "bool"} for name in table["explicit"]}
    fixed = [a for a in runtime.arguments[1:] if a != "{prefix_caching}"]
    for argument in (
        *fixed,
        *runtime.optional.values(),
        *runtime.prefix_caching.values(),
        *runtime.multi_node,
        *runtime.follower,
    ):
        assert isinstance(argument, str)
        name = argument.partition("=")[0]
        positive = name.replace("--no-", "--", 1)
        assert positive in flags, name
        assert positive == name or flags[positive]["type"].startswith("bool"), name


# The options of `trtllm-serve serve` that the documentation of TensorRT-LLM 1.2.1 lists and a manifest may use.
TRTLLM_OPTIONS = frozenset({
    "--backend", "--config", "--ep_size", "--free_gpu_memory_fraction", "--host", "--max_batch_size", "--max_seq_len",
    "--max_num_tokens", "--port", "--pp_size", "--revision", "--tokenizer", "--tp_size", "--trust_remote_code",
})  # fmt: skip


def test_every_tensorrt_llm_flag_is_in_the_documentation_of_its_version() -> None:
    runtime = RUNTIMES.runtimes["trtllm"]
    assert runtime.version == "1.2.1", "read the options of the new version and name it here"
    assert runtime.arguments[0] == "{model}"
    flags = {str(a).partition("=")[0] for a in (*runtime.arguments[1:], *runtime.optional.values())}
    assert flags <= TRTLLM_OPTIONS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": {"x": 1}}, "options_path"),
        ({"options_path": "/etc/x.yaml"}, "options_path"),
        ({"expert_parallel": ""}, "expert_parallel"),
        ({"expert_parallel": "some"}, "all, divisor or left out"),
        ({"tuned": [{"repositories": []}]}, "Tuning"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"prefix_caching": {"on": "x"}}, "prefix_caching"),
        ({"metrics": {}}, "unmonitored"),
        ({"unmonitored": "no reason"}, "unmonitored"),
    ],
)
def test_a_runtime_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        serving_runtimes({"runtime": [{**RECORDS["runtime"][0], **change}]})


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.text(max_size=60), max_size=4),
    content=st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
def test_any_parts_give_a_legal_plan_id(parts: list[str], content: dict[str, int]) -> None:
    found = plan_id([p.encode("utf-8", "replace").decode() for p in parts], content)
    assert re.fullmatch(r"[a-z][a-z0-9-]{1,39}", found)
    assert PLAN_ID.fullmatch(found)


@given(st.text(max_size=100))
def test_any_text_gives_a_legal_label_value(text: str) -> None:
    assert LABEL_VALUE.fullmatch(label_value(text))


deployable = st.fixed_dictionaries(
    {
        "model_repo": st.sampled_from(["a/b", "a/B", "b/b", "a-b", "a/b-vllm"]),
        "served_name": st.sampled_from(["x", "X", "x "]),
        "engine": st.sampled_from(["vllm", "sglang", "trtllm"]),
        "gpus": st.sampled_from([2, 4, 8]),
        "expert_parallel": st.sampled_from([1, 2]),
        "trust_remote_code": st.booleans(),
        "replicas": st.integers(1, 3),
        "max_num_seqs": st.sampled_from([1, 64]),
        "weights_gib": st.sampled_from([16, 16.0, 16.1]),
        "kv_cache": st.sampled_from(["auto", "fp8"]),
        "rental": st.sampled_from(["", "host/a", "host/b"]),
        "drain_seconds": st.sampled_from([30, 60]),
    }
)


@settings(max_examples=500, deadline=None)
@given(st.lists(deployable, min_size=2, max_size=30))
def test_two_different_deployments_never_share_an_id(changes: list[dict[str, Any]]) -> None:
    specs = {spec(**change) for change in changes}
    assert len({s.plan_id for s in specs}) == len({replace(s, plan_id="same") for s in specs})


def test_a_new_price_updates_the_deployment_instead_of_naming_another() -> None:
    observed = {"usd_per_hour": "9.99", "dataset_date": "2026-11-22", "evidence": "anchored", "plan_url": "https://x/"}
    assert spec(**observed).plan_id == spec().plan_id
    assert spec(weights_note="chosen here").plan_id == spec().plan_id
    assert spec(slo="p95 TTFT 900 ms").plan_id != spec().plan_id


def test_a_new_setting_leaves_the_ids_of_deployments_that_do_not_use_it() -> None:
    assert spec().plan_id == "llama-3-3-70b-instruct-vllm-7okfajngcj"
    assert len({spec(), spec(expert_parallel=2), spec(trust_remote_code=True)}) == 3
    assert len({s.plan_id for s in (spec(), spec(expert_parallel=2), spec(trust_remote_code=True))}) == 3

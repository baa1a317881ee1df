"""Forty faults, each planted alone in a correct bundle: the rules that it breaks report it, and no others do."""

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from generator.validate.checking import checked_files
from tests.wasm_tools.test_manifest_objects import PLANS, RUNTIMES
from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.checks.parts import Finding
from wasm_tools.manifests.checks.plan_facts import facts_of_spec
from wasm_tools.manifests.objects import objects, texts
from wasm_tools.manifests.placeholders import PLACEHOLDERS

DEPLOYMENT, SERVICE = "kustomize/base/deployment.yaml", "kustomize/common/service.yaml"
BUDGET, BOARD = "kustomize/common/poddisruptionbudget.yaml", "monitoring/dashboard.json"
KSERVE, LLM = "kserve/inferenceservice.yaml", "kserve/llminferenceservice.yaml"
KEDA = "kustomize/components/autoscaling-keda/scaledobject.yaml"
HPA = "kustomize/components/autoscaling-hpa/horizontalpodautoscaler.yaml"
ROUTE, INGRESS = "kustomize/components/gateway-api/httproute.yaml", "kustomize/components/ingress/ingress.yaml"
MONITOR = "kustomize/components/monitoring/servicemonitor.yaml"
POOL, RULES = "kustomize/components/inference-pool/inferencepool.yaml", "monitoring/rules.yml"
GROUP = "kustomize/base/leaderworkerset.yaml"

INSTANCE, GPU_LABEL = "app.kubernetes.io/instance", "nvidia.com/gpu.product"

type Files = dict[str, Any]
type Change = Callable[[Files], None]


def bundle(plan: str) -> tuple[Files, PlanFacts]:
    """The objects of a plan, and a README that names its Secret."""
    spec = PLANS[plan]
    files = dict(objects(spec, RUNTIMES))
    files["README.md"] = f"kubectl create secret generic {spec.plan_id}-api-key --from-literal=key=...\n"
    written = "".join(texts(files).values())
    files["README.md"] += "".join(f"{p}: {what}\n" for p, what in PLACEHOLDERS.items() if p in written)
    return files, facts_of_spec(spec)


@cache
def base(plan: str) -> tuple[Finding, ...]:
    files, facts = bundle(plan)
    return checked_files(texts(files), facts).findings


def reported(change: Change, plan: str, text: Callable[[dict[str, str]], None] | None = None) -> list[Finding]:
    files, facts = bundle(plan)
    files = copy.deepcopy(files)
    change(files)
    written = texts(files)
    if text is not None:
        text(written)
    return [f for f in checked_files(written, facts).findings if f not in base(plan)]


def pod(files: Files, path: str = DEPLOYMENT) -> Any:
    spec = files[path]["spec"]
    return spec["predictor"] if path == KSERVE else spec["template"] if path == LLM else spec["template"]["spec"]


def container(files: Files, path: str = DEPLOYMENT) -> Any:
    return pod(files, path)["containers"][0]


def argument(files: Files, flag: str, value: str | None, path: str = DEPLOYMENT) -> None:
    """Set an option to a value, or take it away."""
    args = [a for a in container(files, path)["args"] if a.partition("=")[0] != flag]
    container(files, path)["args"] = args if value is None else [*args, f"{flag}={value}" if value else flag]


def rule(files: Files, alert: str) -> Any:
    (found,) = [r for g in files[RULES]["groups"] for r in g["rules"] if r.get("alert", "").endswith(alert)]
    return found


def annotate(files: Files, path: str, **notes: str | None) -> None:
    for name, value in notes.items():
        key = f"serving.kserve.io/{name}"
        if value is None:
            del files[path]["metadata"]["annotations"][key]
        else:
            files[path]["metadata"]["annotations"][key] = value


def kserve_scaler(files: Files) -> Files:
    scaler = copy.deepcopy(files[HPA])
    scaler["spec"]["scaleTargetRef"]["name"] = files[KSERVE]["metadata"]["name"] + "-predictor"
    files["kserve/horizontalpodautoscaler.yaml"] = scaler
    return scaler


def drop(holder: Any, key: str) -> None:
    del holder[key]


def put(holder: Any, **values: Any) -> None:
    holder |= values


def policies(files: Files) -> Any:
    return files[HPA]["spec"]["behavior"]["scaleDown"]


def trigger(files: Files) -> Any:
    return files[KEDA]["spec"]["triggers"][0]["metadata"]


def volume(files: Files) -> Any:
    return next(v for v in pod(files)["volumes"] if v["name"] == "shm")["emptyDir"]


def labelled(files: Files, label: str) -> str:
    return f'sum(vllm:num_requests_waiting{{plan="{plan_id(files)}",{label}="red"}})'


def board(files: Files, change: Callable[[Any], object]) -> None:
    content = json.loads(files[BOARD])
    change(content)
    files[BOARD] = json.dumps(content)


def mn_01(f: Files) -> None:
    target = f[KEDA]["spec"]["scaleTargetRef"]
    target |= {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService"}


def mn_02(f: Files) -> None:
    f[HPA]["spec"]["metrics"] = [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "inference_requests_concurrency"},
                "target": {"type": "AverageValue", "averageValue": "10"},
            },
        },
        {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
    ]


def mn_03(f: Files) -> None:
    kserve_scaler(f)


def mn_04(f: Files) -> None:
    del container(f)["startupProbe"]
    container(f)["livenessProbe"]["initialDelaySeconds"] = 120


def mn_05(f: Files) -> None:
    board = json.loads(f[BOARD])
    queries = ("vllm_num_requests_running", "rate(vllm:request_failure_total[5m])", "vllm:avg_batch_size")
    board["panels"][0]["targets"] = [{"expr": q.replace("[", f'{{plan="{plan_id(f)}"}}[')} for q in queries]
    board["panels"][0]["targets"][0]["expr"] += f'{{plan="{plan_id(f)}"}}'
    f[BOARD] = json.dumps(board)


def plan_id(f: Files) -> str:
    return str(f[SERVICE]["metadata"]["name"])


def mn_06(f: Files) -> None:
    board = json.loads(f[BOARD].replace("histogram_quantile(0.95", "histogram_quantile(0.9"))
    board["panels"][0]["type"] = "graph"
    f[BOARD] = json.dumps({"dashboard": board})


def mn_07(f: Files) -> None:
    pod(f)["nodeSelector"]["nvidia.com/gpu.product"] = "H100"


def mn_08(f: Files) -> None:
    argument(f, "--max-model-len", "4096")


def mn_09(f: Files) -> None:
    for flag in ("--max-num-seqs", "--max-num-batched-tokens", "--no-enable-prefix-caching"):
        argument(f, flag, None)


def mn_11(f: Files) -> None:
    f[DEPLOYMENT]["metadata"]["labels"]["model"] = "m" * 76


def mn_12(f: Files) -> None:
    argument(f, "--trust-remote-code", "")


def mn_13(f: Files) -> None:
    container(f)["image"] = "vllm/vllm-openai:v0.6.2"


def mn_13_latest(f: Files) -> None:
    container(f)["image"] = "vllm/vllm-openai:latest"


def mn_14(f: Files) -> None:
    pod(f)["nodeSelector"] = {"amd.com/gpu.product-name": "AMD_Instinct_MI300X_OAM"}


def mn_15(f: Files) -> None:
    f[KEDA]["spec"]["minReplicaCount"] = 1


def mn_16(f: Files) -> None:
    container(f)["volumeMounts"] = [m for m in container(f)["volumeMounts"] if m["name"] != "shm"]
    pod(f)["volumes"] = [v for v in pod(f)["volumes"] if v["name"] != "shm"]
    argument(f, "--shutdown-timeout", None)
    for place in (container(f), pod(f)):
        del place["securityContext"]
    del f[BUDGET]
    f["kustomize/common/kustomization.yaml"]["resources"].remove("poddisruptionbudget.yaml")


def mn_17(f: Files) -> None:
    metadata = f[KEDA]["spec"]["triggers"][0]["metadata"]
    metadata |= {"metricName": "queue", "query": metadata["query"].replace("vllm:num_requests", "vllm:requests")}


def mn_18(f: Files) -> None:
    f[MONITOR]["metadata"]["name"] = "chat-llama-20260105142530"


def mn_19(f: Files) -> None:
    annotate(f, KSERVE, deploymentMode="RawDeployment")


def mn_20(f: Files) -> None:
    f[KSERVE]["spec"]["predictor"]["storageUri"] = "s3://models/one"


def mn_22(f: Files) -> None:
    found = rule(f, "ReplicasMissing")
    plan = plan_id(f)
    found["expr"] = f'count(up{{plan="{plan}"}} == 1) < 3 or absent(up{{plan="{plan}"}})'


def mn_23(f: Files) -> None:
    extra = next(v for v in container(f, LLM)["env"] if v["name"] == "VLLM_ADDITIONAL_ARGS")
    extra["value"] = extra["value"].replace("'", "")


def mn_24(f: Files) -> None:
    found = rule(f, "ServerErrors")
    found["expr"] = found["expr"].replace(f',plan="{plan_id(f)}"', "", 1).replace(f'plan="{plan_id(f)}",', "", 1)


def mn_26(f: Files) -> None:
    f[RULES] = json.loads(json.dumps(f[RULES]).replace('le=\\"0.5\\"', 'le=\\"0.15\\"'))


def mn_26_whole(f: Files) -> None:
    f[RULES] = json.loads(json.dumps(f[RULES]).replace('le=\\"15.0\\"', 'le=\\"15\\"'))


def mn_27(f: Files) -> None:
    f[KEDA]["spec"]["triggers"][0]["metadata"]["query"] += ")"


def mn_28_name(f: Files) -> None:
    argument(f, "--tensor-paralel-size", "2")


def mn_28_size(f: Files) -> None:
    argument(f, "--tensor-parallel-size", "4")


def mn_28_request(f: Files) -> None:
    container(f)["resources"]["requests"]["nvidia.com/gpu"] = "1"


def mn_29_average(f: Files) -> None:
    target = f[KSERVE]["spec"]["predictor"]["autoScaling"]["metrics"][0]["external"]["target"]
    target |= {"type": "AverageValue", "averageValue": "2"}
    del target["value"]


def mn_29_class(f: Files) -> None:
    annotate(f, KSERVE, autoscalerClass="Keda")


def mn_29_metric(f: Files) -> None:
    f[KSERVE]["spec"]["predictor"] |= {"scaleMetric": "concurrency", "scaleTarget": 5}


def mn_30_period(f: Files) -> None:
    f[HPA]["spec"]["behavior"]["scaleUp"]["policies"][0]["periodSeconds"] = 3600


def mn_30_bounds(f: Files) -> None:
    f[KEDA]["spec"]["minReplicaCount"] = 9


def mn_30_rollout(f: Files) -> None:
    f[DEPLOYMENT]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 0


def mn_31(f: Files) -> None:
    container(f)["resources"]["requests"]["memory"] = "12 GB"


def mn_32(f: Files) -> None:
    f[DEPLOYMENT]["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] = "other"


def mn_33_probe(f: Files) -> None:
    container(f)["livenessProbe"]["httpGet"]["port"] = "web"


def mn_33_service(f: Files) -> None:
    f[SERVICE]["spec"]["ports"][0]["targetPort"] = "web"


def mn_33_monitor(f: Files) -> None:
    f[MONITOR]["spec"]["endpoints"][0]["port"] = "web"


def mn_33_long(f: Files) -> None:
    container(f)["ports"].append({"name": "a-name-of-17-char", "containerPort": 9000})


def mn_34(f: Files) -> None:
    container(f)["volumeMounts"].append({"name": "nowhere", "mountPath": "/data"})


def mn_35(f: Files) -> None:
    pod(f)["terminationGracePeriodSeconds"] = 30


def mn_36_both(f: Files) -> None:
    f[BUDGET]["spec"]["minAvailable"] = 1


def mn_36_all(f: Files) -> None:
    f[BUDGET]["spec"]["minAvailable"] = 3
    del f[BUDGET]["spec"]["maxUnavailable"]


def mn_37_route(f: Files) -> None:
    f[ROUTE]["spec"]["rules"][0]["timeouts"] = {"request": "10s", "backendRequest": "1m"}


def mn_37_pool(f: Files) -> None:
    del f[POOL]["spec"]["endpointPickerRef"]["port"]


def mn_37_replicas(f: Files) -> None:
    f[LLM]["spec"]["scaling"] = {"minReplicas": 1, "maxReplicas": 2, "wva": {"hpa": {}}}


def mn_38_unknown(f: Files) -> None:
    f[KEDA]["spec"]["minReplicas"] = 3


def mn_38_type(f: Files) -> None:
    f[DEPLOYMENT]["spec"]["replicas"] = "3"


def mn_38_variable(f: Files) -> None:
    container(f)["env"][0]["value"] = 1


def mn_38_threshold(f: Files) -> None:
    f[KEDA]["spec"]["triggers"][0]["metadata"]["threshold"] = 2


def mn_38_fallback(f: Files) -> None:
    f[KEDA]["spec"]["fallback"]["behavior"] = "current"


def mn_38_version(f: Files) -> None:
    f[HPA]["apiVersion"] = "autoscaling/v2beta2"


def mn_39(f: Files) -> None:
    container(f, LLM)["name"] = "kserve-container"


def mn_39_group(f: Files) -> None:
    template = f[GROUP]["spec"]["leaderWorkerTemplate"]["leaderTemplate"]["spec"]["containers"][0]
    template["args"] = [a.replace("$(LWS_GROUP_SIZE)", "3") for a in template["args"]]


def mn_40_requests(f: Files) -> None:
    argument(f, "--max-num-queued-reqs", "32")


def mn_40_tokens(f: Files) -> None:
    argument(f, "--max-num-queued-tokens", "0")


FAULTS: dict[str, tuple[Change, set[str]]] = {
    "MN-01 scaler on a kind without scale": (mn_01, {"MF-08"}),
    "MN-02 scaling on what nothing exposes, and on processors": (mn_02, {"MF-12"}),
    "MN-03 two scalers": (mn_03, {"MF-08", "MF-09"}),
    "MN-04 no startup probe": (mn_04, {"MF-20"}),
    "MN-05 metrics that do not exist": (mn_05, {"MF-12"}),
    "MN-06 dashboard in an envelope, graph panel, p90": (mn_06, {"MF-29"}),
    "MN-07 invented node label": (mn_07, {"MF-25"}),
    "MN-08 context too short": (mn_08, {"MF-18"}),
    "MN-09 batch settings not written": (mn_09, {"MF-28"}),
    "MN-11 label of 76 characters": (mn_11, {"MF-03"}),
    "MN-12 remote code": (mn_12, {"MF-26"}),
    "MN-13 old image": (mn_13, {"MF-23"}),
    "MN-13 latest image": (mn_13_latest, {"MF-23"}),
    "MN-14 card of one vendor, image and resource of another": (mn_14, {"MF-23"}),
    "MN-15 fewer replicas than priced": (mn_15, {"MF-10"}),
    "MN-16 no shared memory, drain, security context, budget": (mn_16, {"MF-21", "MF-22", "MF-24"}),
    "MN-17 trigger with a key that is gone": (mn_17, {"MF-11", "MF-12"}),
    "MN-18 name with a time": (mn_18, {"MF-32"}),
    "MN-19 RawDeployment": (mn_19, {"MF-09"}),
    "MN-20 storageUri in the predictor": (mn_20, {"MF-02"}),
    "MN-22 count(up == 1)": (mn_22, {"MF-15"}),
    "MN-23 JSON without quotes for a shell": (mn_23, {"MF-27"}),
    "MN-24 ratio of another plan's errors": (mn_24, {"MF-14"}),
    "MN-26 edge that is not there": (mn_26, {"MF-13"}),
    "MN-26 edge without a decimal": (mn_26_whole, {"MF-13"}),
    "MN-27 no PromQL": (mn_27, {"MF-12"}),
    "MN-28 misspelt option": (mn_28_name, {"MF-16"}),
    "MN-28 tensor parallel size": (mn_28_size, {"MF-17"}),
    "MN-28 GPU request": (mn_28_request, {"MF-17"}),
    "MN-29 average value only": (mn_29_average, {"MF-09"}),
    "MN-29 class Keda": (mn_29_class, {"MF-09"}),
    "MN-29 scaleMetric with keda": (mn_29_metric, {"MF-09"}),
    "MN-30 policy of an hour": (mn_30_period, {"MF-10"}),
    "MN-30 minimum above maximum": (mn_30_bounds, {"MF-10"}),
    "MN-30 no rollout": (mn_30_rollout, {"MF-10"}),
    "MN-31 12 GB": (mn_31, {"MF-04"}),
    "MN-32 selector of others": (mn_32, {"MF-05"}),
    "MN-33 probe of a missing port": (mn_33_probe, {"MF-06"}),
    "MN-33 Service to a missing port": (mn_33_service, {"MF-06"}),
    "MN-33 monitor of a missing port": (mn_33_monitor, {"MF-06"}),
    "MN-33 port name of 17 characters": (mn_33_long, {"MF-03"}),
    "MN-34 mount without a volume": (mn_34, {"MF-07"}),
    "MN-35 killed while draining": (mn_35, {"MF-21"}),
    "MN-36 minimum and maximum": (mn_36_both, {"MF-10"}),
    "MN-36 nothing may be evicted": (mn_36_all, {"MF-10"}),
    "MN-37 backend slower than request": (mn_37_route, {"MF-02"}),
    "MN-37 picker without a port": (mn_37_pool, {"MF-02"}),
    "MN-37 replicas beside scaling": (mn_37_replicas, {"MF-02"}),
    "MN-38 unknown field": (mn_38_unknown, {"MF-02"}),
    "MN-38 wrong type": (mn_38_type, {"MF-02"}),
    "MN-38 number in a variable": (mn_38_variable, {"MF-02"}),
    "MN-38 number as threshold": (mn_38_threshold, {"MF-02"}),
    "MN-38 unknown fallback": (mn_38_fallback, {"MF-02"}),
    "MN-38 old version": (mn_38_version, {"MF-02"}),
    "MN-39 container not called main": (mn_39, {"MF-09"}),
    "MN-40 queue below the batch": (mn_40_requests, {"MF-19"}),
    "MN-40 no tokens": (mn_40_tokens, {"MF-19"}),
}
# Other ways to break the same rules, each a line of a rule that no fault above reaches.
FAULTS |= {
    f"{rule} {what}": (change, {rule})
    for rule, what, change in (
        ("MF-05", "selector without the instance", lambda f: drop(f[SERVICE]["spec"]["selector"], INSTANCE)),
        ("MF-07", "account that is not there", lambda f: put(pod(f), serviceAccountName="other")),
        ("MF-08", "scaler of nothing", lambda f: put(f[KEDA]["spec"]["scaleTargetRef"], name="other")),
        ("MF-10", "window of hours", lambda f: put(policies(f), stabilizationWindowSeconds=4000)),
        ("MF-11", "trigger without its threshold", lambda f: drop(trigger(f), "threshold")),
        ("MF-12", "label that the metric does not have", lambda f: put(trigger(f), query=labelled(f, "color"))),
        ("MF-14", "query of every plan", lambda f: put(trigger(f), query="sum(vllm:num_requests_waiting)")),
        ("MF-16", "word for a number", lambda f: argument(f, "--port", "web")),
        ("MF-16", "no- of what is no switch", lambda f: argument(f, "--no-port", "")),
        ("MF-16", "value for a switch", lambda f: argument(f, "--enable-lora", "true")),
        ("MF-18", "GPUs too small for the weights", lambda f: put(pod(f)["nodeSelector"], **{GPU_LABEL: "NVIDIA-L4"})),
        ("MF-20", "startup probe too short", lambda f: put(container(f)["startupProbe"], failureThreshold=10)),
        ("MF-20", "rollout given up early", lambda f: put(f[DEPLOYMENT]["spec"], progressDeadlineSeconds=60)),
        ("MF-21", "drain below a slow request", lambda f: argument(f, "--shutdown-timeout", "1")),
        ("MF-21", "no preStop", lambda f: drop(container(f), "lifecycle")),
        ("MF-22", "shared memory as large as the limit", lambda f: put(volume(f), sizeLimit="110Gi")),
        ("MF-23", "image of another vendor", lambda f: put(container(f), image="vllm/vllm-openai-rocm:v0.33.0")),
        ("MF-24", "user that the image lacks", lambda f: put(pod(f)["securityContext"], runAsUser=1000)),
        ("MF-24", "token of the cluster", lambda f: put(pod(f), automountServiceAccountToken=True)),
        ("MF-28", "fewer replicas", lambda f: put(f[DEPLOYMENT]["spec"], replicas=2)),
        ("MF-29", "two panels of one id", lambda f: board(f, lambda b: b["panels"][1].update(id=b["panels"][0]["id"]))),
        ("MF-29", "no data source variable", lambda f: board(f, lambda b: b["templating"].update(list=[]))),
    )
}
TWO_NODES: dict[str, tuple[Change, set[str]]] = {"MN-39 group of another size": (mn_39_group, {"MF-17"})}


@pytest.mark.parametrize("plan", PLANS)
def test_unchanged_bundle_has_no_finding(plan: str) -> None:
    assert base(plan) == ()


@cache
def fault_rules(fault: str) -> frozenset[str]:
    return frozenset(f.rule for f in reported(FAULTS[fault][0], "two-gpus"))


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_reported_by_its_rules_only(fault: str) -> None:
    assert fault_rules(fault) == FAULTS[fault][1]


@pytest.mark.parametrize("fault", TWO_NODES)
def test_fault_in_a_group_is_reported_by_its_rules_only(fault: str) -> None:
    change, rules = TWO_NODES[fault]
    found = reported(change, "two-nodes")
    assert {f.rule for f in found} == rules, found


def test_mn_10_quote_in_free_text() -> None:
    def text(written: dict[str, str]) -> None:
        written[DEPLOYMENT] = written[DEPLOYMENT].replace('/precision: "fp8"', '/precision: "say "fp8" here"')

    found = reported(lambda f: None, "two-gpus", text)
    assert {f.rule for f in found if f.path == DEPLOYMENT} == {"MF-01"}


def test_mn_25_unquoted_off() -> None:
    def text(written: dict[str, str]) -> None:
        assert '"off"' in written[INGRESS]
        written[INGRESS] = written[INGRESS].replace('"off"', "off")

    found = reported(lambda f: None, "two-gpus", text)
    assert {f.rule for f in found} == {"MF-01"}


def test_mn_21_schemas_alone_see_few_of_them() -> None:
    """Why there are rules: the schemas report a handful of the faults."""
    seen = {fault[:5] for fault in FAULTS if fault.startswith("MN") and "MF-02" in fault_rules(fault)}
    assert seen == {"MN-20", "MN-37", "MN-38"}

"""The same service without a GPU: a simulator with the plan's names, limits and predicted times.

It shows that routes, monitoring and clients work, not that the prediction holds. It has the names of the plan, so it
needs a namespace of its own, and no Prometheus should scrape it together with the plan.
"""

from wasm_tools.manifests.metadata import ANNOTATIONS, labels, metadata, selector, server_selector
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import PRE_STOP_SECONDS, grace_seconds
from wasm_tools.manifests.yaml_text import Plain, yaml_text

_FOLDER, _FILE = "/etc/simulator", "config.yaml"
_COMPONENT = "simulator"
_SUFFIX = "-simulator"


def simulator_namespace(spec: ServingSpec) -> str:
    """A namespace beside the plan's."""
    return spec.namespace[: 63 - len(_SUFFIX)].rstrip("-") + _SUFFIX


def simulator_config(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The ConfigMap with the simulator's file; what it would otherwise take from its defaults is written out."""
    config: dict[str, Plain] = {
        "port": runtime.port,
        "model": spec.model_repo,
        "served-model-name": [spec.served_name],
        "mode": "random",
        "force-dummy-tokenizer": True,
        "max-model-len": spec.max_model_len,
        "max-num-seqs": spec.max_num_seqs,
        "prefill-overhead": numbers.simulator_overhead,
        "prefill-time-per-token": numbers.simulator_per_token,
        "inter-token-latency": numbers.simulator_itl,
        "time-factor-under-load": 1,
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(spec, runtime, _COMPONENT, _SUFFIX),
        "data": {_FILE: yaml_text(config)},
    }


def simulator_deployment(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """As many simulated replicas as the plan has."""
    found = metadata(spec, runtime, _COMPONENT, annotated=True)
    annotations = found["annotations"]
    if isinstance(annotations, dict):
        annotations[ANNOTATIONS + "mode"] = "simulator"
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": found,
        "spec": {
            "replicas": numbers.min_replicas,
            "selector": {"matchLabels": selector(spec, runtime)},
            "template": {
                "metadata": {"labels": {**labels(spec, runtime, _COMPONENT), **server_selector(spec, runtime)}},
                "spec": _pod(spec, runtime),
            },
        },
    }


def _pod(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    bound: dict[str, Plain] = {"memory": "1Gi"}
    container: dict[str, Plain] = {
        "name": _COMPONENT,
        "image": runtime.simulator,
        "imagePullPolicy": "IfNotPresent",
        "args": [f"--config={_FOLDER}/{_FILE}"],
        "ports": [{"name": "http", "containerPort": runtime.port, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "500m", **bound}, "limits": bound},
        "startupProbe": _probe("/health/ready", runtime.port, 2, 30),
        "readinessProbe": _probe("/health/ready", runtime.port, 5, 3),
        "livenessProbe": _probe("/health", runtime.port, 10, 6),
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "config", "mountPath": _FOLDER, "readOnly": True}],
    }
    return {
        "serviceAccountName": spec.plan_id,
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": grace_seconds(spec),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": runtime.simulator_user,
            "runAsGroup": runtime.simulator_user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": spec.plan_id + _SUFFIX}}],
    }


def _probe(path: str, port: int, period: int, failures: int) -> Plain:
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": period,
        "timeoutSeconds": 2,
        "failureThreshold": failures,
    }

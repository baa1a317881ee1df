"""One KServe InferenceService per self-hosted plan, as a plain object and as YAML text.

KServe runs it in Standard mode: a Deployment and a Service named `<plan id>-predictor`. A plan of fixed size has no
autoscaler; one that may grow is scaled by KEDA on waiting requests, because processor load says nothing about decoding.
Options that an engine reads from a file only are an annotation of the pod, which the kubelet mounts as that file: one
object stays one object, and no shell writes it.
Unproven: no cluster has run these objects. Their schema is checked, the controllers' behaviour is read from source.
"""

import json
import math
from pathlib import PurePosixPath

from wasm_tools.manifests.runtimes import ManifestError, ServingRuntime, ServingRuntimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import SHM_GIB, cache_gib, cold_start_seconds, host_memory_gib
from wasm_tools.manifests.yaml_text import Plain, yaml_text

KSERVE_VERSION = "0.20.0"
ANNOTATIONS = "inference-price-atlas/"
OPTIONS_ANNOTATION = ANNOTATIONS + "engine-options"
SECRET_NAME, SECRET_KEY = "hf-token", "token"
_PRE_STOP = 15  # seconds in which the endpoint is removed everywhere before the server stops to accept
_HEADER = f"""\
# One deployable plan of the Inference Price Atlas.
# Needs KServe {KSERVE_VERSION} or newer, and node labels that name the GPU (GPU feature discovery writes them).
# Gated model: kubectl create secret generic {SECRET_NAME} --from-literal={SECRET_KEY}=...
# Check first: kubectl apply --dry-run=server -f inferenceservice.yaml
"""


def bundle(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, str]:
    """The files of a plan by path; raises ManifestError for an engine without a runtime, YamlError for bad text."""
    service = inference_service(spec, runtimes)
    return {f"{spec.plan_id}/kserve/inferenceservice.yaml": _HEADER + yaml_text(service)}


def inference_service(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, Plain]:
    """The InferenceService object of a plan; raises ManifestError when its engine or GPU has no runtime."""
    runtime = runtimes.runtime(spec.engine)
    if spec.gpu_resource not in runtime.gpu_resources:
        usable = ", ".join(runtime.gpu_resources)
        raise ManifestError(f"gpu_resource: the {runtime.name} image runs on {usable}, not on {spec.gpu_resource}")
    if any(c in spec.served_name for c in runtime.reserved_in_name):
        raise ManifestError(
            f"served_name: {runtime.name} reserves {runtime.reserved_in_name!r}; give a name without it"
        )
    if spec.max_replicas > spec.replicas and not runtime.queue_metric:
        raise ManifestError(
            f"max_replicas: {runtime.name} {runtime.version} publishes no number of waiting requests to scale on;"
            " give as many as replicas"
        )
    if runtime.batched_tokens and 0 < spec.max_num_batched_tokens < spec.prompt_tokens:
        raise ManifestError(
            f"max_num_batched_tokens: {runtime.name} takes a prompt whole, and {spec.max_num_batched_tokens} is below"
            f" the {spec.prompt_tokens} tokens of one"
        )
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": spec.plan_id,
            "labels": _labels(spec, runtime),
            "annotations": _annotations(spec, runtime),
        },
        "spec": {"predictor": _predictor(spec, runtime)},
    }


def _selector(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The two labels that never change with a version."""
    return {"app.kubernetes.io/name": runtime.id, "app.kubernetes.io/instance": spec.plan_id}


def _labels(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    return {
        **_selector(spec, runtime),
        "app.kubernetes.io/component": "predictor",
        "app.kubernetes.io/part-of": "inference-price-atlas",
        "app.kubernetes.io/version": runtime.version,
    }


def _annotations(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    grows = spec.max_replicas > spec.replicas
    stated = {
        "model": spec.model_repo,
        "precision": spec.precision,
        "engine": f"{runtime.name} {runtime.version}",
        "plan-url": spec.plan_url,
        "dataset-date": spec.dataset_date,
        "usd-per-hour": spec.usd_per_hour,
        "rental": spec.rental,
        "slo": spec.slo,
        "evidence": spec.evidence,
        "weights": spec.weights_note,
        "remote-code": "the container runs code of the model's repository" if spec.trust_remote_code else "",
        "clients-ask-for": spec.model_repo if runtime.names_model_by_repository else "",
        "metrics": runtime.metrics_path,
        "left-to-engine": runtime.left_to_engine,
        "edit-before-applying": "spec.predictor.autoScaling: serverAddress of your Prometheus" if grows else "",
    }
    return {
        "serving.kserve.io/deploymentMode": "Standard",
        "serving.kserve.io/autoscalerClass": "keda" if grows else "none",
        **{ANNOTATIONS + name: value for name, value in stated.items() if value},
    }


def _predictor(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    options = runtime.options_of(_argument_values(spec, runtime), spec.model_repo, spec.node_label)
    predictor: dict[str, Plain] = {
        **({"annotations": {OPTIONS_ANNOTATION: json.dumps(options)}} if options else {}),
        "minReplicas": spec.replicas,
        "maxReplicas": spec.max_replicas,
        # A surge pod would need a spare GPU.
        "deploymentStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": _PRE_STOP + spec.drain_seconds + 15,
        "nodeSelector": {spec.node_label_key: spec.node_label},
        "tolerations": [{"key": spec.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}],
        "securityContext": _pod_security(runtime),
        "containers": [_container(spec, runtime)],
        "volumes": _volumes(spec, runtime),
    }
    if spec.max_replicas > 1:
        predictor["topologySpreadConstraints"] = [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": _selector(spec, runtime)},
            }
        ]
    if spec.max_replicas > spec.replicas:
        predictor["autoScaling"] = _auto_scaling(spec, runtime)
    return predictor


def _auto_scaling(spec: ServingSpec, runtime: ServingRuntime) -> Plain:
    """KEDA through KServe, which reads `target.value` only and lets KEDA average it over the replicas."""
    query = f'sum({runtime.queue_metric}{{pod=~"{spec.plan_id}-predictor-.*"}})'
    cold_start = min(cold_start_seconds(spec.weights_gib), 1800)  # the longest period a policy may have
    one_pod: dict[str, Plain] = {"type": "Pods", "value": 1}
    return {
        "metrics": [
            {
                "type": "External",
                "external": {
                    "metric": {"backend": "prometheus", "serverAddress": spec.prometheus_url, "query": query},
                    "target": {"type": "Value", "value": "2"},
                },
            }
        ],
        "behavior": {
            "scaleUp": {"stabilizationWindowSeconds": 60, "policies": [{**one_pod, "periodSeconds": cold_start}]},
            "scaleDown": {"stabilizationWindowSeconds": 900, "policies": [{**one_pod, "periodSeconds": 600}]},
        },
    }


def _pod_security(runtime: ServingRuntime) -> dict[str, Plain]:
    context: dict[str, Plain] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if runtime.user is not None:
        group = runtime.group if runtime.group is not None else runtime.user
        context |= {
            "runAsNonRoot": True,
            "runAsUser": runtime.user,
            "runAsGroup": group,
            "fsGroup": group,
            "fsGroupChangePolicy": "OnRootMismatch",
        }
    return context


def _container(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    security: dict[str, Plain] = {"allowPrivilegeEscalation": False}
    if runtime.user is not None:  # root without its capabilities may not read what its image installed
        security["capabilities"] = {"drop": ["ALL"]}
    mounts: list[Plain] = [{"name": "cache", "mountPath": runtime.cache_path}]
    if spec.gpus > 1:
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})
    if runtime.options_path:
        folder = str(PurePosixPath(runtime.options_path).parent)
        mounts.append({"name": "engine-options", "mountPath": folder, "readOnly": True})
    startup_failures = math.ceil(2 * cold_start_seconds(spec.weights_gib) / 10)
    return {
        "name": "kserve-container",
        "image": runtime.image,
        "imagePullPolicy": "IfNotPresent",
        "command": list(runtime.command),
        "args": [_literal(a) for a in runtime.argument_list(_argument_values(spec, runtime))],
        "env": _environment(runtime),
        "ports": [{"name": "http", "containerPort": runtime.port, "protocol": "TCP"}],
        "resources": _resources(spec),
        "startupProbe": _probe(runtime.ready_path, runtime.port, 10, startup_failures),
        "readinessProbe": _probe(runtime.ready_path, runtime.port, 5, 3),
        "livenessProbe": _probe(runtime.live_path, runtime.port, 10, 6),
        "lifecycle": {"preStop": {"sleep": {"seconds": _PRE_STOP}}},
        "securityContext": security,
        "volumeMounts": mounts,
    }


def _environment(runtime: ServingRuntime) -> list[Plain]:
    token: Plain = {"secretKeyRef": {"name": SECRET_NAME, "key": SECRET_KEY, "optional": True}}
    fixed: list[Plain] = [{"name": name, "value": value} for name, value in runtime.environment.items()]
    return [*fixed, {"name": "HF_TOKEN", "valueFrom": token}]


def _argument_values(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, str]:
    whole_prompt = max(runtime.batched_tokens, spec.max_model_len) if runtime.batched_tokens else 0
    return {
        "model": spec.model_repo,
        "served_name": spec.served_name,
        "port": str(runtime.port),
        "gpus": str(spec.gpus),
        "max_model_len": str(spec.max_model_len),
        "max_num_seqs": str(spec.max_num_seqs),
        "kv_cache": runtime.kv_cache_type(spec.kv_cache),
        "drain_seconds": str(spec.drain_seconds),
        "revision": spec.revision,
        "quantization": spec.quantization,
        "max_num_batched_tokens": str(spec.max_num_batched_tokens or whole_prompt or ""),
        "expert_parallel": runtime.expert_parallel_size(spec.expert_parallel, spec.gpus),
        "prefix_caching": runtime.prefix_caching["on" if spec.prefix_caching else "off"],
        "trust_remote_code": "yes" if spec.trust_remote_code else "",
        "options_path": runtime.options_path,
    }


def _literal(argument: str) -> str:
    """An argument that Kubernetes passes on as it is: `$(NAME)` would be replaced by a variable's value."""
    return argument.replace("$", "$$")


def _resources(spec: ServingSpec) -> dict[str, Plain]:
    """GPU and memory with equal request and limit; a limit on processors would only slow the scheduler thread."""
    bound: dict[str, Plain] = {"memory": f"{host_memory_gib(spec)}Gi", spec.gpu_resource: str(spec.gpus)}
    requests: dict[str, Plain] = {"cpu": str(4 + 2 * spec.gpus), **bound}
    if not spec.cache_claim:
        requests["ephemeral-storage"] = f"{cache_gib(spec)}Gi"
    return {"requests": requests, "limits": bound}


def _volumes(spec: ServingSpec, runtime: ServingRuntime) -> list[Plain]:
    cache: dict[str, Plain] = (
        {"persistentVolumeClaim": {"claimName": spec.cache_claim}}
        if spec.cache_claim
        else {"emptyDir": {"sizeLimit": f"{cache_gib(spec)}Gi"}}
    )
    volumes: list[Plain] = [{"name": "cache", **cache}]
    if spec.gpus > 1:
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{SHM_GIB}Gi"}})
    if runtime.options_path:
        source: Plain = {"fieldPath": f"metadata.annotations['{OPTIONS_ANNOTATION}']"}
        file: Plain = {"path": PurePosixPath(runtime.options_path).name, "fieldRef": source}
        volumes.append({"name": "engine-options", "downwardAPI": {"items": [file]}})
    return volumes


def _probe(path: str, port: int, period: int, failures: int) -> Plain:
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }

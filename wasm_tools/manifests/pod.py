"""The pod of a replica: container, arguments, probes, security, volumes, placement. One for every kind that runs it.

Options that an engine reads from a file only are an annotation of the pod, which the kubelet mounts as that file: one
object stays one object, and no shell writes it.
"""

import json
from pathlib import PurePosixPath

from wasm_tools.manifests.metadata import ANNOTATIONS
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.runtimes import ManifestError, ServingRuntime, ServingRuntimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.sizes import (
    PRE_STOP_SECONDS,
    STARTUP_PERIOD_SECONDS,
    cache_gib,
    cpus,
    grace_seconds,
    host_memory_gib,
    shm_gib,
    startup_failures,
)
from wasm_tools.manifests.yaml_text import Plain

OPTIONS_ANNOTATION = ANNOTATIONS + "engine-options"
SECRET_NAME, SECRET_KEY = "hf-token", "token"


def runtime_of(spec: ServingSpec, runtimes: ServingRuntimes) -> ServingRuntime:
    """The runtime that serves a plan; raises ManifestError where its engine cannot run it as planned."""
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
    if spec.pipeline_parallel > 1 and not runtime.multi_node:
        raise ManifestError(f"pipeline_parallel: {runtime.name} is set up for one node a replica here; give 1")
    return runtime


def engine_arguments(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers | None) -> list[str]:
    """What the engine is started with, one argument an item, as a process gets it; limits and edges with figures."""
    return runtime.argument_list(_argument_values(spec, runtime, numbers))


def node_arguments(spec: ServingSpec, runtime: ServingRuntime, follower: bool) -> list[str]:
    """What a node of a replica is told of the others, in variables that LeaderWorkerSet sets; nothing for one node."""
    if spec.pipeline_parallel == 1:
        return []
    given = runtime.multi_node + (runtime.follower if follower else ())
    return [a.replace("{nodes}", str(spec.pipeline_parallel)) for a in given]


def literal(argument: str) -> str:
    """An argument that Kubernetes passes on as it is: `$(NAME)` would be replaced by a variable's value."""
    return argument.replace("$", "$$")


def pod_annotations(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The options file of an engine that reads one; empty for the others."""
    options = runtime.options_of(_argument_values(spec, runtime, None), spec.model_repo, spec.node_label)
    return {OPTIONS_ANNOTATION: json.dumps(options)} if options else {}


def pod(spec: ServingSpec, runtime: ServingRuntime, container: Plain, volumes: list[Plain]) -> dict[str, Plain]:
    """A pod of one container on a node with the plan's GPUs."""
    return {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": grace_seconds(spec),
        "nodeSelector": {spec.node_label_key: spec.node_label},
        "tolerations": [{"key": spec.gpu_resource, "operator": "Exists", "effect": "NoSchedule"}],
        "securityContext": pod_security(runtime),
        "containers": [container],
        "volumes": volumes,
    }


def spread(match_labels: dict[str, Plain]) -> list[Plain]:
    """Replicas on different nodes where there are any."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": match_labels},
        }
    ]


def pod_security(runtime: ServingRuntime) -> dict[str, Plain]:
    """The user of the image where one is known to work; a strict profile of system calls everywhere."""
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


def engine_container(
    spec: ServingSpec, runtime: ServingRuntime, name: str, claim: str, numbers: PlanNumbers | None
) -> dict[str, Plain]:
    """The container that serves; `claim` is the volume claim of its cache, empty for none."""
    mounts: list[Plain] = [{"name": "cache", "mountPath": runtime.cache_path}]
    if shm_gib(spec):
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})
    if runtime.options_path:
        folder = str(PurePosixPath(runtime.options_path).parent)
        mounts.append({"name": "engine-options", "mountPath": folder, "readOnly": True})
    patience = startup_failures(spec.weights_gib)
    return {
        "name": name,
        "image": runtime.image,
        "imagePullPolicy": "IfNotPresent",
        "command": list(runtime.command),
        "args": [
            *(literal(a) for a in engine_arguments(spec, runtime, numbers)),
            *node_arguments(spec, runtime, follower=False),
        ],
        "env": environment(runtime),
        "ports": [{"name": "http", "containerPort": runtime.port, "protocol": "TCP"}],
        "resources": resources(spec, claim, numbers),
        "startupProbe": _probe(runtime.ready_path, runtime.port, STARTUP_PERIOD_SECONDS, patience),
        "readinessProbe": _probe(runtime.ready_path, runtime.port, 5, 3),
        "livenessProbe": _probe(runtime.live_path, runtime.port, 10, 6),
        "lifecycle": {"preStop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
        "securityContext": container_security(runtime),
        "volumeMounts": mounts,
    }


def container_security(runtime: ServingRuntime) -> dict[str, Plain]:
    """No way to more privileges; root keeps its capabilities, without which it may not read its image's files."""
    dropped: dict[str, Plain] = {} if runtime.user is None else {"capabilities": {"drop": ["ALL"]}}
    return {"allowPrivilegeEscalation": False, **dropped}


def environment(runtime: ServingRuntime) -> list[Plain]:
    """Fixed variables of the engine, and the token for gated models where the Secret exists."""
    token: Plain = {"secretKeyRef": {"name": SECRET_NAME, "key": SECRET_KEY, "optional": True}}
    fixed: list[Plain] = [{"name": name, "value": value} for name, value in runtime.environment.items()]
    return [*fixed, {"name": "HF_TOKEN", "valueFrom": token}]


def resources(spec: ServingSpec, claim: str, numbers: PlanNumbers | None) -> dict[str, Plain]:
    """GPU and memory with equal request and limit; a limit on processors would only slow the scheduler thread."""
    bound: dict[str, Plain] = {"memory": f"{host_memory_gib(spec)}Gi", spec.gpu_resource: str(spec.gpus)}
    requests: dict[str, Plain] = {"cpu": str(cpus(spec)), **bound}
    if not claim:
        requests["ephemeral-storage"] = f"{_cache_size(spec, numbers)}Gi"
    return {"requests": requests, "limits": bound}


def volumes(spec: ServingSpec, runtime: ServingRuntime, claim: str, numbers: PlanNumbers | None) -> list[Plain]:
    """Cache, shared memory of several GPUs, and the options file."""
    cache: dict[str, Plain] = (
        {"persistentVolumeClaim": {"claimName": claim}}
        if claim
        else {"emptyDir": {"sizeLimit": f"{_cache_size(spec, numbers)}Gi"}}
    )
    found: list[Plain] = [{"name": "cache", **cache}]
    if shm_gib(spec):
        found.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": f"{shm_gib(spec)}Gi"}})
    if runtime.options_path:
        source: Plain = {"fieldPath": f"metadata.annotations['{OPTIONS_ANNOTATION}']"}
        file: Plain = {"path": PurePosixPath(runtime.options_path).name, "fieldRef": source}
        found.append({"name": "engine-options", "downwardAPI": {"items": [file]}})
    return found


def _argument_values(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers | None) -> dict[str, str]:
    whole_prompt = max(runtime.batched_tokens, spec.max_model_len) if runtime.batched_tokens else 0
    values = {
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
    if numbers is None:
        return values
    return {
        **values,
        "max_queued_requests": str(numbers.max_queued_requests),
        "max_queued_tokens": str(numbers.max_queued_tokens or ""),
        "ttft_edges": ",".join(numbers.ttft_edges),
        "itl_edges": ",".join(numbers.itl_edges),
        "request_edges": ",".join(numbers.request_edges),
    }


def _cache_size(spec: ServingSpec, numbers: PlanNumbers | None) -> int:
    return numbers.cache_gib if numbers else cache_gib(spec)


def _probe(path: str, port: int, period: int, failures: int) -> Plain:
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }

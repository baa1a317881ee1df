"""The plan as a plain Deployment, and what every way of running it shares: account, service, cache, disruption."""

from wasm_tools.manifests.metadata import labels, metadata, selector, server_selector
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import engine_container, pod, pod_annotations, spread, volumes
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

SERVICE_PORT = 8000
SERVER = "server"


def cache_claim(spec: ServingSpec) -> str:
    """The claim of the model cache: the plan's own, or the one it was given."""
    return spec.cache_claim or f"{spec.plan_id}-cache"


def key_secret(spec: ServingSpec) -> str:
    """The name of the Secret with the key that clients have to send."""
    return f"{spec.plan_id}-api-key"


def deployment(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The replicas of a plan, each on one node."""
    claim = cache_claim(spec)
    container = engine_container(spec, runtime, runtime.id, claim, numbers)
    body = pod(spec, runtime, container, volumes(spec, runtime, claim, numbers))
    if numbers.max_replicas > 1:
        body["topologySpreadConstraints"] = spread(selector(spec, runtime))
    options = pod_annotations(spec, runtime)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(spec, runtime, SERVER, annotated=True),
        "spec": {
            "replicas": numbers.min_replicas,
            "progressDeadlineSeconds": numbers.progress_deadline_seconds,
            "strategy": one_at_a_time(),
            "selector": {"matchLabels": selector(spec, runtime)},
            "template": {
                "metadata": {
                    "labels": labels(spec, runtime, SERVER),
                    **({"annotations": options} if options else {}),
                },
                "spec": {"serviceAccountName": spec.plan_id, **body},
            },
        },
    }


def one_at_a_time() -> dict[str, Plain]:
    """A rollout that replaces one pod after the other: one more would need a spare GPU."""
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def service_account(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """An account of its own, which may do nothing."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(spec, runtime, SERVER),
        "automountServiceAccountToken": False,
    }


def service(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """One address for all replicas, inside the cluster."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(spec, runtime, SERVER),
        "spec": {
            "type": "ClusterIP",
            "selector": server_selector(spec, runtime),
            "ports": [{"name": "http", "port": SERVICE_PORT, "targetPort": "http", "protocol": "TCP"}],
        },
    }


def service_of_type(spec: ServingSpec, kind: str) -> dict[str, Plain]:
    """A patch that opens the service to the outside: LoadBalancer or NodePort."""
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": spec.plan_id}, "spec": {"type": kind}}


def volume_claim(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The cache of weights and compiled kernels, shared by all replicas."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata(spec, runtime, "cache", "-cache"),
        "spec": {
            "accessModes": ["ReadWriteMany"],
            "resources": {"requests": {"storage": f"{numbers.cache_gib}Gi"}},
        },
    }


def single_node_claim(spec: ServingSpec) -> dict[str, Plain]:
    """A patch for clusters whose volumes one node at a time can mount."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": f"{spec.plan_id}-cache"},
        "spec": {"accessModes": ["ReadWriteOnce"]},
    }


def single_node_pods(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """The patch that goes with it: all replicas on the node that has the volume."""
    return deployment_patch(
        spec,
        runtime,
        {
            "affinity": {
                "podAffinity": {
                    "requiredDuringSchedulingIgnoredDuringExecution": [
                        {
                            "topologyKey": "kubernetes.io/hostname",
                            "labelSelector": {"matchLabels": selector(spec, runtime)},
                        }
                    ]
                }
            },
            "containers": [{"name": runtime.id}],
        },
    )


def key_required(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """A patch after which clients have to send the key of a Secret.

    Readiness then asks another path, because the list of models needs the key too.
    """
    key: Plain = {"secretKeyRef": {"name": key_secret(spec), "key": "key"}}
    probe: Plain = {"httpGet": {"path": runtime.live_path, "port": runtime.port}}
    container: Plain = {
        "name": runtime.id,
        "env": [{"name": runtime.api_key_variable, "valueFrom": key}],
        "startupProbe": probe,
        "readinessProbe": probe,
    }
    return deployment_patch(spec, runtime, {"containers": [container]})


def deployment_patch(spec: ServingSpec, runtime: ServingRuntime, pod_spec: dict[str, Plain]) -> dict[str, Plain]:
    """A change of the pod, with the fields that make it a Deployment by itself."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": spec.plan_id},
        "spec": {
            "selector": {"matchLabels": selector(spec, runtime)},
            "template": {"metadata": {"labels": labels(spec, runtime, SERVER)}, "spec": pod_spec},
        },
    }


def disruption_budget(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """How many pods a node drain may take at a time: one; and those that do not run anyway."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(spec, runtime, SERVER),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(spec, runtime)},
        },
    }

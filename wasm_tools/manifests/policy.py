"""What separates a plan from its neighbours on a shared cluster: namespace, network policy, quota, rights."""

from wasm_tools.manifests.metadata import ANNOTATIONS, metadata, selector
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.placeholders import OPERATORS
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain

CLIENTS_LABEL = ANNOTATIONS + "clients"
_COMPONENT = "policy"
_BESIDE_CPUS, _BESIDE_GIB = 4, 8  # for a benchmark beside the replicas


def namespace(spec: ServingSpec, runtime: ServingRuntime, name: str) -> dict[str, Plain]:
    """A namespace in which pods get no privileges."""
    found = metadata(spec, runtime, _COMPONENT)
    labels = found["labels"]
    if isinstance(labels, dict):
        labels["pod-security.kubernetes.io/enforce"] = "baseline"
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {**found, "name": name}}


def network_policy(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """Requests from the namespace itself, from labelled ones and from Prometheus; name service and HTTPS outwards.

    Not for replicas on several nodes: they talk to each other on ports that the engine chooses.
    """
    allowed: list[Plain] = [
        {"podSelector": {}},
        {"namespaceSelector": {"matchLabels": {CLIENTS_LABEL: "true"}}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
    ]
    names: Plain = {"ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(spec, runtime, _COMPONENT),
        "spec": {
            "podSelector": {"matchLabels": selector(spec, runtime)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": allowed, "ports": [{"protocol": "TCP", "port": "http"}]}],
            "egress": [names, {"ports": [{"protocol": "TCP", "port": 443}]}],
        },
    }


def resource_quota(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """As much as the plan takes at its largest, and a benchmark beside it."""
    pods = numbers.max_replicas * numbers.replica_nodes
    memory = f"{pods * numbers.host_memory_gib + _BESIDE_GIB}Gi"
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata(spec, runtime, _COMPONENT),
        "spec": {
            "hard": {
                f"requests.{spec.gpu_resource}": str(pods * numbers.pod_gpus),
                "requests.cpu": str(pods * numbers.cpus + _BESIDE_CPUS),
                "requests.memory": memory,
                "limits.memory": memory,
                "requests.storage": f"{numbers.cache_gib}Gi",
                "persistentvolumeclaims": "1",
            }
        },
    }


def role(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """What people who operate a plan need: to read it, to follow its logs, to scale it and to restart its pods."""
    read: Plain = ["get", "list", "watch"]
    workloads = (
        ("leaderworkerset.x-k8s.io", "leaderworkersets") if spec.pipeline_parallel > 1 else ("apps", "deployments")
    )
    rules: list[Plain] = [
        {
            "apiGroups": [""],
            "resources": ["pods", "pods/log", "services", "endpoints", "events", "persistentvolumeclaims"],
            "verbs": read,
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
        {"apiGroups": [workloads[0]], "resources": [workloads[1]], "verbs": read},
        {"apiGroups": [workloads[0]], "resources": [f"{workloads[1]}/scale"], "verbs": ["get", "patch", "update"]},
    ]
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": metadata(spec, runtime, _COMPONENT, "-operator"),
        "rules": rules,
    }


def role_binding(spec: ServingSpec, runtime: ServingRuntime) -> dict[str, Plain]:
    """Who has these rights."""
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(spec, runtime, _COMPONENT, "-operator"),
        "roleRef": {"apiGroup": group, "kind": "Role", "name": f"{spec.plan_id}-operator"},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": OPERATORS}],
    }

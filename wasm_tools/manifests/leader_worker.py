"""A plan whose replicas span nodes: a LeaderWorkerSet, tensor parallel in a node and pipeline parallel across them.

The first node of a replica answers requests; probes, port and service are its alone.
"""

from wasm_tools.manifests.metadata import LEADER, NODE_LABEL, labels, metadata
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import engine_arguments, engine_container, literal, node_arguments, pod, volumes
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.workload import SERVER, cache_claim, one_at_a_time
from wasm_tools.manifests.yaml_text import Plain

LWS_VERSION = "0.10.0"
_SERVES = ("ports", "startupProbe", "readinessProbe", "livenessProbe")


def leader_worker_set(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Plain]:
    """The replicas of a plan, each on several nodes; a replica that loses a node starts anew as a whole."""
    rollout = one_at_a_time()
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": metadata(spec, runtime, SERVER, annotated=True),
        "spec": {
            "replicas": numbers.min_replicas,
            "startupPolicy": "LeaderCreated",
            "rolloutStrategy": {
                "type": rollout["type"],
                "rollingUpdateConfiguration": rollout["rollingUpdate"],
            },
            "leaderWorkerTemplate": {
                "size": numbers.replica_nodes,
                "restartPolicy": "RecreateGroupOnPodRestart",
                "leaderTemplate": _template(spec, runtime, numbers, leader=True),
                "workerTemplate": _template(spec, runtime, numbers, leader=False),
            },
        },
    }


def _template(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, leader: bool) -> dict[str, Plain]:
    claim = cache_claim(spec)
    container = engine_container(spec, runtime, runtime.id, claim, numbers)
    if not leader:
        container = {key: value for key, value in container.items() if key not in _SERVES}
        container["args"] = [
            *(literal(a) for a in engine_arguments(spec, runtime, numbers)),
            *node_arguments(spec, runtime, follower=True),
        ]
    found = labels(spec, runtime, SERVER)
    return {
        "metadata": {"labels": {**found, NODE_LABEL: LEADER if leader else "follower"}},
        "spec": {
            "serviceAccountName": spec.plan_id,
            **pod(spec, runtime, container, volumes(spec, runtime, claim, numbers)),
        },
    }

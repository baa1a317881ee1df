"""What should run and how much of it does: deployments and their like, KServe's services, autoscalers."""

from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.observe.cluster.objects import WORKLOADS, Object, Objects, conditions, count, name_of, words
from wasm_tools.observe.cluster.pods import gpus_of
from wasm_tools.observe.observed import part

OURS = ("app.kubernetes.io/part-of", "inference-price-atlas")  # the label of all that a plan's files deploy
HEALTHY_WHEN_FALSE = frozenset({"Stopped"})


def workload_records(objects: Objects) -> Iterator[dict[str, Any]]:
    """Replicas that are wanted, ready and of the newest version; None where the object does not say."""
    for kind in WORKLOADS:
        for item in objects[kind]:
            namespace, name = name_of(item)
            spec, status = part(item, "spec"), part(item, "status")
            wanted = count(spec.get("replicas", 1))
            seen = count(status.get("observedGeneration"))
            newest = count(part(item, "metadata").get("generation"))
            labels = part(item, "metadata", "labels")
            yield {
                "kind": kind,
                "namespace": namespace,
                "name": name,
                "desired": wanted,
                # Kubernetes leaves out a count of none; a status that is not there at all says nothing.
                "ready": count(status.get("readyReplicas", 0)) if status else None,
                "updated": count(status.get("updatedReplicas", 0)) if status else None,
                "noticed": None if seen is None or newest is None else seen >= newest,
                "gpus_each": _gpus_each(kind, spec),
                "ours": labels.get(OURS[0]) == OURS[1],
            }


def _gpus_each(kind: str, spec: Mapping[str, Any]) -> int:
    """GPUs of one replica; a LeaderWorkerSet's replica is a leader with its workers."""
    if kind != "LeaderWorkerSet":
        return gpus_of(part(spec, "template", "spec"))
    group = part(spec, "leaderWorkerTemplate")
    worker = gpus_of(part(group, "workerTemplate", "spec"))
    leader = part(group, "leaderTemplate", "spec")
    size = count(group.get("size", 1)) or 1
    return (gpus_of(leader) if leader else worker) + (size - 1) * worker


def service_records(objects: Objects) -> Iterator[dict[str, Any]]:
    """KServe's services with the conditions that do not hold, the failure of the model if there is one first."""
    for item in objects["InferenceService"]:
        namespace, name = name_of(item)
        failure = part(item, "status", "modelStatus", "lastFailureInfo")
        failing = [
            {"type": kind, "status": stands, "reason": reason, "message": message}
            for kind, stands, reason, message in conditions(item)
            if stands != ("False" if kind in HEALTHY_WHEN_FALSE else "True")
        ]
        if failure:
            reason, message = words(failure.get("reason"), 80), words(failure.get("message"))
            failing.insert(0, {"type": "Model", "status": "False", "reason": reason, "message": message})
        ready = next((stands for kind, stands, *_ in conditions(item) if kind == "Ready"), "")
        yield {"namespace": namespace, "name": name, "ready": ready or "Unknown", "failing": failing}


def autoscaler_records(objects: Objects) -> Iterator[dict[str, Any]]:
    """Autoscalers: limits, where they stand, whether they want more than they may, and why they do not work."""
    for item in objects["HorizontalPodAutoscaler"]:
        namespace, name = name_of(item)
        spec, status = part(item, "spec"), part(item, "status")
        most, now = count(spec.get("maxReplicas")), count(status.get("currentReplicas", 0)) if status else None
        yield {
            "namespace": namespace,
            "name": name,
            "target": words(part(spec, "scaleTargetRef").get("name")),
            "min": count(spec.get("minReplicas", 1)),
            "max": most,
            "current": now,
            "desired": count(status.get("desiredReplicas")),
            "at_maximum": most is not None and now is not None and now >= most,
            **_scaling(item),
        }


def _scaling(item: Object) -> dict[str, Any]:
    """`wants_more`: the metrics ask for more replicas than the limit; `broken`: why it cannot work."""
    wants_more, broken = False, ""
    for kind, stands, reason, message in conditions(item):
        if kind == "ScalingLimited" and stands == "True" and reason == "TooManyReplicas":
            wants_more = True
        if kind in ("AbleToScale", "ScalingActive") and stands == "False":
            broken = ": ".join(filter(None, (reason, message)))
    return {"wants_more": wants_more, "broken": broken}

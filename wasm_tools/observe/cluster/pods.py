"""Pods: whether each serves, and if not, the reason that Kubernetes states, nearest to the cause first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.hardware.node_labels import GPU_RESOURCES, PRODUCT_LABELS
from wasm_tools.observe.cluster.objects import Object, conditions, count, name_of, rows, words
from wasm_tools.observe.observed import part

STARTING = ("ContainerCreating", "PodInitializing")  # a pod that starts says so, too
KILLED = "OOMKilled"
NOT_READY, RESTARTED = "NotReady", "Restarted"  # ours: no field of Kubernetes says these in one word


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod that should run. `reason` is empty for one that serves and never restarted."""

    namespace: str
    name: str
    owner: str  # "ReplicaSet/chat-7d9f" or the like, empty where nothing is stated
    node: str
    ready: bool
    over: bool  # it failed for good: whatever owns it has made another one
    restarts: int
    reason: str
    message: str
    gpus: int
    product: str  # of GPU that the pod selects nodes by, empty where it selects none


def read_pods(items: Iterator[Object]) -> Iterator[Pod]:
    """Each pod but those that have done their work."""
    for item in items:
        status, spec = part(item, "status"), part(item, "spec")
        if status.get("phase") == "Succeeded":
            continue
        namespace, name = name_of(item)
        states = [*rows(status.get("initContainerStatuses")), *rows(status.get("containerStatuses"))]
        restarts = sum(count(state.get("restartCount")) or 0 for state in states)
        ready = any(kind == "Ready" and stands == "True" for kind, stands, *_ in conditions(item))
        reason, message = _trouble(item, states, ready, restarts)
        selected = part(spec, "nodeSelector")
        yield Pod(
            namespace,
            name,
            next((f"{words(o.get('kind'), 63)}/{words(o.get('name'))}" for o in _owners(item)), ""),
            words(spec.get("nodeName")),
            ready,
            status.get("phase") == "Failed",
            restarts,
            reason,
            message,
            gpus_of(spec),
            next((words(selected[label], 80) for label in PRODUCT_LABELS if selected.get(label)), ""),
        )


def gpus_of(spec: Mapping[str, Any]) -> int:
    """GPUs that a pod of this specification takes: of all its containers, or of an init container that takes more."""
    own = sum(_gpus(c) for c in rows(spec.get("containers")))
    return max([own, *(_gpus(c) for c in rows(spec.get("initContainers")))])


def _gpus(container: Mapping[str, Any]) -> int:
    resources = part(container, "resources")
    asked = [part(resources, "limits"), part(resources, "requests")]
    return sum(next((n for of in asked if (n := count(of.get(name))) is not None), 0) for name in GPU_RESOURCES)


def _owners(item: Object) -> Iterator[Mapping[str, Any]]:
    yield from rows(part(item, "metadata").get("ownerReferences"))


def _trouble(item: Object, states: list[Mapping[str, Any]], ready: bool, restarts: int) -> tuple[str, str]:
    """Reason and message, empty where the pod serves and never restarted."""
    status = part(item, "status")
    if part(item, "metadata").get("deletionTimestamp"):
        return "Terminating", ""
    if status.get("reason"):
        return words(status["reason"], 80), words(status.get("message"))
    for kind, stands, reason, message in conditions(item):
        if kind == "PodScheduled" and stands == "False":
            return reason or "Unschedulable", message
    found = [trouble for state in states if (trouble := _of_container(state))]
    if found:
        return next((t for t in found if t[0] not in STARTING), found[0])
    if ready:
        return (RESTARTED, f"{restarts} restarts") if restarts else ("", "")
    if status.get("phase") == "Running":
        told = next((message for kind, _, _, message in conditions(item) if kind == "Ready"), "")
        return NOT_READY, told
    return words(status.get("phase"), 80) or "Unknown", words(status.get("message"))


def _of_container(state: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a container does not run, or why it was ended last if it was for want of memory."""
    waiting, ended = part(state, "state", "waiting"), part(state, "state", "terminated")
    last = part(state, "lastState", "terminated")
    reason = words(waiting.get("reason"), 80)
    if KILLED in (last.get("reason"), ended.get("reason")):
        return KILLED, f"container {words(state.get('name'), 63)}: ended for want of memory{_then(reason)}"
    if reason:
        return reason, words(waiting.get("message")) or _ending(last)
    code = count(ended.get("exitCode"))
    if ended and code != 0:
        return words(ended.get("reason"), 80) or "Error", _ending(ended)
    return None


def _then(reason: str) -> str:
    return f", now {reason}" if reason else ""


def _ending(ended: Mapping[str, Any]) -> str:
    code = count(ended.get("exitCode"))
    said = words(ended.get("message"))
    return ", ".join(filter(None, ("" if code is None else f"exit code {code}", words(ended.get("reason"), 80), said)))

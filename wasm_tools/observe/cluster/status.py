"""The state of a cluster as one record: replicas, pods that do not run, GPUs, services, autoscalers, and what helps."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.observe.cluster.machines import gpu_records
from wasm_tools.observe.cluster.objects import Objects, count, words
from wasm_tools.observe.cluster.pods import RESTARTED, Pod, read_pods
from wasm_tools.observe.cluster.remedies import Remedy, remedy_for
from wasm_tools.observe.cluster.workloads import autoscaler_records, service_records, workload_records
from wasm_tools.observe.expected import Expected
from wasm_tools.observe.observed import part

SHOWN = 100  # rows of a list; the counts are of all
STOPS, WARNS = "stops", "warns"
QUIET = frozenset({"Terminating", "ContainerCreating", "PodInitializing"})  # pods on their way: no trouble yet


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `stops`: something does not serve; `warns`: it serves, but not as it should."""

    severity: str
    what: str
    reason: str
    message: str
    number: int = 1


def cluster_status(objects: Objects, remedies: Sequence[Remedy], expected: Expected | None) -> dict[str, Any]:
    """A JSON-safe record. `healthy` is None where neither a workload nor a pod is in the file."""
    pods = list(read_pods(iter(objects["Pod"])))
    workloads, services = list(workload_records(objects)), list(service_records(objects))
    scalers, gpus = list(autoscaler_records(objects)), gpu_records(objects, pods)
    findings = [*_of_workloads(workloads), *_of_pods(pods), *_of_services(services), *_of_scalers(scalers)]
    findings += _of_gpus(gpus)
    findings += _of_events(objects, {f.what for f in findings})
    findings.sort(key=lambda f: f.severity)
    stopped = any(f.severity == STOPS for f in findings)
    return {
        "objects": {kind: len(items) for kind, items in sorted(objects.of.items())},
        "others": dict(objects.others),
        "healthy": not stopped if workloads or pods or services else None,
        "workloads": workloads[:SHOWN],
        "services": services[:SHOWN],
        "autoscalers": scalers[:SHOWN],
        "gpus": gpus[:SHOWN],
        "pods": {
            "all": len(pods),
            "ready": sum(pod.ready for pod in pods),
            "restarts": sum(pod.restarts for pod in pods),
            "troubled": [_pod(pod) for pod in pods if pod.reason][:SHOWN],
        },
        "findings": [_finding(f, remedies) for f in findings[:SHOWN]],
        "plan": None if expected is None else _against(workloads, expected),
    }


def _pod(pod: Pod) -> dict[str, Any]:
    return {
        "namespace": pod.namespace, "name": pod.name, "node": pod.node, "ready": pod.ready,
        "restarts": pod.restarts, "reason": pod.reason, "message": pod.message,
    }  # fmt: skip


def _finding(f: Finding, remedies: Sequence[Remedy]) -> dict[str, Any]:
    known = remedy_for(f.reason, f.message, remedies)
    return {
        "severity": f.severity,
        "what": f.what,
        "reason": f.reason,
        "message": f.message,
        "number": f.number,
        "means": known.means if known else "",
        "remedy": known.remedy if known else "",
        "source": known.source if known else "",
    }


def _title(record: Mapping[str, Any], kind: str = "") -> str:
    place = f"{record['namespace']}/" if record["namespace"] else ""
    return f"{kind or record['kind']} {place}{record['name']}"


def _of_workloads(workloads: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for w in workloads:
        wanted, ready, updated = w["desired"], w["ready"], w["updated"]
        if w["noticed"] is False:
            yield Finding(WARNS, _title(w), "NotNoticed", "the newest version was not looked at yet")
        if wanted is None or ready is None:
            continue
        if ready < wanted:
            yield Finding(STOPS if ready == 0 else WARNS, _title(w), "ReplicasShort", f"{ready} of {wanted} are ready")
        elif updated is not None and updated < wanted:
            yield Finding(WARNS, _title(w), "RolloutOpen", f"{updated} of {wanted} are of the newest version")


def _of_pods(pods: Sequence[Pod]) -> Iterator[Finding]:
    """Pods of one owner with one reason are one finding, with the message of the first."""
    groups: dict[tuple[str, str, bool], list[Pod]] = {}
    for pod in pods:
        if pod.reason and pod.reason not in QUIET:
            serves = pod.ready or pod.over
            groups.setdefault((pod.owner or pod.name, pod.reason, serves), []).append(pod)
    for (_, reason, serves), alike in groups.items():
        first = alike[0]
        place = f"{first.namespace}/" if first.namespace else ""
        message = first.message
        if reason == RESTARTED:
            message = f"{sum(p.restarts for p in alike)} restarts"
        yield Finding(WARNS if serves else STOPS, f"Pod {place}{first.name}", reason, message, len(alike))


def _of_services(services: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for s in services:
        failing = s["failing"]
        if failing and s["ready"] != "True":
            # `Ready` only sums up the others: the first that says more is nearer to the cause.
            first = next((f for f in failing if f["type"] != "Ready"), failing[0])
            said = ": ".join(filter(None, (first["type"], first["message"] or first["status"])))
            yield Finding(STOPS, _title(s, "InferenceService"), first["reason"] or first["type"], said)


def _of_scalers(scalers: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for s in scalers:
        if s["broken"]:
            reason, _, message = s["broken"].partition(": ")
            yield Finding(WARNS, _title(s, "HorizontalPodAutoscaler"), reason, message)
        if s["at_maximum"] or s["wants_more"]:
            more = ", and the metrics ask for more" if s["wants_more"] else ""
            yield Finding(
                WARNS, _title(s, "HorizontalPodAutoscaler"), "AtMaximum", f"{s['current']} of {s['max']} replicas{more}"
            )


def _of_gpus(gpus: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for g in gpus:
        if g["short"]:
            said = f"pods ask for {g['requested']}, {g['usable']} can be had"
            yield Finding(WARNS, g["product"], "GpusShort", said)
        if g["away"]:
            yield Finding(WARNS, f"Node {g['away'][0]}", "NodeAway", g["product"], len(g["away"]))


def _of_events(objects: Objects, told: set[str]) -> Iterator[Finding]:
    """Warnings about things that nothing else was said about, one a reason and thing."""
    seen: Counter[tuple[str, str]] = Counter()
    messages: dict[tuple[str, str], str] = {}
    for item in objects["Event"]:
        if item.get("type") != "Warning":
            continue
        about = part(item, "involvedObject") or part(item, "regarding")
        place = f"{namespace}/" if (namespace := words(about.get("namespace"), 253)) else ""
        what = f"{words(about.get('kind'), 63)} {place}{words(about.get('name'), 253)}"
        if what in told:
            continue
        key = (what, words(item.get("reason"), 80))
        seen[key] += count(item.get("count")) or count(part(item, "series").get("count")) or 1
        messages.setdefault(key, words(item.get("message")) or words(item.get("note")))
    for (what, reason), number in seen.most_common(SHOWN):
        yield Finding(WARNS, what, reason, messages[what, reason], number)


def _against(workloads: Sequence[Mapping[str, Any]], expected: Expected) -> dict[str, Any]:
    """Replicas and GPUs of the plan against those of the workloads that were deployed from a plan's files.

    Where none carries the label of such files, those count that ask for GPUs.
    """
    ours = [w for w in workloads if w["ours"]]
    counted = ours or [w for w in workloads if w["gpus_each"]]
    wanted, ready = _sum(w["desired"] for w in counted), _sum(w["ready"] for w in counted)
    asked = _sum(None if w["desired"] is None else w["desired"] * w["gpus_each"] for w in counted)
    return {
        "counted": [_title(w) for w in counted][:SHOWN],
        "by_label": bool(ours),
        "replicas": {"planned": expected.replicas, "desired": wanted, "ready": ready},
        "gpus": {"planned": expected.gpus, "desired": asked},
        "verdict": _verdict(expected.replicas, wanted, ready),
    }


def _sum(values: Iterator[int | None]) -> int | None:
    """The sum, None where nothing or something unknown is among them."""
    every = list(values)
    return sum(v for v in every if v is not None) if every and None not in every else None


def _verdict(planned: int | None, wanted: int | None, ready: int | None) -> str:
    """`as planned`, `fewer` or `more` replicas than planned, `not ready`, or `unknown`."""
    if planned is None or wanted is None or ready is None:
        return "unknown"
    if wanted != planned:
        return "fewer" if wanted < planned else "more"
    return "as planned" if ready >= planned else "not ready"

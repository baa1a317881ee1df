"""MF-08 one scaler on what can be scaled, MF-10 its bounds, MF-11 what KEDA's triggers are told."""

from collections.abc import Iterator, Mapping

from wasm_tools.manifests.checks.kserve import own_scaler
from wasm_tools.manifests.checks.parts import (
    Document,
    Finding,
    ObjectSet,
    at,
    children,
    mappings,
    pairs,
    replicas_of,
    scale_target,
    text,
    whole,
)
from wasm_tools.manifests.checks.view import View

SCALABLE = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "LeaderWorkerSet"})
_NOT_SCALABLE = frozenset({"InferenceService", "LLMInferenceService", "DaemonSet", "Job", "CronJob", "Pod", "Service"})
_LONGEST_PERIOD, _LONGEST_WINDOW = 1800, 3600  # seconds that the API server accepts in a scaling policy


def scaler_findings(view: View) -> Iterator[Finding]:
    """MF-08: each object has at most one scaler, which targets an object that is there and can be scaled."""
    for found in view.sets:
        scaled: dict[tuple[str, str], str] = {}
        for document in found.of("InferenceService"):
            if own_scaler(document):
                scaled["Deployment", f"{document.name}-predictor"] = "KServe's own scaler"
        made = {child for d in found.documents for child in children(d)}
        there = {(d.kind, d.name) for d in found.documents} | made
        for scaler in found.of("HorizontalPodAutoscaler", "ScaledObject"):
            kind, name = scale_target(scaler)
            where = "spec.scaleTargetRef"
            if kind in _NOT_SCALABLE:
                yield scaler.finding("MF-08", where, f"{kind} has no scale subresource; target what it runs as")
            elif kind in SCALABLE and found.pods() and (kind, name) not in there:
                yield scaler.finding("MF-08", where, f"{kind} {name} is not among the files applied with it")
            elif (kind, name) in scaled:
                yield scaler.finding("MF-08", where, f"{kind} {name} has a scaler already: {scaled[kind, name]}")
            scaled[kind, name] = f"{scaler.kind} {scaler.name}"


def bound_findings(view: View) -> Iterator[Finding]:
    """MF-10: bounds of replicas, of scaling policies, of rollouts and of disruption."""
    for document in view.objects:
        for where, low, high in _bounds(document):
            if low is not None and high is not None and low > high:
                yield document.finding("MF-10", where, f"the minimum {low} is above the maximum {high}")
            if view.plan.replicas and low is not None and low < view.plan.replicas:
                message = f"{low} replicas at least, but the plan was priced with {view.plan.replicas}"
                yield document.finding("MF-10", where, message)
        yield from _policies(document)
        yield from _rollout(document)
    for found in view.sets:
        yield from _disruption(found)


def _bounds(document: Document) -> Iterator[tuple[str, int | None, int | None]]:
    spec = at(document.content, "spec")
    if document.kind == "HorizontalPodAutoscaler":
        yield "spec.minReplicas", whole(at(spec, "minReplicas")) or 1, whole(at(spec, "maxReplicas"))
    elif document.kind == "ScaledObject":
        low, high = whole(at(spec, "minReplicaCount")), whole(at(spec, "maxReplicaCount"))
        yield "spec.minReplicaCount", low or 0, 100 if high is None else high
    elif document.kind == "InferenceService":
        predictor = at(spec, "predictor")
        low, high = whole(at(predictor, "minReplicas")), whole(at(predictor, "maxReplicas"))
        yield "spec.predictor.minReplicas", 1 if low is None else low, high or None


def _policies(document: Document) -> Iterator[Finding]:
    places = {
        "HorizontalPodAutoscaler": ("spec", "behavior"),
        "ScaledObject": ("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"),
        "InferenceService": ("spec", "predictor", "autoScaling", "behavior"),
    }
    path = places.get(document.kind, ())
    for direction in ("scaleUp", "scaleDown") if path else ():
        rules = at(document.content, *path, direction)
        where = f"{'.'.join(path)}.{direction}"
        window = whole(at(rules, "stabilizationWindowSeconds"))
        if window is not None and window > _LONGEST_WINDOW:
            message = f"stabilizationWindowSeconds {window} is above {_LONGEST_WINDOW}"
            yield document.finding("MF-10", where, message)
        for number, policy in enumerate(mappings(at(rules, "policies"))):
            period = whole(policy.get("periodSeconds"))
            if period is not None and not 1 <= period <= _LONGEST_PERIOD:
                message = f"periodSeconds {period} is not from 1 to {_LONGEST_PERIOD}"
                yield document.finding("MF-10", f"{where}.policies[{number}]", message)


def _rollout(document: Document) -> Iterator[Finding]:
    for path in (("spec", "strategy"), ("spec", "predictor", "deploymentStrategy")):
        rolling = at(document.content, *path, "rollingUpdate")
        if isinstance(rolling, Mapping):
            surge, missing = (str(rolling.get(k, "25%")) for k in ("maxSurge", "maxUnavailable"))
            if surge in ("0", "0%") and missing in ("0", "0%"):
                message = "maxSurge 0 with maxUnavailable 0 never replaces a pod"
                yield document.finding("MF-10", ".".join(path), message)


def _disruption(found: ObjectSet) -> Iterator[Finding]:
    replicas = {d.name: replicas_of(d) for d in found.of("Deployment", "StatefulSet")}
    for budget in found.of("PodDisruptionBudget"):
        spec = at(budget.content, "spec")
        least, most = at(spec, "minAvailable"), at(spec, "maxUnavailable")
        if least is not None and most is not None:
            yield budget.finding("MF-10", "spec", "minAvailable and maxUnavailable exclude each other")
        elif least == "100%" or most in (0, "0", "0%"):
            yield budget.finding("MF-10", "spec", "no pod may ever be evicted, so no node can be drained")
        elif (least_count := whole(least)) is not None:
            labels = pairs(at(spec, "selector", "matchLabels"))
            for pod in found.pods():
                count = replicas.get(pod.document.name)
                if count is not None and labels.items() <= pod.labels.items() and least_count >= count:
                    message = f"minAvailable {least_count} of {count} replicas: no node can be drained"
                    yield budget.finding("MF-10", "spec.minAvailable", message)


def trigger_findings(view: View) -> Iterator[Finding]:
    """MF-11: triggers of KEDA get the keys that they need and no others."""
    for document in (d for d in view.objects if d.kind == "ScaledObject"):
        for number, trigger in enumerate(mappings(at(document.content, "spec", "triggers"))):
            facts = view.catalogue.triggers.get(text(trigger.get("type")))
            metadata = trigger.get("metadata")
            if facts is None or not isinstance(metadata, Mapping):
                continue
            where = f"spec.triggers[{number}].metadata"
            for key in sorted(map(str, metadata.keys() - facts.keys)):
                yield document.finding("MF-11", where, f"a {trigger['type']} trigger has no key {key!r}")
            for key in sorted(facts.required - metadata.keys()):
                yield document.finding("MF-11", where, f"a {trigger['type']} trigger needs the key {key!r}")

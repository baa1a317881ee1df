"""MF-09: what KServe's controllers and webhooks expect and its schemas do not say."""

import re
from collections.abc import Iterator

from wasm_tools.manifests.checks.parts import Document, Finding, at, children, mappings, scale_target, text
from wasm_tools.manifests.checks.view import View

_MODE = "serving.kserve.io/deploymentMode"
_CLASS = "serving.kserve.io/autoscalerClass"
_CLASSES = ("hpa", "keda", "external", "none")
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def own_scaler(service: Document) -> bool:
    """Whether KServe makes a scaler: for a service that runs as a Deployment, unless the class is external or none."""
    notes = service.annotations
    default = "hpa" if notes.get(_MODE) in ("Standard", "RawDeployment") else "none"
    return notes.get(_CLASS, default) not in ("external", "none")


def kserve_findings(view: View) -> Iterator[Finding]:
    """MF-09 on every InferenceService and LLMInferenceService."""
    for found in view.sets:
        for service in found.of("InferenceService"):
            yield from _service(service)
            made = children(service)
            targets = map(scale_target, found.of("HorizontalPodAutoscaler", "ScaledObject"))
            if own_scaler(service) and any(target in made for target in targets):
                message = f"it makes a scaler of its own beside the one given; set {_CLASS} to external"
                yield service.finding("MF-09", "metadata.annotations", message)
        for service in found.of("LLMInferenceService"):
            names = [c.get("name") for c in mappings(at(service.content, "spec", "template", "containers"))]
            if names and "main" not in names:
                yield service.finding("MF-09", "spec.template.containers", "the preset fills in the container `main`")


def _service(service: Document) -> Iterator[Finding]:
    mode, chosen = service.annotations.get(_MODE), service.annotations.get(_CLASS)
    if mode is not None and mode not in ("Standard", "Knative", "ModelMesh"):
        message = f"{mode!r} is no mode of today; RawDeployment is now called Standard, Serverless Knative"
        yield service.finding("MF-09", f"metadata.annotations.{_MODE}", message)
    if chosen is not None and chosen not in _CLASSES:
        message = f"{chosen!r} is none of {', '.join(_CLASSES)}"
        yield service.finding("MF-09", f"metadata.annotations.{_CLASS}", message)
    if not _NAME.fullmatch(service.name):
        yield service.finding("MF-09", "metadata.name", "a name of KServe starts with a letter; a-z, 0-9 and hyphens")
    predictor = at(service.content, "spec", "predictor")
    containers = [c.get("name") for c in mappings(at(predictor, "containers"))]
    if containers and "kserve-container" not in containers and at(predictor, "model") is None:
        yield service.finding("MF-09", "spec.predictor.containers", "none of them is named kserve-container")
    if chosen == "keda":
        if at(predictor, "scaleMetric") is not None:
            message = "scaleMetric is refused together with the class keda; use autoScaling"
            yield service.finding("MF-09", "spec.predictor.scaleMetric", message)
        for number, metric in enumerate(mappings(at(predictor, "autoScaling", "metrics"))):
            if metric.get("type") == "External" and not text(at(metric, "external", "target", "value")):
                where = f"spec.predictor.autoScaling.metrics[{number}]"
                yield service.finding("MF-09", where, "the controller reads target.value only; give it")

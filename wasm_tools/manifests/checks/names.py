"""MF-03 names, labels and annotations; MF-04 quantities."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wasm_tools.manifests.checks.parts import Document, Finding, at, mappings, text
from wasm_tools.manifests.checks.sets import is_build_file
from wasm_tools.manifests.checks.view import View
from wasm_tools.manifests.names import LABEL_KEY, LABEL_VALUE, OBJECT_NAME, PLAN_ID

QUANTITY = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?")
_PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*")
_DNS_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?")
_LABELS_KEPT_IN = ("labels", "matchLabels", "nodeSelector")
# Kinds whose name becomes a host name or a label, so that 63 characters are the limit.
_SHORT_NAMED = frozenset({"Service", "Deployment", "StatefulSet", "InferenceService", "LLMInferenceService",
                          "LeaderWorkerSet", "Namespace", "Job"})  # fmt: skip


def name_findings(view: View) -> Iterator[Finding]:
    """MF-03: names, label keys and values, port names are legal; annotations and labels are texts."""
    if view.plan.plan_id and not PLAN_ID.fullmatch(view.plan.plan_id):
        yield Finding("MF-03", "plan.json", "plan_id", f"{view.plan.plan_id!r} is no plan id")
    for document in view.objects:
        pattern = _DNS_LABEL if document.kind in _SHORT_NAMED else OBJECT_NAME
        if document.name and not pattern.fullmatch(document.name):
            yield document.finding("MF-03", "metadata.name", f"{document.name!r} is no legal name; 63 of a-z, 0-9, -")
        if not is_build_file(document):
            yield from _labels(document, document.content, "")
        yield from _annotations(document)
    for pod in view.pods:
        for where, container in pod.containers:
            for number, port in enumerate(mappings(container.get("ports"))):
                yield from _port_name(pod.document, f"{where}.ports[{number}].name", port)
    for service in (d for d in view.objects if d.kind == "Service"):
        for number, port in enumerate(mappings(at(service.content, "spec", "ports"))):
            yield from _port_name(service, f"spec.ports[{number}].name", port)


def _port_name(document: Document, where: str, port: Mapping[str, Any]) -> Iterator[Finding]:
    name = text(port.get("name"))
    if name and (len(name) > 15 or not _PORT_NAME.fullmatch(name)):
        yield document.finding("MF-03", where, f"{name!r} is no port name: 15 of a-z, 0-9 and single hyphens at most")


def _labels(document: Document, value: object, where: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            place = f"{where}.{key}" if where else str(key)
            if key in _LABELS_KEPT_IN and isinstance(item, Mapping) and not where.endswith("annotations"):
                yield from _label_pairs(document, place, item)
            elif key != "annotations":
                yield from _labels(document, item, place)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _labels(document, item, f"{where}[{number}]")


def _label_pairs(document: Document, where: str, labels: Mapping[Any, Any]) -> Iterator[Finding]:
    if document.kind == "PrometheusRule":
        return  # labels of alerts are no labels of objects
    for key, value in labels.items():
        if not LABEL_KEY.fullmatch(str(key)):
            yield document.finding("MF-03", where, f"{key!r} is no label key")
        if not isinstance(value, str):
            yield document.finding("MF-03", f"{where}.{key}", f"{value!r} is no text; quote it")
        elif value and not LABEL_VALUE.fullmatch(value):
            message = f"{value!r} ({len(value)} characters) is no label value: 63 of A-Z, a-z, 0-9, . _ -"
            yield document.finding("MF-03", f"{where}.{key}", message)


def _annotations(document: Document) -> Iterator[Finding]:
    annotations = at(document.content, "metadata", "annotations")
    for key, value in annotations.items() if isinstance(annotations, Mapping) else ():
        if not LABEL_KEY.fullmatch(str(key)):
            yield document.finding("MF-03", "metadata.annotations", f"{key!r} is no annotation key")
        if not isinstance(value, str):
            yield document.finding("MF-03", f"metadata.annotations.{key}", f"{value!r} is no text; quote it")


def quantity_findings(view: View) -> Iterator[Finding]:
    """MF-04: every quantity parses."""
    for document in view.objects:
        yield from _quantities(document, document.content, "")


def _quantities(document: Document, value: object, where: str) -> Iterator[Finding]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            place = f"{where}.{key}" if where else str(key)
            if key in ("requests", "limits", "hard") and isinstance(item, Mapping):
                for name, amount in item.items():
                    yield from _quantity(document, f"{place}.{name}", amount)
            elif key == "sizeLimit":
                yield from _quantity(document, place, item)
            else:
                yield from _quantities(document, item, place)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _quantities(document, item, f"{where}[{number}]")


def _quantity(document: Document, where: str, amount: object) -> Iterator[Finding]:
    if isinstance(amount, str) and not QUANTITY.fullmatch(amount):
        yield document.finding("MF-04", where, f"{amount!r} is no quantity; write for example 12Gi or 500m")


def quantity_bytes(amount: object) -> float | None:
    """A quantity of memory in bytes; None for what is no quantity."""
    written = str(amount)
    if not QUANTITY.fullmatch(written):
        return None
    number, unit = re.fullmatch(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)", written).groups()  # type: ignore[union-attr]
    powers = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
    powers |= {letter: 1000.0**n for n, letter in enumerate("MGTPE", 2)}
    powers |= {f"{letter}i": 1024.0**n for n, letter in enumerate("KMGTPE", 1)}
    return float(number) * powers[unit]

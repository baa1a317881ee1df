"""MF-02: rules between fields, which an API server evaluates and schemas cannot say; written anew in Python.

A test evaluates the CEL expressions of the definitions themselves on the same objects.
"""

import re
from collections.abc import Iterator

from wasm_tools.manifests.checks.parts import Finding, at, mappings, text
from wasm_tools.manifests.checks.view import View

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION = re.compile(r"(\d+)(h|ms|m|s)")


def cross_field_findings(view: View) -> Iterator[Finding]:
    """Timeouts of routes, pickers of pools, replicas beside scaling."""
    for document in view.objects:
        if document.kind == "HTTPRoute":
            for number, rule in enumerate(mappings(at(document.content, "spec", "rules"))):
                whole, backend = (_seconds(at(rule, "timeouts", k)) for k in ("request", "backendRequest"))
                if whole and backend is not None and backend > whole:
                    where = f"spec.rules[{number}].timeouts"
                    yield document.finding("MF-02", where, "backendRequest is longer than request, which contains it")
        elif document.kind == "InferencePool":
            picker = at(document.content, "spec", "endpointPickerRef")
            if picker and at(picker, "kind") in (None, "Service") and at(picker, "port") is None:
                yield document.finding("MF-02", "spec.endpointPickerRef", "a picker that is a Service needs its port")
        elif document.kind == "LLMInferenceService":
            spec = at(document.content, "spec")
            if at(spec, "replicas") is not None and at(spec, "scaling") is not None:
                yield document.finding("MF-02", "spec", "replicas and scaling exclude each other")


def _seconds(duration: object) -> float | None:
    parts = _DURATION.findall(text(duration))
    return sum(int(n) * _UNITS[unit] for n, unit in parts) if parts else None

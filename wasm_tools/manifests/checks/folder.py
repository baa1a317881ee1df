"""MF-30 placeholders, MF-31 objects that exclude each other, MF-32 names without a time, MF-34 nothing of a machine."""

import re
from collections.abc import Iterator

from wasm_tools.manifests.checks.parts import Document, Finding, at, mappings, nodes_of, text
from wasm_tools.manifests.checks.view import View
from wasm_tools.manifests.placeholders import PLACEHOLDERS

_TIMED = re.compile(r"(?:^|[-.])(?:19|20)\d{2}[-.]?[01]\d[-.]?[0-3]\d(?:[-.t]?\d{4,6})?(?:$|[-.])")
_MOMENT = re.compile(r"\b20\d{2}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d")
_SIMULATOR = ("inference-sim", "vllm-simulator")


def placeholder_findings(view: View) -> Iterator[Finding]:
    """MF-30: the README of a bundle lists the placeholders that its files hold, and no others."""
    guide = view.texts.get("README.md")
    if guide is None or not view.plan.plan_id:
        return
    written = [repr(d.content) for d in view.everything] + [t for p, t in view.texts.items() if p != "README.md"]
    for placeholder in PLACEHOLDERS:
        used, told = any(placeholder in content for content in written), placeholder in guide
        if used != told:
            said = "is to be edited and not listed" if used else "is listed and in no file"
            yield Finding("MF-30", "README.md", "", f"{placeholder} {said}")


def exclusion_findings(view: View) -> Iterator[Finding]:
    """MF-31: no NetworkPolicy that cuts a group of pods apart; no simulator in the namespace of the real server."""
    for found in view.sets:
        groups = [d for d in found.of("LeaderWorkerSet") if nodes_of(d) > 1]
        for policy in found.of("NetworkPolicy") if groups else ():
            if not _lets_pods_talk(policy):
                message = f"it cuts the pods of {groups[0].name} off from each other; let them talk or leave it out"
                yield policy.finding("MF-31", "spec", message)
        simulated = {_namespace(p.document) for p in found.pods() if _simulates(p.spec)}
        served = {_namespace(s.document) for s in view.servers if s.document in found.documents}
        for namespace in sorted(simulated & served):
            message = f"simulator and server are both in the namespace {namespace or '(default)'}"
            yield Finding("MF-31", found.name, "", message)


def _lets_pods_talk(policy: Document) -> bool:
    rules = mappings(at(policy.content, "spec", "ingress"))
    return any(not rule.get("ports") or rule.get("from") for rule in rules if "podSelector" in str(rule))


def _namespace(document: Document | None) -> str:
    return text(at(document.content, "metadata", "namespace")) if document else ""


def _simulates(spec: object) -> bool:
    images = [text(c.get("image")) for c in mappings(at(spec, "containers"))]
    return any(word in image for image in images for word in _SIMULATOR)


def identity_findings(view: View) -> Iterator[Finding]:
    """MF-32: names come from the content, so that writing it again gives the same ones."""
    for document in view.objects:
        if _TIMED.search(document.name):
            yield document.finding("MF-32", "metadata.name", f"{document.name!r} holds a time; two writings differ")


def machine_findings(view: View, machine: tuple[str, ...] = ()) -> Iterator[Finding]:
    """MF-34: no moment of writing, and no text in `machine` (host name, folders) anywhere in the files."""
    for document in view.everything:
        written = repr(document.content)
        if moment := _MOMENT.search(written):
            yield document.finding("MF-34", "", f"{moment.group()} is a moment of writing; leave it out")
        for word in machine:
            if word in written:
                yield document.finding("MF-34", "", f"{word!r} belongs to the machine that wrote this")

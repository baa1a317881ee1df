"""MF-23 image and resource of the accelerator, MF-25 labels of nodes."""

import re
from collections.abc import Iterator

from wasm_tools.manifests.checks.parts import Document, Finding, at, mapping, mappings, pairs, strings, text
from wasm_tools.manifests.checks.servers import Server, repository_of
from wasm_tools.manifests.checks.view import View

# Suffix of an image of vLLM -> resources that it runs on; the plain image is the one for NVIDIA.
_IMAGES = {
    "": ("nvidia.com/",),
    "-rocm": ("amd.com/",),
    "-xpu": ("gpu.intel.com/",),
    "-cpu": (),
}
_VENDORS = ("nvidia.com/", "amd.com/", "gpu.intel.com/", "google.com/tpu", "habana.ai/")
_RELEASE = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


def image_findings(view: View) -> Iterator[Finding]:
    """MF-23: a fixed tag, a release that these checks know, an image for the accelerator that is asked for."""
    for pod in view.pods:
        for where, container in pod.containers:
            image = text(container.get("image"))
            if image and "@" not in image:
                tag = image.removeprefix(repository_of(image)).removeprefix(":")
                if not tag or tag.startswith("latest"):
                    yield pod.document.finding("MF-23", f"{where}.image", f"{image} has no fixed tag")
    for server in view.servers:
        if server.container is not None:
            yield from _release(server)
            yield from _vendor(server)


def _release(server: Server) -> Iterator[Finding]:
    image = text(at(server.container, "image"))
    tag = _RELEASE.match(image.removeprefix(repository_of(image)).removeprefix(":"))
    pinned = _RELEASE.match(server.runtime.version)
    if not image and server.document is not None and server.document.kind == "LLMInferenceService":
        message = "without an image the preset starts an older engine, which stops at newer options"
        yield server.finding("MF-23", message, "image")
    if tag and pinned and tuple(map(int, tag.groups())) < tuple(map(int, pinned.groups())):
        message = f"{image} is older than {server.runtime.name} {server.runtime.version}, whose options are checked"
        yield server.finding("MF-23", message, "image")


def _vendor(server: Server) -> Iterator[Finding]:
    repository = repository_of(text(at(server.container, "image")))
    family = repository_of(server.runtime.image)
    limits = mapping(at(server.container, "resources", "limits"))
    asked = [name for name in limits if name.startswith(_VENDORS)]
    runs_on = _IMAGES.get(repository.removeprefix(family)) if repository.startswith(family) else None
    if asked and runs_on is not None and not all(name.startswith(runs_on) for name in asked if runs_on):
        yield server.finding("MF-23", f"{repository} does not run on {', '.join(asked)}", "image")
    labelled = [k for k in pairs(at(server.pod.spec if server.pod else None, "nodeSelector")) if k.startswith(_VENDORS)]
    for key in labelled:
        if asked and not any(name.partition("/")[0] == key.partition("/")[0] for name in asked):
            yield server.finding("MF-23", f"the node label {key} and the resource {asked[0]} are of two vendors")


def label_findings(view: View) -> Iterator[Finding]:
    """MF-25: a label that names a GPU has a value that the GPU's own software writes."""
    for pod in view.pods:
        for where, key, value in _wanted(pod.spec, pod.where):
            if key in view.catalogue.label_keys and value not in view.catalogue.gpu_labels:
                yield _unknown(pod.document, where, value)


def _unknown(document: Document, where: str, value: str) -> Finding:
    message = f"no node is labelled {value!r}; GPU feature discovery writes names such as NVIDIA-H100-80GB-HBM3"
    return document.finding("MF-25", where, message)


def _wanted(spec: object, where: str) -> Iterator[tuple[str, str, str]]:
    """Place, key and value of each node label that a pod asks for."""
    for key, value in pairs(at(spec, "nodeSelector")).items():
        yield f"{where}.nodeSelector", str(key), text(value)
    node = at(spec, "affinity", "nodeAffinity")
    terms = mappings(at(node, "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"))
    terms += [
        mapping(at(p, "preference")) for p in mappings(at(node, "preferredDuringSchedulingIgnoredDuringExecution"))
    ]
    for term in terms:
        for expression in mappings(term.get("matchExpressions")):
            for value in strings(expression.get("values")) if expression.get("operator") == "In" else ():
                yield f"{where}.affinity", text(expression.get("key")), text(value)

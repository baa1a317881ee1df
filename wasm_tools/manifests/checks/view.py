"""Everything that the rules look at, made once for a folder."""

from collections.abc import Mapping
from dataclasses import dataclass

from wasm_tools.manifests.checks.catalogue import Catalogue, PlanFacts
from wasm_tools.manifests.checks.parts import Document, ObjectSet, Pod, pods_of
from wasm_tools.manifests.checks.servers import Server, servers
from wasm_tools.manifests.checks.sets import object_sets, patch_paths

_GPU_RESOURCES = (
    "nvidia.com/gpu",
    "amd.com/gpu",
    "gpu.intel.com/xe",
    "gpu.intel.com/i915",
    "habana.ai/gaudi",
    "google.com/tpu",
)


@dataclass(frozen=True, slots=True)
class View:
    """A folder of manifests: its documents, its other texts, what is applied together and which engines it starts."""

    documents: list[Document]  # without patches, which are no objects
    everything: list[Document]
    texts: Mapping[str, str]
    catalogue: Catalogue
    plan: PlanFacts
    sets: list[ObjectSet]
    servers: list[Server]

    @property
    def objects(self) -> list[Document]:
        """The Kubernetes objects."""
        return [d for d in self.documents if d.kind]

    @property
    def gpu_resources(self) -> set[str]:
        """The names under which a cluster hands out GPUs."""
        return set(_GPU_RESOURCES)

    @property
    def pods(self) -> list[Pod]:
        """The pods of all objects."""
        return [pod for d in self.objects for pod in pods_of(d)]


def view_of(
    documents: list[Document], texts: Mapping[str, str], catalogue: Catalogue, plan: PlanFacts | None = None
) -> View:
    """The view of documents and of files that are no YAML, by path; patches are seen in what they change only."""
    patches = patch_paths(documents)
    whole = [d for d in documents if d.path not in patches]
    started = servers(whole, texts, catalogue.runtimes)
    return View(whole, documents, texts, catalogue, plan or PlanFacts(), object_sets(documents), started)

"""Which objects are applied together: what a kustomization loads, with its patches; else the files of one folder."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wasm_tools.manifests.checks.parts import Document, ObjectSet, at, mappings, strings, text

# Field by which kustomize matches the items of a list in the kinds of Kubernetes itself.
_MERGED_BY = {"ports": ("containerPort", "port"), "volumeMounts": ("mountPath",)}


def is_build_file(document: Document) -> bool:
    """Whether kustomize reads the document, and no cluster does; Flux has a kind of the same name."""
    api = str(document.content.get("apiVersion"))
    return document.kind in ("Kustomization", "Component") and api.startswith("kustomize.config.k8s.io/")


def patch_paths(documents: Iterable[Document]) -> set[str]:
    """The files that change objects and are none themselves."""
    return {path for d in documents if is_build_file(d) for path, _ in _patches(d) if path}


def object_sets(documents: Iterable[Document]) -> list[ObjectSet]:
    """The sets of objects: one for each kustomization with what it loads, one for each other folder.

    A component that no kustomization loads is seen together with the folder `base` beside its own. Patches are merged
    in; names and labels that a kustomization adds are not.
    """
    everything = list(documents)
    loader = _Loader(everything)
    sets, used = [], patch_paths(everything)
    for folder, root in loader.folders.items():
        if root.kind == "Kustomization":
            sets.append(loader.build(folder or ".", [folder]))
            used |= loader.paths([folder])
    for folder, root in loader.folders.items():
        if root.kind == "Component" and root.path not in used:
            base = posixpath.join(posixpath.dirname(posixpath.dirname(folder)), "base")
            sets.append(loader.build(folder, [base, *loader.companions(folder), folder]))
    used |= loader.paths(list(loader.folders))
    rest: dict[str, list[Document]] = {}
    for document in everything:
        if document.path not in used and document.kind:
            rest.setdefault(posixpath.dirname(document.path), []).append(document)
    return sets + [ObjectSet(folder or ".", tuple(found)) for folder, found in rest.items()]


class _Loader:
    """The kustomizations of a folder and the documents that they name."""

    def __init__(self, documents: list[Document]) -> None:
        self.by_path: dict[str, list[Document]] = {}
        for document in documents:
            self.by_path.setdefault(document.path, []).append(document)
        self.folders = {posixpath.dirname(d.path): d for d in documents if is_build_file(d)}

    def paths(self, folders: list[str]) -> set[str]:
        """The files that the kustomizations of folders load, themselves included."""
        chain = self._chain(folders)
        return {self.folders[f].path for f in chain} | {p for f in chain for p in self._resources(f)}

    def build(self, name: str, folders: list[str]) -> ObjectSet:
        """The objects of folders, each folder with what it loads before it, patched in this order."""
        found: dict[tuple[str, int], Document] = {}
        for folder in self._chain(folders):
            for path in self._resources(folder):
                found |= {(d.path, d.number): d for d in self.by_path[path]}
            for path, patch in _patches(self.folders[folder]):
                for change in self.by_path.get(path, []) if path else []:
                    found = {key: _patched(d, change, patch) for key, d in found.items()}
        return ObjectSet(name, tuple(found.values()))

    def companions(self, folder: str) -> list[str]:
        """The components beside one that hold the objects which its patches change."""
        changed = {
            (change.kind, change.name)
            for path, _ in _patches(self.folders[folder])
            for change in self.by_path.get(path, [])
        }
        beside = posixpath.dirname(folder)
        return [
            other
            for other in self.folders
            if posixpath.dirname(other) == beside
            and other != folder
            and any((d.kind, d.name) in changed for p in self._resources(other) for d in self.by_path[p])
        ]

    def _resources(self, folder: str) -> list[str]:
        return [p for p in self._targets(folder) if p in self.by_path]

    def _targets(self, folder: str) -> list[str]:
        content = self.folders[folder].content
        entries = [e for key in ("resources", "components") for e in strings(content.get(key))]
        return [posixpath.normpath(posixpath.join(folder, entry)) for entry in entries if entry]

    def _chain(self, folders: list[str]) -> list[str]:
        """The folders in the order in which they are built: what one loads comes first, each once."""
        chain: list[str] = []

        def visit(folder: str, open_ones: tuple[str, ...]) -> None:
            if folder in self.folders and folder not in chain and folder not in open_ones:
                for target in self._targets(folder):
                    visit(target, (*open_ones, folder))
                chain.append(folder)

        for folder in folders:
            visit(folder, ())
        return chain


def _patches(root: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The file of each patch of a kustomization, and the entry that names it."""
    folder = posixpath.dirname(root.path)
    for entry in mappings(root.content.get("patches")) + mappings(root.content.get("patchesJson6902")):
        path = text(entry.get("path"))
        yield (posixpath.normpath(posixpath.join(folder, path)) if path else ""), entry
    for path in strings(root.content.get("patchesStrategicMerge")):
        yield posixpath.normpath(posixpath.join(folder, path)), {}


def _patched(document: Document, change: Document, entry: Mapping[str, Any]) -> Document:
    """The document with a merge patch applied when it is the one that the patch is for."""
    target = entry.get("target")
    kind, name = (text(at(target, "kind")), text(at(target, "name"))) if target else (change.kind, change.name)
    if document.kind != kind or (name and document.name != name):
        return document
    core = "." not in str(document.content.get("apiVersion", "")).partition("/")[0]
    return replace(document, content=_merged(document.content, change.content, core))


def _merged(under: Any, over: Any, core: bool, field: str = "") -> Any:
    if isinstance(under, Mapping) and isinstance(over, Mapping):
        merged = dict(under)
        for key, value in over.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _merged(under.get(key), value, core, str(key))
        return merged
    key = next((k for k in (*_MERGED_BY.get(field, ()), "name") if core and _keyed(under, k) and _keyed(over, k)), None)
    if key is None:
        return over
    items = {item[key]: item for item in under}
    for item in over:
        items[item[key]] = _merged(items.get(item[key]), item, core)
    return list(items.values())


def _keyed(value: object, key: str) -> bool:
    return isinstance(value, list) and all(isinstance(i, Mapping) and isinstance(i.get(key), str | int) for i in value)

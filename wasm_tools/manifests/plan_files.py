"""All files of a plan, whatever its kind: the one way in for the site, the command line and the browser."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.manifests.archive import stored_zip
from wasm_tools.manifests.bundle import bundle
from wasm_tools.manifests.deployment import ManifestBook, deployment
from wasm_tools.manifests.litellm import api_plan_id, litellm_file
from wasm_tools.manifests.plan_document import document_text
from wasm_tools.manifests.readme import api_readme

SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class PlanFiles:
    """The files of a plan by path below `folder`, which is the plan's id."""

    folder: str
    files: Mapping[str, str]

    @property
    def zip(self) -> bytes:
        """The same as an archive."""
        return stored_zip(self.folder, self.files)


def plan_files(document: Mapping[str, Any], book: ManifestBook) -> PlanFiles:
    """The files of the plan in a `plan.json`; raises ManifestError with the reason when there can be none."""
    if not document["plan"]["gpu"]:
        folder = api_plan_id(document["plan"])
        files = {**litellm_file(document, book.routes), "README.md": api_readme(folder, document, book.routes)}
        return PlanFiles(folder, summed({**files, "plan.json": document_text(document)}))
    spec = deployment(document, book)
    files = bundle(spec, book.runtimes, document, book.models[document["plan"]["model"]].name)
    return PlanFiles(spec.plan_id, summed(files))


def summed(files: Mapping[str, str]) -> dict[str, str]:
    """The files in order of their paths, with the checksums of all of them as `sha256sum` reads them."""
    ordered = dict(sorted(files.items()))
    lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {path}\n" for path, text in ordered.items()]
    return {SUMS: "".join(lines), **ordered}

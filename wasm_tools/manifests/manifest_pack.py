"""The data that manifests need beside the planner's catalogue, as one JSON object: loaded by the page on demand."""

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.manifests.deployment import LauncherGpu, ManifestBook
from wasm_tools.manifests.litellm import Route
from wasm_tools.manifests.runtimes import ManifestError, serving_runtimes
from wasm_tools.manifests.weights import Checkpoint, PublishedWeights
from wasm_tools.models.cards import ModelCard

PACK_VERSION = 1


def manifest_pack(book: ManifestBook, runtimes: Mapping[str, Any]) -> dict[str, Any]:
    """The pack of a book; `runtimes` is the parsed `serving_runtimes.toml`, from which the page makes them again."""
    return {
        "kind": "manifests",
        "version": PACK_VERSION,
        "site_url": book.site_url,
        "runtimes": dict(runtimes),
        "checkpoints": [list(astuple(c)) for c in book.checkpoints],
        "published": [list(astuple(p)) for p in book.published],
        "launchers": {gpu: list(astuple(names)) for gpu, names in book.launchers.items()},
        "routes": {provider: [r.prefix, list(r.variables)] for provider, r in book.routes.items()},
    }


def read_manifest_pack(
    pack: Mapping[str, Any], models: Mapping[str, ModelCard], gpus: Mapping[str, GpuCard]
) -> ManifestBook:
    """The book in a pack; models and GPUs are those of the planner. Raises ManifestError for another version."""
    if pack.get("kind") != "manifests" or pack.get("version") != PACK_VERSION:
        raise ManifestError(f"the data of the manifests have another version than {PACK_VERSION}; load the page again")
    return ManifestBook(
        models=models,
        gpus=gpus,
        checkpoints=tuple(_checkpoint(*row) for row in pack["checkpoints"]),
        published=tuple(PublishedWeights(*row) for row in pack["published"]),
        runtimes=serving_runtimes(pack["runtimes"]),
        launchers={gpu: LauncherGpu(*names) for gpu, names in pack["launchers"].items()},
        routes={provider: Route(prefix, tuple(names)) for provider, (prefix, names) in pack["routes"].items()},
        site_url=pack["site_url"],
    )


def _checkpoint(measured: str, precision: str, engines: list[str], *rest: Any) -> Checkpoint:
    return Checkpoint(measured, precision, tuple(engines), *rest)

"""What manifests are made from, out of the registry: for the files of the site, the command line and the browser."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

from generator.precompute.checkpoints import checkpoints_of, load_checkpoints
from generator.precompute.deployables import load_weights
from generator.precompute.launchers import load_launcher_gpus, load_routes
from generator.registry import Registry
from wasm_tools.manifests.deployment import ManifestBook
from wasm_tools.manifests.manifest_pack import manifest_pack
from wasm_tools.manifests.runtimes import serving_runtimes
from wasm_tools.manifests.weights import PublishedWeights


def manifest_book(registry: Registry, registry_dir: Path) -> ManifestBook:
    """The book of a registry. The address of the site is that of the environment, $ATLAS_SITE_URL."""
    rows = load_checkpoints(registry_dir / "checkpoints.csv")
    return ManifestBook(
        models=registry.cards,
        gpus=registry.gpu_cards,
        checkpoints=checkpoints_of(rows, registry.cards),
        published=tuple(
            PublishedWeights(w.repo, w.precision, w.storage) for w in load_weights(registry_dir / "weights.csv")
        ),
        runtimes=serving_runtimes(_runtimes(registry_dir)),
        launchers=load_launcher_gpus(registry_dir / "gpu_launchers.csv"),
        routes=load_routes(registry_dir / "litellm_routes.csv"),
        site_url=os.environ.get("ATLAS_SITE_URL", "").rstrip("/"),
    )


def manifest_pack_text(registry: Registry, registry_dir: Path) -> str:
    """The pack that the planner's page loads when somebody asks for files, as compact JSON."""
    pack = manifest_pack(manifest_book(registry, registry_dir), _runtimes(registry_dir))
    return json.dumps(pack, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _runtimes(registry_dir: Path) -> dict[str, Any]:
    return tomllib.loads((registry_dir / "serving_runtimes.toml").read_text(encoding="utf-8"))

"""How others name what a plan needs: GPUs at SkyPilot and dstack, providers at a LiteLLM proxy."""

from datetime import date
from pathlib import Path

from generator.registry import Row, Words, csv_rows
from wasm_tools.manifests.deployment import LauncherGpu
from wasm_tools.manifests.litellm import Route


class LauncherGpuRow(Row):
    """data/registry/gpu_launchers.csv: a GPU's name at each launcher; empty where its catalogue has none."""

    gpu: str
    skypilot: str
    dstack: str
    source: str
    reviewed: date


class LitellmRouteRow(Row):
    """data/registry/litellm_routes.csv: a provider's prefix at LiteLLM and the environment variables it reads."""

    provider: str
    prefix: str
    variables: Words
    source: str
    reviewed: date


def load_launcher_gpus(path: Path) -> dict[str, LauncherGpu]:
    """The names by canonical GPU."""
    return {row.gpu: LauncherGpu(row.skypilot, row.dstack) for row in csv_rows(path, LauncherGpuRow)}


def load_routes(path: Path) -> dict[str, Route]:
    """The routes by provider."""
    return {row.provider: Route(row.prefix, tuple(row.variables)) for row in csv_rows(path, LitellmRouteRow)}

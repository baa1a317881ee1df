"""Priors, bounds and hyper-parameters: `data/registry/calibration.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wasm_tools.performance.siblings import Kernel, Kernels


@dataclass(frozen=True, slots=True)
class Prior:
    """A positive parameter before any data: median, spread of its logarithm, bounds."""

    start: float
    spread: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Rows of one measured checkpoint that count less."""

    path: str
    weight: float


@dataclass(frozen=True, slots=True)
class Target:
    """An accuracy aimed at: an error of at most `most`. An empty tier is all tiers."""

    name: str
    kind: str
    tier: str
    metric: str
    statistic: str
    most: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the calibration is told."""

    checkpoints: Mapping[str, str]  # measured path to registry id
    doubtful: tuple[Doubtful, ...]
    priors: Mapping[str, Prior]  # by dotted name of the block
    fit: Mapping[str, float]
    limits: Mapping[str, float]
    kernels: Kernels
    robust_rounds: int
    robust_freedom: float
    community_noise: float  # of a community's point against that of a published one, as standard deviations
    argonne: Mapping[str, Any]
    mlperf: Mapping[str, Any]
    evaluation: Mapping[str, int]
    targets: tuple[Target, ...]


def load_settings(path: Path) -> Settings:
    """The settings from their registry file; raises KeyError for a block that lacks a value."""
    with path.open("rb") as file:
        raw = tomllib.load(file)
    priors = {name: _prior(raw[name]) for name in ("bandwidth", "gpu_bandwidth", "gpu_compute", "other_vendor")}
    for family in ("compute", "shared", "engine", "burst"):
        priors |= {f"{family}.{name}": _prior(block) for name, block in raw[family].items()}
    return Settings(
        checkpoints={c["path"]: c["model"] for c in raw["checkpoint"]},
        doubtful=tuple(Doubtful(d["path"], d["weight"]) for d in raw["doubtful"]),
        priors=priors,
        fit=raw["fit"],
        limits=raw["limits"],
        kernels=Kernels(_kernel(raw["kernel"]["tpot"]), _kernel(raw["kernel"]["first_token"])),
        robust_rounds=raw["robust"]["rounds"],
        robust_freedom=raw["robust"]["freedom"],
        community_noise=raw["community"]["noise"],
        argonne=raw["argonne"],
        mlperf=raw["mlperf"],
        evaluation=raw["evaluation"],
        targets=tuple(Target(**t) for t in raw["target"]),
    )


def _prior(block: Mapping[str, Any]) -> Prior:
    start = float(block["start"])
    return Prior(
        start, float(block["spread"]), float(block.get("low", start / 50)), float(block.get("high", start * 50))
    )


def _kernel(block: Mapping[str, Any]) -> Kernel:
    return Kernel(**{name: float(value) for name, value in block.items() if name != "reason"})

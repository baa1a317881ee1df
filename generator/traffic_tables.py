"""Registry tables of traffic: recorded lengths, arrival patterns, peak presets, the availability of a node."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.benchmarks.lengths import LENGTH_COLUMNS
from generator.tables import TableError, read_rows
from wasm_tools.performance.lengths import Lengths, TokenSpread
from wasm_tools.workload.patterns import ArrivalPattern
from wasm_tools.workload.traffic import PERCENTILES


@dataclass(frozen=True, slots=True)
class PeakPreset:
    """Peak factors of an earlier system by pattern or use case."""

    id: str
    title: str
    source: str
    factors: dict[str, float]


@dataclass(frozen=True, slots=True)
class NodeAvailability:
    """The share of time in which a single node may be expected to be up."""

    share: float
    source: str


def load_lengths(path: Path) -> dict[str, Lengths]:
    """The recorded lengths by id, from `length_distributions.csv`."""
    sides: dict[tuple[str, str], TokenSpread] = {}
    for row in read_rows(path, LENGTH_COLUMNS):
        p50, p90, p95, p99 = (float(row[f"p{p}"]) for p in PERCENTILES)
        sides[(row["id"], row["side"])] = TokenSpread(float(row["mean"]), float(row["cv"]), (p50, p90, p95, p99))
    return {id_: Lengths(spread, sides[(id_, "output")]) for (id_, side), spread in sides.items() if side == "input"}


def load_patterns(path: Path) -> tuple[ArrivalPattern, ...]:
    """The arrival patterns of `arrival_patterns.toml`, in its order."""
    return tuple(
        ArrivalPattern(**{**block, "hourly": tuple(map(float, block["hourly"]))}) for block in _blocks(path, "pattern")
    )


def load_peak_presets(path: Path) -> dict[str, PeakPreset]:
    """The peak factors of the earlier systems, from the same file, by id."""
    return {block["id"]: PeakPreset(**block) for block in _blocks(path, "preset")}


def load_node_availability(path: Path) -> NodeAvailability:
    """What `availability.toml` says about one node."""
    (block,) = _blocks(path, "node")
    return NodeAvailability(**block)


def _blocks(path: Path, key: str) -> list[dict[str, Any]]:
    try:
        blocks: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))[key]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise TableError(f"{path}: no readable blocks [[{key}]] ({error!r})") from None
    return blocks

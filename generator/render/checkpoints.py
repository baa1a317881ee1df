"""The weights of a configuration: what its precision is stored as, and which published repository has it.

Benchmarks often name the base repository for runs at a lower precision. `data/registry/checkpoints.csv` names the
published checkpoint, with the reason: `measured` where the benchmark's own configuration says what it ran, `published`
where nobody does and a repository of that precision was chosen, `native` where the named repository is stored so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from generator.precompute.deployables import WeightsRow
from generator.registry import RegistryError, Row, Words, csv_rows
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.planner.plan import Configuration

# The precision of each storage format.
PRECISION_OF = {"fp8": "fp8", "nvfp4": "fp4", "mxfp4": "fp4", "int4": "int4"}
# Repository names say how the weights are stored: …-FP8, …-NVFP4.
_NAMED = {
    "fp8": "fp8",
    "nvfp4": "nvfp4",
    "mxfp4": "mxfp4",
    "fp4": "nvfp4",
    "int4": "int4",
    "awq": "int4",
    "gptq": "int4",
}


class CheckpointRow(Row):
    """The checkpoint of a repository that a benchmark names, at one precision. `engines` is empty for all engines."""

    measured: str
    precision: Literal["fp8", "fp4", "int4"]
    engines: Words
    repo: str
    storage: Literal["fp8", "nvfp4", "mxfp4", "int4"]
    serves: str  # the model of these weights where it is another one than the benchmark set says
    remote_code: Literal["yes", ""]
    kv_cache: Literal["fp8", ""]  # what these weights are made for; empty: not said
    basis: Literal["measured", "published", "native"]
    source: str
    reviewed: date


@dataclass(frozen=True, slots=True)
class Weights:
    """What to load. `stored` is empty for 16 bits; `basis` is empty when the benchmark names these weights."""

    repository: str
    stored: str
    serves: str = ""
    remote_code: bool = False
    kv_cache: str = "auto"
    basis: str = ""


def load_checkpoints(path: Path) -> tuple[CheckpointRow, ...]:
    """The rows of the registry file; raises RegistryError for a row that contradicts itself or another one."""
    rows = csv_rows(path, CheckpointRow)
    seen = set()
    for row in rows:
        where = f"{path.name}: {row.measured} at {row.precision}"
        if PRECISION_OF[row.storage] != row.precision:
            raise RegistryError(f"{where}: {row.storage} is not stored at {row.precision}")
        if (row.basis == "native") != (row.repo == row.measured) or (row.basis == "native" and row.serves):
            raise RegistryError(f"{where}: native means the named repository itself, and nothing else does")
        for engine in row.engines or ("",):
            if (key := (row.measured, row.precision, engine)) in seen:
                raise RegistryError(f"{where}: named twice for {engine or 'all engines'}")
            seen.add(key)
    return rows


def is_measured(c: Configuration) -> bool:
    """Whether this very configuration was run somewhere."""
    return bool(c.engine_version or c.measured_on)


def weights_of(
    c: Configuration, hf_repo: str, rows: Sequence[CheckpointRow], published: Iterable[WeightsRow]
) -> Weights:
    """The weights of a configuration; raises ManifestError when those that are named have another precision.

    `published` are repositories of a known precision, which modelled configurations run. `hf_repo` is the repository of
    the model itself: benchmarks sometimes name another organisation for it.
    """
    row = _row(c, rows) if is_measured(c) else None
    if row is not None:
        basis = "" if row.basis == "native" else row.basis
        return Weights(row.repo, row.storage, row.serves, row.remote_code == "yes", row.kv_cache or "auto", basis)
    known = next((r for r in published if (r.repo, r.precision) == (c.checkpoint, c.precision)), None)
    if known is not None:
        same = next((r for r in rows if r.repo == known.repo), None)
        remote, kv_cache = (same.remote_code == "yes", same.kv_cache or "auto") if same else (False, "auto")
        return Weights(known.repo, known.storage, remote_code=remote, kv_cache=kv_cache)
    repository = c.checkpoint
    if hf_repo.rpartition("/")[2] == repository.rpartition("/")[2]:
        repository = hf_repo
    stored = _stored(repository, rows)
    if stored and PRECISION_OF[stored] != c.precision:
        raise ManifestError(
            f"it was measured at {c.precision}, but the weights that the source names are {PRECISION_OF[stored]}"
        )
    return Weights(repository, stored)


def _row(c: Configuration, rows: Iterable[CheckpointRow]) -> CheckpointRow | None:
    """The row for the engine, else the one for all engines."""
    fitting = [r for r in rows if (r.measured, r.precision) == (c.checkpoint, c.precision)]
    return next((r for r in fitting if c.engine in r.engines), next((r for r in fitting if not r.engines), None))


def _stored(repository: str, rows: Iterable[CheckpointRow]) -> str:
    """How a repository is stored by registry or by its name; empty for 16 bits."""
    words = repository.rpartition("/")[2].lower().split("-")
    by_name = next((storage for word, storage in _NAMED.items() if word in words), "")
    return next((r.storage for r in rows if r.repo == repository), by_name)

"""data/registry/checkpoints.csv: which published checkpoint a benchmark's repository means at a precision, and why."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from generator.registry import RegistryError, Row, Words, csv_rows
from wasm_tools.manifests.weights import PRECISION_OF, Checkpoint
from wasm_tools.models.cards import ModelCard


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


def checkpoints_of(rows: Iterable[CheckpointRow], models: Mapping[str, ModelCard]) -> tuple[Checkpoint, ...]:
    """The rows as the engine reads them; raises RegistryError for weights of a model that is not registered."""
    return tuple(_checkpoint(row, models) for row in rows)


def _checkpoint(row: CheckpointRow, models: Mapping[str, ModelCard]) -> Checkpoint:
    if row.serves and row.serves not in models:
        raise RegistryError(f"checkpoints.csv: {row.repo} serves {row.serves}, which is not in models.csv")
    return Checkpoint(
        measured=row.measured,
        precision=row.precision,
        engines=tuple(row.engines),
        repo=row.repo,
        storage=row.storage,
        serves=row.serves,
        serves_name=models[row.serves].name if row.serves else "",
        remote_code=row.remote_code == "yes",
        kv_cache=row.kv_cache,
        basis=row.basis,
    )

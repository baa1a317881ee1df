"""The memory overheads of serving engines, read from their reviewed file."""

from datetime import date
from pathlib import Path
from typing import Literal

from generator.registry import RegistryError, Row, toml_rows
from wasm_tools.performance.runtime_memory import GIB, RuntimeMemory


class OverheadRow(Row):
    """One figure of `runtime_memory.toml` with where it comes from."""

    name: str
    value: float
    unit: Literal["share", "tokens", "GiB", "bytes", "sequences", "entries"]
    title: str
    source: str
    reviewed: date


def load_runtime_memory(path: Path) -> RuntimeMemory:
    """The overheads of a file; raises RegistryError for one that the engine does not know."""
    found: dict[str, float | int] = {}
    for row in toml_rows(path, "overhead", OverheadRow):
        whole = row.unit in ("tokens", "sequences", "entries")
        found[row.name] = int(row.value) if whole else row.value * (GIB if row.unit == "GiB" else 1)
    try:
        return RuntimeMemory(**found)  # type: ignore[arg-type]  # the names are those of the file
    except TypeError as error:
        raise RegistryError(f"{path.name}: {error}") from None

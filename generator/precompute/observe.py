"""The data pack of the page that observes: what helps where a cluster states a reason."""

import tomllib
from pathlib import Path
from typing import Any

FILE = "observe/remedies.toml"


def remedy_rows(registry: Path) -> list[dict[str, Any]]:
    """The rows of the table of remedies in the registry's folder."""
    rows: list[dict[str, Any]] = tomllib.loads((registry / FILE).read_text(encoding="utf-8"))["remedy"]
    return rows


def observe_pack(registry: Path) -> dict[str, Any]:
    """The pack, which names itself by its kind."""
    return {"kind": "observe", "remedies": remedy_rows(registry)}

"""TOML files of readers: hostile until parsed, of bounded size."""

import tomllib
from pathlib import Path
from typing import Any

from generator.sync.names import printable
from wasm_tools.workload.traffic import InputError

MAX_BYTES = 200_000


def readers_toml(path: Path, field: str) -> dict[str, Any]:
    """The tables of a file, with or without a byte-order mark; raises InputError on `field` that names the file."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(field, printable(f"{path.name} cannot be read ({error.strerror})")) from None
    if len(raw) > MAX_BYTES:
        raise InputError(field, printable(f"{path.name} is larger than {MAX_BYTES:,} bytes; a few blocks need less"))
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # bad UTF-8, bad TOML, a number of thousands of digits
        raise InputError(field, printable(f"{path.name} is no TOML in UTF-8 ({error})")) from None

"""The asset map `bundle.json`: which file has which name, size and checksum, and the id of the whole build."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from wasm_tools.bundle.failure import BundleError

FILE_NAME = "bundle.json"
FORMAT = 3


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One published file. `file` is relative to `bundle.json`; sizes are bytes, `gzip_bytes` is what a host sends."""

    file: str
    bytes: int
    sha256: str
    gzip_bytes: int


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """What the bundle holds. `files` maps a logical name (`pyodide.asm.wasm`, `engine.zip`) to its file.

    `starts` names the files of the two ways to start by what they are for: `used` puts memory back into a runtime with
    the functions that are used, `whole` is for where that does not do. `imports` names, for each of our scripts, all
    that it imports at once. `lock` is the text handed to `loadPyodide` as `lockFileContents`. `absent_imports` maps an
    engine module to what it imports inside functions and what the browser does not have: those functions fail there.
    """

    build_id: str
    pyodide: str
    python: str
    files: Mapping[str, BundleFile]
    packs: tuple[str, ...]
    starts: Mapping[str, Mapping[str, str]]
    imports: Mapping[str, tuple[str, ...]]
    absent_imports: Mapping[str, list[str]]
    lock: str

    def gzip_bytes(self) -> int:
        """Bytes of a first visit on a host that compresses with gzip, all packs included."""
        return sum(entry.gzip_bytes for entry in self.files.values())

    def to_json(self) -> str:
        """The text of `bundle.json`: sorted keys, one file a line, so that two builds can be compared by eye."""
        body: dict[str, Any] = {"format": FORMAT, **asdict(self), "packs": list(self.packs)}
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def build_id(files: Mapping[str, BundleFile], lock: str) -> str:
    """The id of a build: a hash over every file name, every checksum and the lock text; 16 hex digits."""
    parts = [f"{name}\t{entry.file}\t{entry.sha256}" for name, entry in sorted(files.items())]
    return hashlib.sha256("\n".join([*parts, lock]).encode()).hexdigest()[:16]


def read_manifest(folder: Path) -> BundleManifest:
    """The manifest of an assembled bundle. Raises BundleError when the folder holds none that this code can read."""
    path = folder / FILE_NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(f"{path} is missing: run `atlas bundle` first") from None
    except ValueError:
        raise BundleError(f"{path} is not readable as JSON: run `atlas bundle` again") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise BundleError(f"{path} is not in format {FORMAT}: run `atlas bundle` again")
    return BundleManifest(
        build_id=body["build_id"],
        pyodide=body["pyodide"],
        python=body["python"],
        files={name: BundleFile(**entry) for name, entry in body["files"].items()},
        packs=tuple(body["packs"]),
        starts=dict(body["starts"]),
        imports={name: tuple(imported) for name, imported in body["imports"].items()},
        absent_imports=dict(body["absent_imports"]),
        lock=body["lock"],
    )

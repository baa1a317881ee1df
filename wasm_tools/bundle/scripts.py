"""Our scripts as the browser gets them: joined into few files, without comments, each page loading only its own part.

Fifty small modules cost a page a third of a second before any of them runs. What several pages share becomes a file of
its own (`chunk-…`), so that it is loaded and kept once.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wasm_tools.bundle.failure import BundleError

TARGET = "es2022"
# Imported by others and loaded by their names as well: by pages, by the worker's wrapper, by who embeds the engine.
LOADED_BY_NAME = ("engine.mjs", "plan_marks.mjs")
_IMPORTED = re.compile(r'^(?:import|export|\}) .*?from "\./(\w+\.mjs)";', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class JoinedScripts:
    """The files by name, and for each the names of all that it imports at once, directly or not, in order."""

    files: Mapping[str, bytes]
    imports: Mapping[str, tuple[str, ...]]


def joined_scripts(folder: Path, esbuild: Path) -> JoinedScripts:
    """The modules of `folder` joined by `esbuild` (the command); the same sources give the same bytes.

    Raises BundleError with what esbuild said, or where it is missing.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "out"
        record = Path(scratch) / "record.json"
        command = (
            str(esbuild.absolute()), *entries(folder), "--bundle", "--splitting", "--format=esm", "--minify",
            f"--target={TARGET}", "--charset=utf8", "--legal-comments=none", "--log-level=error",
            "--out-extension:.js=.mjs", f"--outdir={out}", f"--metafile={record}",
        )  # fmt: skip
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise BundleError(f"{esbuild} is missing: run `npm ci`, which installs what package.json names.") from None
        except subprocess.CalledProcessError as error:
            raise BundleError(f"The scripts in {folder.name}/ could not be joined: {error.stderr.strip()}") from None
        outputs = json.loads(record.read_text(encoding="utf-8"))["outputs"]
        direct = {
            Path(place).name: [Path(i["path"]).name for i in found["imports"] if i["kind"] == "import-statement"]
            for place, found in outputs.items()
        }
        files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
        return JoinedScripts(files, {name: tuple(_all_of(direct, name)) for name in sorted(files)})


def entries(folder: Path) -> list[str]:
    """The modules that something other than an import loads: those that no module imports, and the known ones."""
    modules = sorted(path.name for path in folder.glob("*.mjs"))
    imported = {name for m in modules for name in _IMPORTED.findall((folder / m).read_text(encoding="utf-8"))}
    return [name for name in modules if name not in imported or name in LOADED_BY_NAME]


def _all_of(direct: Mapping[str, list[str]], name: str) -> dict[str, None]:
    found: dict[str, None] = {}
    waiting = list(direct[name])
    while waiting:
        new = waiting.pop(0)
        if new not in found:
            found[new] = None
            waiting += direct[new]
    return found

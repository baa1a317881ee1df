"""The service workers of the tool pages: the script with the list of the files of this build, one a folder of pages."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin, urlsplit

from generator.publish.policy import TOOL_FOLDERS, WORKER

SCRIPTS = Path(__file__).parents[2] / "wasm_tools" / "web"
WAY_BACK = "sw-off.js"
ENGINE = "assets/engine/"
PLACEHOLDER = "const BUILD = {};"

_LOADED = re.compile(r"<(?:link|script)\b[^>]*>", re.IGNORECASE)
_SCRIPT_NAME = re.compile(r'"\./(\w+\.mjs)"')
_ADDRESS = re.compile(r'\s(?:href|src)="([^"]+)"')
_KINDS = re.compile(r'\srel="(?:stylesheet|icon|modulepreload|preload)"|^<script\b', re.IGNORECASE)


def write_offline_workers(site: Path) -> None:
    """Write `sw.js` and, beside it, the way back into each folder of tool pages that the site has.

    The pages must be as they are published: the list holds their checksums.
    """
    for folder in TOOL_FOLDERS if (site / ENGINE / "bundle.json").is_file() else ():
        pages = sorted((site / folder).glob("*/index.html"))
        if pages:
            files = {**page_files(site, pages), **engine_files(site, pages)}
            build = {"id": build_digest(files), "engine": engine_build(site), "root": root_of(folder), "files": files}
            filled = f"const BUILD = {json.dumps(build, separators=(',', ':'), sort_keys=True)};"
            script = (SCRIPTS / "service_worker.js").read_text(encoding="utf-8")
            (site / folder / WORKER).write_text(script.replace(PLACEHOLDER, filled, 1), encoding="utf-8")
            (site / folder / WAY_BACK).write_bytes((SCRIPTS / "service_worker_off.js").read_bytes())


def root_of(folder: str) -> str:
    """The way from a folder to the root of the site."""
    return "../" * folder.count("/")


def page_files(site: Path, pages: Iterable[Path]) -> dict[str, str]:
    """Addresses with checksums of pages, of what lies beside them, and of what their heads load."""
    found: dict[str, str] = {}
    for page in pages:
        place = page.parent.relative_to(site).as_posix() + "/"
        found[place] = _sum(page)
        found |= {place + f.name: _sum(f) for f in sorted(page.parent.iterdir()) if f.is_file() and f != page}
        for address in loaded(page.read_text(encoding="utf-8")):
            name = urljoin(place, address)
            file = site / urlsplit(name).path
            if file.is_file() and not name.startswith(ENGINE):
                found[name] = _sum(file)
    return dict(sorted(found.items()))


def loaded(html: str) -> list[str]:
    """Addresses in this site that the head of a page loads: style sheets, icons, scripts and what is fetched ahead."""
    tags = [tag for tag in _LOADED.findall(html) if _KINDS.search(tag)]
    addresses = [match.group(1) for tag in tags if (match := _ADDRESS.search(tag))]
    return [address for address in addresses if not urlsplit(address).scheme and not address.startswith("/")]


def engine_files(site: Path, pages: Iterable[Path]) -> dict[str, str]:
    """The engine's files: runtime, archives and packs, and the scripts that the pages load, early or late.

    Their names carry their hashes, so no checksum is compared: some hosts unpack a `.gz`.
    """
    manifest = _manifest(site)
    scripts = {name: site / ENGINE / e["file"] for name, e in manifest["files"].items() if e["file"].startswith("web-")}
    waiting = ["worker.mjs"]  # the page's scripts name it, but not as an import
    for page in pages:
        waiting += [PurePosixPath(address).name for address in loaded(page.read_text(encoding="utf-8"))]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in scripts and name not in needed:
            needed.add(name)
            waiting += _SCRIPT_NAME.findall(scripts[name].read_text(encoding="utf-8"))
    names = [e["file"] for name, e in manifest["files"].items() if name not in scripts or name in needed]
    return {ENGINE + name: "" for name in sorted([*names, f"bundle-{manifest['build_id']}.json"])}


def engine_build(site: Path) -> str:
    """The id of the engine's build, which pages know as theirs."""
    return str(_manifest(site)["build_id"])


def build_digest(files: Mapping[str, str]) -> str:
    """The name of a build: a hash of its list; 16 hex digits."""
    lines = "\n".join(f"{name}\t{digest}" for name, digest in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def _manifest(site: Path) -> dict[str, dict[str, dict[str, str]]]:
    record: dict[str, dict[str, dict[str, str]]] = json.loads((site / ENGINE / "bundle.json").read_text("utf-8"))
    return record


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()

"""The service workers of the tool pages: the script with the list of the files of this build, one a folder of pages."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

from generator.publish.policy import TOOL_FOLDERS, WORKER
from wasm_tools.bundle.assemble import archive_name

SCRIPTS = Path(__file__).parents[2] / "wasm_tools" / "web"
WAY_BACK = "sw-off.js"
ENGINE = "assets/engine/"
PLACEHOLDER = "const BUILD = {};"

_LOADED = re.compile(r"<(?:link|script)\b[^>]*>", re.IGNORECASE)
_PACKS = re.compile(r'\sdata-packs="([^"]*)"')
_SCRIPT_NAME = re.compile(r'"\./([\w.-]+\.mjs)"')
_ADDRESS = re.compile(r'\s(?:href|src)="([^"]+)"')
_KINDS = re.compile(r'\srel="(?:stylesheet|icon|modulepreload|preload)"|^<script\b', re.IGNORECASE)


def write_offline_workers(site: Path) -> None:
    """Write `sw.js` and, beside it, the way back into each folder of tool pages that the site has.

    The pages must be as they are published: the list holds their checksums.
    """
    script = (SCRIPTS / "service_worker.js").read_text(encoding="utf-8")
    for folder in TOOL_FOLDERS if (site / ENGINE / "bundle.json").is_file() else ():
        pages = sorted((site / folder).glob("*/index.html"))
        if pages:
            of_page = {place_of(site, p): {**page_files(site, p), **engine_files(site, p)} for p in pages}
            files = {name: digest for found in of_page.values() for name, digest in found.items()}
            build = {
                "id": build_digest(files, script),
                "engine": engine_build(site),
                "root": root_of(folder),
                "files": dict(sorted(files.items())),
                "pages": {place: sorted(found) for place, found in of_page.items()},
            }
            filled = f"const BUILD = {json.dumps(build, separators=(',', ':'), sort_keys=True)};"
            (site / folder / WORKER).write_text(script.replace(PLACEHOLDER, filled, 1), encoding="utf-8")
            (site / folder / WAY_BACK).write_bytes((SCRIPTS / "service_worker_off.js").read_bytes())


def root_of(folder: str) -> str:
    """The way from a folder to the root of the site."""
    return "../" * folder.count("/")


def place_of(site: Path, page: Path) -> str:
    """The address of a page in the site."""
    return page.parent.relative_to(site).as_posix() + "/"


def page_files(site: Path, page: Path) -> dict[str, str]:
    """Addresses with checksums of a page, of what lies beside it, and of what its head loads."""
    place = place_of(site, page)
    found = {place: _sum(page)}
    found |= {place + f.name: _sum(f) for f in sorted(page.parent.iterdir()) if f.is_file() and f != page}
    for address in loaded(page.read_text(encoding="utf-8")):
        name = urljoin(place, address)
        file = site / urlsplit(name).path
        if file.is_file() and not name.startswith(ENGINE):
            found[name] = _sum(file)
    return found


def loaded(html: str) -> list[str]:
    """Addresses in this site that the head of a page loads: style sheets, icons, scripts and what is fetched ahead."""
    tags = [tag for tag in _LOADED.findall(html) if _KINDS.search(tag)]
    addresses = [match.group(1) for tag in tags if (match := _ADDRESS.search(tag))]
    return [address for address in addresses if not urlsplit(address).scheme and not address.startswith("/")]


def engine_files(site: Path, page: Path) -> dict[str, str]:
    """The engine's files for a page: runtime, archives, its packs, and the scripts that it loads, early or late.

    Not those of the whole runtime: the page asks the host for them when something is lacking.
    Their names carry their hashes, so no checksum is compared: some hosts unpack a `.gz`.
    """
    manifest, html = _manifest(site), page.read_text(encoding="utf-8")
    published = {name: entry["file"] for name, entry in manifest["files"].items()}
    scripts = {name: site / ENGINE / file for name, file in published.items() if file.startswith("web-")}
    waiting = ["worker.mjs"]  # the page's scripts name it, but not as an import
    waiting += [PurePosixPath(address).name for address in loaded(html)]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in scripts and name not in needed:
            needed.add(name)
            waiting += _SCRIPT_NAME.findall(scripts[name].read_text(encoding="utf-8"))
    said = _PACKS.search(html)
    late = {name: pack for pack in manifest.get("packs", ()) for name in (f"{pack}.json", archive_name(pack))}
    wanted = late.values() if said is None else said.group(1).split()
    needed |= {name for name, pack in late.items() if pack in wanted or published.get(name, "-") in html}
    starts = {way: set(files.values()) for way, files in manifest["starts"].items()}
    optional = {*late, *scripts, *(starts["whole"] - starts["used"])}
    files = [file for name, file in published.items() if name in needed or name not in optional]
    return {ENGINE + name: "" for name in sorted([*files, f"bundle-{manifest['build_id']}.json"])}


def engine_build(site: Path) -> str:
    """The id of the engine's build, which pages know as theirs."""
    return str(_manifest(site)["build_id"])


def build_digest(files: Mapping[str, str], script: str) -> str:
    """The name of a build, 16 hex digits: a hash of its list, and of the script, which decides how files are kept."""
    lines = "\n".join(f"{name}\t{digest}" for name, digest in sorted(files.items()))
    return hashlib.sha256(f"{lines}\n{script}".encode()).hexdigest()[:16]


def _manifest(site: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((site / ENGINE / "bundle.json").read_text("utf-8"))
    return record


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()

"""The checksums of a built site: every list that it publishes, held against the files that are there."""

import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from generator.publish.offline import ENGINE, PLACEHOLDER, build_digest
from generator.publish.policy import WORKER
from generator.publish.seal import BUILD, SUMS
from generator.publish.verify.check import Check
from generator.render.api_file import API
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.manifest import FILE_NAME, build_id, read_manifest

ARCHIVE = f"{API}atlas.zip"
_HEAD, _, _TAIL = PLACEHOLDER.partition("{}")
_WORKERS_LIST = re.compile(f"^{re.escape(_HEAD)}(.*){re.escape(_TAIL)}$", re.MULTILINE)
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


def file_checks(site: Path) -> Iterator[Check]:
    """Every check of files. All files are read once for their checksums, archives and packed files once more."""
    sums = checksums(site)
    whole = _listed(site, "", {n: s for n, s in sums.items() if n not in (SUMS, BUILD)}, "whole site")
    yield replace(whole, faults=(*_seal(site, sums), *whole.faults))
    yield _listed(site, API, {n: s for n, s in sums.items() if n.startswith(API) and n != API + SUMS}, "downloads")
    yield _described(site, API + "index.json", sums, "index of the downloads")
    yield _described(site, API + "datapackage.json", sums, "data package")
    yield _twins(site, sums)
    yield _archive(site, sums)
    yield _bundle(site, sums)
    yield _workers(site, sums)


def checksums(site: Path) -> dict[str, str]:
    """The SHA-256 of every file of a site by its path."""
    paths = sorted(p for p in site.rglob("*") if p.is_file())
    return {p.relative_to(site).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def compared(stated: Mapping[str, str], found: Mapping[str, str], by: str) -> Iterator[str]:
    """A sentence for each name whose checksum differs, that is missing, or that nobody has listed."""
    for name in sorted(stated.keys() | found.keys()):
        if name not in found:
            yield f"{name} is missing; {by} lists it"
        elif name not in stated:
            yield f"{name} is not listed in {by}"
        elif stated[name] != found[name]:
            yield f"{name} has another checksum than {by} says: {found[name][:12]}… instead of {stated[name][:12]}…"


def _listed(site: Path, folder: str, found: Mapping[str, str], title: str) -> Check:
    """The list of checksums of a folder as `sha256sum` writes it, which must name exactly the files that are there."""
    name = folder + SUMS
    try:
        lines = (site / name).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return Check(title, "files", 0, (f"{name} cannot be read: build the site anew",))
    rows = [_LINE.fullmatch(line) for line in lines]
    odd = [f"{name}, line {i}: not a checksum and a path" for i, row in enumerate(rows, 1) if row is None]
    stated = {folder + row[2]: row[1] for row in rows if row}
    return Check(title, "files", len(found), (*odd, *compared(stated, found, name)))


def _seal(site: Path, sums: Mapping[str, str]) -> tuple[str, ...]:
    """What `build.json` says about the whole: the checksum of the list, and how many files and pages there are."""
    record = _json(site, BUILD)
    if not isinstance(record, dict):
        return (f"{BUILD} cannot be read: build the site anew",)
    pages = sum(name.endswith(".html") for name in sums)
    found = {"sha256": sums.get(SUMS), "files": len(sums.keys() - {SUMS, BUILD}), "pages": pages}
    return tuple(f"{BUILD} says {k} {record.get(k)}, found {v}" for k, v in found.items() if record.get(k) != v)


def _described(site: Path, name: str, sums: Mapping[str, str], title: str) -> Check:
    """An index whose resources state their bytes and checksums; it need not name every file."""
    record = _json(site, name)
    if not isinstance(record, dict) or not isinstance(record.get("resources"), list):
        return Check(title, "files", 0, (f"{name} cannot be read: build the site anew",))
    faults = []
    for resource in record["resources"]:
        path = API + str(resource.get("path"))
        if path not in sums:
            faults.append(f"{path} is missing; {name} lists it")
            continue
        if resource.get("hash") != f"sha256:{sums[path]}":
            faults.append(f"{path} has another checksum than {name} says")
        if resource.get("bytes") != (size := (site / path).stat().st_size):
            faults.append(f"{path} has {size:,} bytes, {name} says {resource.get('bytes')}")
    return Check(title, "files", len(record["resources"]), tuple(faults))


def _twins(site: Path, sums: Mapping[str, str]) -> Check:
    """A `.gz` beside its file holds the same bytes."""
    twins = [n for n in sums if n.endswith(".gz") and n.removesuffix(".gz") in sums]
    faults = []
    for name in twins:
        try:
            body = gzip.decompress((site / name).read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            faults.append(f"{name} cannot be unpacked: {error}")
            continue
        if hashlib.sha256(body).hexdigest() != sums[name.removesuffix(".gz")]:
            faults.append(f"{name} unpacked is not {PurePosixPath(name).stem}")
    return Check("packed twins", "files", len(twins), tuple(faults))


def _archive(site: Path, sums: Mapping[str, str]) -> Check:
    """The archive of everything: its own checksums, and the same bytes as the files beside it."""
    title = "whole archive"
    try:
        with zipfile.ZipFile(io.BytesIO((site / ARCHIVE).read_bytes())) as packed:
            held = {n.partition("/")[2]: hashlib.sha256(packed.read(n)).hexdigest() for n in packed.namelist()}
            top = packed.namelist()[0].partition("/")[0]
            lines = packed.read(f"{top}/{SUMS}").decode().splitlines()
    except (OSError, KeyError, IndexError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        return Check(title, "files", 0, (f"{ARCHIVE} cannot be read: {error}",))
    stated = {row[2]: row[1] for line in lines if (row := _LINE.fullmatch(line))}
    del held[SUMS]
    faults = list(compared(stated, held, f"{SUMS} of {ARCHIVE}"))
    for name, digest in held.items():
        # A data package describes what is beside it, so that the archive has one of its own.
        if name != "datapackage.json" and sums.get(API + name, digest) != digest:
            faults.append(f"{name} in {ARCHIVE} is not the file {API}{name}")
    return Check(title, "files", len(held), tuple(faults))


def _bundle(site: Path, sums: Mapping[str, str]) -> Check:
    """The engine: every file as `bundle.json` says, no other, and the id that follows from them."""
    title, folder = "browser engine", site / ENGINE
    try:
        manifest = read_manifest(folder)
    except (BundleError, KeyError, TypeError, OSError) as error:
        return Check(title, "files", 0, (f"{ENGINE}{FILE_NAME} cannot be used: {error}",))
    named, dated = ENGINE + FILE_NAME, f"{ENGINE}bundle-{manifest.build_id}.json"
    faults = [] if sums.get(dated) == sums[named] else [f"{dated} is missing, or is not the same as {named}"]
    stated = {ENGINE + entry.file: entry.sha256 for entry in manifest.files.values()}
    found = {n: digest for n, digest in sums.items() if n.startswith(ENGINE) and n not in (named, dated)}
    faults += compared(stated, found, named)
    for entry in manifest.files.values():
        if ENGINE + entry.file in found and (size := (folder / entry.file).stat().st_size) != entry.bytes:
            faults.append(f"{ENGINE}{entry.file} has {size:,} bytes, {named} says {entry.bytes:,}")
    if (computed := build_id(manifest.files, manifest.lock)) != manifest.build_id:
        faults.append(f"{named} has the id {manifest.build_id}, its files give {computed}")
    return Check(title, "files", len(manifest.files), tuple(faults))


def _workers(site: Path, sums: Mapping[str, str]) -> Check:
    """The lists of the service workers: what a tool page keeps for a visit without a network."""
    checked = 0
    faults: list[str] = []
    for worker in (n for n in sums if PurePosixPath(n).name == WORKER):
        text = (site / worker).read_text(encoding="utf-8", errors="replace")
        said = _WORKERS_LIST.search(text)
        try:
            build = json.loads(said[1]) if said else None
        except ValueError:
            build = None
        if not isinstance(build, dict) or "files" not in build:
            faults.append(f"{worker} holds no list of files")
            continue
        for name, digest in build["files"].items():
            checked += 1
            path = name.partition("?")[0]
            path = f"{path}index.html" if path.endswith("/") else path
            if path not in sums:
                faults.append(f"{path} is missing; {worker} keeps it")
            elif digest and digest != sums[path]:
                faults.append(f"{path} has another checksum than {worker} says")
        script = text.replace(said[0], PLACEHOLDER, 1) if said else text
        if (computed := build_digest(build["files"], script)) != build.get("id"):
            faults.append(f"{worker} has the id {build.get('id')}, its files give {computed}")
    return Check("lists of the service workers", "files", checked, tuple(faults))


def _json(site: Path, name: str) -> Any:
    try:
        return json.loads((site / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None

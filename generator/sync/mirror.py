"""The mirror: stored payloads laid out by URL, in a folder or behind a web server.

`https://HOST/PATH` is `LOCATION/HOST/PATH`; exceptions are listed in `LOCATION/routes.json`. A `MANIFEST.json` in
LOCATION or above it dates the files (`data_date`, `ref`, `sha256`). A payload that the mirror itself lacks may lie
elsewhere beside it: a file of the same name that the manifest calls redistributable, outside the mirror's folder
and outside `history/`.
"""

import calendar
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import httpx

from generator.sync.http_download import OversizeError, Question, download
from generator.sync.payloads import MAX_BYTES, Payload, Piece, TransportError, assembled, payload
from generator.sync.source_registry import Source

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
NOT_ORIGINALS = ("history", "mirror")


@dataclass(frozen=True, slots=True)
class _Stored:
    body: bytes
    modified: str = ""  # ISO date a server states


class _Folder:
    """A mirror on disk. Paths are relative to it and may start with `../` to reach what lies beside it."""

    def __init__(self, location: str) -> None:
        self.root = Path(location)
        self.name = self.root.resolve().name

    def read(self, path: str) -> _Stored | None:
        file = self.root / path
        try:
            return _Stored(file.read_bytes()) if file.is_file() and file.stat().st_size <= MAX_BYTES else None
        except OSError:
            return None


class _Web:
    """A mirror behind a web server."""

    def __init__(self, location: str, client: httpx.Client) -> None:
        self.base = location.rstrip("/") + "/"
        self.client = client
        self.name = PurePosixPath(urlsplit(self.base).path).name

    def read(self, path: str) -> _Stored | None:
        if path.startswith("../") and not self.name:
            return None  # the mirror is the root of its server, there is nothing above it
        try:
            answer = download(self.client, Question(self._address(path)), TIMEOUT, MAX_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL, OversizeError):
            return None
        if answer.status != httpx.codes.OK:
            return None
        return _Stored(answer.body, _http_date(answer.headers.get("last-modified", "")))

    def _address(self, path: str) -> str:
        above = path.removeprefix("../")
        return self.base + path if above == path else self.base.removesuffix(f"{self.name}/") + above


@dataclass(slots=True)
class Mirror:
    """Stored payloads at `location`, a folder or an http(s) address. Reads manifest and routes once."""

    location: str
    as_of: str
    client: httpx.Client | None = None
    _place: _Folder | _Web = field(init=False)
    _routes: dict[tuple[str, str], str] | None = field(init=False, default=None)
    _manifest: dict[str, Mapping[str, Any]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.location.startswith(("http://", "https://")):
            self._place = _Web(self.location, self.client or httpx.Client())
        else:
            self._place = _Folder(self.location)

    def fetch(self, source: Source) -> Payload:
        """The stored payload of the source's addresses; raises TransportError when the mirror lacks them."""
        if isinstance(self._place, _Folder) and not self._place.root.is_dir():
            raise TransportError(source.id, "mirror", f"{self.location} is not a folder", "give the path of a mirror")
        if source.stored:
            stored = self._place.read(source.stored)
            if stored is not None and stored.body:
                observed, version = self._dated(source.stored, stored)
                return payload(stored.body, "mirror", observed, version)
        return assembled(source, "mirror", lambda address: self._piece(source, address))

    def _piece(self, source: Source, address: str) -> Piece:
        url = urlsplit(address)
        path = self.routes().get(("POST" if source.query else "GET", address)) or f"{url.netloc}{url.path}"
        stored = self._place.read(path) if _inside(path) else None
        if stored is None and not source.files:
            path = self._original(PurePosixPath(url.path).name)
            stored = self._place.read(path) if path else None
        if stored is None or not stored.body:
            raise TransportError(
                source.id,
                "mirror",
                f"{self.location} holds no payload for {address}",
                f"store it as {url.netloc}{url.path} in the mirror, or sync without a mirror",
                absent=stored is None,
            )
        observed, version = self._dated(path, stored)
        return Piece(stored.body, observed, version)

    def routes(self) -> dict[tuple[str, str], str]:
        """Stored file of each method and address whose file name differs from the address."""
        if self._routes is None:
            records = _records(self._place.read("routes.json"))
            self._routes = {
                (str(r.get("method", "GET")), r["url"]): r["file"]
                for r in records
                if isinstance(r.get("url"), str) and isinstance(r.get("file"), str)
            }
        return self._routes

    def manifest(self) -> dict[str, Mapping[str, Any]]:
        """Manifest entries by path relative to the mirror (`../` for what lies beside it); empty without one."""
        if self._manifest is None:
            manifest: dict[str, Mapping[str, Any]] = {}
            for above, folder in (("", ""), ("../", f"{self._place.name}/")):
                stored = self._place.read(f"{above}MANIFEST.json")
                if stored is None:
                    continue
                for record in _records(stored):
                    path = str(record.get("path", ""))
                    inside = path.removeprefix(folder) if path.startswith(folder) else above + path
                    manifest[inside] = record
                break
            self._manifest = manifest  # assigned when complete: several threads may ask at once
        return self._manifest

    def _original(self, name: str) -> str:
        """Path of the one stored original called `name`, empty when there is none or more than one."""
        found = [
            path
            for path, record in self.manifest().items()
            if path.startswith("../")
            and PurePosixPath(path).name == name
            and record.get("redistributable") == "yes"
            and path.split("/")[1] not in NOT_ORIGINALS
        ]
        return found[0] if len(found) == 1 else ""

    def _dated(self, path: str, stored: _Stored) -> tuple[str, str]:
        """Observation date and version of a stored file; a manifest entry holds only for the bytes it describes."""
        record = self.manifest().get(path, {})
        digest = record.get("sha256")
        if record and digest in (None, hashlib.sha256(stored.body).hexdigest()):
            date = end_of_date(str(record.get("data_date") or ""))
            return min(date or self.as_of, self.as_of), str(record.get("ref") or "")
        return min(stored.modified or self.as_of, self.as_of), ""


def _inside(path: str) -> bool:
    """Whether a path stays inside the mirror: a payload address may not climb out of it."""
    return ".." not in PurePosixPath(path).parts and not path.startswith("/")


def _records(stored: _Stored | None) -> list[dict[str, Any]]:
    """The list of objects in a stored JSON file; empty when the file is missing or is something else."""
    if stored is None:
        return []
    try:
        value = json.loads(stored.body)
    except ValueError:
        return []
    return [r for r in value if isinstance(r, dict)] if isinstance(value, list) else []


def end_of_date(text: str) -> str:
    """The last day that a manifest date names (`2026-11-11..2026-11-20`, `2025-09..2026-04`), or nothing.

    A year alone says too little to call a price young: it is taken for its first day.
    """
    match = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?!\d)", text.rpartition("..")[2].strip())
    if not match:
        return ""
    if not match[2]:
        return f"{match[1]}-01-01" if match[1] > "0000" else ""
    year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12 or year < 1:
        return ""
    last = calendar.monthrange(year, month)[1]
    return f"{year:04}-{month:02}-{min(int(match[3] or last), last):02}"


def _http_date(text: str) -> str:
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (TypeError, ValueError):
        return ""

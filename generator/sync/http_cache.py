"""Bodies of live answers with the validators that the host gave, so that an unchanged payload is not sent again.

A lost or damaged entry costs one full answer and nothing else.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(frozen=True, slots=True)
class HttpCache:
    """One folder; an entry is a body and a small JSON file with its validators and checksum."""

    folder: Path

    def validators(self, url: str) -> dict[str, str]:
        """The request headers that ask for the body only if it has changed; empty without a whole entry."""
        record = self._record(url)
        return {_VALIDATORS[k]: v for k, v in record["headers"].items()} if record else {}

    def body(self, url: str) -> bytes | None:
        """The stored body, or None when it is missing or not the one that was stored."""
        record = self._record(url)
        if record is None:
            return None
        try:
            body = self._path(url, "body").read_bytes()
        except OSError:
            return None
        return body if hashlib.sha256(body).hexdigest() == record["sha256"] else None

    def keep(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Store an answer that has a validator."""
        stated = {k: headers[k] for k in _VALIDATORS if headers.get(k)}
        if not stated:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        record = {"url": url, "headers": stated, "sha256": hashlib.sha256(body).hexdigest()}
        self._path(url, "body").write_bytes(body)
        self._path(url, "json").write_text(json.dumps(record), encoding="utf-8")

    def _record(self, url: str) -> dict[str, Any] | None:
        try:
            record = json.loads(self._path(url, "json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        whole = isinstance(record, dict) and record.get("url") == url and isinstance(record.get("headers"), dict)
        return record if whole and self._path(url, "body").exists() else None

    def _path(self, url: str, ending: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.{ending}"

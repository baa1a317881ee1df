"""History: stored payloads of the past replayed through the same readers, so that price events are real.

A folder of history holds `<source>/<date or version>/<file>`, the file gzipped where it is large; a `MANIFEST.json`
beside or above it dates the versions. Replay goes in the order of the dates and ends in a state like any other, with
the events that a nightly run would have written.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.failure import Failure
from generator.registry import Registry
from generator.sync.mirror import end_of_date
from generator.sync.names import slug
from generator.sync.payloads import Payload, TransportError, payload, unpacked
from generator.sync.run import Outcome, synced
from generator.sync.source_registry import Source
from generator.sync.state import State


class HistoryError(Failure):
    """A folder of history that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Dated:
    """One stored payload of the past."""

    source: str
    observed_at: str
    version: str
    path: Path


@dataclass(frozen=True, slots=True)
class Given:
    """A transport that has one payload, for the source that it belongs to."""

    dated: Dated

    def fetch(self, source: Source) -> Payload:
        """The payload; raises TransportError when the file cannot be unpacked."""
        try:
            body = self.dated.path.read_bytes()
            if self.dated.path.suffix == ".gz":
                body = unpacked(body)
        except (OSError, EOFError, zlib.error) as error:
            what = f"{self.dated.path.name} cannot be read ({error})"
            raise TransportError(source.id, "mirror", what, "store it again") from None
        return payload(body, "mirror", self.dated.observed_at, self.dated.version)


def dated_payloads(folder: Path, registry: Registry) -> list[Dated]:
    """The stored payloads of all known sources, oldest first; raises HistoryError for a folder without any."""
    if not folder.is_dir():
        raise HistoryError(f"--history {folder} is not a folder: give one with SOURCE/DATE/FILE in it")
    dates = _manifest_dates(folder)
    known = {s.id for s in registry.sources}
    found = []
    for path in sorted(folder.glob("*/*/*")):
        source, version = slug(path.parts[-3]), path.parts[-2]
        relative = "/".join(path.parts[-3:])
        observed = dates.get(relative) or end_of_date(version)
        if source in known and observed and path.is_file() and _is_payload(version):
            found.append(Dated(source, observed, version, path))
    if not found:
        raise HistoryError(f"--history {folder} holds no payload of a known source: expected SOURCE/DATE/FILE")
    return sorted(found, key=lambda d: (d.observed_at, d.source, d.version))


def _is_payload(version: str) -> bool:
    """A ledger of changes and a rebuild of what was never published are no captures."""
    return not version.startswith("ledger-") and "-built-" not in version


def _manifest_dates(folder: Path) -> dict[str, str]:
    """Dates by path below the folder, from a manifest in it or above it."""
    for place, prefix in ((folder, ""), (folder.parent, f"{folder.name}/")):
        manifest = place / "MANIFEST.json"
        if manifest.is_file():
            records = json.loads(manifest.read_text(encoding="utf-8"))
            return {
                str(r["path"]).removeprefix(prefix): end_of_date(str(r.get("data_date") or ""))
                for r in records
                if str(r.get("path", "")).startswith(prefix)
            }
    return {}


def replayed(registry: Registry, payloads: Sequence[Dated], until: str, report: Callable[[Outcome], None]) -> State:
    """The state after reading the payloads in order, starting from nothing; later ones than `until` are left out."""
    state = State()
    for dated in payloads:
        if dated.observed_at <= until:
            state, _ = synced(registry, state, [Given(dated)], dated.observed_at, report, (dated.source,))
    return state

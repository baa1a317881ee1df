"""Replaying stored payloads: a month of models.dev changes little text, and a parser change shows."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.nightly import silent
from generator.registry import load_registry
from generator.sync.mirror import Mirror
from generator.sync.payloads import Payload, payload
from generator.sync.run import synced
from generator.sync.source_registry import Source
from generator.sync.state import State, state_files

ROOT = Path(__file__).parents[2]
LIMIT = 2_000_000


@dataclass(frozen=True)
class Stored:
    """A transport that hands out one stored payload, as the mirror does for a date in the past."""

    body: bytes
    day: str

    def fetch(self, source: Source) -> Payload:
        return payload(self.body, "mirror", self.day, self.day)


def stored(folder: Path) -> bytes:
    (path,) = [p for p in folder.iterdir() if p.name.startswith("api.json")]
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def after(before: State, body: bytes, day: str) -> State:
    registry = load_registry(ROOT / "data" / "registry")
    state, outcomes = synced(registry, before, [Stored(body, day)], day, silent, ["models-dev"])
    assert [o.state for o in outcomes] in (["fresh"], ["unchanged"]), outcomes
    return state


def changed_bytes(before: dict[str, str], now: dict[str, str]) -> int:
    """Bytes of lines added and removed, as a line diff of all files counts them."""
    total = 0
    for name in before.keys() | now.keys():
        old, new = (Counter(text.get(name, "").splitlines()) for text in (before, now))
        total += sum(len(line.encode()) * n for line, n in ((old - new) + (new - old)).items())
    return total


@pytest.mark.mirror
def test_a_month_of_models_dev_changes_at_most_two_megabytes(upstream: Path) -> None:
    may = after(State(), stored(upstream / "history/models.dev/2026-05-12"), "2026-05-12")
    june = after(may, stored(upstream / "history/models.dev/2026-06-12"), "2026-06-12")
    kinds = Counter(e.kind for e in june.events)
    assert kinds["listed"] > 1000
    assert kinds["repriced"] > 100
    assert changed_bytes(state_files(may), state_files(june)) <= LIMIT
    again = after(june, stored(upstream / "history/models.dev/2026-06-12"), "2026-06-12")
    assert state_files(again) == state_files(june)


@pytest.mark.mirror
def test_half_a_payload_is_suspect_and_changes_nothing(upstream: Path) -> None:
    body = stored(upstream / "history/models.dev/2026-05-12")
    may = after(State(), body, "2026-05-12")
    half = json.dumps(dict(list(json.loads(body).items())[:60])).encode()
    registry = load_registry(ROOT / "data" / "registry")
    state, (outcome,) = synced(registry, may, [Stored(half, "2026-06-01")], "2026-06-01", silent, ["models-dev"])
    assert outcome.state == "kept"
    assert "suspect" in outcome.message
    assert state_files(state) == state_files(may)


@pytest.mark.mirror
@pytest.mark.parametrize("cut", [0, 1, 100_000])
def test_half_written_payload_is_refused_by_name_and_changes_nothing(upstream: Path, cut: int) -> None:
    body = stored(upstream / "history/models.dev/2026-05-12")
    registry = load_registry(ROOT / "data" / "registry")
    state, (outcome,) = synced(
        registry, State(), [Stored(body[:cut], "2026-05-12")], "2026-05-12", silent, ["models-dev"]
    )
    assert outcome.state == "kept"
    assert "models" in outcome.message and "refused" in outcome.message
    assert not state.offers


@pytest.mark.mirror
def test_older_payload_never_replaces_a_newer_one(upstream: Path) -> None:
    june = after(State(), stored(upstream / "history/models.dev/2026-06-12"), "2026-06-12")
    registry = load_registry(ROOT / "data" / "registry")
    old = Stored(stored(upstream / "history/models.dev/2026-05-12"), "2026-05-12")
    state, (outcome,) = synced(registry, june, [old], "2026-06-13", silent, ["models-dev"])
    assert outcome.state == "kept"
    assert "older" in outcome.message
    assert state_files(state) == state_files(june)


@pytest.mark.mirror
def test_listing_that_is_known_to_be_wrong_is_no_offer(mirror: Path) -> None:
    registry = load_registry(ROOT / "data" / "registry")
    wrong = {(row.provider, row.sku) for row in registry.not_sold}
    transports = [Mirror(str(mirror), "2026-11-20")]
    state, _ = synced(registry, State(), transports, "2026-11-20", silent, ["genai-prices", "litellm", "models-dev"])
    assert wrong
    assert not wrong & {(o.provider, o.sku) for o in state.offers}

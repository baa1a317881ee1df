"""One sync with one fault: a whole `atlas sync` in a folder of its own, and what must hold afterwards.

The state before is that of a healthy sync. One other source, the witness, has a new price at each run, which must be
published whatever the faulty source does.
"""

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from generator import cli, nightly, stages, sync_commands
from generator.health import source_health
from generator.places import Places
from generator.registry import Registry
from generator.sync.source_registry import Source
from generator.sync.state import State, load_state, state_files
from generator.sync.transport import Live, TimeBudget
from tests.faults.damage import DAMAGES, is_json
from tests.faults.upstream import ANSWERS, Play, Upstream, serving

DAY, NEXT_DAY = "2026-11-19", "2026-11-20"
KEYS = {"LAMBDA_API_KEY": "key-of-a-test", "FAL_KEY": "key-of-a-test", "GOOGLE_CLOUD_API_KEY": "key-of-a-test"}
FAULTS = tuple(dict.fromkeys(("refused", *ANSWERS, *DAMAGES)))
SLOWEST_S = 30.0  # a run with a fault ends within this
PATIENCE = 4.0  # how much longer a run waits for sources that have no fault: a busy machine answers late
STEP = 10.0  # no published price moves by more than this factor in one night of a fault


@dataclass(frozen=True)
class Result:
    """What one run did."""

    code: int
    seconds: float
    record: dict[str, Any]
    after: State
    files: dict[str, str]

    def outcome(self, source: str) -> dict[str, Any]:
        """The outcome of one source."""
        return next(o for o in self.record["outcomes"] if o["source"] == source)


@dataclass
class Bench:
    """A checkout with a healthy state, and the server that plays its upstreams."""

    folder: Path
    registry: Registry
    play: Play
    only: Callable[[str], tuple[str, ...]]  # the sources that are read in a run whose faulty source is given
    before: State = field(default_factory=State)
    expected: dict[str, Result] = field(default_factory=dict)

    def places(self) -> Places:
        """The checkout of the run."""
        return Places(self.folder)

    def witness(self, source: str) -> Source:
        """A source that is well and has a new price."""
        return self.registry.source["langfuse" if source != "langfuse" else "openlit"]

    def addresses(self, source: str) -> Callable[[str], bool]:
        """Whether an address belongs to a source."""
        of = self.registry.source[source]
        before, _, after = of.url.partition("{file}")
        if of.files:
            return lambda address: address.startswith(before) and address.endswith(after)
        return lambda address: address.partition("?")[0].startswith(of.url.partition("?")[0])

    def answers(self, source: str) -> Play:
        """Good bodies, the witness with a new price."""
        witness = self.addresses(self.witness(source).id)

        def play(address: str) -> bytes | None:
            body = self.play(address)
            return body if body is None or not witness(address) else _repriced(body)

        return play


def _repriced(body: bytes) -> bytes:
    """The witness's list with one price a little higher: that of gpt-4o, or the first embedder of openlit."""
    for old, new in ((b"2.5e-06", b"2.6e-06"), (b"0.0000025", b"0.0000026"), (b"2e-05", b"2.1e-05")):
        if old in body:
            return body.replace(old, new)
    raise AssertionError("the witness has lost its price")


@contextmanager
def _in(bench: Bench, upstream: Upstream, as_of: str, patience: float) -> Iterator[None]:
    """The command line at work in the folder of the bench, asking the server."""
    live = Live(
        upstream.client(), as_of, TimeBudget(6.0 * patience), connect_s=patience, read_s=0.4 * patience,
        attempt_s=1.5 * patience, backoff_s=0.01, max_bytes=8_000_000, environment=KEYS,
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_commands, "checkout", bench.places)
        patch.setattr(stages, "transports", lambda *_: [live])
        patch.setattr(nightly, "load_registry", lambda _: bench.registry)
        yield


def sync(bench: Bench, upstream: Upstream, as_of: str, *only: str, patience: float = PATIENCE) -> Result:
    """`atlas sync` from the healthy state; a run that ends in an exception fails the test."""
    words = ["sync", "--as-of", as_of, "--json", *(w for s in only for w in ("--source", s))]
    with serving(upstream), _in(bench, upstream, as_of, patience):
        started = time.perf_counter()
        run = CliRunner().invoke(cli.app, words)
        seconds = time.perf_counter() - started
    if run.exception and not isinstance(run.exception, SystemExit):
        raise run.exception
    after = load_state(bench.places().state)
    return Result(run.exit_code, seconds, json.loads(run.stdout.splitlines()[-1]), after, state_files(after))


def reset(bench: Bench) -> None:
    """Put the healthy state back."""
    shutil.rmtree(bench.folder / "data" / "state", ignore_errors=True)
    shutil.rmtree(bench.folder / ".cache", ignore_errors=True)
    shutil.copytree(bench.folder / "healthy", bench.folder / "data" / "state")


def bench(folder: Path, registry: Registry, play: Play, only: Callable[[str], tuple[str, ...]]) -> Bench:
    """A bench whose sources have all been read well once."""
    (folder / "data" / "registry").mkdir(parents=True)
    made = Bench(folder, registry, play, only)
    first = sync(made, Upstream(play), DAY)
    assert first.code == 0, first.record["outcomes"]
    made.before = first.after
    shutil.copytree(made.places().state, folder / "healthy")
    return made


def without(bench: Bench, source: str, kept: frozenset[str]) -> Result:
    """A sync with the same witness that does not ask the `kept` sources at all: what a failure of them must leave."""
    known = f"{bench.witness(source).id} {sorted(kept)}"
    if known not in bench.expected:
        reset(bench)
        others = [s for s in bench.only(source) or bench.registry.source if s not in kept]
        if others:
            bench.expected[known] = sync(bench, Upstream(bench.answers(source)), NEXT_DAY, *others)
        else:  # the witness is behind the host that is down
            bench.expected[known] = Result(0, 0.0, {}, bench.before, state_files(bench.before))
        unheard = [o for o in bench.expected[known].record.get("outcomes", ()) if o["state"] == "kept"]
        assert bench.expected[known].code == 0, f"sources without a fault were not heard: {unheard}"
    return bench.expected[known]


def run(bench: Bench, source: str, fault: str) -> Result:
    """A sync in which one source has one fault; with more patience where it did not hear others in its short time."""
    for patience in (1.0, PATIENCE):
        reset(bench)
        upstream = Upstream(bench.answers(source), hits=bench.addresses(source), fault=fault)
        if fault in DAMAGES:
            upstream.damage = DAMAGES[fault]
        result = sync(bench, upstream, NEXT_DAY, *bench.only(source), patience=patience)
        if not harmed(bench, source, fault, result):
            break
    return result


def kept_sources(result: Result) -> frozenset[str]:
    """The sources that keep their last good prices."""
    return frozenset(o["source"] for o in result.record["outcomes"] if o["state"] == "kept")


def harmed(bench: Bench, source: str, fault: str, result: Result) -> set[str]:
    """The sources without a fault that were not heard; those of a host that is down share its fault."""
    others = kept_sources(result) - {source}
    return {s for s in others if fault != "refused" or host(bench, s) != host(bench, source)}


def host(bench: Bench, source: str) -> str:
    """The host of a source."""
    return urlsplit(bench.registry.source[source].url).netloc


def applies(bench: Bench, source: str, fault: str) -> bool:
    """Whether a fault can be put on a payload: a CSV list has no date to move, a YAML file no columns."""
    if fault not in DAMAGES or fault == "changes between reads":
        return True
    of = bench.registry.source[source]
    body = bench.play(of.url.replace("{file}", of.files[0]) if of.files else of.url)
    if body is None or not (is_json(body) or b"," in body.partition(b"\n")[0]):
        return False
    return DAMAGES[fault](body, 0) != body


def checked(bench: Bench, source: str, fault: str, result: Result) -> str:
    """What became of the source, in words; raises AssertionError where the run broke a promise."""
    outcome = result.outcome(source)
    assert result.seconds < SLOWEST_S
    also = harmed(bench, source, fault, result)
    assert not also, f"a fault of {source} has cost {also}"
    expected = without(bench, source, kept_sources(result) | {source})
    assert result.code == (3 if outcome["state"] == "kept" else 0)
    if outcome["state"] == "kept":
        changed = [n for n in {*expected.files, *result.files} if expected.files.get(n) != result.files.get(n)]
        assert changed == [], f"not the state of a sync without the source: {changed[:5]}"
        assert len(outcome["message"]) > 20
        return str(outcome["message"])
    _no_price_jumps(bench.before, result.after)
    _others_are_heard(source, result.after, expected.after)
    health = next(r for r in source_health(bench.registry, result.after, NEXT_DAY) if r["source"] == source)
    return f"{health['statements']} statements read, {health['rejected']} left out, {health['quarantined']} held back"


def _prices(state: State) -> dict[tuple[str, ...], float]:
    rentals = {("rental", *map(str, o.key)): float(o.price) for o in state.gpu_offers}
    return {tuple(map(str, o.key)): float(o.price) for o in state.offers} | rentals


def _no_price_jumps(before: State, after: State) -> None:
    old, new = _prices(before), _prices(after)
    assert all(math.isfinite(p) and p >= 0 for p in new.values())
    jumps = {
        key: (old[key], price)
        for key, price in new.items()
        if key in old and not (old[key] == price or old[key] / STEP < price < old[key] * STEP)
    }
    assert not jumps, f"{len(jumps)} of {len(old)} prices jump: {list(jumps.items())[:5]}"
    lost = old.keys() - new.keys()
    assert not lost, f"{len(lost)} of {len(old)} offers are gone: {sorted(lost)[:5]}"


def _others_are_heard(source: str, after: State, expected: State) -> None:
    """What the other sources say is there as if the faulty one had not been read."""
    missing = _said(expected, source) - _said(after, source)
    assert not missing, f"{len(missing)} statements of others are gone: {sorted(missing)[:5]}"


def _said(state: State, source: str) -> set[tuple[str, ...]]:
    offers = (*state.offers, *state.gpu_offers)
    return {(*map(str, o.key), e.source, str(e.price)) for o in offers for e in o.evidence if e.source != source}

"""Syncs with one fault each: the run ends, the exit code tells, good sources are published, good values stand.

A slice of the combinations runs always; with ATLAS_FULL=1 (`make test-full`) all of them, and those of the stored
payloads of a mirror, and the table of what became of each goes to content/project/faults.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.shifts import shift
from tests.faults.combinations import FAULTS, Bench, applies, bench, checked, run
from tests.faults.damage import DAMAGES
from tests.faults.fault_table import write_table
from tests.faults.stored import SMALL, SMALL_OF_FILES, mirrored_upstreams, small_upstreams

FULL = bool(os.environ.get("ATLAS_FULL"))
SOURCES = (*SMALL, *SMALL_OF_FILES)
STORED_STEP = 6  # a source of the mirror meets one fault in so many
Rows = dict[tuple[str, str], tuple[str, str]]  # what became of each fault and source: state, words


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return load_registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Bench:
    known, play = small_upstreams(registry)
    return bench(tmp_path_factory.mktemp("small"), known, play, lambda _: ())


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, registry: Registry, mirror: Path) -> Bench:
    known, play = mirrored_upstreams(registry, mirror)
    return bench(
        tmp_path_factory.mktemp("stored"), known, play, lambda s: (s, "openlit" if s == "langfuse" else "langfuse")
    )


@pytest.fixture(scope="module")
def rows(root: Path, request: pytest.FixtureRequest) -> Iterator[Rows]:
    found: Rows = {}
    yield found
    if FULL and not request.session.testsfailed:  # a page of a run that broke off would tell of too few
        write_table(root / "content" / "project" / "faults.md", found)


def held_up(of: Bench, source: str, fault: str, rows: Rows, label: str = "") -> None:
    result = run(of, source, fault)
    rows[fault, f"{source}{label}"] = result.outcome(source)["state"], checked(of, source, fault, result)


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_of_one_source(small: Bench, rows: Rows, fault: str) -> None:
    first = 7 * FAULTS.index(fault) % len(SOURCES)  # so that every source is met by several faults
    able = [s for s in (*SOURCES[first:], *SOURCES[:first]) if applies(small, s, fault)]
    for source in able if FULL else able[: 2 if fault in DAMAGES else 1]:
        held_up(small, source, fault, rows)


if FULL:  # the stored payloads take minutes

    @pytest.mark.mirror
    @pytest.mark.parametrize("fault", FAULTS)
    def test_one_fault_of_stored_payloads(stored: Bench, rows: Rows, fault: str) -> None:
        for source in list(stored.registry.source)[FAULTS.index(fault) % STORED_STEP :: STORED_STEP]:
            if applies(stored, source, fault):
                held_up(stored, source, fault, rows, " (stored)")


def test_the_faults_and_sources_that_were_played_are_many(rows: Rows) -> None:
    assert {fault for fault, _ in rows} == set(FAULTS)
    assert len(rows) >= (150 if FULL else 40) and len({source for _, source in rows}) >= 15


def test_a_list_that_moves_as_a_whole_has_shifted_and_a_day_of_changes_has_not() -> None:
    last = {("m", str(n)): 2 for n in range(12)}
    up = [(key, 2000 if n < 3 else 2) for n, key in enumerate(last)]
    assert shift(last, up) == "3 of 12 prices are more than 5 times away from what they were"  # type: ignore[arg-type]
    assert not shift(last, [(key, 2000 if n < 2 else 2) for n, key in enumerate(last)])  # type: ignore[arg-type]
    assert not shift(last, [(key, 9.9) for key in last])  # type: ignore[arg-type]
    assert not shift(last, [*up, *((key, 2) for key in last)])  # type: ignore[arg-type]

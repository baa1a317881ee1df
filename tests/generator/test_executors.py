"""Executors of the precompute stage: one after the other, in processes, on a Dask cluster, always the same plans."""

import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from generator.precompute import executors
from generator.precompute.catalogue import planner_catalogue
from generator.precompute.executors import Dask, ExecutorError, Processes, code_digest, executor
from generator.precompute.grid import case_plans, grid_cells, profile_cells
from generator.precompute.run import Precomputed, precomputed, write_precomputed
from generator.registry import Registry
from tests.generator.small_site import AS_OF, REGISTRY, registry, state
from wasm_tools.planner import Catalogue

ROOT = Path(__file__).parents[2]


class Backwards:
    """Runs the parts in the opposite order, here."""

    def each(self, parts: Sequence[Any], registry: Registry, catalogue: Catalogue) -> Iterator[tuple[int, Any]]:
        for n in reversed(range(len(parts))):
            yield n, parts[n](registry, catalogue)


def catalogue() -> Catalogue:
    return planner_catalogue(registry(), state(), REGISTRY, AS_OF)


def planned(run: Any) -> Precomputed:
    return precomputed(registry(), state(), REGISTRY, AS_OF, lambda _: None, run)


def files(results: Precomputed, folder: Path) -> dict[str, bytes]:
    write_precomputed(results, folder)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.json")}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the stage, every cell and case planned one after the other without an executor."""
    known = catalogue()
    results = Precomputed(known, tuple(grid_cells(registry(), known)), case_plans(registry(), known))
    return files(results, tmp_path_factory.mktemp("expected"))


@pytest.mark.parametrize("run", [Backwards(), Processes(1), Processes(3)], ids=["backwards", "one", "three"])
def test_files_are_the_same_whoever_runs_the_parts(run: Any, expected: dict[str, bytes], tmp_path: Path) -> None:
    assert files(planned(run), tmp_path) == expected
    assert len(expected) == 1 + len(registry().use_cases) + 80


def test_every_cell_is_told_once_and_the_catalogue_first() -> None:
    told: list[str] = []
    results = precomputed(registry(), state(), REGISTRY, AS_OF, told.append, Processes(2))
    assert told[0] == "catalogue"
    assert sorted(told[1:]) == sorted(cell.path for cell in results.cells)


def test_the_address_decides_where_it_runs() -> None:
    assert isinstance(executor(None), Processes)
    assert isinstance(executor("tcp://127.0.0.1:8786"), Dask)


def test_other_code_on_a_worker_is_refused_by_its_name() -> None:
    executors._require_same_code({"tcp://a": code_digest()}, "tcp://s")
    with pytest.raises(ExecutorError, match=r"tcp://b has Python 3\.9"):
        executors._require_same_code({"tcp://a": code_digest(), "tcp://b": "Python 3.9, code 0"}, "tcp://s")
    with pytest.raises(ExecutorError, match="no workers"):
        executors._require_same_code({}, "tcp://s")


def test_missing_package_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"inference-price-atlas\[dask\]"):
        next(Dask("tcp://127.0.0.1:1").each([case_plans], registry(), catalogue()))


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a local Dask cluster of two workers; skipped where the extra is not installed."""
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found.scheduler_address


def test_dask_gives_the_same_files(cluster: str, expected: dict[str, bytes], tmp_path: Path) -> None:
    assert files(planned(Dask(cluster)), tmp_path) == expected


def test_failing_part_fails_here_with_its_own_error(cluster: str) -> None:
    part = partial(profile_cells, 999)
    with pytest.raises(IndexError):
        list(Dask(cluster).each([part], registry(), catalogue()))


def test_scheduler_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    monkeypatch.setattr(executors, "CONNECT_S", 1)
    with pytest.raises(ExecutorError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        next(Dask("tcp://127.0.0.1:9").each([case_plans], registry(), catalogue()))

"""Parts side by side: every part once, faults come through, a dead child ends the run instead of hanging it."""

import os
import signal
import threading
from concurrent.futures.process import BrokenProcessPool
from functools import partial

import pytest

from generator.render.side_by_side import side_by_side


def square(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_part_is_done_once_and_told_by_its_place(workers: int) -> None:
    found = dict(side_by_side([partial(square, n) for n in range(7)], workers))
    assert {n: value for n, (value, _) in found.items()} == {n: n * n for n in range(7)}


@pytest.fixture
def alone() -> None:
    """Skip where an earlier test of the session left threads running: then nothing forks."""
    if threading.active_count() > 1:
        pytest.skip("other threads run in this session")


@pytest.mark.usefixtures("alone")
def test_parts_run_in_other_processes() -> None:
    processes = {process for _, (_, process) in side_by_side([partial(square, n) for n in range(4)], 2)}
    assert os.getpid() not in processes


def test_with_other_threads_nothing_is_forked() -> None:
    wait = threading.Event()
    thread = threading.Thread(target=wait.wait)
    thread.start()
    try:
        processes = {process for _, (_, process) in side_by_side([partial(square, n) for n in range(4)], 2)}
    finally:
        wait.set()
        thread.join()
    assert processes == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_fault_of_a_part_is_a_fault_of_the_whole(workers: int) -> None:
    with pytest.raises(ZeroDivisionError):
        list(side_by_side([partial(square, 1), partial(divmod, 1, 0)], workers))


@pytest.mark.usefixtures("alone")
def test_killed_child_ends_the_run() -> None:
    parent = os.getpid()

    def dies() -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    with pytest.raises(BrokenProcessPool):
        list(side_by_side([dies, dies], 2))

"""Parts side by side: every part once, faults come through, a dead child ends the run instead of hanging it."""

import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from generator.parallel import side_by_side


def square(n: int) -> tuple[int, int]:
    return n * n, os.getpid()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_part_is_done_once_and_told_by_its_place(workers: int) -> None:
    found = dict(side_by_side([partial(square, n) for n in range(7)], workers))
    assert {n: value for n, (value, _) in found.items()} == {n: n * n for n in range(7)}


def alone(script: str) -> str:
    """What a script prints in a process of its own: beside other threads, as in a parallel session, nothing forks."""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.strip()


def test_parts_run_in_other_processes() -> None:
    script = """
import os
from functools import partial
from pathlib import Path
from generator.parallel import side_by_side

def process(n):
    return os.getpid()

print(os.getpid() in {found for _, found in side_by_side([partial(process, n) for n in range(4)], 2)})
"""
    assert alone(script) == "False"


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


def test_killed_child_ends_the_run() -> None:
    script = """
import os, signal
from concurrent.futures.process import BrokenProcessPool
from generator.parallel import side_by_side

parent = os.getpid()

def dies():
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return 0

try:
    list(side_by_side([dies, dies], 2))
except BrokenProcessPool:
    print("ended")
"""
    assert alone(script) == "ended"


WAITING = """
import os, time
from generator.parallel import side_by_side

def part():
    os.write(1, b"%d\\n" % os.getpid())  # in one piece, as three write at once
    time.sleep(60)

list(side_by_side([part, part, part], workers=3))
"""


def test_processes_end_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", WAITING], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(parent.stdout.readline()) for _ in range(3)]
    parent.kill()
    parent.wait()
    end = time.monotonic() + 20
    while any(running(child) for child in children) and time.monotonic() < end:
        time.sleep(0.05)
    assert not [child for child in children if running(child)]


def running(process: int) -> bool:
    """Whether a process is there and no mere entry that nobody has asked for yet."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"

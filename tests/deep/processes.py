"""Programs that run beside the test, and never after it."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

STOP_S = 5.0
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback: no proxy of the machine


class OutOfTimeError(Exception):
    """The whole test takes too long; no OSError, which waiting programs expect and pass over."""


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def fetched(address: str, seconds: float, sent: bytes | None = None) -> tuple[int, bytes]:
    """Status and body of an address on this machine; `sent` is JSON to post. Raises OSError."""
    request = urllib.request.Request(address, sent, {"content-type": "application/json"})
    with _opener.open(request, timeout=seconds) as answer:
        return answer.status, answer.read()


def until[T](value: Callable[[], T], seconds: float, what: str) -> T:
    """The first true value of a function that is asked again and again; TimeoutError with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if found := value():
                return found
        time.sleep(0.2)
    raise TimeoutError(f"{what}: not within {seconds:g} s")


def _end_with_the_test() -> None:
    """Let the kernel end the program when the test is killed before it can clean up (Linux: PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[Any]]:
    """A program in a process group of its own, its output in `log`; at the end the group is stopped, then killed."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(c) for c in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            preexec_fn=_end_with_the_test,
        )
    try:
        yield process
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_S)


@contextlib.contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """A bound for all that happens inside: OutOfTimeError after it, so that everything is still cleaned up."""

    def stop(*_: object) -> None:
        raise OutOfTimeError(f"the live test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)

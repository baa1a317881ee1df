"""Where the parts of the precompute stage run: on the processors of this machine, or on the workers of a Dask cluster.

Both give the same results: a part is a function of registry and catalogue alone, and the engine rounds what it gives.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from generator.digests import folder_digest
from generator.failure import Failure
from generator.parallel import side_by_side
from generator.registry import Registry
from wasm_tools.planner import Catalogue

type Part[T] = Callable[[Registry, Catalogue], T]
CONNECT_S = 20


class ExecutorError(Failure):
    """A cluster that cannot be used; the message says why and what to do."""


class Executor(Protocol):
    """Runs parts that do not depend on each other."""

    def each[T](self, parts: Sequence[Part[T]], registry: Registry, catalogue: Catalogue) -> Iterator[tuple[int, T]]:
        """The place and the result of each part, in the order in which they end."""
        ...


class Processes:
    """Processes of this machine, one a processor unless `workers` says otherwise. They share what is here already."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers

    def each[T](self, parts: Sequence[Part[T]], registry: Registry, catalogue: Catalogue) -> Iterator[tuple[int, T]]:
        """The place and the result of each part, in the order in which they end."""
        return side_by_side([partial(part, registry, catalogue) for part in parts], self.workers)


class Dask:
    """The workers of the cluster whose scheduler has the address, like `tcp://scheduler:8786`. They need this code."""

    def __init__(self, scheduler: str) -> None:
        self.scheduler = scheduler

    def each[T](self, parts: Sequence[Part[T]], registry: Registry, catalogue: Catalogue) -> Iterator[tuple[int, T]]:
        """The place and the result of each part, in the order in which they end; raises ExecutorError."""
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise ExecutorError(
                "--scheduler needs the package distributed: pip install 'inference-price-atlas[dask]'"
            ) from None
        try:
            client = Client(self.scheduler, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            raise ExecutorError(
                f"no scheduler answers at {self.scheduler} ({what}); start one, or leave it out"
            ) from None
        with client:
            _require_same_code(client.run(code_digest), self.scheduler)
            shared = client.scatter((registry, catalogue), broadcast=True, hash=False)
            futures = [client.submit(_run, n, part, shared, pure=False) for n, part in enumerate(parts)]
            for done in as_completed(futures, loop=client.loop):
                yield done.result()


def executor(scheduler: str | None) -> Executor:
    """The cluster of a scheduler address, else the processes of this machine."""
    return Dask(scheduler) if scheduler else Processes()


def code_digest() -> str:
    """What decides about the results besides registry and catalogue: the version of Python, and the code."""
    root = Path(__file__).resolve().parents[2]
    code = folder_digest([root / "wasm_tools", root / "generator" / "precompute"], "*.py")
    return f"Python {sys.version_info[0]}.{sys.version_info[1]}, code {code[:16]}"


def _require_same_code(of_workers: dict[str, str], scheduler: str) -> None:
    if not of_workers:
        raise ExecutorError(f"the scheduler at {scheduler} has no workers: start some")
    here = code_digest()
    for worker, there in sorted(of_workers.items()):
        if there != here:
            raise ExecutorError(f"worker {worker} has {there}, here is {here}: install the same version on both")


def _run(n: int, part: Part[Any], shared: tuple[Registry, Catalogue]) -> tuple[int, Any]:
    return n, part(*shared)

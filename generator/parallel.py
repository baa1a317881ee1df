"""Independent parts of a job on all processors: forked processes share what was computed before they started."""

import gc
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from typing import cast

_parts: list[Callable[[], object]] = []


def side_by_side[T](parts: Sequence[Callable[[], T]], workers: int | None = None) -> Iterator[tuple[int, T]]:
    """The place and the result of each part, in the order in which they end. Give the longest first.

    One after the other where there is one processor or no fork, and where other threads run: a lock that one of them
    holds would stay locked in the child for ever.
    """
    workers = min(len(parts), workers or os.cpu_count() or 1)
    # What was made before stays: going over it again and again took the collector a third of the time of rendering, and
    # in a child it would touch, and so copy, what the parent made.
    gc.freeze()
    try:
        if workers < 2 or threading.active_count() > 1 or not hasattr(os, "fork"):
            yield from ((n, part()) for n, part in enumerate(parts))
            return
        _parts[:] = parts
        with ProcessPoolExecutor(workers, get_context("fork"), initializer=_end_with_parent) as pool:
            for done in as_completed([pool.submit(_run, n) for n in range(len(parts))]):
                n, result = done.result()
                yield n, cast(T, result)
    finally:
        gc.unfreeze()
        _parts.clear()


def _run(n: int) -> tuple[int, object]:
    return n, _parts[n]()


def _end_with_parent() -> None:
    """A parent that is killed cannot tell its children, and they would wait for work for ever."""

    def watch() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()

"""Cyclic garbage collection held back while a long bill is read.

A bill becomes some hundred thousand records that live to the end and hold no cycles. The collector would walk all of
them again and again and find nothing: that costs as much time as the work itself (measured: 1.85 s against 1.06 s).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """The collector off inside, as it was before afterwards."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()

"""Cyclic garbage collection held back while a long bill is read or a question is answered.

A bill becomes some hundred thousand records, an answer some ten thousand; they live to the end and hold no cycles. The
collector would walk all of them again and again and find nothing: reading a bill took 1.85 s with it, 1.06 s without.
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
            if not gc.get_freeze_count():  # somebody else's frozen objects stay so
                # What has been made counts as old, or the collector walks it at once: 10 ms after an answer of 63.
                gc.freeze()
                gc.unfreeze()
            gc.enable()

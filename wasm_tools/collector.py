"""Cyclic garbage collection held back while a long bill is read or a question is answered.

A bill becomes some hundred thousand records, an answer some ten thousand; they live to the end and hold no cycles. The
collector would walk all of them again and again and find nothing: reading a bill took 1.85 s with it, 1.06 s without.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_frozen = False


def _others_are_frozen() -> bool:
    """Whether somebody else has frozen objects, which then stay so.

    A yes is kept: to count them Python walks them all, which took longer than reading a small bill.
    """
    global _frozen
    _frozen = _frozen or gc.get_freeze_count() > 0
    return _frozen


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """The collector off inside, as it was before afterwards."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not _others_are_frozen():
                # What has been made counts as old, or the collector walks it at once: 10 ms after an answer of 63.
                gc.freeze()
                gc.unfreeze()
            gc.enable()

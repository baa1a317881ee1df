"""An event loop that wakes in time: a simulated token every few milliseconds must not leave a millisecond late.

`epoll_wait` takes whole milliseconds, so that asyncio's usual loop rounds each wait up. An epoll descriptor can itself
be waited for by `select`, whose timeouts are finer; epoll is then asked which sockets, without waiting.
"""

import asyncio
import select
import selectors

_Ready = list[tuple[selectors.SelectorKey, int]]


def precise_loop() -> asyncio.AbstractEventLoop:
    """A new event loop with waits finer than a millisecond; the usual one where the system has no epoll."""
    if not hasattr(selectors, "EpollSelector"):
        return asyncio.new_event_loop()

    class PreciseSelector(selectors.EpollSelector):
        def select(self, timeout: float | None = None) -> _Ready:
            if timeout is not None and timeout > 0:
                select.select([self.fileno()], [], [], timeout)
                timeout = 0
            return super().select(timeout)

    return asyncio.SelectorEventLoop(PreciseSelector())

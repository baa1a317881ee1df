"""In the place of `asyncio`, whose name the runtime looks up while it starts: the engine never waits for anything.

The whole package brings sockets, processes, threads and logging, half of what Python would import at its start.
"""


def get_event_loop() -> None:
    """Refuse in words."""
    raise RuntimeError("Python in this page has no event loop.")

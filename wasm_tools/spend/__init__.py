"""What the reader's own program spends: a local ledger of calls, priced later, without an account or a server.

    from wasm_tools.spend import track_cost, track, record, tags, log_reply, summary, remaining

The names are looked up when they are used: whoever reads ledgers, as the browser does, does not load what writes them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wasm_tools.spend.recording.recorder import log_reply, record, summary, tags
    from wasm_tools.spend.recording.remaining import remaining
    from wasm_tools.spend.recording.tracking import track, track_cost

__all__ = ["log_reply", "record", "remaining", "summary", "tags", "track", "track_cost"]

_ROOMS = {
    "log_reply": "recorder",
    "record": "recorder",
    "remaining": "remaining",
    "summary": "recorder",
    "tags": "recorder",
    "track": "tracking",
    "track_cost": "tracking",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.recording.{_ROOMS[name]}"), name)
    return found

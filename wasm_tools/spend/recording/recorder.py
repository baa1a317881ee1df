"""Writing calls to the ledger from inside a program, which must never notice when that fails.

`record` and `log_reply` say whether the call is in the file; whatever goes wrong is told once through `logging`,
counted and shown by `summary`.
"""

import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wasm_tools.spend.ledger import OK, REASONING, STATUSES, TOKEN_CLASSES, Call, line_of
from wasm_tools.spend.recording.clock import utc_now
from wasm_tools.spend.recording.ledger_file import LedgerFile
from wasm_tools.spend.recording.replies import Reading
from wasm_tools.spend.recording.settings import ledger_folder

LONGEST = 200  # characters of a tag or a name: a prompt that gets there by mistake is not kept whole
MASKED = "[masked]"
_KEY = re.compile(
    r"(?:sk|rk|pk|gsk|xai|hf|r8|pplx|nvapi|ghp|glpat|xox[abp])[-_]\w|AKIA[0-9A-Z]{12}|AIza\w{20}|eyJ\w+\.|Bearer "
)
_KNOWN = frozenset((*TOKEN_CLASSES, REASONING))
_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_tags: ContextVar[Mapping[str, str]] = ContextVar("atlas_spend_tags", default=_NO_TAGS)


class _Recorder:
    """What this process has recorded so far, and the file that it is written to."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin anew: at import and in a forked process, whose threads are gone with the locks that they held."""
        self.lock = threading.RLock()  # a signal handler may record, too
        self.file: LedgerFile | None = None
        self.calls = self.dropped = 0
        self.failure = ""
        self.used: dict[tuple[str, str], dict[str, int]] = {}

    def write(self, call: Call, folder: Path) -> None:
        file = self.file
        if file is None or file.folder != folder:
            file = self.file = LedgerFile(folder)
        file.append(line_of(call), call.ts[:7])
        with self.lock:
            self.calls += call.requests
            used = self.used.setdefault((call.provider, call.model), {"calls": 0})
            used["calls"] += call.requests
            for name, count in call.tokens.items():
                used[name] = used.get(name, 0) + count

    def drop(self, error: Exception) -> None:
        """Count a call that could not be recorded; tell the first one."""
        with self.lock:
            self.dropped += 1
            first, self.failure = not self.failure, f"{type(error).__name__}: {error}"
        if first:
            import logging

            logging.getLogger("wasm_tools.spend").warning(
                "a call could not be written to the ledger (%s); further ones are counted only, see summary()",
                self.failure,
            )


_recorder = _Recorder()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_recorder.start)


def dropped(error: Exception) -> None:
    """Count a call that could not be recorded."""
    _recorder.drop(error)


def recording() -> bool:
    """Whether there is a ledger to write to; settings that are wrong are told like any failure."""
    try:
        return ledger_folder() is not None
    except Exception as error:
        _recorder.drop(error)
        return False


@contextmanager
def tags(**named: object) -> Iterator[None]:
    """Give all calls that are recorded inside these tags, in this thread or task and those it starts."""
    before = _tags.get()
    _tags.set({**before, **tags_of(named)})
    try:
        yield
    finally:
        _tags.set(before)


def current_tags() -> Mapping[str, str]:
    """The tags that hold here."""
    return _tags.get()


def tags_of(named: Mapping[str, object] | None) -> dict[str, str]:
    """Tags as they are written: short text, nothing that looks like a key."""
    return {name: _safe(str(value)) for name, value in (named or {}).items() if value is not None}


def _safe(text: str) -> str:
    return MASKED if _KEY.match(text) else text[:LONGEST]


def record(
    *,
    provider: str = "",
    model: str = "",
    endpoint: str = "",
    tier: str = "",
    latency_ms: int | None = None,
    request_id: str = "",
    status: str = OK,
    requests: int = 1,
    cost_reported: str = "",
    tags: Mapping[str, object] | None = None,
    **tokens: int,
) -> bool:
    """Write a call of which the token counts are known, by class: `record(model="…", input_uncached=900, output=50)`.

    `cost_reported` is decimal text. True when the line is in the file; False when recording is off, or when it failed,
    which is told once by `logging`.
    """
    named = {**_tags.get(), **tags_of(tags)} if tags else _tags.get()
    return write(
        named, provider=provider, model=model, endpoint=endpoint, tier=tier, latency_ms=latency_ms,
        request_id=request_id, status=status, requests=requests, cost_reported=cost_reported, **tokens,
    )  # fmt: skip


def write(
    named: Mapping[str, str],
    *,
    provider: str = "",
    model: str = "",
    endpoint: str = "",
    tier: str = "",
    latency_ms: int | None = None,
    request_id: str = "",
    status: str = OK,
    requests: int = 1,
    cost_reported: str = "",
    **tokens: int,
) -> bool:
    """`record` with all the tags given: those that hold now are not asked for."""
    try:
        folder = ledger_folder()
        if folder is None:
            return False
        for name, count in tokens.items():
            if name not in _KNOWN or type(count) is not int or count < 0:
                known = ", ".join((*TOKEN_CLASSES, REASONING))
                raise ValueError(f"{name}={count!r} is not a whole number of tokens of one of the classes {known}")
        if status not in STATUSES:
            raise ValueError(f"status {status!r} is not one of {', '.join(STATUSES)}")
        call = Call(
            utc_now(), provider[:LONGEST], model[:LONGEST], endpoint[:LONGEST], tier[:LONGEST], tokens, requests,
            latency_ms, named, request_id[:LONGEST], status, cost_reported[:LONGEST],
        )  # fmt: skip
        _recorder.write(call, folder)
    except Exception as error:
        _recorder.drop(error)
        return False
    return True


def log_reply(reply: object, **said: Any) -> bool:
    """Write the call that a provider's reply (an object or a dict) tells of; `said` as for `record`, which holds first.

    A reply of no known shape is written without tokens: it shows up as unpriced.
    """
    try:
        if ledger_folder() is None:
            return False
        reading = Reading(said.get("provider", ""))
        reading.take(reply)
        said = with_reading(reading, said)
    except Exception as error:
        _recorder.drop(error)
        return False
    return record(**said)


def with_reading(reading: Reading, said: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `record` for what was read; what the program says holds before what the reply says."""
    shape = reading.shape
    found: dict[str, Any] = {
        "provider": shape.provider if shape else "",
        "endpoint": shape.endpoint if shape else "",
        "model": reading.model,
        "tier": reading.tier,
        "request_id": reading.request_id,
        "cost_reported": reading.cost_reported,
        **reading.tokens(),
    }
    found.update((name, value) for name, value in said.items() if value not in ("", None))
    return found


def summary() -> dict[str, Any]:
    """What this process has recorded: calls and tokens by provider and model, and what could not be written."""
    with _recorder.lock:
        return {
            "ledger": str(_recorder.file.folder) if _recorder.file else None,
            "calls": _recorder.calls,
            "dropped": _recorder.dropped,
            "last_failure": _recorder.failure,
            "by_model": [
                {"provider": provider, "model": model, **counts}
                for (provider, model), counts in sorted(_recorder.used.items())
            ],
        }

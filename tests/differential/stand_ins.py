"""Modules that judge in tests and have no build for Pyodide: stand-ins, so that the files which import them load there.

`rpds` holds the schemas of jsonschema; plain copies do the same, more slowly. `promql_parser` judges queries in
published files; a test that asks it needs a native Python and says so by its mark. The event loop is asyncio's own in
place of the page's, which cannot be waited for; without sockets there is nothing that it could select from.
"""

import asyncio
import sys
import time
from asyncio.base_events import BaseEventLoop
from types import ModuleType
from typing import Any


class HashTrieMap(dict):
    """A mapping that a change leaves as it was and answers with a new one."""

    @classmethod
    def convert(cls, value: Any) -> "HashTrieMap":
        return value if isinstance(value, cls) else cls(value)

    def insert(self, key: Any, value: Any) -> "HashTrieMap":
        return HashTrieMap({**self, key: value})

    def remove(self, key: Any) -> "HashTrieMap":
        if key not in self:
            raise KeyError(key)
        return HashTrieMap({k: v for k, v in self.items() if k != key})

    def update(self, *others: Any, **more: Any) -> "HashTrieMap":  # type: ignore[override]
        changed = dict(self)
        changed.update(*others, **more)
        return HashTrieMap(changed)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


class HashTrieSet(frozenset):
    """A set likewise."""

    def insert(self, value: Any) -> "HashTrieSet":
        return HashTrieSet(self | {value})

    def discard(self, value: Any) -> "HashTrieSet":
        return HashTrieSet(self - {value})

    def update(self, *others: Any) -> "HashTrieSet":
        return HashTrieSet(self.union(*others))


class List(tuple):
    """A list likewise, that grows at its front."""

    __slots__ = ()

    def push_front(self, value: Any) -> "List":
        return List((value, *self))


class Loop(BaseEventLoop):
    """A loop that runs what is due and sleeps until the next is."""

    class _Nothing:
        def select(self, timeout: float | None) -> list[Any]:
            time.sleep(timeout or 0)
            return []

    _selector = _Nothing()

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""


class _Loops(asyncio.events._AbstractEventLoopPolicy):  # type: ignore[name-defined, misc]
    def new_event_loop(self) -> Loop:
        return Loop()

    def get_event_loop(self) -> Loop:
        raise RuntimeError("there is no current event loop")

    def set_event_loop(self, loop: Any) -> None:
        """`asyncio.run` keeps its own."""


def install() -> None:
    """Put them where `import` looks first."""
    asyncio._set_running_loop(None)
    asyncio.events._set_event_loop_policy(_Loops())  # type: ignore[attr-defined]
    asyncio.run = asyncio.runners.run
    rpds = ModuleType("rpds")
    rpds.HashTrieMap, rpds.HashTrieSet, rpds.List = HashTrieMap, HashTrieSet, List  # type: ignore[attr-defined]
    sys.modules |= {"rpds": rpds, "promql_parser": ModuleType("promql_parser")}

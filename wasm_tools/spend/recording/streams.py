"""Streams that a program reads as before, while the events that tell what was used are noted.

A stream is recorded once: at its end, when it fails, when it is closed, and when it is dropped before its end.
"""

from collections.abc import Callable
from typing import Any, Self

from wasm_tools.spend.ledger import ERROR, OK, STOPPED

Note = Callable[[object], object]
Finish = Callable[[str], object]  # with the status; only the first call counts


def is_stream(value: object) -> bool:
    """Whether a value gives events one by one: an iterator, of either kind. Replies and lists are not."""
    kind = type(value)
    return hasattr(kind, "__next__") or hasattr(kind, "__anext__")


def status_of(error: BaseException | None) -> str:
    """What became of a call that was left with this: a failure, or a wish to end (cancelled, closed, interrupted)."""
    return OK if error is None else ERROR if isinstance(error, Exception) else STOPPED


class _Watched:
    """The stream itself in all that it has, with its events noted. `isinstance` sees the class of the stream."""

    def __init__(self, stream: Any, note: Note, finish: Finish) -> None:
        self._atlas_stream, self._atlas_note, self._atlas_finish = stream, note, finish

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # so that code which asks for the class of its client's streams goes on working
        return type(self._atlas_stream)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_atlas_"):  # not there yet, or no longer
            raise AttributeError(name)
        return getattr(self._atlas_stream, name)

    def __del__(self) -> None:
        self._atlas_finish(STOPPED)

    def _atlas_left(self, error: BaseException) -> None:
        ended = isinstance(error, StopIteration | StopAsyncIteration)
        self._atlas_finish(OK if ended else status_of(error))

    def _atlas_entered(self, entered: Any) -> Any:
        return self if entered is self._atlas_stream else entered


class WatchedStream(_Watched):
    """A stream read with `for`: an iterator, a generator, or Bedrock's stream, which only gives an iterator."""

    def __init__(self, stream: Any, note: Note, finish: Finish) -> None:
        super().__init__(stream, note, finish)
        self._atlas_events = stream if hasattr(type(stream), "__next__") else iter(stream)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        return self._atlas_step(self._atlas_events.__next__)

    def send(self, value: object) -> Any:
        return self._atlas_step(lambda: self._atlas_stream.send(value))

    def throw(self, error: BaseException) -> Any:
        return self._atlas_step(lambda: self._atlas_stream.throw(error))

    def close(self) -> None:
        try:
            if hasattr(self._atlas_stream, "close"):
                self._atlas_stream.close()
        finally:
            self._atlas_finish(STOPPED)

    def __enter__(self) -> Any:
        return self._atlas_entered(self._atlas_stream.__enter__())

    def __exit__(self, *error: Any) -> Any:
        try:
            return self._atlas_stream.__exit__(*error)
        finally:
            self._atlas_finish(status_of(error[1]) if error[1] else STOPPED)

    def _atlas_step(self, step: Callable[[], Any]) -> Any:
        try:
            event = step()
        except BaseException as error:
            self._atlas_left(error)
            raise
        self._atlas_note(event)
        return event


class WatchedAsyncStream(_Watched):
    """A stream read with `async for`, an async generator among them."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return await self._atlas_step(self._atlas_stream.__anext__)

    async def asend(self, value: object) -> Any:
        return await self._atlas_step(lambda: self._atlas_stream.asend(value))

    async def athrow(self, error: BaseException) -> Any:
        return await self._atlas_step(lambda: self._atlas_stream.athrow(error))

    async def close(self) -> None:  # of clients' streams
        try:
            await self._atlas_stream.close()
        finally:
            self._atlas_finish(STOPPED)

    async def aclose(self) -> None:  # of async generators
        try:
            await self._atlas_stream.aclose()
        finally:
            self._atlas_finish(STOPPED)

    async def __aenter__(self) -> Any:
        return self._atlas_entered(await self._atlas_stream.__aenter__())

    async def __aexit__(self, *error: Any) -> Any:
        try:
            return await self._atlas_stream.__aexit__(*error)
        finally:
            self._atlas_finish(status_of(error[1]) if error[1] else STOPPED)

    async def _atlas_step(self, step: Callable[[], Any]) -> Any:
        try:
            event = await step()
        except BaseException as error:
            self._atlas_left(error)
            raise
        self._atlas_note(event)
        return event


def watched(stream: Any, note: Note, finish: Finish) -> Any:
    """A stream whose events are noted and whose end is told."""
    kind = WatchedAsyncStream if hasattr(type(stream), "__anext__") else WatchedStream
    return kind(stream, note, finish)

"""One call while it is made: when it began, what its reply or its stream told so far, and its line at the end."""

from collections.abc import Mapping
from typing import Any, Self

from wasm_tools.spend.ledger import OK
from wasm_tools.spend.recording.clock import elapsed_ns
from wasm_tools.spend.recording.recorder import current_tags, dropped, recording, tags_of, with_reading, write
from wasm_tools.spend.recording.replies import Reading
from wasm_tools.spend.recording.streams import is_stream, status_of, watched


class TrackedCall:
    """A call that is recorded when its block is left (`with`, `async with`), as failed when an error leaves it.

    Nothing here raises: what goes wrong in noting a reply is counted and told like a line that cannot be written.
    """

    def __init__(self, said: Mapping[str, Any], tags: Mapping[str, object] | None) -> None:
        self._said, self._named = said, tags
        self._start()

    def _start(self) -> None:
        self._reading = Reading(self._said.get("provider", ""))
        self._tokens: dict[str, int] = {}
        self._tags: Mapping[str, str] = {}
        self._open = recording()
        if self._open:
            try:
                self._tags = {**current_tags(), **tags_of(self._named)}
            except Exception as error:
                dropped(error)
                self._open = False
        self._began = elapsed_ns()

    def reply[Reply](self, reply: Reply) -> Reply:
        """Note a reply and give it back. Several replies in one block are several calls, each of its own line."""
        if self._open:
            try:
                self._note_reply(reply)
            except Exception as error:
                dropped(error)
        return reply

    def event[Event](self, event: Event) -> Event:
        """Note one event of a stream and give it back."""
        if self._open:
            try:
                self._reading.take(event)
            except Exception as error:
                dropped(error)
        return event

    def tokens(self, **counts: int) -> None:
        """Say what was used where no reply tells it: `call.tokens(input_uncached=900, output=50)`."""
        self._tokens.update(counts)

    def finish(self, status: str) -> None:
        """Write the call; only the first time."""
        if self._open:
            self._open = False
            self._write(status)

    def result(self, result: Any) -> Any:
        """Note what a function gave back, and give it back: a reply is written now, a watched stream when it ends."""
        if not self._open:
            return result
        try:
            if is_stream(result):
                return watched(result, self.event, self.finish)
            if isinstance(result, dict) and "stream" in result and "ResponseMetadata" in result:  # Bedrock
                self.event(result)
                return {**result, "stream": watched(result["stream"], self.event, self.finish)}
        except Exception as error:
            dropped(error)
            self._open = False
            return result
        self.reply(result)
        self.finish(OK)
        return result

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.finish(status_of(error))

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.finish(status_of(error))

    def _note_reply(self, reply: object) -> None:
        reading = Reading(self._said.get("provider", ""))
        reading.take(reply)
        before = self._reading
        if before.shape is None:
            self._reading = reading
        elif before.whole and reading.whole and (before.request_id != reading.request_id or not reading.request_id):
            self._write(OK)
            self._began = elapsed_ns()
            self._reading = reading
        else:
            before.take(reply)

    def _write(self, status: str) -> None:
        try:
            took = (elapsed_ns() - self._began) // 1_000_000
            said = with_reading(self._reading, {**self._said, **self._tokens})
            write(self._tags, **said, latency_ms=took, status=status)
        except Exception as error:
            dropped(error)

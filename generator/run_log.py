"""The log of a run: a record for each stage and source, as lines of JSON in a file, and kept for the run's page."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from generator.failure import Failure
from generator.sync.run import Outcome

Record = Mapping[str, Any]


class LogError(Failure):
    """A log that cannot be written; the message names the file and the remedy."""


class RunLog:
    """Records of one run in the order of their events. Times are UTC, `seconds` are of one stage or one source.

    Every record has `run` (when the run began, the same in all of them), `at`, `stage` and `event`. A line is written
    at once and whole, so that a killed run leaves what it did. Safe to share by threads.
    """

    def __init__(
        self,
        sink: TextIO | None = None,
        clock: Callable[[], float] = time.perf_counter,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.sink, self.clock, self.now = sink, clock, now
        self.run = self._time()
        self.records: list[Record] = []
        self._lock = threading.Lock()

    def tell(self, stage: str, event: str, **facts: Any) -> None:
        """Add a record; facts that are not known (None) are left out."""
        known = {name: value for name, value in facts.items() if value is not None}
        record = {"run": self.run, "at": self._time(), "stage": stage, "event": event, **known}
        with self._lock:
            self.records.append(record)
            if self.sink is not None:
                self.sink.write(json.dumps(record, ensure_ascii=True) + "\n")
                self.sink.flush()

    @property
    def shown(self) -> tuple[Record, ...]:
        """What the page of the run shows: nothing without a file, so that builds of the same data stay the same."""
        return tuple(self.records) if self.sink is not None else ()

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, int]]:
        """A stage of the run: its begin, and its end with what it counted, or its failure in the words of the error."""
        counts: dict[str, int] = {}
        began = self.clock()
        self.tell(name, "begin")
        try:
            yield counts
        except BaseException as error:
            words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self.tell(name, "failed", seconds=self._since(began), error=words)
            raise
        self.tell(name, "end", seconds=self._since(began), counts=counts or None)

    def fetched(self, source: str, seconds: float, transport: str, size: int) -> None:
        """A source was asked for its payload; `size` in bytes is 0 where none came."""
        self.tell("sync", "fetched" if size else "not fetched", source=source, seconds=round(seconds, 3),
                  transport=transport, counts={"bytes": size})  # fmt: skip

    def read(self, outcome: Outcome) -> None:
        """What became of a source's payload."""
        counts = {"statements": outcome.statements, "rejected": outcome.rejected}
        self.tell(
            "sync", "read", source=outcome.source, state=outcome.state, transport=outcome.transport,
            observed_at=outcome.observed_at, counts=counts, message=outcome.message or None,
        )  # fmt: skip

    def _time(self) -> str:
        return self.now().isoformat(timespec="seconds").replace("+00:00", "Z")

    def _since(self, began: float) -> float:
        return round(self.clock() - began, 3)


@contextmanager
def run_log(file: Path | None) -> Iterator[RunLog]:
    """A log that is also written to the end of `file`, when one is given; raises LogError when it cannot be opened."""
    try:
        opened: AbstractContextManager[TextIO | None] = (
            file.open("a", encoding="utf-8") if file is not None else nullcontext()
        )
    except OSError as error:
        raise LogError(f"--log {file}: {error.strerror}; give a file in a folder that can be written") from None
    with opened as sink:
        yield RunLog(sink)

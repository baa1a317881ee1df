"""The queue, the running requests and the pace of an engine that has no GPU; it has no clock, the time is given."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

STEP_S = 0.002  # what is due within one step leaves together, as from an engine that works in steps
PLAIN_TOKENS = range(300, 400)  # ids that are plain text in the generated tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Milliseconds of an idle engine, and the factor that they have grown by when all sequences are busy."""

    prefill_overhead_ms: float
    prefill_ms_per_token: float
    itl_ms: float
    load_factor: float

    def prefill_s(self, prompt: int, load: float) -> float:
        """Seconds from the start of a request to its first token; `load` is the share of busy sequences."""
        return (self.prefill_overhead_ms + self.prefill_ms_per_token * prompt) / 1000 * self._slower(load)

    def itl_s(self, load: float) -> float:
        """Seconds from one token to the next."""
        return self.itl_ms / 1000 * self._slower(load)

    def _slower(self, load: float) -> float:
        return 1 + (self.load_factor - 1) * load


@dataclass(slots=True)
class Request:
    """A request in the queue or in work; times in seconds of one clock, lengths in tokens."""

    id: str
    prompt: int
    wanted: int
    queued_at: float
    started_at: float = 0.0
    due: float = 0.0
    given: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """One token of one request, as it leaves the engine."""

    request: Request
    id: int
    first: bool
    last: bool


@dataclass(slots=True)
class Engine:
    """Requests start in the order of arrival while sequences are free; each then runs at the pace of the timing."""

    timing: Timing
    max_num_seqs: int
    kv_tokens: int
    waiting: deque[Request] = field(default_factory=deque)
    running: dict[str, Request] = field(default_factory=dict)
    started: list[Request] = field(default_factory=list)  # since somebody last took them
    _ids: Iterator[int] = field(default_factory=lambda: itertools.cycle(PLAIN_TOKENS))

    def add(self, request: Request, now: float) -> None:
        """Queue a request; it starts at once if a sequence is free."""
        self.waiting.append(request)
        self._start(now)

    def drop(self, ids: Iterable[str], now: float) -> list[str]:
        """Forget requests whose clients are gone; gives the ids that were known."""
        unwanted = set(ids)
        gone = [r.id for r in [*self.waiting, *self.running.values()] if r.id in unwanted]
        self.waiting = deque(r for r in self.waiting if r.id not in unwanted)
        for id_ in gone:
            self.running.pop(id_, None)
        self._start(now)
        return gone

    def step(self, now: float) -> list[Token]:
        """The tokens that are due; requests that are complete make room for the next ones."""
        tokens = []
        for r in [r for r in self.running.values() if r.due <= now + STEP_S]:
            r.given += 1
            token = Token(r, next(self._ids), first=r.given == 1, last=r.given >= r.wanted)
            tokens.append(token)
            r.due += self.timing.itl_s(self.load)
        for token in tokens:
            if token.last:
                del self.running[token.request.id]
        self._start(now)
        return tokens

    def wait_s(self, now: float) -> float | None:
        """Seconds until the next token; none while nothing runs."""
        return max(0.0, min(r.due for r in self.running.values()) - now) if self.running else None

    @property
    def idle(self) -> bool:
        """Nothing waits and nothing runs."""
        return not self.waiting and not self.running

    @property
    def load(self) -> float:
        """The share of busy sequences."""
        return len(self.running) / self.max_num_seqs

    @property
    def kv_share(self) -> float:
        """The share of the KV cache that the running requests hold."""
        return min(1.0, sum(r.prompt + r.given for r in self.running.values()) / self.kv_tokens)

    def _start(self, now: float) -> None:
        while self.waiting and len(self.running) < self.max_num_seqs:
            r = self.waiting.popleft()
            self.running[r.id] = r
            r.started_at, r.due = now, now + self.timing.prefill_s(r.prompt, self.load)
            self.started.append(r)

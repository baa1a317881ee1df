"""One simulated replica, token by token. It has no clock: the time is given, and every event has its exact time.

It follows the rules of the planner's discrete-event simulation: requests wait in one line, prefills run one after
another, the first token takes what the service curve says for the requests in service, and from then on all requests
decode side by side at the pace of the curve for as many as are in service at that moment. How late somebody asks for
the tokens does not move the next ones, so that no drift accumulates.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field

from generator.simulate.jitter import Jitter
from wasm_tools.uncertainty.simulated_plan import Service


@dataclass(slots=True, eq=False)
class Asked:
    """One request: prompt and wanted tokens, and its times in seconds once they are known."""

    prompt: int
    wanted: int
    arrived: float
    first: float  # factor on its first token
    pace: float  # factor on its gaps
    started: float = math.nan
    first_at: float = math.nan
    last_at: float = math.nan
    given: int = 0
    gone: bool = False


Given = tuple[Asked, int, float]  # a request, the number of its token from 1, and the time at which it left


@dataclass(slots=True)
class TokenEngine:
    """A replica with `service` for prompts of `mean_prompt` tokens on average."""

    service: Service
    mean_prompt: float
    jitter: Jitter
    now: float = 0.0
    tokens: float = 0.0  # what a request would have decoded since the beginning
    prefill_free: float = 0.0
    line: deque[Asked] = field(default_factory=deque)
    running: set[Asked] = field(default_factory=set)
    _first: list[tuple[float, int, Asked]] = field(default_factory=list)  # by time
    _next: list[tuple[float, int, Asked]] = field(default_factory=list)  # by `tokens`
    _order: int = 0

    def add(self, prompt: int, wanted: int, now: float) -> tuple[Asked, list[Given]]:
        """Take a request; gives it, and the tokens that left until now as `advance` does."""
        told = self.advance(now)
        first, pace = self.jitter.following()
        asked = Asked(prompt, wanted, self.now, first, pace)
        self.line.append(asked)
        self._serve()
        return asked, told

    def drop(self, asked: Asked, now: float) -> list[Given]:
        """Forget a request whose client is gone: its place is free at once."""
        told = self.advance(now)
        if not asked.gone:
            asked.gone = True
            if asked in self.running:
                self.running.remove(asked)
            elif asked in self.line:
                self.line.remove(asked)
            self._serve()
        return told

    def advance(self, now: float) -> list[Given]:
        """Let time pass; gives every token that left, in the order of time."""
        told: list[Given] = []
        while (due := self.due()) <= now:
            self._pass(due)
            if self._first and self._first[0][0] <= due:
                asked = heapq.heappop(self._first)[2]
            elif self._next and self._due_next() <= due:
                asked = heapq.heappop(self._next)[2]
            else:  # the prefill is free
                self._serve()
                continue
            if asked.gone:
                continue
            asked.given += 1
            asked.last_at = due
            if asked.given == 1:
                asked.first_at = due
            told.append((asked, asked.given, due))
            if asked.given >= asked.wanted:
                asked.gone = True
                self.running.remove(asked)
                self._serve()
            else:
                self._push(self._next, self.tokens + asked.pace, asked)
        self._pass(now)
        return told

    def due(self) -> float:
        """The time of the next event; infinite while nothing runs."""
        found = self._first[0][0] if self._first else math.inf
        if self._next:
            found = min(found, self._due_next())
        if self.line and len(self.running) < self.service.slots and self.prefill_free > self.now:
            found = min(found, self.prefill_free)
        return max(found, self.now)

    def _due_next(self) -> float:
        """Rounding must not leave a token just behind the time at which it is taken."""
        return max(self.now, self.now + (self._next[0][0] - self.tokens) * self._gap_s)

    @property
    def _gap_s(self) -> float:
        return self.service.token_s[max(1, len(self.running))]

    def _pass(self, time: float) -> None:
        if time > self.now:
            if self.running:
                self.tokens += (time - self.now) / self._gap_s
            self.now = time

    def _serve(self) -> None:
        while self.line and len(self.running) < self.service.slots and self.prefill_free <= self.now:
            asked, service = self.line.popleft(), self.service
            self.running.add(asked)
            prefill = service.prefill_s * asked.prompt / self.mean_prompt
            rest = max(0.0, service.first_s[len(self.running)] - service.prefill_s)
            asked.started, self.prefill_free = self.now, self.now + prefill
            self._push(self._first, self.now + (prefill + rest) * asked.first, asked)

    def _push(self, to: list[tuple[float, int, Asked]], at: float, asked: Asked) -> None:
        self._order += 1
        heapq.heappush(to, (at, self._order, asked))

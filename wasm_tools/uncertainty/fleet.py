"""Replicas that come, go and fail, and the clock of a simulation: everything but what requests do.

A replica is asked for and ready after its start; one that is not wanted any more finishes what it has. What is counted
by its duration (request-seconds, replica-seconds) grows whenever time passes, so that no sum rests on samples.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from wasm_tools.uncertainty.arrivals import Request
from wasm_tools.uncertainty.randomness import Random, grained
from wasm_tools.uncertainty.simulated_plan import SimulatedPlan

FINISH, FIRST, WAKE, READY, CHECK, POINT, GIVE_UP, FAIL = range(8)  # kinds of events
CAUSES = ("start", "slot", "prefill")  # what a request in the line waits for
SHORTEST_REPAIR_S = 1.0


@dataclass(slots=True, eq=False)
class Server:
    """One replica. `tokens` is what a request would have decoded since it began; `ends` are requests by their last."""

    in_service: int = 0
    tokens: float = 0.0
    at: float = 0.0  # time of `tokens`
    prefill_free: float = 0.0
    version: int = 0  # of its next finish: events of older ones are void
    life: int = 0  # events of an earlier life are void
    leaving: bool = False
    ends: list[tuple[float, int, Request]] = field(default_factory=list)
    serving: dict[int, Request] = field(default_factory=dict)


class Fleet:
    """The replicas of a simulated plan, and time."""

    def __init__(self, plan: SimulatedPlan, availability: float | None, chance: Random) -> None:
        self.plan, self.availability, self.chance = plan, availability, chance
        self.now, self.events, self.order = 0.0, list[tuple[float, int, int, Any, int]](), 0
        self.line: deque[Request] = deque()
        self.ready: list[Server] = []
        self.leaving: list[Server] = []
        self.wanted: deque[tuple[float, int]] = deque()  # replicas by the time at which they were wanted
        self.starting = self.paid = self.running = self.starts = self.failures = self.retried = 0
        self.waited = dict.fromkeys(CAUSES, 0.0)  # request-seconds in the line
        self.cause = "slot"  # what the line waits for at this moment
        self.served_s = self.paid_s = self.ready_s = self.starting_s = 0.0

    @property
    def servers(self) -> list[Server]:
        """Every replica that may have requests."""
        return [*self.ready, *self.leaving]

    def push(self, delay: float, kind: int, of: Any = None, number: int = 0) -> None:
        """Have an event happen after `delay` seconds."""
        self.order += 1
        heapq.heappush(self.events, (self.now + delay, self.order, kind, of, number))

    def let_pass(self, time: float) -> None:
        """Let time go by up to an event."""
        passed = time - self.now
        if passed > 0:
            line = len(self.line)
            if line:
                self.waited[self.cause] += line * passed
            self.served_s += self.running * passed
            self.paid_s += self.paid * passed
            self.ready_s += len(self.ready) * passed
            self.starting_s += self.starting * passed
            self.now = time

    def open_with(self, number: int) -> None:
        """So many replicas are there when a run begins."""
        for _ in range(number):
            self.paid += 1
            self._is_ready(Server())
        self.starts = 0
        if self.plan.scaling.least < self.plan.scaling.most:
            self.push(self.plan.scaling.check_s, CHECK)

    def ask_for(self, number: int, after: float | None = None) -> None:
        """Ask for replicas: each is ready after its start."""
        for _ in range(number):
            self.starting += 1
            self.paid += self.plan.scaling.pays_start
            self.push(self.plan.scaling.start_s if after is None else after, READY, Server())

    def started(self, server: Server, _number: int) -> None:
        """A replica that was asked for is ready."""
        self.starting -= 1
        self.paid += not self.plan.scaling.pays_start
        self._is_ready(server)

    def _is_ready(self, server: Server) -> None:
        server.at = self.now
        self.starts += 1
        self.ready.append(server)
        up = self.availability
        if up is not None:  # time up and time of repair are exponential
            self.push(self._repair_s * up / (1 - up) * grained(self.chance.expovariate(1.0)), FAIL, server, server.life)

    @property
    def _repair_s(self) -> float:
        """A repair takes what a start takes, on average."""
        return max(self.plan.scaling.start_s, SHORTEST_REPAIR_S)

    def check(self, _of: Any, _number: int) -> None:
        """The autoscaler: replicas for the requests in the system; fewer only when none was wanted for a while."""
        scaling = self.plan.scaling
        wanted = min(max(math.ceil((len(self.line) + self.running) / scaling.target), scaling.least), scaling.most)
        self.wanted.append((self.now, wanted))
        while self.wanted[0][0] < self.now - scaling.down_delay_s:
            self.wanted.popleft()
        have = len(self.ready) + self.starting
        if wanted > have:
            self.ask_for(wanted - have)
        elif self.now >= scaling.down_delay_s:
            surplus = have - max(number for _, number in self.wanted)
            for server in sorted(self.ready, key=lambda s: s.in_service)[: max(0, surplus)]:
                self.ready.remove(server)
                self.leaving.append(server)
                server.leaving = True
                self.may_leave(server)
        self.push(scaling.check_s, CHECK)

    def may_leave(self, server: Server) -> None:
        """A replica that is not wanted any more goes when its last request is done."""
        if not server.in_service:
            self.leaving.remove(server)
            self.paid -= 1

    def failed(self, server: Server, life: int) -> list[Request]:
        """A replica is lost and a new one starts; the requests that it had, the latest first."""
        if server.life != life or server.leaving:
            return []
        self.failures += 1
        server.life += 1
        server.version += 1
        self.ready.remove(server)
        self.paid -= 1
        self.running -= server.in_service
        lost = sorted(server.serving.values(), key=lambda r: -r.number)
        self.retried += len(lost)
        self.ask_for(1, self._repair_s * grained(self.chance.expovariate(1.0)))
        return lost

"""A discrete-event simulation of one plan: requests, the line before the replicas, and replicas that come and go.

What is modelled. All requests wait in one line before all replicas, first come first served; a request goes to the
replica with the fewest requests among those that can take it. A replica takes a request when a slot is free (its memory
or its engine holds so many at a time) and no other prefill is running: prefills run one after another, the rest of the
first token and all decoding run side by side. The first token takes what the plan's service curve says for the requests
in service when the request starts; from then on every request of a replica decodes at the pace of the curve for as many
requests as are in service at that moment, which is how continuous batching behaves on average. What is not modelled:
single steps of the engine, routing by prefix cache, and faults that replicas share.
"""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wasm_tools.uncertainty.arrivals import Rates, Request, Stream
from wasm_tools.uncertainty.fleet import FINISH, FIRST, GIVE_UP, POINT, WAKE, Fleet, Server
from wasm_tools.uncertainty.randomness import MAX_SEED, generator
from wasm_tools.uncertainty.simulated_plan import SimulatedPlan
from wasm_tools.workload.traffic import InputError

MAX_REQUESTS = 1_000_000
POINTS = 240  # of the timeline
TOLD = 5000  # arrivals between two reports


@dataclass(frozen=True, slots=True)
class Traffic:
    """What arrives in a run of `seconds`. `patience_s`: how long a request waits before it gives up, if ever."""

    rates: Rates
    arrival_cv: float
    seconds: float
    patience_s: float | None = None
    availability: float | None = None  # of a replica; None for no failures


class Simulation(Fleet):
    """A run that goes on where it stopped: `run(until)` simulates up to a time; everything counted is an attribute."""

    def __init__(self, plan: SimulatedPlan, traffic: Traffic, seed: int) -> None:
        """Raises InputError for a seed that is none and for more requests than can be simulated."""
        expected = traffic.rates.expected(traffic.seconds)
        if expected > MAX_REQUESTS:
            raise InputError(
                "minutes", f"about {expected:,.0f} requests; simulate fewer minutes: {MAX_REQUESTS:,} are the most"
            )
        # Failures have a generator of their own: arrivals stay what they are without them.
        super().__init__(plan, traffic.availability, generator((seed + 1) % (MAX_SEED + 1)))
        self.traffic, self.seed = traffic, seed
        self.stream = Stream(generator(seed), traffic.rates, traffic.arrival_cv, plan.lengths, plan.tails)
        self.arrived = self.delayed = self.given_up = self.longest_line = 0
        self.in_system_s = 0.0  # of requests that are gone
        self.wake_at = math.inf
        self.ttft, self.further, self.e2e = list[float](), list[float](), list[float]()  # of each served request
        self.points = list[tuple[float, ...]]()
        self.last_point = (0.0,) * 7
        self.next = self.stream.following()
        scaling, service = plan.scaling, plan.service
        each = service.first_s[1] + service.token_s[1] * plan.lengths.output.mean
        busy = math.ceil(traffic.rates.values[0] * each / scaling.target) if scaling.least else 0
        self.open_with(min(max(scaling.least, busy), scaling.most))
        self.push(traffic.seconds / POINTS, POINT, number=1)

    def run(self, until: float | None = None, report: Callable[[str, int, int], None] | None = None) -> None:
        """Simulate up to `until` seconds, at most to the end; `report` hears of every 5,000 arrivals."""
        end = self.traffic.seconds if until is None else min(until, self.traffic.seconds)
        events, told = self.events, self.arrived
        handlers = (
            self._finish, self._first_token, self._wake, self._ready, self.check, self._point, self._give_up,
            self._fail,
        )  # fmt: skip
        while True:
            if events and events[0][0] <= self.next.arrived:
                if events[0][0] > end:
                    break
                time, _, kind, of, number = heapq.heappop(events)
                if kind == FINISH and of.version != number:
                    continue
                self.let_pass(time)
                handlers[kind](of, number)
            else:
                if self.next.arrived > end:
                    break
                self.let_pass(self.next.arrived)
                self._arrive()
                if report is not None and self.arrived - told >= TOLD:
                    told = self.arrived
                    report("simulating", round(self.now), round(self.traffic.seconds))
        self.let_pass(end)
        if end == self.traffic.seconds and len(self.points) < POINTS:  # the last may have been rounded beyond the end
            self._point(None, POINTS)

    def _arrive(self) -> None:
        request, self.next = self.next, self.stream.following()
        self.arrived += 1
        self.line.append(request)
        if len(self.line) == 1 or self.cause == "prefill":
            self._serve()
        line = len(self.line)
        if line:
            self.delayed += 1
            self.longest_line = max(self.longest_line, line)
            if self.traffic.patience_s is not None:
                self.push(self.traffic.patience_s, GIVE_UP, request)
            if not self.ready and not self.starting:
                self.ask_for(1)

    def _serve(self) -> None:
        """Start requests of the line while a replica can take one, and note what the others wait for."""
        line, slots, now = self.line, self.plan.service.slots, self.now
        while line:
            best, fewest, free_at = None, slots, math.inf
            for server in self.ready:
                if server.in_service < fewest:
                    if server.prefill_free <= now:
                        best, fewest = server, server.in_service
                    elif server.prefill_free < free_at:
                        free_at = server.prefill_free
            if best is not None:
                self._begin(best, line.popleft())
                continue
            self.cause = "prefill" if free_at < math.inf else "slot" if self.ready else "start"
            if free_at < math.inf and not now < self.wake_at <= free_at:
                self.wake_at = free_at
                self.push(free_at - now, WAKE)
            return

    def _begin(self, server: Server, request: Request) -> None:
        """A replica takes a request: the prefill first, then what else the first token takes."""
        service = self.plan.service
        self._decode(server)
        server.in_service += 1
        self.running += 1
        server.serving[request.number] = request
        prefill = service.prefill_s * request.prefill
        server.prefill_free = self.now + prefill
        rest = service.first_s[server.in_service] - service.prefill_s
        first = (prefill + rest if rest > 0 else prefill) * request.first
        request.ttft = self.now - request.arrived + first
        if first > 0:
            self.push(first, FIRST, (server, request), server.life)
            self._expect(server)
        else:
            self._first_token((server, request), server.life)

    def _decode(self, server: Server) -> None:
        """Let the requests of a replica decode up to now, at the pace of those in service until now."""
        if server.in_service:
            server.tokens += (self.now - server.at) / self.plan.service.token_s[server.in_service]
        server.at = self.now

    def _expect(self, server: Server) -> None:
        """Tell when a replica's next request will be done, if nothing changes before."""
        server.version += 1
        if server.ends:
            left = (server.ends[0][0] - server.tokens) * self.plan.service.token_s[server.in_service]
            self.push(left if left > 0 else 0.0, FINISH, server, server.version)

    def _first_token(self, of: tuple[Server, Request], life: int) -> None:
        server, request = of
        if server.life != life:
            return
        self._decode(server)
        heapq.heappush(server.ends, (server.tokens + request.further * request.pace, request.number, request))
        self._expect(server)

    def _finish(self, server: Server, _version: int) -> None:
        self._decode(server)
        _, number, request = heapq.heappop(server.ends)
        del server.serving[number]
        server.in_service -= 1
        self.running -= 1
        whole = self.now - request.arrived
        self.in_system_s += whole
        self.ttft.append(request.ttft)
        self.further.append(request.further)
        self.e2e.append(whole)
        self._expect(server)
        if server.leaving:
            self.may_leave(server)
        elif self.line:
            self._serve()

    def _wake(self, _of: Any, _number: int) -> None:
        self.wake_at = math.inf
        self._serve()

    def _ready(self, server: Server, number: int) -> None:
        self.started(server, number)
        self._serve()

    def _fail(self, server: Server, life: int) -> None:
        """The requests of a lost replica begin anew, at the head of the line."""
        lost = self.failed(server, life)
        self.line.extendleft(lost)
        for request in lost:
            request.ttft = 0.0
            if self.traffic.patience_s is not None:
                self.push(max(0.0, request.arrived + self.traffic.patience_s - self.now), GIVE_UP, request)
        self._serve()

    def _give_up(self, request: Request, _number: int) -> None:
        if request.ttft == 0 and request in self.line:
            self.line.remove(request)
            self.given_up += 1
            self.in_system_s += self.now - request.arrived

    def _point(self, _of: Any, number: int) -> None:
        """One point of the timeline: rates and means since the point before."""
        waiting, served = math.fsum(self.waited.values()), float(len(self.e2e))
        now = (self.now, float(self.arrived), waiting, self.served_s, self.ready_s, self.starting_s, served)
        passed = now[0] - self.last_point[0] or 1.0
        means = [(a - b) / passed for a, b in zip(now[1:], self.last_point[1:], strict=True)]
        self.points.append((self.now, *means))
        self.last_point = now
        if number < POINTS:
            self.push(self.traffic.seconds * (number + 1) / POINTS - self.now, POINT, number=number + 1)

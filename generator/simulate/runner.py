"""The simulated replica on an event loop: each token leaves at its own absolute time."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterable

from generator.simulate.metrics import Metrics
from generator.simulate.token_engine import Asked, Given, TokenEngine

WATCH_S = 0.01


class Runner:
    """A token engine with the clock of a loop. `speed` simulated seconds pass in a second: tests need no patience."""

    def __init__(self, engine: TokenEngine, metrics: Metrics, speed: float = 1.0) -> None:
        self.engine, self.metrics, self.speed = engine, metrics, speed
        self.loop = asyncio.get_running_loop()
        self._began = self.loop.time()
        self._told: dict[Asked, asyncio.Queue[None]] = {}
        self._before: dict[Asked, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def tokens(self, prompt: int, wanted: int, reason: str) -> AsyncIterator[int]:
        """1, 2, … up to `wanted`, each when the token is due. A caller who leaves frees the place."""
        asked, told = self.engine.add(prompt, wanted, self._now())
        self._told[asked] = asyncio.Queue()
        self.metrics.prompt_tokens += prompt
        self._hand_out(told)
        try:
            for number in range(1, wanted + 1):
                await self._told[asked].get()
                yield number
        finally:
            del self._told[asked]
            self._before.pop(asked, None)
            self._hand_out(self.engine.drop(asked, self._now()))
            self.metrics.finish(asked, reason if asked.given >= wanted else "abort")

    async def watch(self) -> None:
        """Measure how late the loop is, for ever: every 10 ms, against absolute times."""
        due = self.loop.time()
        while True:
            due += WATCH_S
            await asyncio.sleep(due - self.loop.time())
            late = self.loop.time() - due
            self.metrics.observe("atlas_simulator:event_loop_lag_seconds", max(0.0, late))
            due = max(due, self.loop.time() - WATCH_S)

    def _now(self) -> float:
        return (self.loop.time() - self._began) * self.speed

    def _tick(self) -> None:
        self._timer = None
        self._hand_out(self.engine.advance(self._now()))

    def _hand_out(self, told: Iterable[Given]) -> None:
        for asked, number, at in told:
            self.metrics.generation_tokens += 1
            if number == 1:
                self.metrics.observe("vllm:time_to_first_token_seconds", at - asked.arrived)
            elif asked in self._before:
                self.metrics.observe("vllm:inter_token_latency_seconds", at - self._before[asked])
            if asked in self._told:
                self._told[asked].put_nowait(None)
                self._before[asked] = at
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.engine.due()
        if due < math.inf:
            self._timer = self.loop.call_at(self._began + due / self.speed, self._tick)

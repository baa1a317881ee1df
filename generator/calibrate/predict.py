"""Predictions of measured points through the engine's service curves: what the planner would have said.

A service curve knows neither burst nor queue, a measurement in closed loop has both: physics tells how they
differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from generator.calibrate.points import Measured, end_to_end_ms, throughput
from wasm_tools.performance.closed_loop import closed_first_token_ms, closed_residual
from wasm_tools.performance.physics import first_token_ms, tpot_ms
from wasm_tools.performance.prediction import NEW_GPU, Book, Refusal, curve, pace_of, prepared
from wasm_tools.performance.service_curve import at, bands_at, evidence_at

METRICS = ("tpot", "first_token", "throughput", "end_to_end")


@dataclass(frozen=True, slots=True)
class Predicted:
    """A measured point beside its prediction; `tier` is the evidence the engine would state, `band` whose band."""

    point: Measured
    tier: str
    band: str
    tpot_ms: float
    first_token_ms: float

    def pair(self, metric: str) -> tuple[float, float]:
        """Predicted and measured value of a metric."""
        p = self.point
        if metric == "tpot":
            return self.tpot_ms, p.tpot_ms
        if metric == "first_token":
            return self.first_token_ms, p.first_token_ms
        of = throughput if metric == "throughput" else end_to_end_ms
        return of(p, self.first_token_ms, self.tpot_ms), of(p, p.first_token_ms, p.tpot_ms)


def predictions(points: Sequence[tuple[Measured, float]], by: Book) -> list[Predicted]:
    """The predictions of points, each with the requests that its memory has room for."""

    def one_curve(pair: tuple[Measured, float]) -> tuple[object, ...]:
        return (*pair[0].curve, pair[0].configuration.model, pair[0].prompt, pair[0].answer)

    found = []
    for _, rows in groupby(sorted(points, key=one_curve), key=one_curve):
        chosen = list(rows)
        first = chosen[0][0]
        ready = prepared(first.configuration, by)
        if isinstance(ready, Refusal):
            raise ValueError(f"{first.configuration}: {ready.reason}")
        served = curve(ready, first.prompt, first.answer, 0.0, by)
        physics = pace_of(ready, first.prompt, first.answer)
        engine = by.calibration.engines[first.configuration.engine]
        burst = engine.get(f"burst.{first.origin}", 0.0)
        for p, room in chosen:
            first_token, tpot = at(served, p.concurrency)
            closed = closed_first_token_ms(physics, p.concurrency, room, engine["waiting"], burst)
            tier = evidence_at(served, p.concurrency)
            found.append(
                Predicted(
                    p,
                    NEW_GPU if tier == "modelled" and ready.new_gpu else tier,
                    bands_at(served, p.concurrency).of,
                    tpot * tpot_ms(physics, room) / tpot_ms(physics, p.concurrency),
                    closed * math.exp(closed_residual(math.log(first_token / first_token_ms(physics, p.concurrency)))),
                )
            )
    return found

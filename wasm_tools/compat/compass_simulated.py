"""Times of the simulator behind Compass' benchmark rows (BLIS), from its coefficients: the `simulated` tier.

With P prompt and O output tokens, λ requests/s and times in µs: ρ = λ·β1·P/10⁶; step = (β0 + β2·n)/(1 − ρ) with
n = λ·O·step/10⁶ requests in flight; ITL = step + α2; TTFT = α0 + α1·P + β0 + β1·P·(1 + ρ/(2(1 − ρ))) + β2·n +
½·step·min(1, n) + α2; E2E = TTFT + (O − 1)·ITL. Not measured: α2 adds latency without slowing the engine, so saturation
comes out too late, and some keys are faster than their memory allows; those are refused.
"""

import math
from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError

MOST_BUSY = 0.98  # beyond it the stored rows are saturated and the formula no longer follows them
TIER = "simulated"


@dataclass(frozen=True, slots=True)
class Coefficients:
    """One key of the table: α in µs, µs per token, µs; β in µs, µs per token, µs per request; loss of the fit.

    `weight_read_ms` is the least time to read the active weights once, bytes / (TP · bandwidth); None: not known.
    """

    model: str
    gpu: str
    tensor_parallel: int
    alpha: tuple[float, float, float]
    beta: tuple[float, float, float]
    kv_blocks: int
    loss: float
    weight_read_ms: float | None = None

    @property
    def impossible(self) -> bool:
        """Whether one request alone would get its tokens faster than the weights can be read."""
        least_ms = (self.beta[0] + self.beta[2] + self.alpha[2]) / 1e3
        return self.weight_read_ms is not None and least_ms < self.weight_read_ms


@dataclass(frozen=True, slots=True)
class SimulatedTimes:
    """Mean times in ms, share of the time spent on prompts (ρ), requests in flight, and the loss as confidence."""

    ttft_ms: float
    itl_ms: float
    e2e_ms: float
    prefill_share: float
    in_flight: float
    loss: float
    tier: str = TIER


def simulated_times(key: Coefficients, isl: int, osl: int, rate: float) -> SimulatedTimes:
    """Mean times of one replica at `rate` requests/s.

    Raises InputError for bad lengths or rates, for a saturated engine and for a key that violates the roofline.
    """
    if key.impossible:
        raise InputError("key", f"{key.model} on {key.tensor_parallel} x {key.gpu} is simulated faster than its memory")
    if isl < 1 or osl < 1:
        raise InputError("isl" if isl < 1 else "osl", "a request has at least one token each way")
    if not 0 < rate < math.inf:
        raise InputError("rate", f"{rate!r} is not a rate above 0 requests/s")
    a0, a1, a2 = key.alpha
    b0, b1, b2 = key.beta
    busy = rate * b1 * isl / 1e6
    # n = λ·O·step/1e6 and step = (β0 + β2·n)/(1 − ρ) are linear in n, so the fixed point has a closed form.
    per_request = rate * osl / 1e6 / (1 - busy) if busy < 1 else math.inf
    if busy >= MOST_BUSY or per_request * b2 >= 1:
        raise InputError("rate", f"{rate:g} requests/s saturate the simulated engine; ask for less or add replicas")
    in_flight = per_request * b0 / (1 - per_request * b2)
    step = (b0 + b2 * in_flight) / (1 - busy)
    itl = step + a2
    prefill = b1 * isl * (1 + busy / (2 * (1 - busy)))
    ttft = a0 + a1 * isl + b0 + prefill + b2 * in_flight + step * min(1.0, in_flight) / 2 + a2
    e2e = ttft + (osl - 1) * itl
    return SimulatedTimes(ttft / 1e3, itl / 1e3, e2e / 1e3, busy, in_flight, key.loss)

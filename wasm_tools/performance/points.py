"""Measured points: what one serving configuration took at one concurrency."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class BenchmarkPoint:
    """One measured point in closed loop: `concurrency` requests stay in flight on one replica.

    `isl` and `osl` are nominal tokens of prompt and output. `ttft_ms` and `tpot_ms` are the `statistic` (mean) of
    time to first token and of time per further output token, in milliseconds. `origin` is infx (SemiAnalysis
    InferenceX, whose true lengths are about 0.9 of the nominal ones) or nvint (NVIDIA internal sweep).
    """

    model: str  # upstream path, for example meta-llama/Llama-3.1-70B
    precision: str
    gpu: str  # upstream system name, for example h100_sxm
    engine: str
    engine_version: str  # empty when not stated
    tp: int
    ep: int
    isl: int
    osl: int
    concurrency: int
    ttft_ms: float
    tpot_ms: float
    statistic: str
    origin: str
    measured: str  # ISO date, empty when not stated
    note: str = ""

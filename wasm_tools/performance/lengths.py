"""Token lengths of requests: mean, spread and the quantiles that percentiles of latency need."""

import math
from dataclasses import dataclass

from wasm_tools.workload.traffic import InputError, Workload


@dataclass(frozen=True, slots=True)
class TokenSpread:
    """Tokens of one side of a stream of requests: the mean, the coefficient of variation and the quantiles
    at p50, p90, p95 and p99. `fixed(n)` is a stream in which every request has n tokens."""

    mean: float
    cv: float
    quantiles: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        values = (self.mean, self.cv, *self.quantiles)
        if not all(math.isfinite(v) for v in values) or self.mean <= 0 or self.cv < 0:
            raise InputError("lengths", f"{self!r} needs finite figures, a mean above 0 and a variation of 0 or more")
        if list(self.quantiles) != sorted(self.quantiles) or self.quantiles[0] < 0:
            raise InputError("lengths", f"the quantiles {self.quantiles} must rise from p50 to p99")

    def scaled_to(self, mean: float) -> "TokenSpread":
        """The same shape of distribution around another mean."""
        factor = mean / self.mean
        p50, p90, p95, p99 = self.quantiles
        return TokenSpread(mean, self.cv, (p50 * factor, p90 * factor, p95 * factor, p99 * factor))


@dataclass(frozen=True, slots=True)
class Lengths:
    """Prompt and output tokens of a stream of requests."""

    prompt: TokenSpread
    output: TokenSpread


def fixed(tokens: float) -> TokenSpread:
    """Every request has the same number of tokens."""
    return TokenSpread(tokens, 0.0, (tokens, tokens, tokens, tokens))


def fixed_lengths(prompt_tokens: float, output_tokens: float) -> Lengths:
    """Every request has the same prompt and output length."""
    return Lengths(fixed(prompt_tokens), fixed(output_tokens))


def lengths_of(workload: Workload) -> Lengths:
    """The lengths of a workload; every request alike where only means are given."""
    return workload.lengths or fixed_lengths(workload.prompt_tokens, workload.output_tokens)

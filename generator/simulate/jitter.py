"""How much one simulated request differs from the next: the measured tails, drawn from a seed."""

import math
from statistics import NormalDist

from wasm_tools.performance.open_loop import Tails
from wasm_tools.uncertainty.arrivals import pace_of, slopes
from wasm_tools.uncertainty.randomness import Random, generator

BLOCK = 64  # requests
_normal = NormalDist()


class Jitter:
    """Factors on first token and pace of one request after another.

    Scores are stratified: of each 64 requests one falls into every 64th of the distribution, in random order, so that
    a few hundred requests already have the measured percentiles.
    """

    def __init__(self, tails: Tails, seed: int) -> None:
        """Raises InputError for a seed that is none."""
        self.rng, self.sigma, self.slopes = generator(seed), tails.ttft_sigma, slopes(tails.tpot)
        self._first, self._pace = list[float](), list[float]()

    def following(self) -> tuple[float, float]:
        """Factors with mean 1 on the first token, log-normal, and on the gaps, through the measured quantiles."""
        if not self._first:
            self._first, self._pace = _scores(self.rng), _scores(self.rng)
        sigma = self.sigma
        return math.exp(sigma * (self._first.pop() - sigma / 2)), pace_of(self.slopes, self._pace.pop())


def _scores(rng: Random) -> list[float]:
    found = [_normal.inv_cdf((place + max(rng.random(), 1e-9)) / BLOCK) for place in range(BLOCK)]
    rng.shuffle(found)
    return found

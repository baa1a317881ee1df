"""What a plan was priced for: its latency bounds, its load, and the times predicted at that load."""

import math
from dataclasses import dataclass, fields

from wasm_tools.manifests.runtimes import ManifestError

_SHORTEST_MS = 1.0  # a bound below: its histogram edges would need an exponent


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Bounds, load and prediction of a plan; part of its content, so of its id.

    Numbers are rounded to nine significant digits, which is what every Python agrees on. Raises ManifestError naming
    the field.
    """

    percentile: int  # at which the bounds hold and the times are predicted, 95 for p95
    ttft_ms: float  # bounds of the SLO
    itl_ms: float
    e2e_ms: float
    peak_qps: float  # requests/s the plan was priced for
    replica_qps: float  # capacity of one replica within the SLO
    predicted_ttft_ms: float  # at the percentile and load
    predicted_itl_ms: float
    predicted_e2e_ms: float
    prefill_tokens_per_s: float = 0.0  # of one replica; 0: unknown

    def __post_init__(self) -> None:
        if isinstance(self.percentile, bool) or not isinstance(self.percentile, int) or not 50 <= self.percentile < 100:
            raise ManifestError(f"targets.percentile: {self.percentile!r} is not a whole number from 50 to 99")
        for name in (f.name for f in fields(self) if f.name != "percentile"):
            value = getattr(self, name)
            least = _SHORTEST_MS if name in ("ttft_ms", "itl_ms", "e2e_ms") else 0.0
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
                raise ManifestError(f"targets.{name}: {value!r} is not a finite number of at least {least:g}")
            if value == 0 and name != "prefill_tokens_per_s":
                raise ManifestError(f"targets.{name}: give a number above 0")
            object.__setattr__(self, name, float(f"{value:.9g}"))

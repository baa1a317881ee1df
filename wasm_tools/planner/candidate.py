"""Candidates: possible plans with the figures that ranking needs. Most are never shown, so they are described late."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wasm_tools.performance.observations import Misses
from wasm_tools.planner.plan import Plan

QUALIFIED = ("met", "likely")  # statuses that count as meeting the target
STATUSES = ("met", "likely", "near", "unknown", "missed")


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Candidate:
    """A possible plan, priced and judged.

    `usd_per_month` is a float for ordering; the described plan has the exact amount. `risk` is the share that is added
    to the cost when plans are compared for a recommendation, `cost_error` the relative half-width of what the cost may
    really be. Latencies are None where nobody measured or modelled them. `quality` is the rank of the capability
    class, `score` the use case's first benchmark where one is published. `dependable` is False for capacity that can
    be taken away.
    """

    usd_per_month: float
    id: str
    kind: str
    model: str
    provider: str
    status: str
    dependable: bool
    risk: float
    cost_error: float
    ttft_ms: float | None
    e2e_ms: float | None
    quality: int
    score: float | None
    gpus: int
    misses: Misses  # bounds that are exceeded, and by what factors
    describe: Callable[["Candidate"], Plan]
    of: Any  # what it is described from

    def described(self) -> Plan:
        """The plan in full."""
        return self.describe(self)

    @property
    def qualifies(self) -> bool:
        """Whether the target counts as met."""
        return self.status in QUALIFIED

    @property
    def adjusted(self) -> float:
        """Monthly cost with the risk added: what recommendations compare. It depends on no other candidate."""
        return self.usd_per_month * (1.0 + self.risk)

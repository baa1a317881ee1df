"""How many replicas: for the peak, for an availability, and hour by hour when their number follows the load."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wasm_tools.performance.capacity import Capacity
from wasm_tools.workload.traffic import InputError

ROUNDING = 1e-9  # a peak of exactly two capacities needs two replicas
MAX_REPLICAS = 1_000_000


@dataclass(frozen=True, slots=True)
class ReplicaCount:
    """Replicas that carry the peak, and those on top so that enough of them are up."""

    carrying: int
    spare: int
    availability: float | None  # the chance that at least `carrying` are up; None when no node availability was given

    @property
    def total(self) -> int:
        """All replicas to pay for at the peak."""
        return self.carrying + self.spare


@dataclass(frozen=True, slots=True)
class Scaling:
    """Replicas that follow a day: fewest, most, the mean that is paid for, and the rule in words."""

    minimum: int
    maximum: int
    mean: float
    target_in_flight: float  # per replica
    rule: str


def replicas_for(
    peak_rate: float,
    rate_per_replica: float,
    headroom: float = 1.0,
    *,
    spare: int = 0,
    availability: float | None = None,
    node_availability: float | None = None,
) -> ReplicaCount:
    """Replicas for `headroom` times the peak rate, never fewer than one.

    `spare` of 1 is N + 1. A target `availability` asks for as many spares as make the chance that enough replicas are
    up at least that, each being up with `node_availability` independently of the others (binomial). Faults that many
    nodes share are not in it.
    """
    for name, value in (("peak_qps", peak_rate), ("capacity", rate_per_replica), ("headroom", headroom)):
        if not math.isfinite(value) or value <= 0:
            raise InputError(name, f"{value!r} is not a number above 0")
    if headroom < 1:
        raise InputError("headroom", f"{headroom:g} plans for less than the peak; it must be 1 or more")
    if spare < 0:
        raise InputError("spare", f"{spare} spare replicas; 0 or more")
    carrying = carrying_replicas(peak_rate, rate_per_replica, headroom)
    if carrying > MAX_REPLICAS:
        raise InputError(
            "peak_qps", f"{carrying:,} replicas would be needed; more than {MAX_REPLICAS:,} are not planned"
        )
    if node_availability is None:
        if availability is not None:
            raise InputError("node_availability", "an availability target needs the availability of a single node")
        return ReplicaCount(carrying, spare, None)
    if not 0 < node_availability < 1:
        raise InputError("node_availability", f"{node_availability!r} is not a share between 0 and 1, such as 0.995")
    if availability is not None and not 0 < availability < 1:
        raise InputError("availability", f"{availability!r} is not a share between 0 and 1, such as 0.999")
    if availability is not None and availability > 0.5:  # then at least the failures of an average moment are replaced
        spare = max(spare, int(carrying * (1 - node_availability)))
    reached = chance_enough_are_up(carrying + spare, carrying, node_availability)
    while availability is not None and reached < availability:
        spare += 1
        reached = chance_enough_are_up(carrying + spare, carrying, node_availability)
    return ReplicaCount(carrying, spare, reached)


def carrying_replicas(peak_rate: float, rate_per_replica: float, headroom: float) -> int:
    """The replicas that carry `headroom` times the peak rate; nothing is checked, as an answer asks thousands."""
    return max(1, math.ceil(peak_rate * headroom / rate_per_replica - ROUNDING))


def chance_enough_are_up(total: int, needed: int, node_availability: float) -> float:
    """The chance that at least `needed` of `total` nodes are up: at most total − needed failures, binomial."""
    up, down = math.log(node_availability), math.log1p(-node_availability)
    ways = math.lgamma(total + 1)
    terms = (
        math.exp(ways - math.lgamma(k + 1) - math.lgamma(total - k + 1) + k * down + (total - k) * up)
        for k in range(total - needed + 1)
    )
    return min(1.0, math.fsum(terms))


def scaling(
    hourly_peaks: Sequence[float], capacity: Capacity, headroom: float = 1.0, spare: int = 0, lead_hours: int = 1
) -> Scaling:
    """Replicas hour by hour for the peaks of a day (see `patterns.hourly_peaks`), and the rule that follows them.

    A replica needs time to start, so each hour has what the following `lead_hours` need as well. The rule holds the
    requests in flight per replica at those of its capacity, divided by the headroom: with more of them the service
    would slip out of its bounds.
    """
    if not hourly_peaks:
        raise InputError("hourly", "a day needs at least one hour")
    needed = [
        replicas_for(rate, capacity.rate, headroom, spare=spare).total if rate > 0 else 1 + spare
        for rate in hourly_peaks
    ]
    hours = len(needed)
    running = [max(needed[(h + ahead) % hours] for ahead in range(lead_hours + 1)) for h in range(hours)]
    target = capacity.in_flight / headroom
    ahead = f" Start replicas {lead_hours} h before the daily rise needs them." if lead_hours else ""
    rule = (
        f"Keep about {target:.3g} requests in flight per replica: add one above that, remove one when the rest would"
        f" stay below it; never fewer than {min(running)} nor more than {max(running)} replicas.{ahead}"
    )
    return Scaling(min(running), max(running), sum(running) / hours, target, rule)

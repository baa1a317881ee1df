"""What a simulation has to know of a plan: its replicas, how they serve, how they come and go, what they cost."""

import math
from dataclasses import dataclass

from wasm_tools.performance.lengths import Lengths, lengths_of
from wasm_tools.performance.open_loop import Replica, Tails
from wasm_tools.performance.service_curve import at
from wasm_tools.planner.holding import load_seconds
from wasm_tools.planner.plan import significant
from wasm_tools.uncertainty.chosen_plan import ChosenPlan

DIGITS = 9  # of times by load: the same in every Python
STABLE_S = 300.0  # Kubernetes keeps a replica that long before it scales down (stabilizationWindowSeconds)


@dataclass(frozen=True, slots=True)
class Service:
    """Seconds of a first token and of a further token by the requests in service, from none to `slots`."""

    slots: int
    first_s: tuple[float, ...]
    token_s: tuple[float, ...]
    prefill_s: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """How replicas come and go. `target` requests in the system per replica; equal bounds mean that they stay."""

    least: int
    most: int
    target: float
    start_s: float
    down_delay_s: float
    check_s: float
    pays_start: bool = True


@dataclass(frozen=True, slots=True)
class SimulatedPlan:
    """Everything but the traffic. `usd_per_hour` is that of one replica, None where nobody states it."""

    service: Service
    scaling: Scaling
    lengths: Lengths
    tails: Tails
    usd_per_hour: float | None
    way_s: float = 0.0  # between users and machines, part of the first token and of the whole


def service_of(r: Replica) -> Service:
    """The service of a replica as a table. A prefill takes no longer than the replica evidently sustains."""
    slots = max(1, math.floor(r.slots))
    pairs = [at(r.curve, max(n, 1)) for n in range(slots + 1)]
    return Service(
        slots,
        tuple(significant(first / 1000, DIGITS) for first, _ in pairs),
        tuple(significant(gap / 1000, DIGITS) for _, gap in pairs),
        significant(r.prefill_ms / 1000, DIGITS),
    )


def simulated(of: ChosenPlan) -> SimulatedPlan:
    """The plan with its own scaling; InputError for an API.

    Replicas that the plan keeps stay. Those that follow the load are started on the requests in the system, held at
    those of the planned capacity divided by the headroom; serverless ones sleep after the provider's keep-warm time.
    """
    sized, hosting, held = of.sized, of.catalogue.hosting, of.plan.capacity
    least, most = (held.replicas_min, held.replicas_max) if held else (sized.replicas, sized.replicas)
    start, delay, pays = hosting.value("start_machine_s"), STABLE_S, True
    if of.plan.kind == "serverless":
        terms = hosting.serverless_terms(of.plan.provider)
        start, delay, pays = terms.start_s, terms.keep_warm_s, terms.bills_start
    target = sized.served.capacity.in_flight / of.catalogue.policy.headroom
    scaling = Scaling(
        least, most, max(1.0, target), start + load_seconds(of.catalogue, sized), delay, 15.0, pays_start=pays
    )
    return SimulatedPlan(
        service_of(sized.served.replica), scaling, lengths_of(of.question.workload), sized.served.replica.traffic.tails,
        _usd_per_hour(of, most), of.question.network_ms / 1000,
    )  # fmt: skip


def _usd_per_hour(of: ChosenPlan, most: int) -> float | None:
    """What a replica costs an hour: of kept machines its part of the plan, else its GPUs at the price of the offer."""
    held, sized = of.candidate.of[1], of.sized
    follows = of.plan.kind == "serverless" or "following" in getattr(held, "variant", "")
    if not follows:
        return float(of.plan.usd_per_hour) / most
    rental = of.rental
    gpus = of.plan.configuration.gpus if of.plan.configuration else sized.busy_gpus
    return float(rental.price) * gpus / most

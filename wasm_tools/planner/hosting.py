"""What it costs to keep replicas on rented GPUs: whole machines, commitments, following the load, idle capacity."""

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from wasm_tools.planner.checks import count, not_negative
from wasm_tools.planner.rentals import Rental, Term
from wasm_tools.workload.traffic import HOURS_PER_MONTH, InputError


@dataclass(frozen=True, slots=True)
class Fleet:
    """The GPUs that replicas occupy over the hours of a load pattern, on machines of one size."""

    replicas_min: int
    replicas_max: int
    gpus_per_replica: int
    machine: int  # GPUs that are taken and given back together
    gpus_max: int  # at the busiest hour
    gpu_hours: int  # of one pass of the pattern, when machines follow the load
    hours: int  # of one pass of the pattern
    starts: int  # machine starts in one pass of the pattern

    @property
    def varies(self) -> bool:
        """Whether fewer machines are needed at some hours than at others."""
        return self.gpu_hours < self.gpus_max * self.hours


def paid_gpus(replicas: int, gpus_per_replica: int, machine: int) -> int | None:
    """GPUs to pay for when they come in machines of `machine`; None when a replica does not fit into one machine.

    With 1, GPUs are sold singly or nobody says: then only those in use are paid for. A replica never spans machines.
    """
    if machine == 1:
        return replicas * gpus_per_replica
    per_machine = machine // gpus_per_replica
    return machine * -(-replicas // per_machine) if per_machine else None


@lru_cache(maxsize=8192)  # thousands of configurations need one of a few hundred patterns of replicas
def fleet(needed: tuple[int, ...], gpus_per_replica: int, machine: int) -> Fleet | None:
    """The fleet for `needed` replicas in each hour of a pattern; None when a replica does not fit into one machine.

    `needed` has one number an hour (a day has 24, a steady load one). Machines hold `machine` GPUs, see `paid_gpus`.
    Raises InputError for an empty pattern.
    """
    if not needed:
        raise InputError("needed", "the pattern has no hours; give the replicas of at least one")
    count("needed", min(needed))
    count("gpus_per_replica", gpus_per_replica)
    count("machine", machine)
    if paid_gpus(1, gpus_per_replica, machine) is None:
        return None
    gpus = [paid_gpus(replicas, gpus_per_replica, machine) or 0 for replicas in needed]
    unit = gpus_per_replica if machine == 1 else machine
    return Fleet(
        replicas_min=min(needed),
        replicas_max=max(needed),
        gpus_per_replica=gpus_per_replica,
        machine=unit,
        gpus_max=max(gpus),
        gpu_hours=sum(gpus),
        hours=len(gpus),
        starts=sum(max(0, now - before) for before, now in pairwise([gpus[-1], *gpus])) // unit,
    )


def fixed_gpu_hours(fleet: Fleet) -> Decimal:
    """GPU-hours of a month in which the machines of the busiest hour are kept all the time."""
    return Decimal(fleet.gpus_max * HOURS_PER_MONTH)


def following_gpu_hours(fleet: Fleet, start_seconds: float, per_second: bool) -> Decimal:
    """GPU-hours of a month in which machines follow the load; never more than keeping them.

    Each start is paid from `start_seconds` before it serves: to the second, or in whole hours where billing is by the
    hour; 0 for a pattern that has its replicas up early enough. Its hours are whole, so hourly billing adds no more.
    """
    not_negative("start_seconds", start_seconds)
    early = Decimal(repr(start_seconds)) / 3600 if per_second else Decimal(math.ceil(start_seconds / 3600))
    one_pass = fleet.gpu_hours + fleet.starts * fleet.machine * early
    return min(one_pass * HOURS_PER_MONTH / fleet.hours, fixed_gpu_hours(fleet))


@dataclass(frozen=True, slots=True)
class HostingCost:
    """What replicas cost a month, and how much of it pays for capacity that the load does not use."""

    usd_per_month: Decimal
    usd_idle: Decimal
    idle_share: float
    gpus: int  # paid for at the busiest hour
    replicas_min: int
    replicas_max: int
    follows_load: bool
    term_usd: Decimal | None  # owed for the whole commitment from the first day; None without one
    words: tuple[str, ...]

    @property
    def usd_per_hour(self) -> Decimal:
        """Mean cost per hour over the month of 730 h."""
        return self.usd_per_month / HOURS_PER_MONTH


def can_follow(term: Term, fleet: Fleet) -> bool:
    """Whether giving machines back saves anything: the term allows it and the pattern needs fewer at some hours."""
    return term.elastic and fleet.varies


def hosting_cost(
    rental: Rental, term: Term, fleet: Fleet, mean_load: float, start_seconds: float, follow: bool
) -> HostingCost:
    """The monthly cost of a fleet on one rental offer; `follow` gives machines back when the load falls.

    `mean_load` is the mean rate divided by the rate that one replica can serve; idle is what is paid for beyond the
    GPUs which that would keep fully busy. `start_seconds` is the time from ordering a machine until its replica serves.
    Raises InputError when following is not possible.
    """
    not_negative("mean_load", mean_load)
    if follow and not can_follow(term, fleet):
        why = "every hour needs as many machines" if term.elastic else "every hour is paid for"
        raise InputError("follow", f"{term.title}: {why}, so machines cannot follow the load")
    by_second = rental.per_second is True
    hours = following_gpu_hours(fleet, start_seconds, by_second) if follow else fixed_gpu_hours(fleet)
    cost = rental.price * hours
    idle = max(0.0, 1.0 - mean_load * fleet.gpus_per_replica * HOURS_PER_MONTH / float(hours))
    return HostingCost(
        usd_per_month=cost,
        usd_idle=cost * Decimal(repr(idle)),
        idle_share=idle,
        gpus=fleet.gpus_max,
        replicas_min=fleet.replicas_min if follow else fleet.replicas_max,
        replicas_max=fleet.replicas_max,
        follows_load=follow,
        term_usd=cost * term.months if term.months else None,
        words=_words(rental, term, fleet, hours, by_second, follow),
    )


def _words(rental: Rental, term: Term, fleet: Fleet, hours: Decimal, by_second: bool, follow: bool) -> tuple[str, ...]:
    words = [f"${rental.price:f} per GPU-hour × {hours.normalize():,f} GPU-hours a month"]
    if follow:
        early = "to the second" if by_second else "in whole hours"
        words.append(
            f"{fleet.replicas_min} to {fleet.replicas_max} replicas follow the load; each start is paid {early}"
        )
    if rental.count > 1:
        in_use = fleet.replicas_max * fleet.gpus_per_replica
        spare = f", {fleet.gpus_max - in_use} without a replica" if fleet.gpus_max > in_use else ""
        words.append(f"rented as whole machines of {rental.count} GPUs: {fleet.gpus_max} GPUs{spare}")
    elif fleet.gpus_per_replica > 1:
        words.append(f"needs {fleet.gpus_per_replica} GPUs in one machine; the source does not say whether it has them")
    if rental.host == "no":
        words.append("CPU and memory of the machine are billed apart and not counted here")
    elif rental.host == "unknown":
        words.append("the source does not say whether CPU and memory of the machine are included")
    words.extend(text for text in (term.words, rental.note) if text)
    return tuple(words)


def break_even_month(once: Decimal, usd_per_month: Decimal, alternative_per_month: Decimal) -> Decimal | None:
    """Months until `once` plus a running cost is cheaper than an alternative without a first payment; None if never.

    once / (alternative − running): 60,000 / (11,972 − 182) = 5.1 months.
    """
    saved = alternative_per_month - usd_per_month
    return once / saved if saved > 0 else None


def months_until_reserved_pays(cost: HostingCost, term: Term, on_demand_per_month: Decimal) -> Decimal | None:
    """Months of use after which renting on demand would have cost more than the whole commitment.

    None when the commitment never pays within its own term. Raises InputError for a term without a commitment.
    """
    if cost.term_usd is None:
        raise InputError("term", f"{term.title} has no commitment that could pay off")
    month = break_even_month(cost.term_usd, Decimal(0), on_demand_per_month)
    return month if month is not None and month <= term.months else None

"""Ways to have the machines of a sized configuration, each with its monthly cost: rented, serverless, owned, bought."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.performance.memory import weight_bytes
from wasm_tools.performance.replicas import scaling
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.hosting import Fleet, can_follow, fleet, hosting_cost
from wasm_tools.planner.load import Load
from wasm_tools.planner.owned import OwnedCost, available, bought_cost, owned_cost
from wasm_tools.planner.plan import Capacity
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import Rental, machine_variant
from wasm_tools.planner.serverless import ServerlessLoad, serverless_cost
from wasm_tools.planner.sizing import Sized
from wasm_tools.workload.patterns import hourly_peaks

OWN = "own"  # the provider of hardware that the reader has or buys
ALL_TIMES = "at all times"


@dataclass(frozen=True, slots=True)
class Holding:
    """One way to have the machines. `usd_per_month` is exact; `breaks` says that cold starts break the target."""

    kind: str
    provider: str
    sku: str
    region: str
    variant: str  # tells several ways to use one offer apart, empty for the plain one
    usd_per_month: Decimal
    gpus: int
    capacity: Capacity
    words: tuple[str, ...]
    evidence: str
    families: int  # source families that state the price; 0 where it is an estimate
    age_days: int  # of the price
    breaks: bool = False
    once: Decimal = Decimal(0)  # paid or owed from the first day
    running: Decimal = Decimal(0)  # paid a month besides


def needed_hours(question: Question, sized: Sized, catalogue: Catalogue) -> tuple[int, ...]:
    """Replicas in each hour of the question's pattern; one number where there is none."""
    if question.pattern is None:
        return (sized.replicas,)
    peaks = hourly_peaks(question.pattern, question.workload.qps, question.workload.batchable_share)
    headroom, spare, rate = catalogue.policy.headroom, sized.spare, sized.served.capacity.rate
    return tuple(min(sized.replicas, max(1, math.ceil(p * headroom / rate - 1e-9)) + spare) for p in peaks)


def rented(question: Question, catalogue: Catalogue, sized: Sized, rental: Rental) -> Iterator[Holding]:
    """The machines of one rental offer for the whole month, and following the load where term and pattern allow it."""
    term = catalogue.hosting.terms[rental.kind]
    machines = _fleet(question, catalogue, sized, rental.count)
    if machines is None:
        return
    mean_load = question.workload.qps / sized.served.capacity.rate
    start = load_seconds(catalogue, sized) + catalogue.hosting.value("start_machine_s")
    for follow in (False, True)[: 1 + can_follow(term, machines)]:
        cost = hosting_cost(rental, term, machines, mean_load, start, follow)
        yield Holding(
            kind=rental.kind,
            provider=rental.provider,
            sku=rental.instance,
            region=rental.region,
            variant="-".join(filter(None, (machine_variant(rental.count), "following" if follow else ""))),
            usd_per_month=cost.usd_per_month,
            gpus=cost.gpus,
            capacity=Capacity(
                cost.replicas_min,
                cost.replicas_max,
                _rule(question, catalogue, sized, follow),
                cost.usd_idle,
                cost.idle_share,
            ),
            words=cost.words,
            evidence=rental.evidence,
            families=rental.families,
            age_days=rental.age_days,
            once=cost.term_usd or Decimal(0),
        )


def _fleet(question: Question, catalogue: Catalogue, sized: Sized, machine: int) -> Fleet | None:
    return fleet(needed_hours(question, sized, catalogue), sized.deployable.tensor_parallel, machine)


def _rule(question: Question, catalogue: Catalogue, sized: Sized, follow: bool) -> str:
    if not follow or question.pattern is None:
        number = sized.replicas
        return f"{number} replica{'' if number == 1 else 's'} {ALL_TIMES}"
    peaks = hourly_peaks(question.pattern, question.workload.qps, question.workload.batchable_share)
    return scaling(peaks, sized.served.capacity, catalogue.policy.headroom, sized.spare).rule


def load_seconds(catalogue: Catalogue, sized: Sized) -> float:
    """Seconds to load the weights of a replica, at the default rate of storage."""
    shape = catalogue.book.shapes[sized.deployable.model]
    return weight_bytes(shape, sized.deployable.precision) / catalogue.hosting.value("load_bytes_per_second")


def serverless(question: Question, catalogue: Catalogue, sized: Sized, load: Load, rental: Rental) -> Iterator[Holding]:
    """Serverless replicas that may all sleep, and with one always awake where cold starts would break the target."""
    terms = catalogue.hosting.serverless_terms(rental.provider)
    size = sized.deployable.tensor_parallel
    rates = (
        (question.workload.qps,)
        if question.pattern is None
        else tuple(question.workload.qps * factor for factor in question.pattern.hourly)
    )
    served = ServerlessLoad(
        rates, needed_hours(question, sized, catalogue), load.e2e_ms / 1000, sized.served.capacity.rate
    )
    for minimum in (0, 1):
        cost = serverless_cost(rental, terms, served, size, load_seconds(catalogue, sized), minimum)
        if cost is None:
            return
        slo = question.slo
        breaks = cost.breaks(slo.ttft_percentile or slo.percentile, slo.ttft_ms)
        yield Holding(
            kind="serverless",
            provider=rental.provider,
            sku=rental.instance,
            region=rental.region,
            variant=f"min{minimum}",
            usd_per_month=cost.usd_per_month,
            gpus=cost.gpus,
            capacity=Capacity(
                cost.replicas_min,
                cost.replicas_max,
                f"{cost.replicas_min} to {cost.replicas_max} replicas, started and stopped by the provider",
                cost.usd_idle,
                cost.idle_share,
            ),
            words=cost.words,
            evidence=rental.evidence,
            families=rental.families,
            age_days=rental.age_days,
            breaks=breaks,
        )
        if not breaks:
            return


def bought(question: Question, catalogue: Catalogue, sized: Sized) -> Iterator[Holding]:
    """Hardware that is bought for this, where a purchase price of the GPU is known."""
    cost = own_cost(question, catalogue, sized, "bought")
    if cost is not None and cost.usd_per_month is not None:
        price = catalogue.hosting.purchase[sized.deployable.gpu].usd
        own = _own(sized, "bought", cost.usd_per_month, _busy(question, sized), cost.words, f"{price}")
        yield replace(own, once=cost.purchase, running=cost.running or Decimal(0))


def own_cost(question: Question, catalogue: Catalogue, sized: Sized, kind: str) -> OwnedCost | None:
    """The cost of owned or bought hardware in its parts; None where the GPU's power or its price is not known."""
    gpu, busy = sized.deployable.gpu, _busy(question, sized)
    price, watts = catalogue.hosting.purchase.get(gpu), catalogue.gpus[gpu].tdp_w
    if watts is None or (kind == "bought" and price is None):
        return None
    site, power = catalogue.hosting.site(question.place or None, question.usd_per_kwh), Decimal(repr(watts))
    if kind == "bought" and price is not None:
        return bought_cost(sized.busy_gpus, power, busy, site, price.usd, price.source, price.estimate)
    return owned_cost(sized.busy_gpus, power, busy, site)


def bought_roughly(catalogue: Catalogue, sizes: Sequence[Sized], gpu: str) -> Iterator[tuple[float, Sized]]:
    """The configuration of fewest GPUs with an amount to order bought hardware by: price and power grow with GPUs."""
    price, watts = catalogue.hosting.purchase.get(gpu), catalogue.gpus[gpu].tdp_w
    if price is not None and watts is not None:
        sized = min(sizes, key=lambda s: (s.busy_gpus, -s.served.capacity.rate, s.deployable.tensor_parallel))
        yield (float(price.usd) + watts) * sized.busy_gpus, sized


def owned(question: Question, catalogue: Catalogue, sized: Sized) -> Iterator[Holding]:
    """GPUs that the reader has, if they carry the replicas: power, rack and maintenance, no amortisation."""
    gpu, count = sized.deployable.gpu, sized.deployable.tensor_parallel
    if not available(dict(question.inventory), gpu, count, sized.replicas, catalogue.gpus[gpu].gpus_per_node):
        return
    cost = own_cost(question, catalogue, sized, "owned")
    if cost is not None and cost.usd_per_month is not None:
        yield _own(sized, "owned", cost.usd_per_month, _busy(question, sized), cost.words, "")


def _busy(question: Question, sized: Sized) -> float:
    """Mean share of the time that the GPUs of all replicas work."""
    return min(1.0, question.workload.qps / (sized.served.capacity.rate * sized.replicas))


def _own(sized: Sized, kind: str, usd: Decimal, busy: float, words: tuple[str, ...], evidence: str) -> Holding:
    number = sized.replicas
    rule = f"{number} replica{'' if number == 1 else 's'} {ALL_TIMES}"
    idle = 1.0 - busy
    return Holding(
        kind, OWN, sized.deployable.gpu, "", "", usd, sized.busy_gpus,
        Capacity(number, number, rule, usd * Decimal(repr(idle)), idle), words, evidence, 0, 0,
    )  # fmt: skip

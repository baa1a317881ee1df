"""Training runs and GPU clusters: GPU-hours of a run, and the rentals that offer so many GPUs for so long."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.planner.checks import above_zero, count, share
from wasm_tools.planner.rentals import Rental, Term
from wasm_tools.workload.traffic import HOURS_PER_MONTH, InputError

FLOPS_PER_PARAMETER_AND_TOKEN = 6  # 2 forward, 4 backward: Kaplan et al. 2020, arXiv 2001.08361
BYTES_PER_PARAMETER = 16  # half-precision weights and gradients, Adam in single: Rajbhandari et al. 2019, 1910.02054
INTERCONNECTS = ("none", "machine", "network")
SERVING_ONLY = ("serverless",)  # no machine that one could train on


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A run on GPUs of one type."""

    gpu: str
    gpus: int
    gpu_hours: float
    hours: float  # on all the GPUs together
    words: str


def training_run(
    parameters: float, tokens: float, gpu: GpuCard, gpus: int, mfu: float, all_parameters: float | None = None
) -> TrainingRun | str:
    """GPU-hours of a run, 6 · parameters · tokens / (MFU · peak), or in words why this GPU cannot do it.

    `parameters` are those that one token passes, `all_parameters` all that are trained where experts make it more. The
    peak is dense BF16. All weights are trained: 16 bytes of state a parameter must fit into the memory of all GPUs
    together, and activations need room besides.
    """
    above_zero("parameters", parameters)
    above_zero("tokens", tokens)
    count("gpus", gpus)
    share("mfu", mfu, above=True)
    if gpu.bf16_flops is None:
        return "the data sheet does not state this GPU's BF16 peak"
    state = BYTES_PER_PARAMETER * (all_parameters or parameters)
    if state > gpus * gpu.memory_bytes:
        least = math.ceil(state / gpu.memory_bytes)
        return f"weights, gradients and optimiser state need at least {least} of these GPUs"
    gpu_hours = FLOPS_PER_PARAMETER_AND_TOKEN * parameters * tokens / (mfu * gpu.bf16_flops) / 3600
    words = (
        f"6 × {parameters:.3g} parameters × {tokens:.3g} tokens at {mfu:.0%} of"
        f" {gpu.bf16_flops / 1e12:,.0f} TFLOP/s BF16"
    )
    return TrainingRun(gpu.id, gpus, gpu_hours, gpu_hours / gpus, words)


@dataclass(frozen=True, slots=True)
class ClusterOffer:
    """One way to rent the GPUs of a cluster."""

    rental: Rental
    gpus: int  # paid for
    hours: float
    usd: Decimal
    words: tuple[str, ...]


def cluster(
    rentals: Iterable[Rental], terms: Mapping[str, Term], gpus: int, hours: float, interconnect: str
) -> tuple[tuple[ClusterOffer, ...], dict[str, int]]:
    """All rentals that give `gpus` GPUs for `hours`, cheapest first, and how many were left out for which reason.

    `interconnect`: `none` for work that splits into independent parts, `machine` when all GPUs must stand in one
    machine, `network` when whole machines work together over a fast network. A commitment is paid for its whole term.
    """
    count("gpus", gpus)
    above_zero("hours", hours, "number of hours")
    if interconnect not in INTERCONNECTS:
        raise InputError("interconnect", f"{interconnect!r} is not one of {', '.join(INTERCONNECTS)}")
    offers: list[ClusterOffer] = []
    left_out: dict[str, int] = {}
    for rental in rentals:
        found = _cluster_offer(rental, terms[rental.kind], gpus, hours, interconnect)
        if isinstance(found, str):
            left_out[found] = left_out.get(found, 0) + 1
        else:
            offers.append(found)
    offers.sort(key=lambda o: (o.usd, o.rental.provider, o.rental.instance, o.rental.region, o.rental.kind))
    return tuple(offers), left_out


def training_offers(
    parameters: float,
    tokens: float,
    cards: Collection[GpuCard],
    rentals: Iterable[Rental],
    terms: Mapping[str, Term],
    gpus: int,
    mfu: float,
    all_parameters: float | None = None,
) -> tuple[tuple[ClusterOffer, ...], dict[str, int]]:
    """The rentals for a training run on `gpus` GPUs of any of these types, cheapest first, and what was left out."""
    runs = {card.id: training_run(parameters, tokens, card, gpus, mfu, all_parameters) for card in cards}
    offers: list[ClusterOffer] = []
    left_out: dict[str, int] = {}
    for rental in rentals:
        run = runs.get(rental.gpu, "this GPU is not in the catalogue")
        if isinstance(run, str):
            left_out[run] = left_out.get(run, 0) + 1
            continue
        interconnect = "none" if gpus == 1 else "network"
        some, others = cluster((rental,), terms, gpus, run.hours, interconnect)
        offers.extend(some)
        for reason, number in others.items():
            left_out[reason] = left_out.get(reason, 0) + number
    offers.sort(key=lambda o: (o.usd, o.rental.provider, o.rental.instance, o.rental.region, o.rental.kind))
    return tuple(offers), left_out


def _cluster_offer(rental: Rental, term: Term, gpus: int, hours: float, interconnect: str) -> ClusterOffer | str:
    """The offer, or in words why this rental cannot be one."""
    if rental.kind in SERVING_ONLY:
        return "serverless GPUs are no machines to run a job on"
    if interconnect == "machine" and gpus > 1 and rental.count < gpus:
        return "the GPUs are not known to stand in one machine"
    if interconnect == "network" and rental.count == 1:
        return "no whole machines that could be joined by a network"
    paid = rental.count * math.ceil(gpus / rental.count)
    words = [f"${rental.price:f} per GPU-hour × {paid} GPUs"]
    billed = hours if rental.per_second else math.ceil(hours)
    if term.months:
        least = term.months * HOURS_PER_MONTH
        if hours < least:
            billed = least
            words.append(f"the whole {term.months} months of the commitment are paid for")
    elif not rental.per_second:
        words.append("started hours are counted whole")
    if interconnect == "network" and paid > rental.count:
        words.append("ask for the network between the machines: no source states it")
    if paid > gpus:
        words.append(f"{paid - gpus} GPUs more than asked for, because they come in machines of {rental.count}")
    words.extend(text for text in (term.words, rental.note) if text)
    usd = rental.price * paid * Decimal(repr(float(billed)))
    return ClusterOffer(rental, paid, hours, usd, tuple(words))

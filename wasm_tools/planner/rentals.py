"""Rented GPUs in every form they are sold, and the terms that come with each form."""

from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.policy import Policy, Risks, price_error, price_risks
from wasm_tools.workload.traffic import HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Term:
    """What comes with one form of renting. `commitment` is the form's name in rental offers, `kind` that of a plan."""

    kind: str
    commitment: str
    title: str
    months: int  # that are paid for, used or not; 0 without a commitment
    elastic: bool  # machines can be given back and taken again during the month
    dependable: bool  # the provider does not take the machine away while it is paid for
    words: str  # what a buyer has to know, empty where there is nothing
    max_age_days: int = 0  # a price that nobody has seen for longer is in no plan; 0 for the limit of all rentals


@dataclass(frozen=True, slots=True)
class Rental:
    """One GPU rental price, $/GPU-hour. `kind` is that of a `Term`: rented (on demand), spot, reserved-1y, serverless …

    `count` GPUs are rented as one machine; 1 where they are sold singly or nobody says. None and "unknown" mean that
    no source says.
    """

    provider: str
    instance: str
    gpu: str
    region: str
    kind: str
    price: Decimal
    evidence: str
    count: int = 1
    host: str = "unknown"  # the price includes CPU and memory of the machine: yes, no, unknown
    per_second: bool | None = None  # billed by the second rather than by the hour
    scale_to_zero: bool | None = None
    families: int = 1  # source families that state this price
    note: str = ""  # what has to be known about this price, in words
    age_days: int = 0  # since a source last stated it


@dataclass(frozen=True, slots=True)
class PlainRental:
    """A rental as it is compared with others."""

    rental: Rental
    provider: str
    instance: str
    month: float  # USD per GPU
    place: str  # the part of a plan's id that is of the offer
    risks: Risks  # of its price
    error: float  # of its price, relative


def plain_rental(rental: Rental, policy: Policy) -> PlainRental:
    """A rental made ready."""
    r = rental
    return PlainRental(
        r,
        r.provider,
        r.instance,
        float(r.price) * HOURS_PER_MONTH,
        f"{r.kind}:{r.provider}:{place_name(r.instance, r.region, machine_variant(r.count))}",
        price_risks(r.families, r.age_days, policy),
        price_error(r.families, policy),
    )


def machine_variant(count: int) -> str:
    """How an offer of machines with `count` GPUs is told from one of single GPUs under the same name."""
    return f"{count}x" if count > 1 else ""


def place_name(*parts: str) -> str:
    """SKU, region and variant as a part of an id, the empty ones left out."""
    return "".join([f"{part}:" for part in parts if part])

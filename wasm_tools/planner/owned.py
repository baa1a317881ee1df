"""Owned and bought hardware: power, rack, maintenance, amortisation, and the month at which buying pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.checks import above_zero, count, not_negative, share
from wasm_tools.planner.hosting import break_even_month
from wasm_tools.workload.traffic import HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Electricity:
    """An industrial price of electricity in a country or a state of the USA."""

    code: str
    name: str
    usd_per_kwh: Decimal
    period: str
    source: str


@dataclass(frozen=True, slots=True)
class PurchasePrice:
    """What one GPU cost to buy when a source named a price."""

    gpu: str
    usd: Decimal
    year: int
    source: str
    estimate: bool


@dataclass(frozen=True, slots=True)
class Site:
    """Where owned hardware stands. Shares are of the GPUs' rated power; money is US dollars.

    `usd_per_kwh` is None when nobody states a power price: then no cost in dollars is claimed.
    """

    usd_per_kwh: Decimal | None
    pue: Decimal  # power of the whole site / power of the machines
    host_share: Decimal  # power of CPU, memory, network and fans, drawn all the time
    rack_usd_per_kw: Decimal  # a month, for each kW of machine power that the rack must provide
    maintenance_share: Decimal  # of the purchase price, a year
    amortisation_months: int

    def __post_init__(self) -> None:
        if self.usd_per_kwh is not None:
            not_negative("usd_per_kwh", self.usd_per_kwh, "price")
        for name in ("host_share", "rack_usd_per_kw", "maintenance_share"):
            not_negative(name, getattr(self, name))
        above_zero("pue", self.pue)
        count("amortisation_months", self.amortisation_months)


def power_usd_per_month(gpus: int, watts: Decimal, utilisation: float, site: Site) -> Decimal | None:
    """Dollars of electricity a month; None without a power price.

    GPUs × rated power × (utilisation + host share) × PUE × 730 h × $/kWh. Four GPUs of 400 W at full load, PUE 1.3 and
    $0.12 with no host share: 4 × 0.4 kW × 1.3 × 730 h × $0.12 = $182.
    """
    count("gpus", gpus)
    above_zero("watts", watts, "power")
    share("utilisation", utilisation)
    if site.usd_per_kwh is None:
        return None
    kilowatts = gpus * watts / 1000 * (Decimal(repr(utilisation)) + site.host_share) * site.pue
    return kilowatts * HOURS_PER_MONTH * site.usd_per_kwh


@dataclass(frozen=True, slots=True)
class OwnedCost:
    """The monthly cost of GPUs that one owns or buys, in its parts. `usd_per_month` is None without a power price."""

    usd_per_month: Decimal | None
    gpus: int
    power: Decimal | None
    rack: Decimal
    maintenance: Decimal
    amortisation: Decimal
    purchase: Decimal  # paid at once; 0 for hardware that is there
    words: tuple[str, ...]

    @property
    def running(self) -> Decimal | None:
        """Dollars a month without amortisation: what is still paid once the hardware is."""
        return None if self.usd_per_month is None else self.usd_per_month - self.amortisation

    @property
    def order(self) -> tuple[bool, Decimal, int]:
        """Sort key among owned plans: by cost, and by fewest GPUs where no cost is known."""
        return (self.usd_per_month is None, self.usd_per_month or Decimal(0), self.gpus)


def owned_cost(gpus: int, watts: Decimal, utilisation: float, site: Site, value: Decimal = Decimal(0)) -> OwnedCost:
    """The cost of hardware that is there already: power, rack, and maintenance on its `value`; no amortisation.

    `utilisation` is the mean share of the time that the GPUs work; `watts` the rated power of one GPU.
    """
    return _cost(gpus, watts, utilisation, site, value, Decimal(0), ())


def bought_cost(
    gpus: int, watts: Decimal, utilisation: float, site: Site, price: Decimal, source: str, estimate: bool
) -> OwnedCost:
    """The cost of hardware that is bought at `price` a GPU, written off over the site's months.

    `source` says where the price is from; `estimate` that nobody publishes it as a price. Four GPUs for 60,000 over 36
    months with $182 of power: 60,000 / 36 + 182 = $1,849 a month.
    """
    above_zero("price", price, "price")
    origin = f"${price:,.0f} a GPU: {source}" + ("; an estimate, ask for an offer" if estimate else "")
    words = (origin, "the server around the GPUs is only counted if this price includes it")
    return _cost(gpus, watts, utilisation, site, price * gpus, price * gpus, words)


def buying_pays_after(cost: OwnedCost, alternative_per_month: Decimal) -> Decimal | None:
    """Months until buying is cheaper than a monthly alternative; None if never, or without a power price."""
    running = cost.running
    return None if running is None else break_even_month(cost.purchase, running, alternative_per_month)


def available(inventory: Mapping[str, int], gpu: str, gpus_per_replica: int, replicas: int, per_node: int) -> bool:
    """Whether the GPUs that one has (type → number) carry the replicas, none of which spans a machine.

    GPUs are taken to stand in full machines of `per_node`, and the remainder in one more.
    """
    count("gpus_per_replica", gpus_per_replica)
    full, rest = divmod(inventory.get(gpu, 0), per_node)
    return full * (per_node // gpus_per_replica) + rest // gpus_per_replica >= replicas


def _cost(
    gpus: int,
    watts: Decimal,
    utilisation: float,
    site: Site,
    value: Decimal,
    purchase: Decimal,
    words: tuple[str, ...],
) -> OwnedCost:
    not_negative("value", value, "price")
    power = power_usd_per_month(gpus, watts, utilisation, site)
    rack = gpus * watts / 1000 * (1 + site.host_share) * site.rack_usd_per_kw
    maintenance = value * site.maintenance_share / 12
    amortisation = purchase / site.amortisation_months
    if power is None:
        said = ("no power price is stated, so no cost in dollars; ranked by the fewest GPUs",)
    else:
        said = (
            f"{gpus} {'GPU' if gpus == 1 else 'GPUs'} × {watts.normalize():f} W"
            f" × ({utilisation * 100:.0f} % working + {site.host_share * 100:.0f} % for the host)"
            f" × PUE {site.pue.normalize():f} × {HOURS_PER_MONTH} h × ${site.usd_per_kwh:f}/kWh",
        )
    return OwnedCost(
        usd_per_month=None if power is None else power + rack + maintenance + amortisation,
        gpus=gpus,
        power=power,
        rack=rack,
        maintenance=maintenance,
        amortisation=amortisation,
        purchase=purchase,
        words=(*words, *said),
    )

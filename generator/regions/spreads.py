"""Prices of one product in several regions, like with like, and why every other price is not among them.

A product is what a buyer could take in either place: the same machine on the same terms, or the same model id, billed
by the same meter in the same currency. Its regions are compared as far as **one** source states their published prices:
then they are of one day and read in one way. All else is counted by reason, so that no price is lost.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from generator.groups import grouped
from generator.regions.places import Places, for_anyone
from generator.sync.state import Snapshot
from wasm_tools.pricing.offers import GpuOffer, Offer

ROUNDING = Decimal("0.001")  # share by which two writings of one price may differ
NOWHERE = ("global", "")
SEPARATE_HOSTS = ("marketplace", "community")
RESERVED = "provisioned"  # capacity for a month or six: which of both, the meter does not say
MOVING = "spot"  # a price of the day, low where nobody rents: compared, and never ranked among agreed prices
RENTAL, API = "rental", "api"

# Why a price is not compared, in the order in which it is decided.
LEFT_OUT = (
    "gone", "ended", "free", "no_region", "separate_hosts", "unknown_terms", "one_region", "other_source", "scale",
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Product:
    """What is sold in several regions. `terms` are the commitment of a rental and the tier of an API price."""

    kind: str  # RENTAL or API
    provider: str
    name: str  # the machine, or the provider's model id
    of: str  # our GPU or model; empty while the name is unresolved
    meter: str  # text form; empty for a GPU-hour
    terms: str
    currency: str  # of the seller's list
    called: str = ""  # the GPU as the source calls it
    count: int = 0  # GPUs of the machine
    host: str = ""  # whether the machine around the GPU is in the price


@dataclass(frozen=True, slots=True)
class RegionPrice:
    """The published price of one region, USD."""

    region: str
    price: Decimal
    offer: Offer | GpuOffer


@dataclass(frozen=True, slots=True)
class Spread:
    """One product in at least two regions, the cheapest first; `source` states all of them in one payload.

    `restricted` are further regions, which not every buyer may take.
    """

    product: Product
    source: str
    observed_at: str
    prices: tuple[RegionPrice, ...]
    restricted: tuple[RegionPrice, ...] = ()

    @property
    def cheapest(self) -> RegionPrice:
        """The lowest price; of equal ones that of the first region by name."""
        return self.prices[0]

    @property
    def dearest(self) -> RegionPrice:
        """The highest price; of equal ones that of the last region by name."""
        return self.prices[-1]

    @property
    def share(self) -> Decimal:
        """By what share of the cheapest the dearest is above it: 0 where all are the same, 1 for twice the price."""
        return above(self.dearest.price, self.cheapest.price)


@dataclass(frozen=True, slots=True)
class Compared:
    """All spreads in order of their products, and the prices that are not in them by reason of LEFT_OUT."""

    spreads: tuple[Spread, ...]
    left_out: Mapping[str, int]
    priced: int  # prices in force: those compared and those left out

    @property
    def compared(self) -> int:
        """Prices that are compared."""
        return sum(len(s.prices) + len(s.restricted) for s in self.spreads)


def above(price: Decimal, least: Decimal) -> Decimal:
    """By what share a price is above another, to the ten-thousandth."""
    return (price / least - 1).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class About:
    """What has to be known beside the prices: snapshots by source, places by region, the currency of the seller's own
    list for an offer, and whether nobody can buy a model id any more.
    """

    snapshots: Mapping[str, Snapshot]
    places: Places
    listed_in: Callable[[Offer], str]
    ended: Callable[[Offer], bool]


def compared(offers: Iterable[Offer], rentals: Iterable[GpuOffer], about: About) -> Compared:
    """The spreads of published prices, in USD."""
    left_out: Counter[str] = Counter()
    kept: list[tuple[Product, Offer | GpuOffer]] = []
    every: list[Offer | GpuOffer] = [*offers, *rentals]
    for offer in every:
        reason = _unusable(offer, about)
        if reason:
            left_out[reason] += 1
        else:
            kept.append((_product(offer, about), offer))
    spreads = []
    for product, found in sorted(grouped(kept).items()):
        spread, reasons = _spread(product, found, about)
        left_out.update(reasons)
        if spread:
            spreads.append(spread)
    return Compared(tuple(spreads), {r: left_out[r] for r in LEFT_OUT if left_out[r]}, len(every))


def _unusable(offer: Offer | GpuOffer, about: About) -> str:
    if all(e.absent_since for e in offer.evidence):
        return "gone"
    if isinstance(offer, Offer) and about.ended(offer):
        return "ended"
    if offer.price == 0:
        return "free"
    if isinstance(offer, Offer):
        return "unknown_terms" if offer.meter.variant == RESERVED else ""
    if offer.region in NOWHERE:
        return "no_region"
    return "separate_hosts" if offer.commitment in SEPARATE_HOSTS else ""


def _product(offer: Offer | GpuOffer, about: About) -> Product:
    if isinstance(offer, GpuOffer):
        machine = (offer.gpu_name, offer.count, offer.host_included)
        return Product(
            RENTAL, offer.provider, offer.instance, offer.gpu, "", offer.commitment, offer.currency, *machine
        )
    meter = str(offer.meter)
    return Product(API, offer.provider, offer.sku, offer.model, meter, offer.meter.tier, about.listed_in(offer))


def _spread(product: Product, found: list[Offer | GpuOffer], about: About) -> tuple[Spread | None, Counter[str]]:
    free = [o for o in found if for_anyone(o.region, about.places)]
    if len(free) < 2:
        return None, Counter(one_region=len(found))
    stated = Counter(s for o in free for s in _stating(o))
    source = min(stated, key=lambda s: (-stated[s], s), default="")
    if stated[source] < 2:
        return None, Counter(other_source=len(found))
    of_it = sorted((o for o in found if source in _stating(o)), key=lambda o: (o.price, o.region))
    left_out = Counter(other_source=len(found) - len(of_it))
    least = next(o.price for o in of_it if for_anyone(o.region, about.places))
    usual = [o for o in of_it if not _is_scale(o.price / least)]
    left_out["scale"] += len(of_it) - len(usual)
    prices = [RegionPrice(o.region, o.price, o) for o in usual]
    open_ones = tuple(p for p in prices if for_anyone(p.region, about.places))
    if len(open_ones) < 2:
        left_out["one_region"] += len(usual)
        return None, left_out
    snapshot = about.snapshots.get(source)
    restricted = tuple(p for p in prices if p not in open_ones)
    return Spread(product, source, snapshot.observed_at if snapshot else "", open_ones, restricted), left_out


def _stating(offer: Offer | GpuOffer) -> set[str]:
    near = ROUNDING * offer.price
    return {e.source for e in offer.evidence if not e.absent_since and abs(e.price - offer.price) <= near}


def _is_scale(ratio: Decimal) -> bool:
    """Whether a ratio is ten, a hundred or a thousand: a slip of the unit, which no seller asks for a region."""
    return any(abs(ratio / scale - 1) <= Decimal("0.00001") for scale in (10, 100, 1000))

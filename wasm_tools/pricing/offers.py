"""Offers: dated prices of API meters and of rented GPUs, with the evidence behind each."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from wasm_tools.pricing.meters import Meter, price_text

WORKLOADS = (
    "llm", "embeddings", "rerank", "speech-to-text", "text-to-speech", "realtime", "image", "video", "vision",
    "moderation", "search",
)  # fmt: skip
COMMITMENTS = (
    "on_demand", "spot", "community", "marketplace", "serverless", "scheduled", "1w", "1m", "3m", "6m", "1y", "3y",
)  # fmt: skip


class OfferError(ValueError):
    """An offer that cannot be one; the message names the field."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """What one source says: its price on the display scale, and the date of the first payload without it.

    `field` is the name that the price has in the payload, without separators of the text form.
    """

    source: str
    price: Decimal
    absent_since: str = ""
    field: str = ""

    def __str__(self) -> str:
        field = f":{self.field}" if self.field else ""
        absent = f"!{self.absent_since}" if self.absent_since else ""
        return f"{self.source}{field}={price_text(self.price)}{absent}"


def parse_evidence(text: str) -> tuple[Evidence, ...]:
    """Evidence from its column text: `source:field=price!date` with field and date optional, separated by spaces."""
    return tuple(_one_evidence(item) for item in text.split())


def _one_evidence(item: str) -> Evidence:
    name, _, rest = item.partition("=")
    source, _, field = name.partition(":")
    price, _, absent = rest.partition("!")
    return Evidence(source, price_value(price, "evidence"), absent, field)


def evidence_text(evidence: Iterable[Evidence]) -> str:
    """The column text of evidence, sorted by source."""
    return " ".join(sorted(map(str, evidence)))


def price_value(text: str, where: str) -> Decimal:
    """A finite price ≥ 0 from decimal text; raises OfferError naming `where` and the text."""
    value = _number(text)
    if value is None:
        raise OfferError(f"{where}: {text!r} is not a number")
    if not value.is_finite() or value < 0:
        raise OfferError(f"{where}: {text!r} is not a finite price ≥ 0")
    return value


@lru_cache(maxsize=65536)  # tens of thousands of offers have some thousand prices
def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


@dataclass(frozen=True, slots=True)
class Offer:
    """One dated API price: `currency` per display unit of the meter. `model` is empty while unresolved."""

    provider: str
    sku: str
    model: str
    workload: str
    meter: Meter
    region: str
    price: Decimal
    evidence: tuple[Evidence, ...] = ()
    effective_from: str = ""
    effective_to: str = ""
    note: str = ""
    currency: str = "USD"

    @property
    def key(self) -> tuple[str, str, Meter, str, str]:
        """The identity of an offer over time: everything but its price and dates."""
        return (self.provider, self.sku, self.meter, self.region, self.currency)


@dataclass(frozen=True, slots=True)
class GpuOffer:
    """One dated rental price, `currency` per GPU-hour. `gpu` is empty while the name is unresolved."""

    provider: str
    instance: str
    gpu: str
    gpu_name: str
    count: int
    region: str
    commitment: str
    price: Decimal
    host_included: str = "unknown"  # yes, no, unknown
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    source_url: str = ""
    currency: str = "USD"
    per_second: str = ""  # billed by the second: yes, no, empty while unknown
    scale_to_zero: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """The identity of a rental price over time."""
        return (self.provider, self.instance, self.region, self.commitment, self.currency)

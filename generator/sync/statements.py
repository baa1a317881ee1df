"""What a connector returns: the statements of one payload, in our meters but in the source's own names."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, fields
from decimal import Decimal

from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.pricing.meters import Meter


@dataclass(frozen=True, slots=True)
class Statement:
    """One price as a source states it, `currency` per display unit; `provider` and `sku` are the source's spelling."""

    provider: str
    sku: str
    workload: str
    meter: Meter
    price: Decimal
    region: str = "global"
    effective_from: str = ""
    effective_to: str = ""
    note: str = ""
    field: str = ""  # the payload field that states it
    currency: str = "USD"  # ISO 4217; converted nowhere but at the edge, by a dated rate
    source_url: str = ""  # the page that the source cites for this price


def renamed(s: Statement, provider: str, sku: str, region: str) -> Statement:
    """The statement under other names; spelled out because `replace` takes three times as long, for every price."""
    return Statement(
        provider, sku, s.workload, s.meter, s.price, region, s.effective_from, s.effective_to, s.note, s.field,
        s.currency, s.source_url,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GpuStatement:
    """One rental price as a source states it, `currency` per GPU-hour: the price of the instance / `count`."""

    provider: str
    instance: str
    gpu_name: str  # the source's name, or `name#80` with the memory in GB
    count: int  # GPUs in the instance that is rented as a whole
    commitment: str
    price: Decimal
    region: str = "global"
    host_included: str = "unknown"  # CPU and memory in the price: yes, no, unknown
    note: str = ""
    source_url: str = ""
    currency: str = "USD"
    per_second: str = ""  # billed by the second: yes, no
    scale_to_zero: str = ""  # yes, no


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuFacts:
    """What a source says about a SKU beside its prices; empty means that it does not say.

    Dates are ISO, lengths tokens. Limits are those of a new paying account; throughput and uptime are observations of
    the source.
    """

    provider: str
    sku: str
    name: str = ""
    developer: str = ""
    context: int | None = None
    max_output: int | None = None
    released: str = ""
    knowledge: str = ""
    status: str = ""  # beta, deprecated, dead
    deprecated_on: str = ""
    retires_on: str = ""
    licence: str = ""
    open_weights: str = ""  # yes, no
    quantization: str = ""  # fp8, fp4, int4, bf16 …
    input_modalities: tuple[str, ...] = ()
    output_modalities: tuple[str, ...] = ()
    hf_repo: str = ""
    alias_of: str = ""  # the SKU that this id stands for today
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    requests_per_day: int | None = None
    tokens_per_second: float | None = None  # p50 of one stream
    ttft_ms: float | None = None  # p50
    uptime: float | None = None  # share, 0 to 1
    observed_requests: int | None = None  # behind the three observations above
    source_url: str = ""


FIELDS = tuple(f.name for f in fields(SkuFacts) if f.name not in ("provider", "sku"))


@dataclass(slots=True)
class Parsed:
    """All statements of a payload, and how many entries were left out for which reason."""

    offers: list[Statement] = field(default_factory=list)
    gpu_offers: list[GpuStatement] = field(default_factory=list)
    facts: list[SkuFacts] = field(default_factory=list)
    scores: list[QualityScore] = field(default_factory=list)
    observations: list[ApiObservation] = field(default_factory=list)
    entries: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # reason -> first entry that had it
    unread: Counter[str] = field(default_factory=Counter)  # keys that the connector does not know, by number
    as_of: str = ""  # newest date the payload itself states, if any

    def reject(self, reason: str, entry: str) -> None:
        """Count an entry (or one of its fields) that is left out, keeping the first as an example."""
        self.rejected[reason] += 1
        self.examples.setdefault(reason, entry)

    def expect(self, keys: Iterable[str], known: Container[str], prefix: str = "") -> None:
        """Count the keys of an entry that nobody has looked at, so that a new or renamed field is seen."""
        for key in keys:
            if key not in known:
                self.unread[prefix + key] += 1


class PayloadError(Exception):
    """A payload that cannot be used at all; the message names the source and what is wrong."""

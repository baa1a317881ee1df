"""What a connector returns: the statements of one payload, in our meters but in the source's own names."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from wasm_tools.pricing.meters import Meter


@dataclass(frozen=True, slots=True)
class Statement:
    """One price as a source states it, USD per display unit; `provider` and `sku` are the source's spelling."""

    provider: str
    sku: str
    workload: str
    meter: Meter
    price: Decimal
    region: str = "global"
    effective_from: str = ""
    effective_to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GpuStatement:
    """One rental price as a source states it, USD per GPU-hour."""

    provider: str
    instance: str
    gpu_name: str
    count: int
    commitment: str
    price: Decimal
    region: str = "global"
    host_included: str = "unknown"
    note: str = ""
    source_url: str = ""


@dataclass(slots=True)
class Parsed:
    """All statements of a payload, and how many entries were left out for which reason."""

    offers: list[Statement] = field(default_factory=list)
    gpu_offers: list[GpuStatement] = field(default_factory=list)
    entries: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)  # reason -> first entry that had it
    as_of: str = ""  # newest date the payload itself states, if any

    def reject(self, reason: str, entry: str) -> None:
        """Count an entry (or one of its fields) that is left out, keeping the first as an example."""
        self.rejected[reason] += 1
        self.examples.setdefault(reason, entry)


class PayloadError(Exception):
    """A payload that cannot be used at all; the message names the source and what is wrong."""

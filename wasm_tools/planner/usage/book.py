"""The usage book of one workload: its price rows, and the comparators by which they can be ranked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wasm_tools.pricing.meters import Unit
from wasm_tools.workload.usage import Preset

BOOK_VERSION = 1
COLUMNS = (
    "provider", "sku", "model", "meter", "region", "price", "grade", "seen", "sources", "first_party", "closed",
    "alone", "suspect", "aside", "why", "uncounted", "uncounted_why", "requests_per_minute", "tokens_per_minute",
)  # fmt: skip
FLAGS = ("first_party", "closed", "alone")


@dataclass(frozen=True, slots=True)
class Row:
    """One published price, USD per display unit of the meter.

    `aside` is the kind of thing it is when it is not the price of a complete product, with `why` in words; `uncounted`
    and `uncounted_why` are the same for a meter that leads no ranking. `alone`: fewer than two source families agree
    on it. `first_party`: the provider sells its own models; `closed`: nobody else has the weights of this one.
    """

    provider: str
    sku: str
    model: str
    meter: str
    region: str
    price: Decimal
    grade: str
    seen: str
    sources: str
    first_party: bool
    closed: bool
    alone: bool
    suspect: str
    aside: str
    why: str
    uncounted: str
    uncounted_why: str
    requests_per_minute: int | None
    tokens_per_minute: int | None

    @property
    def unit(self) -> str:
        """The id of the billing unit."""
        return self.meter.partition(";")[0].rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Part:
    """What a product must charge: `quantity` base units of the first of `meters` that it states, a unit of use."""

    meters: tuple[str, ...]
    quantity: Decimal
    required: bool = True


@dataclass(frozen=True, slots=True)
class Comparator:
    """One ranking of a workload: the bill of one base unit of use. The first part decides which prices belong to it.

    `units` maps the reader's units to base units; the first of them is shown, as `label`. A product that also states
    one of `unless` bills more than the parts. `limit` says which stated rate limit bounds the use: that of tokens, of
    requests (one each), or none.
    """

    id: str
    label: str
    units: Mapping[str, int]
    parts: tuple[Part, ...]
    unless: tuple[str, ...]
    limit: str
    usage: Decimal
    usage_unit: str
    usage_source: str
    note: str

    @property
    def shown(self) -> int:
        """Base units of the displayed unit."""
        return next(iter(self.units.values()))


@dataclass(frozen=True, slots=True)
class Conversion:
    """Parts of another unit that a provider states to make one unit of use; `provider` and `sku` are patterns."""

    comparator: str
    provider: str
    sku: str
    parts: tuple[Part, ...]
    source: str


@dataclass(frozen=True, slots=True)
class VolumeTier:
    """A price that holds only for what goes beyond `begins` base units of the meter `base` a month."""

    provider: str
    sku: str
    meter: str
    base: str
    begins: Decimal


@dataclass(frozen=True, slots=True)
class Throughput:
    """Base units an hour of one rented unit of a SKU, as its provider states it."""

    provider: str
    sku: str
    comparator: str
    per_hour: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Outlier:
    """When a price of a single source family is too low to win: shares of what at least `providers` others ask.

    `of_model` of the median for the same model; where too few sell it, `of_ranking` of the median of the ranking, which
    catches slips of the unit; `of_developer` of the developer's own price of a closed model.
    """

    of_model: Decimal
    of_ranking: Decimal
    of_developer: Decimal
    providers: int


@dataclass(frozen=True, slots=True)
class UsageBook:
    """Everything that rankings of one workload read."""

    workload: str
    as_of: str
    default: str
    comparators: Mapping[str, Comparator]
    conversions: tuple[Conversion, ...]
    tiers: tuple[VolumeTier, ...]
    throughputs: tuple[Throughput, ...]
    outlier: Outlier
    multipliers: Mapping[str, Decimal]
    presets: Mapping[str, Preset]
    default_preset: str
    units: Mapping[str, Unit]
    rows: tuple[Row, ...]


def read_usage_book(pack: Mapping[str, Any]) -> UsageBook:
    """The book of a pack object; raises ValueError when it is of another kind or version."""
    if (pack.get("kind"), pack.get("version")) != ("usage", BOOK_VERSION):
        raise ValueError(f"not a usage pack of version {BOOK_VERSION}: {pack.get('kind')} {pack.get('version')}")
    return UsageBook(
        workload=pack["workload"],
        as_of=pack["as_of"],
        default=pack["default"],
        comparators={c["id"]: _comparator(c) for c in pack["comparators"]},
        conversions=tuple(
            Conversion(c["comparator"], c["provider"], c["sku"], _parts(c["parts"]), c["source"])
            for c in pack["conversions"]
        ),
        tiers=tuple(
            VolumeTier(t["provider"], t["sku"], t["meter"], t["base"], Decimal(t["begins"])) for t in pack["tiers"]
        ),
        throughputs=tuple(
            Throughput(t["provider"], t["sku"], t["comparator"], Decimal(t["per_hour"]), t["source"])
            for t in pack["throughputs"]
        ),
        outlier=_outlier(pack["outlier"]),
        multipliers={grade: Decimal(factor) for grade, factor in pack["multipliers"].items()},
        presets={
            p["id"]: Preset(p["id"], Decimal(p["peak"]), Decimal(p["utilisation"]), Decimal(p["risk_weight"]))
            for p in pack["presets"]
        },
        default_preset=pack["default_preset"],
        units={u["id"]: Unit(u["id"], u["per"], u["label"], u["noun"]) for u in pack["units"]},
        rows=tuple(_rows(pack["rows"])),
    )


def _outlier(raw: Mapping[str, str]) -> Outlier:
    of_model, of_ranking, of_developer = (Decimal(raw[name]) for name in ("of_model", "of_ranking", "of_developer"))
    return Outlier(of_model, of_ranking, of_developer, int(raw["providers"]))


def _comparator(raw: Mapping[str, Any]) -> Comparator:
    return Comparator(
        id=raw["id"],
        label=raw["label"],
        units=raw["units"],
        parts=_parts(raw["parts"]),
        unless=tuple(raw["unless"]),
        limit=raw["limit"],
        usage=Decimal(raw["usage"]),
        usage_unit=raw["usage_unit"],
        usage_source=raw["usage_source"],
        note=raw["note"],
    )


def _parts(raw: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(tuple(p["meters"]), Decimal(p["quantity"]), p["required"]) for p in raw)


def _rows(columns: Mapping[str, Any]) -> Iterable[Row]:
    texts = [[column["values"][code] for code in column["codes"]] for column in (columns[name] for name in COLUMNS)]
    for cells in zip(*texts, strict=True):
        text = dict(zip(COLUMNS, cells, strict=True))
        yield Row(
            price=Decimal(text.pop("price")),
            **{name: text.pop(name) == "yes" for name in FLAGS},
            requests_per_minute=_whole(text.pop("requests_per_minute")),
            tokens_per_minute=_whole(text.pop("tokens_per_minute")),
            **text,
        )


def _whole(text: str) -> int | None:
    return int(text) if text else None

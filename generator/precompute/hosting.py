"""The planner's facts about hosting out of the registry: terms of renting, serverless billing, sites, surcharges."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from generator.registry import RegistryError, Row, csv_rows, toml_rows
from wasm_tools.planner.hosting_facts import HostingFacts, NamedValue
from wasm_tools.planner.owned import Electricity, PurchasePrice
from wasm_tools.planner.rentals import Term
from wasm_tools.planner.serverless import ServerlessTerms
from wasm_tools.planner.surcharges import PriceStep, Tariff

DEFAULT = "default"  # the serverless entry that holds where a provider's own is silent
PLACE = "electricity_place"
SERVERLESS_FIELDS = {  # with the words under which an assumed one is named
    "keep_warm_s": "keep-warm time",
    "start_s": "time to start",
    "billing_s": "billing unit",
    "bills_start": "whether the start is billed",
    "max_gpus": "GPUs of one replica",
}


class TermRow(Row):
    """data/registry/hosting.toml."""

    commitment: str
    kind: str
    title: str
    months: int
    max_age_days: int
    elastic: bool
    dependable: bool
    words: str
    source: str


class ServerlessRow(Row):
    """data/registry/serverless.toml; empty text where no source says."""

    provider: str
    keep_warm_s: str
    start_s: str
    billing_s: str
    bills_start: Literal["yes", "no", ""]
    max_gpus: str
    words: str
    source: str


class ValueRow(Row):
    """data/registry/hosting.csv."""

    name: str
    value: str
    unit: str
    origin: Literal["ours", "source"]
    source: str
    reviewed: date


class ChargeRow(Row):
    """data/registry/surcharges.csv."""

    what: Literal["egress", "storage"]
    provider: str
    above_gb: Decimal
    usd_per_gb: Decimal
    source: str
    reviewed: date


class LatencyRow(Row):
    """data/registry/surcharges_latency.csv."""

    here: str
    there: str
    round_trip_ms: float
    source: str


class PlaceRow(Row):
    """data/registry/electricity.csv."""

    code: str
    name: str
    usd_per_kwh: Decimal
    period: str
    band: str
    source: str


class PurchaseRow(Row):
    """data/registry/gpu_prices.csv."""

    gpu: str
    usd: Decimal
    year: int
    source: str
    estimate: Literal["yes", "no"]


def latency_rows(folder: Path) -> tuple[LatencyRow, ...]:
    """Measured round trips between areas, from the registry folder."""
    return csv_rows(folder / "surcharges_latency.csv", LatencyRow)


def hosting_facts(folder: Path) -> HostingFacts:
    """All facts about hosting from the registry folder; raises RegistryError naming file and row."""
    charges = csv_rows(folder / "surcharges.csv", ChargeRow)
    values = {r.name: r for r in csv_rows(folder / "hosting.csv", ValueRow)}
    place = values.pop(PLACE).value
    places = {r.code: r for r in csv_rows(folder / "electricity.csv", PlaceRow)}
    if place not in places:
        raise RegistryError(f"hosting.csv: {PLACE} is {place!r}, which electricity.csv does not have")
    return HostingFacts(
        terms={
            r.kind: Term(r.kind, r.commitment, r.title, r.months, r.elastic, r.dependable, r.words, r.max_age_days)
            for r in toml_rows(folder / "hosting.toml", "term", TermRow)
        },
        serverless=_serverless(toml_rows(folder / "serverless.toml", "provider", ServerlessRow)),
        values={n: NamedValue(Decimal(r.value), r.unit, r.origin == "ours", r.source) for n, r in values.items()},
        egress=_tariffs(r for r in charges if r.what == "egress"),
        storage=_tariffs(r for r in charges if r.what == "storage"),
        latencies={(r.here, r.there): r.round_trip_ms for r in latency_rows(folder)},
        electricity={c: Electricity(c, r.name, r.usd_per_kwh, r.period, r.source) for c, r in places.items()},
        purchase={
            r.gpu: PurchasePrice(r.gpu, r.usd, r.year, r.source, r.estimate == "yes")
            for r in csv_rows(folder / "gpu_prices.csv", PurchaseRow)
        },
        place=place,
    )


def _serverless(rows: Iterable[ServerlessRow]) -> dict[str, ServerlessTerms]:
    by_provider = {r.provider: r for r in rows}
    if DEFAULT not in by_provider:
        raise RegistryError(f"serverless.toml: the entry {DEFAULT!r} is missing")
    default = by_provider.pop(DEFAULT)
    silent = default.model_copy(update=dict.fromkeys(SERVERLESS_FIELDS, ""))
    return {p: _serverless_terms(p, row, default) for p, row in {"": silent, **by_provider}.items()}


def _serverless_terms(provider: str, row: ServerlessRow, default: ServerlessRow) -> ServerlessTerms:
    """The terms of one provider; what it does not state is our default and named as assumed."""
    said = {name: getattr(row, name) or getattr(default, name) for name in SERVERLESS_FIELDS}
    return ServerlessTerms(
        provider,
        float(said["keep_warm_s"]),
        float(said["start_s"]),
        float(said["billing_s"]),
        said["bills_start"] == "yes",
        int(said["max_gpus"]),
        row.words,
        row.source,
        tuple(words for name, words in SERVERLESS_FIELDS.items() if not getattr(row, name)),
    )


def _tariffs(rows: Iterable[ChargeRow]) -> dict[str, Tariff]:
    """Tariffs by provider; steps in the file's order, which must begin at 0 and ascend."""
    by_provider: dict[str, list[ChargeRow]] = {}
    for row in rows:
        by_provider.setdefault(row.provider, []).append(row)
    for provider, steps in by_provider.items():
        bounds = [s.above_gb for s in steps]
        if bounds[0] != 0 or bounds != sorted(set(bounds)):
            raise RegistryError(f"surcharges.csv: the steps of {provider} do not begin at 0 and ascend")
    return {
        provider: Tariff(provider, tuple(PriceStep(s.above_gb, s.usd_per_gb) for s in steps), steps[0].source)
        for provider, steps in by_provider.items()
    }

"""Reviewed facts about keeping replicas, as the planner reads them, and their form in the data pack."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from decimal import Decimal
from typing import Any

from wasm_tools.planner.owned import Electricity, PurchasePrice, Site
from wasm_tools.planner.rentals import Term
from wasm_tools.planner.serverless import ServerlessTerms
from wasm_tools.planner.surcharges import PriceStep, Tariff
from wasm_tools.workload.traffic import InputError


@dataclass(frozen=True, slots=True)
class NamedValue:
    """One default with its unit and where it comes from; `ours` when no source states it."""

    value: Decimal
    unit: str
    ours: bool
    source: str


@dataclass(frozen=True, slots=True)
class HostingFacts:
    """Everything about hosting that is data. `serverless` has an entry "" for providers that nobody describes."""

    terms: Mapping[str, Term]  # by kind of plan
    serverless: Mapping[str, ServerlessTerms]
    values: Mapping[str, NamedValue]
    egress: Mapping[str, Tariff]
    storage: Mapping[str, Tariff]
    latencies: Mapping[tuple[str, str], float]  # median round trip in ms between two areas
    electricity: Mapping[str, Electricity]
    purchase: Mapping[str, PurchasePrice]
    place: str  # code of the place whose electricity price is the default

    def value(self, name: str) -> float:
        """The default of that name as a float, for times and shares."""
        return float(self.values[name].value)

    def serverless_terms(self, provider: str) -> ServerlessTerms:
        """How a provider bills serverless GPUs; for one that nobody describes our defaults, marked as assumed."""
        return self.serverless.get(provider) or replace(self.serverless[""], provider=provider)

    def site(self, place: str | None = None, usd_per_kwh: Decimal | None = None) -> Site:
        """The default site at the power price of a place or at one's own; the default place where neither is given.

        Raises InputError for a place without a known price. A site without any power price is made with `replace`.
        """
        if usd_per_kwh is None:
            code = place or self.place
            if code not in self.electricity:
                raise InputError("place", f"no electricity price is known for {code!r}; state your own per kWh")
            usd_per_kwh = self.electricity[code].usd_per_kwh
        v = {name: self.values[name].value for name in ("pue", "host_share", "rack_usd_per_kw", "maintenance_share")}
        return Site(usd_per_kwh=usd_per_kwh, amortisation_months=int(self.values["amortisation_months"].value), **v)


def hosting_rows(facts: HostingFacts) -> dict[str, Any]:
    """The facts as the object under `hosting` in the data pack."""
    return {
        "terms": [list(astuple(t)) for t in facts.terms.values()],
        "serverless": {key: list(astuple(t)) for key, t in facts.serverless.items()},
        "values": {name: [str(v.value), v.unit, v.ours, v.source] for name, v in facts.values.items()},
        "egress": _tariff_rows(facts.egress),
        "storage": _tariff_rows(facts.storage),
        "latencies": [[here, there, ms] for (here, there), ms in facts.latencies.items()],
        "electricity": [[e.code, e.name, str(e.usd_per_kwh), e.period, e.source] for e in facts.electricity.values()],
        "place": facts.place,
        "purchase": [[p.gpu, str(p.usd), p.year, p.source, p.estimate] for p in facts.purchase.values()],
    }


def read_hosting(rows: Mapping[str, Any]) -> HostingFacts:
    """The facts from the object under `hosting` in a data pack: the inverse of `hosting_rows`."""
    return HostingFacts(
        terms={row[0]: Term(*row) for row in rows["terms"]},
        serverless={key: _serverless_terms(row) for key, row in rows["serverless"].items()},
        values={name: NamedValue(Decimal(value), *rest) for name, (value, *rest) in rows["values"].items()},
        egress=_tariffs(rows["egress"]),
        storage=_tariffs(rows["storage"]),
        latencies={(here, there): ms for here, there, ms in rows["latencies"]},
        electricity={
            code: Electricity(code, name, Decimal(usd), period, source)
            for code, name, usd, period, source in rows["electricity"]
        },
        purchase={
            gpu: PurchasePrice(gpu, Decimal(usd), year, source, estimate)
            for gpu, usd, year, source, estimate in rows["purchase"]
        },
        place=rows["place"],
    )


def _serverless_terms(row: Sequence[Any]) -> ServerlessTerms:
    provider, keep_warm_s, start_s, billing_s, bills_start, max_gpus, words, source, assumed = row
    return ServerlessTerms(
        provider, keep_warm_s, start_s, billing_s, bills_start, max_gpus, words, source, tuple(assumed)
    )


def _tariff_rows(tariffs: Mapping[str, Tariff]) -> list[list[Any]]:
    return [[t.provider, [[str(s.above), str(s.usd)] for s in t.steps], t.source] for t in tariffs.values()]


def _tariffs(rows: Any) -> dict[str, Tariff]:
    return {
        provider: Tariff(provider, tuple(PriceStep(Decimal(above), Decimal(usd)) for above, usd in steps), source)
        for provider, steps, source in rows
    }

"""The invoice pack: prices with their dates, unit spellings and names as one JSON object.

The prices lie in columns with dictionaries: rows repeat the same few providers, meters, regions and source lists, and
forty thousand of them have to reach a browser in well under a megabyte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any

from wasm_tools.invoice.models import ModelBook, read_models
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Names, read_names
from wasm_tools.invoice.tariffs import PriceList, Tariff, periods_reader
from wasm_tools.invoice.units import UnitSpellings, unit_spellings, workload_names
from wasm_tools.pricing.meters import Meter, UnitRegistry, parse_meter, price_text, unit_registry
from wasm_tools.pricing.offers import Evidence, Offer, parse_evidence

PACK_VERSION = 2
COLUMNS = ("provider", "sku", "model", "workload", "meter", "region", "price", "evidence")
PAST_COLUMNS = ("provider", "sku", "model", "workload", "meter", "region", "history")


class PackError(ValueError):
    """A data pack that this engine cannot read."""


@dataclass(frozen=True)
class OfferBook:
    """The content of a pack: `histories` of the offers as texts, `past` what is no longer listed, `rentals` GPUs."""

    as_of: str
    offers: tuple[Offer, ...]
    units: UnitRegistry
    spellings: UnitSpellings
    workload_aliases: Mapping[str, str]
    provider_aliases: Mapping[str, str]
    model_aliases: Mapping[str, str]
    histories: tuple[str, ...]
    past: tuple[tuple[Offer, str], ...]
    rentals: tuple[Offer, ...]
    names: Names
    models: ModelBook
    sources: Mapping[str, str]

    @cached_property
    def dated(self) -> PriceBook:
        """The prices with their dates, put in order on first use."""
        periods = periods_reader()
        listed = (Tariff(o, periods(h, o.price)) for o, h in zip(self.offers, self.histories, strict=True))
        rented = (Tariff(o, periods("", o.price)) for o in self.rentals)
        gone = (Tariff(o, periods(h, None)) for o, h in self.past)
        return PriceBook(
            self.as_of,
            PriceList(chain(listed, rented, gone)),
            self.names,
            self.models,
            self.units,
            self.spellings,
            self.workload_aliases,
            self.sources,
        )


def read_price_book(pack: Mapping[str, Any]) -> OfferBook:
    """The price book in a pack object (parsed JSON); raises PackError when its version is another."""
    if pack.get("version") != PACK_VERSION:
        raise PackError(
            f"the invoice pack has version {pack.get('version')!r}, this engine reads {PACK_VERSION}; reload the page"
        )
    units = unit_registry(pack["units"])
    models = read_models(*(pack[name]["rows"] for name in ("models", "hosts", "scores")))
    names = ((m.name, m.id) for m in models.models.values())
    return OfferBook(
        as_of=pack["as_of"],
        offers=tuple(_offers(pack["offers"])),
        units=units,
        spellings=unit_spellings(pack["spellings"], units),
        workload_aliases=workload_names(pack["workload_aliases"]),
        provider_aliases=pack["provider_aliases"],
        model_aliases=pack["model_aliases"],
        histories=tuple(_texts(pack["offers"]["history"])),
        past=tuple(_past(pack["past"])),
        rentals=tuple(_rental(*row) for row in pack["rentals"]),
        names=read_names(pack["naming"], pack["bill_names"], pack["provider_aliases"], pack["model_aliases"], names),
        models=models,
        sources=pack["sources"],
    )


def _texts(column: Mapping[str, Sequence[Any]]) -> list[str]:
    values = column["values"]
    return [values[code] for code in column["codes"]]


def _rental(provider: str, instance: str, commitment: str, region: str, price: str, evidence: str) -> Offer:
    """A GPU that is rented by the hour, as an offer of its time; the commitment is the variant of the meter."""
    meter = Meter("input", "any", "gpu_second", variant="" if commitment == "on_demand" else commitment)
    return Offer(provider, instance, "", "gpu", meter, region, Decimal(price), parse_evidence(evidence))


def _past(columns: Mapping[str, Mapping[str, Sequence[Any]]]) -> list[tuple[Offer, str]]:
    """What is no longer listed, at its last price, with the text of its history."""
    found = []
    for provider, sku, model, workload, meter, region, history in zip(
        *(_texts(columns[name]) for name in PAST_COLUMNS), strict=True
    ):
        last = Decimal(history.split()[-2].partition("=")[2])
        found.append((Offer(provider, sku, model, workload, parse_meter(meter), region, last), history))
    return found


def _offers(columns: Mapping[str, Mapping[str, Sequence[Any]]]) -> list[Offer]:
    provider, sku, model, workload, meter, region, price, evidence = (
        (columns[name]["values"], columns[name]["codes"]) for name in COLUMNS
    )
    meters = [parse_meter(text) for text in meter[0]]
    prices = [Decimal(text) for text in price[0]]
    # Many rows share both price and source list; each pair is read once.
    said: dict[tuple[int, int], tuple[Evidence, ...]] = {}
    offers = []
    codes = (provider[1], sku[1], model[1], workload[1], meter[1], region[1], price[1], evidence[1])
    for p, s, m, w, t, r, d, e in zip(*codes, strict=True):
        found = said.get((e, d))
        if found is None:
            found = said[e, d] = stated_evidence(evidence[0][e], prices[d])
        names = (provider[0][p], sku[0][s], model[0][m], workload[0][w])
        offers.append(Offer(*names, meters[t], region[0][r], prices[d], found))
    return offers


def stated_evidence(text: str, price: Decimal) -> tuple[Evidence, ...]:
    """Evidence from `source`, `source=other price` and `!date` parts; a source without a price states `price`."""
    found = []
    for part in text.split():
        said, _, absent = part.partition("!")
        source, _, other = said.partition("=")
        found.append(Evidence(source, Decimal(other) if other else price, absent))
    return tuple(found)


def short_evidence(offer: Offer) -> str:
    """The evidence of an offer without the prices that repeat the offer's own: the inverse of `stated_evidence`."""
    parts = []
    for e in sorted(offer.evidence):
        other = "" if e.price == offer.price else f"={price_text(e.price)}"
        parts.append(f"{e.source}{other}" + (f"!{e.absent_since}" if e.absent_since else ""))
    return " ".join(parts)

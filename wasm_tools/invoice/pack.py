"""The invoice pack: list prices, unit spellings and names as one JSON object, and a bill held against them.

The prices lie in columns with dictionaries: rows repeat the same few providers, meters, regions and source lists, and
forty thousand of them have to reach a browser in well under a megabyte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.analysis import analyse
from wasm_tools.invoice.billed import read
from wasm_tools.invoice.record import to_record
from wasm_tools.invoice.units import UnitSpellings, unit_spellings, workload_names
from wasm_tools.pricing.meters import UnitRegistry, parse_meter, price_text, unit_registry
from wasm_tools.pricing.offers import Evidence, Offer

PACK_VERSION = 1
COLUMNS = ("provider", "sku", "model", "workload", "meter", "region", "price", "evidence")


class PackError(ValueError):
    """A data pack that this engine cannot read."""


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Everything that a bill is held against."""

    as_of: str
    offers: tuple[Offer, ...]
    units: UnitRegistry
    spellings: UnitSpellings
    workload_aliases: Mapping[str, str]
    provider_aliases: Mapping[str, str]
    model_aliases: Mapping[str, str]


def read_price_book(pack: Mapping[str, Any]) -> PriceBook:
    """The price book in a pack object (parsed JSON); raises PackError when its version is another."""
    if pack.get("version") != PACK_VERSION:
        raise PackError(
            f"the invoice pack has version {pack.get('version')!r}, this engine reads {PACK_VERSION}; reload the page"
        )
    units = unit_registry(pack["units"])
    return PriceBook(
        as_of=pack["as_of"],
        offers=tuple(_offers(pack["offers"])),
        units=units,
        spellings=unit_spellings(pack["spellings"], units),
        workload_aliases=workload_names(pack["workload_aliases"]),
        provider_aliases=pack["provider_aliases"],
        model_aliases=pack["model_aliases"],
    )


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


def bill_record(data: bytes, book: PriceBook) -> dict[str, Any]:
    """The analysis of a bill as JSON-safe data, with the date of the prices. Raises InvoiceError in words."""
    analysis = analyse(
        read(data),
        book.offers,
        book.units,
        book.spellings,
        book.workload_aliases,
        book.provider_aliases,
        book.model_aliases,
    )
    return {"as_of": book.as_of, **to_record(analysis)}

"""Questions to the catalogue, answered by its offers: who sells a model or rents a GPU, and for how much."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.form_record import regions_in
from wasm_tools.ask.specification import Query
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.request_cost import TokenPrices
from wasm_tools.pricing.figures import unit_price
from wasm_tools.pricing.meters import price_text

SHOWN = 10
DEPENDABLE = "rented"
METERS = {
    "input": ("input", "input tokens"), "output": ("output", "output tokens"),
    "cache_read": ("cache_read", "cached input tokens"), "cache_write": ("cache_write", "tokens written to the cache"),
}  # fmt: skip
COMMITMENTS = {
    "rented": "on_demand", "reserved-1y": "1y", "reserved-3y": "3y", "reserved-3m": "3m", "reserved-6m": "6m",
}  # fmt: skip
PROMPT_PARTS = 2  # of three tokens of the mixed price by which offers are ranked when no meter was named
MIXED_DIGITS = 9  # significant ones, as of all that the engine works out


@dataclass(frozen=True, slots=True)
class Found:
    """The offers that answer a query, the cheapest first, with how many were looked at and held back."""

    rows: Sequence[dict[str, Any]]
    answer: str
    possible: int
    held_back: int


def found_offers(query: Query, book: AskBook, catalogue: Catalogue, shown: int = SHOWN) -> Found:
    """The offers that a query asks for, cited by id. What the catalogue does not have is said, never guessed."""
    if query.kind == "workload":
        return Found((), f"offers of {query.workload} are ranked by what a month of use costs", 0, 0)
    if query.kind == "gpu":
        return _rentals(query, book, catalogue, shown)
    return _rates(query, book, catalogue, shown)


def _fits(query: Query, book: AskBook, catalogue: Catalogue) -> Callable[[ApiRate | Rental], bool]:
    """Whether an offer is one of the sellers and places that a query asks for."""
    inside = {r for area in query.areas for r in regions_in(area, book, catalogue)}
    outside = {r for area in query.without_areas for r in regions_in(area, book, catalogue)}

    def fits(offer: ApiRate | Rental) -> bool:
        return (
            (not query.providers or offer.provider in query.providers)
            and offer.provider not in query.without_providers
            and (not query.areas or offer.region in inside)
            and offer.region not in outside
        )

    return fits


def offer_id(rate: ApiRate) -> str:
    """The id of an API offer, as the pages carry it."""
    return "|".join(("offer", rate.provider, rate.sku, rate.region))


def rental_id(rental: Rental) -> str:
    """The id of a rental offer, as the pages carry it."""
    commitment = COMMITMENTS.get(rental.kind, rental.kind)
    return "|".join(("rental", rental.provider, rental.instance, rental.region, commitment))


def plan_offer_id(plan: Plan) -> str:
    """The id of the offer that a plan is priced by; nothing for own hardware."""
    if plan.kind in ("owned", "bought"):
        return ""
    if plan.kind == "api":
        return "|".join(("offer", plan.provider, plan.sku, plan.region))
    return "|".join(("rental", plan.provider, plan.sku, plan.region, COMMITMENTS.get(plan.kind, plan.kind)))


def rate_row(rate: ApiRate, price: Decimal, meter: str, book: AskBook) -> dict[str, Any]:
    """One API offer as a row: USD per 1M tokens."""
    prices = rate.bands[0]
    return {
        "offer": offer_id(rate),
        "provider": rate.provider,
        "provider_name": book.providers.get(rate.provider, rate.provider),
        "model": rate.model,
        "model_name": book.cards[rate.model].name if rate.model in book.cards else rate.model,
        "region": rate.region,
        "meter": meter,
        "price": price_text(price),
        "shown": unit_price(price),
        "unit": "USD per 1M tokens",
        "input": price_text(prices.input),
        "output": price_text(prices.output),
        "evidence": rate.evidence,
        "age_days": rate.age_days,
        "note": rate.note,
    }


def rental_row(rental: Rental, book: AskBook) -> dict[str, Any]:
    """One rental offer as a row: USD per GPU-hour."""
    return {
        "offer": rental_id(rental),
        "provider": rental.provider,
        "provider_name": book.providers.get(rental.provider, rental.provider),
        "model": "",
        "model_name": "",
        "gpu": rental.gpu,
        "count": rental.count,
        "kind": rental.kind,
        "region": rental.region,
        "meter": "GPU-hour",
        "price": price_text(rental.price),
        "shown": unit_price(rental.price),
        "unit": "USD per GPU-hour",
        "evidence": rental.evidence,
        "age_days": rental.age_days,
        "note": rental.note,
    }


def _rates(query: Query, book: AskBook, catalogue: Catalogue, shown: int) -> Found:
    fits = _fits(query, book, catalogue)
    wanted = [r for r in catalogue.rates if (not query.models or r.model in query.models) and fits(r)]
    priced: list[tuple[Decimal, ApiRate]] = []
    held = 0
    for r in wanted:
        bands = r.prices.get(query.tier)
        price = _price(bands[0], query.meter) if bands else None
        if price is None:
            continue
        if r.suspect:
            held += 1
            continue
        priced.append((price, r))
    priced.sort(key=lambda p: (p[0], p[1].provider, p[1].sku, p[1].region))
    meter = METERS[query.meter][1] if query.meter else "two input and one output token of three"
    rows = [rate_row(r, price, meter, book) for price, r in priced[:shown]]
    names = _listed([book.cards[m].name for m in query.models if m in book.cards][:3]) or "that"
    if not query.models and not query.providers:
        return Found((), "this model is not in the catalogue", 0, 0)
    if not priced:
        known = [m for m in query.models if m in catalogue.models]
        why = (
            "no offer of it is known with these conditions"
            if known
            else "it has no price per text token that is planned with; see its other prices in the explorer"
        )
        return Found((), f"{names}: {why}", 0, held)
    first = rows[0]
    tier = "" if query.tier == "standard" else f" ({query.tier})"
    answer = (
        f"{first['provider_name']} sells {first['model_name']} cheapest:"
        f" ${first['shown']} {_per(first)} of {meter}{tier}, {first['region']}"
    )
    return Found(rows, answer, len(priced), held)


def _price(prices: TokenPrices, meter: str) -> Decimal | None:
    if meter:
        found: Decimal | None = getattr(prices, METERS[meter][0])
        return found
    mixed = (PROMPT_PARTS * prices.input + prices.output) / (PROMPT_PARTS + 1)
    return Decimal(f"{mixed:.{MIXED_DIGITS}g}")


def _rentals(query: Query, book: AskBook, catalogue: Catalogue, shown: int) -> Found:
    fits = _fits(query, book, catalogue)
    wanted = [
        r for r in catalogue.rentals
        if r.gpu in query.gpus and (not query.kinds or r.kind in query.kinds) and fits(r)
    ]  # fmt: skip
    names = _listed([catalogue.gpus[g].name for g in query.gpus if g in catalogue.gpus][:3])
    if not query.gpus:
        return Found((), "this GPU is not in the catalogue", 0, 0)
    if not wanted:
        return Found((), f"{names or 'that GPU'}: no rental of it is known with these conditions", 0, 0)
    rows = [rental_row(r, book) for r in wanted[:shown]]
    first = rows[0]
    answer = (
        f"{first['provider_name']} rents a {catalogue.gpus[first['gpu']].name} cheapest:"
        f" ${first['shown']} {_per(first)}, {first['kind']}, {first['region']}"
    )
    firm = next((r for r in wanted if r.kind == DEPENDABLE), None)
    if firm is not None and first["kind"] != DEPENDABLE:
        seller = book.providers.get(firm.provider, firm.provider)
        answer += f"; on demand from ${unit_price(firm.price)}, {seller}"
    return Found(rows, answer, len(wanted), 0)


def _per(row: Mapping[str, Any]) -> str:
    """The unit of a row behind a dollar sign."""
    return str(row["unit"]).removeprefix("USD ")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

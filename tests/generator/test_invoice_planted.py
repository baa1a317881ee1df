"""What is planted in bills made from all committed prices is found, with the amount that the prices themselves give.

Each expected amount is worked out here from the plain offers of the pack, by no code of the report.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Context, Decimal, localcontext

import pytest

from tests.generator.stored_prices import stored_pack
from tests.wasm_tools.priced import bill_of
from wasm_tools.invoice.audit import LIST
from wasm_tools.invoice.cells import Cell, audited
from wasm_tools.invoice.line_meters import SHAPES
from wasm_tools.invoice.masking import masked
from wasm_tools.invoice.opportunities import caches, hosts, same_model
from wasm_tools.invoice.opportunities.caches import cache_items
from wasm_tools.invoice.opportunities.hosts import RANKS, host_items
from wasm_tools.invoice.pack import OfferBook, read_price_book
from wasm_tools.invoice.usage import LineKey, UsageLine
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer

MANY = 1_000  # display units on each line
CENT = Decimal("0.01")
CLASSES = {shape: name for name, shape in reversed(SHAPES.items())}
Places = dict[tuple[str, str], dict[tuple[Meter, str], Decimal]]


@pytest.fixture(scope="module")
def book() -> OfferBook:
    return read_price_book(stored_pack())


@pytest.fixture(scope="module")
def places(book: OfferBook) -> Places:
    """Prices by meter and region, by provider and SKU."""
    found: Places = {}
    for o in book.offers:
        if o.price > 0:
            found.setdefault((o.provider, o.sku), {})[o.meter, o.region] = o.price
    return found


def billed(book: OfferBook, offer: Offer) -> UsageLine:
    """A line that says all of an offer, at its price."""
    meter = offer.meter
    line_class = CLASSES.get((meter.direction, meter.modality, meter.cache), "other")
    key = LineKey(
        offer.provider, model_raw=offer.sku, line_class=line_class if meter.unit == "token" else "other",
        unit=meter.unit, tier=meter.tier, context_band="long" if meter.above_tokens else "short",
        region="" if offer.region == "global" else offer.region, currency="USD",
    )  # fmt: skip
    return UsageLine(0, book.as_of, key, Decimal(book.units.units[meter.unit].per * MANY), offer.price * MANY)


def cells_of(book: OfferBook, lines: list[UsageLine]) -> list[Cell]:
    found = audited(bill_of(lines), book.dated)
    return [c for c in found.cells if c.verdict.kind == LIST]


def test_no_name_that_the_catalogue_knows_is_taken_for_a_key_or_an_address(book: OfferBook) -> None:
    names = {name for o in book.offers for name in (o.provider, o.sku, o.model, str(o.meter), o.region)}
    names |= {m.name for m in book.models.models.values()} | set(book.names.providers) | set(book.model_aliases)
    assert {name for name in names if masked(name) != name} == set()


def planted(places: Places, offer: Offer) -> Iterator[tuple[str, Decimal]]:
    """The conditions under which a line would have cost less, with the amount."""
    there = places[offer.provider, offer.sku]
    meter = offer.meter
    other = [("priority", replace(meter, tier="standard"), offer.region)] if meter.tier == "priority" else []
    if meter.tier == "standard":
        other += [(tier, replace(meter, tier=tier), offer.region) for tier in ("batch", "flex")]
    if meter.above_tokens:
        other.append(("long-context", replace(meter, above_tokens=0), offer.region))
    if offer.region != "global":
        other.append(("region", meter, "global"))
    for action, cheaper, region in other:
        price = there.get((cheaper, region))
        if price is not None and price < offer.price:
            yield action, (offer.price - price) * MANY


def test_tier_speed_length_and_region_are_found_with_their_exact_amounts(book: OfferBook, places: Places) -> None:
    seen: dict[tuple[object, ...], Offer] = {}
    for o in book.offers:
        if o.price > 0 and o.meter.variant != "free" and any(planted(places, o)):
            seen.setdefault((o.provider, o.meter, o.region), o)
    offers = list(seen.values())
    cells = {
        (c.product.sku, c.verdict.tariff.offer): c
        for c in cells_of(book, [billed(book, o) for o in offers])
        if c.verdict.tariff
    }
    counts: dict[str, int] = {}
    with localcontext(Context(prec=50)):
        for offer in offers:
            cell = cells.get((offer.sku, offer))
            if cell is None:
                continue  # two offers of one price: the line may have been billed by the other one
            found = [(s.action, s.amount.quantize(CENT)) for s in same_model.savings([cell], book.dated)]
            for action, amount in planted(places, offer):
                assert (action, amount.quantize(CENT)) in found, (action, offer)
                counts[action] = counts.get(action, 0) + 1
    assert set(counts) == {"priority", "batch", "flex", "long-context", "region"}
    assert min(counts.values()) >= 5, counts
    assert sum(counts.values()) > 500


def test_a_cache_that_is_written_and_never_read_is_found_with_its_exact_amount(book: OfferBook, places: Places) -> None:
    written = [o for o in book.offers if o.meter.cache == "write" and o.meter.tier == "standard" and o.price > 0]
    count = 0
    for offer in written:
        plain = places[offer.provider, offer.sku].get((replace(offer.meter, cache="none"), offer.region))
        if plain is None or plain >= offer.price:
            continue
        cells = cells_of(book, [billed(book, offer)])
        with localcontext(Context(prec=50)):
            items, _ = cache_items(cells, book.dated, Decimal(0))
        if cells:
            assert [(i.id, i.high.quantize(CENT)) for i in items] == [
                (caches.CACHE, ((offer.price - plain) * MANY).quantize(CENT))
            ]
            count += 1
    assert count >= 20


def test_an_older_snapshot_is_found_with_its_exact_amount(book: OfferBook) -> None:
    """gpt-4o of May 2024 costs 5 and 15 dollars, those of August and November 2.50 and 10."""
    lines = [
        billed(book, o)
        for o in book.offers
        if (o.provider, o.sku) == ("openai", "gpt-4o-2024-05-13")
        and str(o.meter) in ("input.text.token", "output.text.token")
    ]
    with localcontext(Context(prec=50)):
        found = {
            s.cell.key.line_class: s.amount
            for s in same_model.savings(cells_of(book, lines), book.dated)
            if s.action == "snapshot"
        }
    assert found == {"input_uncached": 2_500, "output": 5_000}


def test_a_dearer_host_is_found_with_the_cheapest_that_is_as_good(book: OfferBook, places: Places) -> None:
    models = book.models
    stated = {(o.provider, o.sku, o.meter): o.evidence for o in book.offers if o.region == "global"}
    count = 0
    for (provider, sku), here in models.hosts.items():
        offers = [
            o
            for o in book.offers
            if (o.provider, o.sku) == (provider, sku)
            and str(o.meter) == "input.text.token"
            and o.region == "global"
            and o.price > 0
        ]
        facts = models.models.get(offers[0].model) if offers else None
        if facts is None or facts.open_weights != "yes" or here.precision not in RANKS or here.context is None:
            continue
        offer = offers[0]
        prices = [
            prices[offer.meter, "global"]
            for (other, name), prices in places.items()
            if other != provider
            and (offer.meter, "global") in prices
            and (there := models.hosts.get((other, name))) is not None
            and RANKS.get(there.precision, 0) >= RANKS[here.precision]
            and (there.context or 0) >= here.context
            and book.dated.prices.tariffs(other, name)[0].offer.model == offer.model
            and sum(not e.absent_since for e in stated[other, name, offer.meter]) > 1
        ]
        cheapest = min(prices, default=offer.price)
        cells = cells_of(book, [billed(book, offer)])
        if not cells or len(cells) != 1 or cells[0].verdict.tariff is None or cells[0].verdict.tariff.offer != offer:
            continue
        with localcontext(Context(prec=50)):
            items, _ = host_items(cells, book.dated, Decimal(0))
        expected = [(hosts.HOST, (offer.price - cheapest) * MANY)] if cheapest < offer.price else []
        assert [(i.id, i.high) for i in items] == expected, offer
        count += bool(expected)
        if count >= 60:
            break
    assert count >= 10

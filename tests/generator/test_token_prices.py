"""Promises of token prices: all tiers, bands and caches of a SKU, complete or not at all, the dearest hours."""

from decimal import Decimal

from generator.precompute.token_prices import token_price
from wasm_tools.planner.request_cost import RequestMix, TokenPrices, request_cost
from wasm_tools.pricing.meters import parse_meter
from wasm_tools.pricing.offers import Offer


def offer(sku: str, meter: str, price: str) -> Offer:
    return Offer("vendor", sku, "", "llm", parse_meter(meter), "global", Decimal(price))


def test_token_prices_hold_tiers_bands_and_caches() -> None:
    found = token_price(
        offer("m", meter, price)
        for meter, price in {
            "input.text.token": "3",
            "output.text.token": "15",
            "input.text.token;cache=read": "0.3",
            "input.text.token;cache=write": "3.75",
            "input.text.token;cache=write_1h": "6",
            "input.text.token;above_tokens=200000": "6",
            "input.text.token;tier=batch": "1.5",
            "output.text.token;tier=batch": "7.5",
            "input.text.token;tier=flex": "1",  # one direction only: no price of that tier
            "input.audio.token": "99",
            "input.text.token;variant=training": "99",
        }.items()
    ).prices
    caches = Decimal("0.3"), Decimal("3.75"), Decimal(6)
    assert found == {
        "standard": (
            TokenPrices(0, Decimal(3), Decimal(15), *caches),
            TokenPrices(200_000, Decimal(6), Decimal(15), *caches),
        ),
        "batch": (TokenPrices(0, Decimal("1.5"), Decimal("7.5")),),
    }
    assert request_cost(found, RequestMix(1_000_000, 1, batch_share=Decimal(1))).usd == Decimal("1.5000075")


def test_a_sku_without_a_complete_standard_price_has_none() -> None:
    assert token_price([offer("m", "input.text.token", "3")]).prices == {}
    assert (
        token_price([offer("m", "input.text.token;tier=batch", "1"), offer("m", "output.text.token", "2")]).prices == {}
    )


def test_the_dearest_hours_count() -> None:
    offers = [("input.text.token", "1"), ("input.text.token;window=peak", "2"), ("output.text.token", "3")]
    for order in (offers, offers[::-1]):
        assert token_price(offer("m", *o) for o in order).prices["standard"][0].input == 2

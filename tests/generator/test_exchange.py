"""Other currencies: converted by a dated rate, said in the note, and never mixed with a list in dollars."""

from dataclasses import replace
from decimal import Decimal

from generator.exchange import in_usd, listed_prices, rate_on
from generator.registry import ExchangeRate
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT
from wasm_tools.pricing.offers import Evidence, Offer

RATES = [
    ExchangeRate(currency="CNY", date=day, units_per_usd=Decimal(units), source="a test")
    for day, units in (("2026-01-01", "7"), ("2026-08-22", "6.8"))
]
AS_OF = "2026-11-20"


def offer(sku: str, price: str, currency: str = "USD", provider: str = "lab", output: bool = False) -> Offer:
    meter = TEXT_OUTPUT if output else TEXT_INPUT
    evidence = (Evidence("list", Decimal(price)),)
    return Offer(provider, sku, "", "llm", meter, "global", Decimal(price), evidence, currency=currency)


def test_the_newest_rate_that_is_not_younger_than_the_date_is_used() -> None:
    assert [rate_on(RATES, "CNY", day).units_per_usd for day in ("2026-08-21", "2026-08-22", "2025-01-01")] == [
        Decimal(7), Decimal("6.8"), Decimal(7),
    ]  # fmt: skip
    assert rate_on(RATES, "GBP", AS_OF) is None


def test_a_converted_price_says_what_the_vendor_lists() -> None:
    (published,) = in_usd([offer("m", "3.4", "CNY")], RATES, AS_OF)
    assert (published.price, published.currency) == (Decimal("0.5"), "USD")
    assert published.note == "3.4 CNY at 6.8 to the dollar (2026-08-22)"
    assert published.evidence[0].price == Decimal("0.5")
    assert listed_prices([offer("m", "3.4", "CNY")], RATES, AS_OF)[published.key].offer.price == Decimal("3.4")


def test_a_sku_is_published_from_the_list_in_which_its_provider_states_most() -> None:
    mostly_yuan = [offer("m", "1"), offer("m", "6.8", "CNY"), offer("m", "13.6", "CNY", output=True)]
    assert {(o.meter, o.price) for o in in_usd(mostly_yuan, RATES, AS_OF)} == {
        (TEXT_INPUT, Decimal(1)), (TEXT_OUTPUT, Decimal(2)),
    }  # fmt: skip
    mostly_dollars = [*(offer(f"n{n}", "1") for n in range(5)), *mostly_yuan]
    of_m = [o for o in in_usd(mostly_dollars, RATES, AS_OF) if o.sku == "m"]
    assert [(o.price, o.note) for o in of_m] == [(Decimal(1), "")]


def test_a_currency_without_a_rate_is_left_out_and_hides_nothing() -> None:
    pounds = [replace(offer("m", "9", "GBP"), note="x") for _ in range(3)]
    assert [o.price for o in in_usd([*pounds, offer("m", "1")], RATES, AS_OF)] == [Decimal(1)]

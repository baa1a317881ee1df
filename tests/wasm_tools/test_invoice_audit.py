"""The audit of one line: the price of its own day, known factors, discounts, units; names by exact tables only."""

from decimal import Decimal

import pytest

from tests.wasm_tools.priced import TARIFFS, book, judged, key, tariff
from wasm_tools.invoice.audit import (
    ABOVE,
    CONTRACT,
    FACTOR,
    FLOOR,
    LEFT_OUT,
    LIST,
    MIXED,
    NO_PRICE,
    NO_PRICE_OF_DAY,
    UNEXPLAINED,
    UNIT,
    UNKNOWN,
)
from wasm_tools.invoice.resolution import resolved


def test_a_line_is_held_against_the_price_of_its_own_day() -> None:
    """IN-T20: the price was 4 until 30 June and is 2 since."""
    assert judged(key(), "1000000", "4.00", "2026-06-30").kind == LIST
    assert judged(key(), "1000000", "2.00", "2026-07-01").kind == LIST
    late = judged(key(), "1000000", "4.00", "2026-07-01")
    assert (late.kind, late.tariff and late.tariff.meter.above_tokens) == (LIST, 200000)  # the band is not said
    assert judged(key(context_band="short"), "1000000", "3.00", "2026-06-01").kind == CONTRACT


def test_a_price_seen_late_may_be_older() -> None:
    """The cut was read on 1 July; a line of June at the new price is no discount of half."""
    found = judged(key(region_scope="global", tier="standard"), "1000000", "2.00", "2026-06-20")
    assert (found.kind, found.note) == (LIST, "this price was first seen on 2026-07-01")
    old = judged(key(region_scope="global", tier="standard"), "1000000", "2.00", "2026-02-01")
    assert (old.kind, old.factor) == (FACTOR, Decimal("0.5"))  # the only thing left that explains half the price


def test_a_day_before_all_prices_takes_a_later_one_only_if_none_other_is_known() -> None:
    mini = judged(key("gpt-x-mini"), "1000000", "0.25", "2026-01-15")
    assert (mini.kind, mini.note) == (LIST, "first seen on 2026-03-01; no other price is known")
    once = (tariff("openai", "old", "input.text.token", "2", ("2026-01-01", "4"), ("2026-07-01", "2")),)
    found = judged(key("old"), "1000000", "4.00", "2025-12-31", once)
    assert (found.kind, found.detail) == (UNKNOWN, NO_PRICE_OF_DAY)


def test_what_is_no_longer_listed_has_no_price_of_that_day() -> None:
    gone = (tariff("openai", "old", "input.text.token", "4", ("2026-01-01", "4"), ("2026-07-01", "")),)
    assert judged(key("old"), "1000000", "4.00", "2026-06-30", gone).kind == LIST
    assert judged(key("old"), "1000000", "4.00", "2026-07-01", gone).detail == NO_PRICE_OF_DAY


@pytest.mark.parametrize(
    ("said", "cost", "kind", "factor"),
    [
        (key(), "2.02", LIST, None),
        (key(), "1.00", LIST, None),  # the tier is not said: it may be batch
        (key(tier="standard"), "1.00", FACTOR, "0.50"),
        (key(), "2.20", LIST, None),  # nor the region
        (key(tier="standard", region_scope="global"), "2.20", FACTOR, "1.10"),
        (key("gpt-x-mini", tier="standard"), "0.125", FACTOR, "0.5"),
        (key("gpt-x-mini", tier="batch"), "0.125", FACTOR, "0.5"),
        (key("gpt-x-mini", "input"), "0.025", FACTOR, "0.1"),
        (key(tier="standard", context_band="short"), "1.70", CONTRACT, "0.85"),
        (key(tier="standard", context_band="short", region_scope="global"), "2.50", ABOVE, "1.25"),
        (key(tier="standard", context_band="short", region_scope="global"), "0.60", UNEXPLAINED, None),
    ],
)
def test_what_explains_a_price(said: object, cost: str, kind: str, factor: str | None) -> None:
    found = judged(said, "1000000", cost)  # type: ignore[arg-type]
    assert found.kind == kind
    assert found.factor == (None if factor is None else Decimal(factor))


def test_a_tier_without_a_price_is_unknown_unless_a_factor_explains_it() -> None:
    found = judged(key("gpt-x-mini", tier="priority"), "1000000", "0.40")
    assert (found.kind, found.detail) == (UNKNOWN, NO_PRICE)


def test_half_a_cent_of_rounding_is_no_finding_and_small_amounts_are_not_judged() -> None:
    exact = key(tier="standard", region_scope="global", context_band="short")
    assert judged(exact, "4000", "0.01").kind == LIST  # 0.8 cents, written as one
    assert judged(exact, "4000", "0.04").kind == FLOOR
    assert judged(exact, "4000", "0.0120").kind == ABOVE  # written to a hundredth of a cent
    assert judged(exact, "400000", "4.00").kind == ABOVE


def test_a_unit_that_contradicts_the_price_is_read_the_one_way_that_fits() -> None:
    """IN-T12: 10,000,000 of "1M tokens" for $20 are 10,000,000 tokens."""
    found = judged(key(), "10000000000000", "20.00")
    assert (found.kind, found.size) == (UNIT, Decimal("0.000001"))
    assert judged(key("hear-x", "seconds", unit="audio_second"), "7200", "43.20").size == Decimal(60)


def test_without_a_model_only_the_unit_is_judged() -> None:
    found = judged(key("", "other", workload="llm"), "10000000000000", "20")
    assert (found.kind, found.size) == (UNIT, Decimal("0.000001"))
    assert judged(key("", "other", workload="llm"), "1000000", "2.50").kind == UNKNOWN


def test_tokens_of_unsaid_kind_are_judged_only_outside_all_prices() -> None:
    said = key("o70b", "other", provider="hostb")
    assert judged(said, "10000000", "3.00").kind == LIST
    assert judged(said, "10000000", "4.50").detail == MIXED
    assert judged(said, "10000000", "7.50").kind == ABOVE
    assert judged(said, "10000000", "2.50").kind == CONTRACT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"currency": "EUR"}, "billed in EUR"),  # IN-T19
        ({"currency": ""}, "the file does not say in which currency"),
        ({"kind": "credit"}, "credit, not usage"),
        ({"line_class": "blended"}, "blended"),  # IN-T10
    ],
)
def test_what_is_never_compared(change: dict[str, str], reason: str) -> None:
    found = judged(key(**change), "1000000", "2.00")
    assert found.kind == LEFT_OUT
    assert found.detail.startswith(reason)


@pytest.mark.parametrize(
    ("provider", "name", "sku"),
    [
        ("openai", "GPT-X", "gpt-x"),
        ("Open AI", "models/gpt-x", "gpt-x"),
        ("openai", "gpt-x-2026-04-01", "gpt-x"),
        ("openai", "openai/gpt-x-20260401", "gpt-x"),
        ("openai", "Model X", "gpt-x"),
        ("hosta", "us.meta.open-70b-instruct-1:0", ""),  # the id of this host is another
        ("hosta", "meta/open-70b-instruct", "meta/open-70b-instruct"),
        ("hosta", "Open 70B Instruct", "meta/open-70b-instruct"),
        ("hosta", "o70b", "meta/open-70b-instruct"),
        ("hostb", "elsewhere/open-70b", "open-70b"),
        # IN-T22: what begins like a known name, or holds one, is another model
        ("openai", "gpt-x-mini-tts", ""),
        ("openai", "gpt-x-deep-research", ""),
        ("openai", "gpt", ""),
        ("openai", "my-gpt-x", ""),
        ("openai", "ft:gpt-x:acme::a1", ""),
    ],
)
def test_names_mean_a_product_by_exact_tables_only(provider: str, name: str, sku: str) -> None:
    prices = book()
    found = resolved(prices.prices, prices.names, key(name, provider=provider))
    assert found.sku == sku
    assert bool(found.reason) != bool(sku)


def test_a_family_in_which_each_date_is_a_model_has_no_undated_snapshot() -> None:
    prices = book((tariff("openai", "seek-v3", "input.text.token", "1"),))
    assert not resolved(prices.prices, prices.names, key("seek-v3-2025-03-24")).sku


def test_a_tool_without_a_model_has_the_price_of_its_provider() -> None:
    assert judged(key("", "tool_call", unit="search"), "5", "0.05").kind == LIST


def test_every_meter_of_the_book_at_its_price_is_at_list() -> None:
    for t in TARIFFS:
        said = key(t.offer.sku, "other", provider=t.offer.provider, unit=t.meter.unit)
        found = judged(said, str(book().units.units[t.meter.unit].per * 3), str(t.offer.price * 3))
        assert found.kind == LIST, t

"""Meters and offers: dimensions compare, texts round-trip, money is exact."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.pricing.meters import (
    CACHES,
    DIRECTIONS,
    MODALITIES,
    TIERS,
    Meter,
    MeterError,
    comparable,
    parse_meter,
    price_text,
    unit_registry,
)
from wasm_tools.pricing.offers import Evidence, OfferError, evidence_text, parse_evidence, price_value

TOKENS = unit_registry([{"id": "token", "per": 1_000_000, "label": "1M tokens", "noun": "tokens"}])
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-@_", max_size=12)
meters = st.builds(
    Meter,
    st.sampled_from(DIRECTIONS),
    st.sampled_from(MODALITIES),
    st.sampled_from(["token", "image", "audio_second"]),
    st.sampled_from(CACHES),
    st.sampled_from(TIERS),
    st.integers(0, 2_000_000),
    words,
    words,
)
prices = st.decimals(min_value=0, max_value=10_000, allow_nan=False, allow_infinity=False, places=9)


@given(meters)
def test_meter_text_round_trips(meter: Meter) -> None:
    assert parse_meter(str(meter)) == meter


@given(meters, meters)
def test_meters_with_one_text_are_one_meter(a: Meter, b: Meter) -> None:
    assert (str(a) == str(b)) == comparable(a, b)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("input.text", "direction.modality.unit"),
        ("sideways.text.token", "sideways"),
        ("input.text.token;colour=red", "colour"),
        ("input.text.token;above_tokens=many", "many"),
        ("input.text.token;above_tokens=-1", "-1"),
        ("input.text.token;tier=gold", "gold"),
    ],
)
def test_wrong_meter_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(MeterError, match=named):
        parse_meter(text)


@given(prices)
def test_display_price_is_exact(price: Decimal) -> None:
    meter = Meter("input", "text", "token")
    per_token = price / 1_000_000
    assert TOKENS.display_price(meter, per_token) == price
    assert Decimal(price_text(price)) == price
    assert "E" not in price_text(price)


def test_cost_of_a_request_is_exact() -> None:
    meter = Meter("output", "text", "token")
    assert TOKENS.cost(meter, Decimal("0.15"), Decimal(3)) == Decimal("4.5E-7")


def test_unknown_unit_is_named() -> None:
    with pytest.raises(MeterError, match="furlong"):
        TOKENS.unit(Meter("input", "text", "furlong"))


@pytest.mark.parametrize("per", [0, -1, 1.5, "1"])
def test_unit_scale_must_be_a_whole_number(per: object) -> None:
    with pytest.raises(MeterError, match="per"):
        unit_registry([{"id": "token", "per": per, "label": "x", "noun": "x"}])


@given(
    st.lists(
        st.builds(Evidence, st.sampled_from(["a", "b-c", "d"]), prices, st.sampled_from(["", "2026-11-20"])),
        unique_by=lambda e: e.source,
    )
)
def test_evidence_text_round_trips(evidence: list[Evidence]) -> None:
    assert parse_evidence(evidence_text(evidence)) == tuple(sorted(evidence))


@pytest.mark.parametrize("text", ["NaN", "inf", "-1", "", "1,5", "free"])
def test_price_must_be_finite_and_not_negative(text: str) -> None:
    with pytest.raises(OfferError, match="somewhere"):
        price_value(text, "somewhere")

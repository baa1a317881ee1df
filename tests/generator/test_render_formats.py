"""How values are written: digits, units, and the dash that gives its reason."""

from decimal import Decimal

import pytest

from generator.render import formats
from generator.render.price_rows import condition_words, quantity_words
from wasm_tools.pricing.meters import parse_meter


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.85", "$0.85"),
        ("0.5", "$0.50"),
        ("0.1375", "$0.1375"),  # a list price of four digits stays exact
        ("0.142857", "$0.143"),
        ("0.003625", "$0.003625"),
        ("0.0000123456", "$0.0000123"),
        ("3", "$3.00"),
        ("18.75", "$18.75"),
        ("1.044", "$1.044"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_list_price_is_written_with_its_own_digits(value: str, text: str) -> None:
    assert formats.price(Decimal(value)) == text


def test_price_of_zero_reads_free_and_not_as_a_figure() -> None:
    assert formats.price(Decimal(0)) == "free"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1233.70", "$1,234"),
        ("99.995", "$100.00"),
        ("12.345", "$12.34"),
        ("0.32494", "$0.325"),
        ("0.0099", "$0.0099"),
        ("1234567", "$1,234,567"),
    ],
)
def test_sum_of_money_has_as_many_digits_as_matter(value: str, text: str) -> None:
    assert formats.money(Decimal(value)) == text


def test_missing_value_says_why_to_eyes_and_ears() -> None:
    html = formats.missing('nobody states "it"')
    assert "—" in html
    assert html.count("nobody states") == 2  # the title, and the hidden words for screen readers
    assert '"it"' not in html  # escaped inside the attribute


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (999_990, "1M"),
        (131_072, "128k"),
        (128_000, "128k"),
        (1_050_000, "1.05M"),
        (200_000, "200k"),
        (1_048_576, "1M"),
        (1_000_000, "1M"),
        (8_192, "8k"),
    ],
)
def test_context_is_short_and_rounds_nothing_that_matters(value: int, text: str) -> None:
    assert formats.tokens(value) == text


def test_times_shares_and_counts() -> None:
    assert formats.milliseconds(8.44) == "8.4"
    assert formats.milliseconds(1234.4) == "1,234"
    assert formats.seconds(8_714) == "8.71"
    assert formats.seconds(46_000) == "46.0"
    assert formats.percent(0.305) == "30 %"
    assert formats.signed_percent(-0.034) == "−3 %"
    assert formats.plural(1, "day") == "1 day"
    assert formats.plural(1_200, "price") == "1,200 prices"
    assert formats.listed(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(("value", "text"), [(1.3333, "1.33"), (0.05, "0.05"), (1978.4, "1,980"), (14_732.0, "14,700")])
def test_three_significant_digits(value: float, text: str) -> None:
    assert formats.significant(value) == text


def test_collapsed_price_says_when_it_holds_and_what_it_counts() -> None:
    meter = parse_meter("input.audio.token;cache=read;tier=batch;above_tokens=200000")
    assert condition_words(meter) == "batch, prompts over 200,000 tokens"
    assert quantity_words(meter) == "cached audio in"

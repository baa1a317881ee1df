"""Azure's cost details: names of meters, units of measure, consumption units, and the header of either agreement."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, fixture, reading
from wasm_tools.invoice.readers.azure_cost import BLENDED, _unit, meter_words


def test_fixture_adds_up() -> None:
    lines, excluded, statement = reading("azure_cost_openai_2026-09.csv")
    assert statement.analysed == {"USD": Decimal("27.0")}
    assert not excluded
    assert by_class(lines[:3]) == {
        ("input_uncached", "standard"): (2_000_000, Decimal("5.0")),
        ("output", "standard"): (800_000, Decimal("8.0")),
        ("cache_read", "standard"): (4_000_000, Decimal("2.0")),
    }
    assert [x.list_cost for x in lines[:3]] == [5, 8, 2]
    assert [x.key.model_raw for x in lines[:3]] == ["gpt 4o 1120", "gpt 4o 1120", "gpt 4.1"]
    assert {x.day for x in lines} == {"2026-09-01"}
    assert lines[0].key.join[0] == ("azure_meter_id", "00000000-0000-0000-0000-000000000001")


def test_consumption_units_are_in_the_total_and_can_never_be_compared() -> None:
    line = reading("azure_cost_openai_2026-09.csv")[0][3]
    assert (line.key.line_class, line.key.unit, line.key.model_raw) == ("blended", "", "")
    assert (line.quantity, line.cost, line.notes) == (12, 12, (BLENDED,))


def test_other_agreement_other_currency_and_other_services() -> None:
    lines, excluded, statement = reading("azure_cost_mca_2026-09.csv")
    assert [(x.key.line_class, x.key.unit, x.key.tier, x.quantity, x.list_cost) for x in lines] == [
        ("cache_read", "token", "priority", 2_000_000, None),  # its list price is in another currency
        ("other", "provisioned_second", "committed", 86_400, None),
        ("seconds", "audio_second", "unknown", 10_800, None),
        ("other", "provisioned_second", "unknown", None, None),
    ]
    assert lines[3].key.kind == "purchase"
    assert [(e.reason, e.cost, e.currency) for e in excluded] == [("not_comparable", 88, "EUR")]
    assert statement.parsed == {"EUR": Decimal("814.1")}
    assert statement.analysed == {"EUR": Decimal("26.1")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt 4o 1120 Inp glbl Tokens", ("gpt 4o 1120", "input_uncached", "standard", "", "global")),
        ("gpt-4.1-mini-cchd-Inp-DZ Tokens", ("gpt 4.1 mini", "cache_read", "standard", "", "geographic")),
        ("gpt 4o Batch Outp Data Zone Tokens", ("gpt 4o", "output", "batch", "", "geographic")),
        ("5.6 terra ShortCo Cd Inp PP Gl 1M Tokens", ("5.6 terra", "cache_read", "priority", "short", "global")),
        ("text embedding 3 inp regnl Tokens", ("text embedding 3", "embedding", "standard", "", "regional")),
        ("gpt 4o audio Outp glbl Tokens", ("gpt 4o audio", "audio_out", "standard", "", "global")),
        ("gpt 5 newword Inp odd Tokens", ("gpt 5 newword", "input_uncached", "unknown", "", "")),
        ("Claude Consumption Unit", ("", "other", "unknown", "", "")),
        ("Tokens Inp Outp", ("", "other", "unknown", "", "")),
    ],
)  # fmt: skip
def test_names_of_meters_are_read_by_their_abbreviations(name: str, expected: tuple[str, ...]) -> None:
    assert meter_words(name) == expected


def test_a_negative_cost_is_an_adjustment_and_a_date_is_month_first() -> None:
    data = fixture("azure_cost_openai_2026-09.csv").replace(b",5.0,USD", b",-5.0,USD").replace(b"09/01", b"09/02")
    lines, _, statement = reading(data)
    assert lines[0].key.kind == "adjustment"
    assert statement.kinds["USD", "adjustment"] == -5
    assert lines[0].day == "2026-09-02"


def test_a_unit_of_thousands_of_digits_is_no_unit() -> None:
    assert _unit("100 Hours", "Provisioned Managed") == ("provisioned_second", Decimal(360_000))
    assert _unit(f"{'9' * 5000} Hours", "Provisioned Managed") == ("", Decimal(1))

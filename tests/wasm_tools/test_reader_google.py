"""Google: the console's report with its total rows, the BigQuery export with its credits, and the grammar of SKUs."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, fixture, reading
from wasm_tools.invoice.readers.google_skus import parsed
from wasm_tools.invoice.usage import InvoiceError


def test_fixture_adds_up_without_its_three_total_rows() -> None:
    lines, excluded, statement = reading("gcp_billing_report_2026-09.csv")
    assert statement.parsed == statement.analysed == {"USD": Decimal("0.98")}
    assert [(e.row, e.reason, e.cost) for e in excluded] == [(row, "total_row", None) for row in (5, 6, 7)]
    assert by_class(lines) == {
        ("input_uncached", "standard"): (1_500_000, Decimal("0.45")),
        ("output", "standard"): (200_000, Decimal("0.50")),
        ("cache_read", "standard"): (1_000_000, Decimal("0.03")),
    }
    assert {x.key.model_raw for x in lines} == {"gemini 2.5 flash"}
    assert statement.reader.timezone == "us_pacific"


def test_currency_is_that_of_the_head_and_tax_keeps_its_amount() -> None:
    lines, excluded, statement = reading("gcp_billing_report_eur_2026-09.csv")
    assert [(x.key.line_class, x.key.unit, x.quantity) for x in lines] == [
        ("cache_read", "token", 1_000_000),
        ("cache_storage", "", 1_000),
        ("other", "", 3),
    ]
    assert [(e.reason, e.cost) for e in excluded] == [
        ("not_comparable", Decimal("0.24")),
        ("total_row", None),
        ("tax", Decimal("1.21")),
        ("total_row", None),
    ]
    assert statement.parsed == {"EUR": Decimal("7.575")}


def test_a_report_without_subtotals_is_refused_by_what_to_do() -> None:
    data = fixture("gcp_billing_report_2026-09.csv").replace(b"ubtotal ($)", b"omething")
    with pytest.raises(InvoiceError, match="Show all columns"):
        reading(data)


def test_credits_of_the_export_are_lines_of_their_own() -> None:
    lines, excluded, statement = reading("gcp_bigquery_2026-09.jsonl")
    assert [(x.row, x.key.line_class, x.key.tier, x.key.kind, x.cost) for x in lines] == [
        (1, "input_uncached", "batch", "usage", Decimal("0.15")),
        (1, "input_uncached", "batch", "credit", Decimal("-0.05")),
        (2, "output", "standard", "usage", Decimal("2.000000000000000001")),
        (4, "other", "unknown", "tax", Decimal("0.3")),
    ]
    assert [(e.reason, e.cost) for e in excluded] == [("not_comparable", 6)], "with its credit"
    assert statement.parsed == {"USD": Decimal("8.400000000000000001")}
    assert lines[0].key.join[0] == ("gcp_sku_id", "0000-0000-0001")


@pytest.mark.parametrize(
    ("sku", "expected"),
    [
        (
            "Generate content input token count gemini 2.5 flash short input text",
            ("gemini 2.5 flash", "input_uncached", "standard", "short", ""),
        ),
        (
            "Generate content output token count gemini 2.5 flash lite long input text batch",
            ("gemini 2.5 flash lite", "output", "batch", "long", ""),
        ),
        (
            "Generate content cached input token count gemini 3 pro short input text caching",
            ("gemini 3 pro", "cache_read", "standard", "short", ""),
        ),
        (
            "Generate content input token count gemini 2.5 flash short input audio",
            ("gemini 2.5 flash", "audio_in", "standard", "short", ""),
        ),
        ("Gemini 9 Global Text Input - Predictions", ("Gemini 9", "input_uncached", "standard", "", "global")),
        ("Gemini 2.5 Pro Text Output (Thinking On) - Batch Predictions", ("Gemini 2.5 Pro", "output", "batch", "", "")),
        ("Gemini 3 Pro Text Input (Long) - Predictions", ("Gemini 3 Pro", "input_uncached", "standard", "long", "")),
        ("Gemini 3 Pro Text Input (Odd Mode) - Predictions", ("Gemini 3 Pro", "input_uncached", "unknown", "", "")),
        ("Gemini 2.5 Flash Audio Input - Predictions", ("Gemini 2.5 Flash", "audio_in", "standard", "", "")),
        ("Gemini 2.5 Pro Input Text Caching (Long)", ("Gemini 2.5 Pro", "cache_read", "standard", "long", "")),
        ("Gemini 2.5 Pro Input Caching Storage", ("Gemini 2.5 Pro", "cache_storage", "standard", "", "")),
        ("A3 Instance Core running in Americas", ("", "other", "unknown", "", "")),
        ("", ("", "other", "unknown", "", "")),
    ],
)  # fmt: skip
def test_skus_are_parsed_by_their_grammar(sku: str, expected: tuple[str, ...]) -> None:
    assert parsed(sku) == expected

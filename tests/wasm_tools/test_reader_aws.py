"""AWS: both Cost and Usage Reports, Cost Explorer, and the grammar of usage types."""

import csv
import io
from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, essence, fixture, reading
from wasm_tools.invoice.readers.aws_items import parsed

CUR = "aws_cur2_bedrock_2026-09.csv"


def test_fixture_adds_up_and_tax_is_no_usage() -> None:
    lines, excluded, statement = reading(CUR)
    assert statement.analysed == {"USD": Decimal("10.14")}
    assert statement.kinds["USD", "tax"] == Decimal("0.41")
    assert not excluded
    usage = [x for x in lines if x.key.kind == "usage"]
    assert by_class(usage[:3]) == {
        ("input_uncached", "standard"): (1_500_000, Decimal("1.2")),
        ("output", "standard"): (200_000, Decimal("0.64")),
        ("cache_read", "standard"): (4_000_000, Decimal("0.8")),
    }
    assert {x.key.model_raw for x in usage[:3]} == {"NovaPro"}
    assert usage[0].key.join[0] == ("aws_usage_type", "USE1-NovaPro-input-tokens")


def test_units_of_the_marketplace_stay_open_and_its_row_names_no_model() -> None:
    line = reading(CUR)[0][3]
    assert (line.key.unit, line.key.unit_raw, line.quantity, line.cost) == ("", "Units", Decimal("2.5"), Decimal("7.5"))
    assert (line.key.model_raw, line.key.line_class, line.key.region_scope) == ("", "input_uncached", "global")


def test_earlier_report_names_the_product_and_other_services_keep_their_cost() -> None:
    lines, excluded, statement = reading("aws_cur_legacy_bedrock_2026-09.csv")
    assert [(x.key.model_raw, x.key.line_class, x.key.tier, x.key.kind) for x in lines] == [
        ("NovaPro", "input_uncached", "standard", "usage"),
        ("Claude Sonnet 4.5", "output", "batch", "usage"),
        ("", "other", "unknown", "credit"),
    ]
    assert [(e.row, e.reason, e.cost) for e in excluded] == [(4, "not_comparable", Decimal("55.04"))]
    assert statement.parsed == {"USD": Decimal("59.79")}
    assert statement.analysed == {"USD": Decimal("4.95")}


@pytest.mark.parametrize(
    ("usage_type", "model", "line_class", "tier", "band", "scope"),
    [
        ("USE1-NovaPro-input-tokens", "NovaPro", "input_uncached", "standard", "", "regional"),
        ("USW2-C4.6Sonnet-cache-read-input-token-count", "C4.6Sonnet", "cache_read", "standard", "", "regional"),
        ("USW2-C4.5Sonnet-cache-write-input-token-count", "C4.5Sonnet", "cache_write", "standard", "", "regional"),
        ("USE1-NovaPro-output-tokens-batch", "NovaPro", "output", "batch", "", "regional"),
        ("EUC1-NovaLite-input-tokens-flex-cross-region-global", "NovaLite", "input_uncached", "flex", "", "global"),
        ("USE1-NovaPro-input-tokens-cross-region-geo", "NovaPro", "input_uncached", "standard", "", "geographic"),
        ("USE1-NovaPro-input-tokens-cross-region-eu", "NovaPro", "input_uncached", "standard", "", "geographic"),
        (
            "USW2-anthropic.claude-x-mantle-cache-write-tokens-standard",
            "anthropic.claude-x", "cache_write", "standard", "", "regional",
        ),
        ("USE1-TitanEmbedV2-Text-input-tokens", "TitanEmbedV2-Text", "embedding", "standard", "", "regional"),
        ("USE1-NovaPro-input-tokens-latency-optimized", "NovaPro", "input_uncached", "unknown", "", "regional"),
        ("USE1-MP:USE1_OutputTokenCount_Batch-Units", "", "output", "batch", "", "regional"),
        ("USE1-MP:USE1_InputTokenCount_LCtx-Units", "", "input_uncached", "standard", "long", "regional"),
        ("USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units", "", "cache_write_1h", "standard", "", "global"),
        ("USE1-MP:USE1_CacheReadInputTokenCount-Units", "", "cache_read", "standard", "", "regional"),
        ("USE1-MP:USE1_input_tokens_standard-Units", "", "input_uncached", "standard", "", "regional"),
        ("USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units", "", "other", "committed", "", ""),
        ("USE1-NovaCanvas-T2I-1024-Standard", "", "other", "unknown", "", ""),
        ("USE1-BoxUsage:p5.48xlarge", "", "other", "unknown", "", ""),
        ("", "", "other", "unknown", "", ""),
    ],
)  # fmt: skip
def test_usage_types_are_parsed_by_their_grammar(
    usage_type: str, model: str, line_class: str, tier: str, band: str, scope: str
) -> None:
    assert parsed(usage_type) == (model, line_class, tier, band, scope)


def test_products_of_the_marketplace_are_known_by_their_name_and_upfront_fees_are_purchases() -> None:
    data = fixture("aws_cur_legacy_bedrock_2026-09.csv").replace(
        b"AmazonBedrockFoundationModels,USE1-MP:USE1_Out", b"x,Out"
    )
    lines, _, statement = reading(data.replace(b"Credit", b"SavingsPlanUpfrontFee"))
    assert [(x.key.model_raw, x.key.kind) for x in lines] == [
        ("NovaPro", "usage"),
        ("Claude Sonnet 4.5", "usage"),
        ("", "purchase"),
    ]
    assert statement.analysed == {"USD": Decimal("4.95")}


def test_cost_explorer_has_spend_only_and_its_first_row_repeats_the_others() -> None:
    lines, excluded, statement = reading("aws_cost_explorer_2026-09.csv")
    assert statement.parsed == {"USD": Decimal("23.56")}, "the total of the file's own first row"
    assert statement.analysed == {"USD": Decimal("10.75")}
    assert {(x.key.line_class, x.quantity) for x in lines if x.key.kind == "usage"} == {("blended", None)}
    assert [(e.row, e.reason, e.cost) for e in excluded] == [
        (2, "total_row", None),
        (3, "not_comparable", Decimal("6.2")),
        (4, "not_comparable", Decimal("6.2")),
    ]
    assert {x.key.model_raw for x in lines if x.key.join} == {"", "Claude Sonnet 4.5"}
    assert "no price can be checked" in statement.notes[0]


def test_cost_explorer_in_any_order_of_columns_and_by_usage_type() -> None:
    rows = list(csv.reader(io.StringIO(fixture("aws_cost_explorer_2026-09.csv").decode())))
    turned = "\n".join(",".join(row[::-1]) for row in rows).encode()
    assert essence(reading(turned)[0]) == essence(reading("aws_cost_explorer_2026-09.csv")[0])
    shouted = turned.replace(b"Total costs($)", b"TOTAL COSTS($)")
    assert reading(shouted)[2].parsed == {"USD": Decimal("23.56")}, "the sum of a row is no column of its own"
    header = b"Usage type,USE1-NovaPro-input-tokens($),BoxUsage($),Total costs($)"
    data = header + b"\nUsage type total,1,2,3\n2026-09-01,1,2,3\n"
    (line,), _, statement = reading(data)
    assert line.key.join == (("aws_usage_type", "USE1-NovaPro-input-tokens"),)
    assert (line.key.model_raw, line.key.line_class, statement.parsed) == ("NovaPro", "input_uncached", {"USD": 3})


def test_cost_explorer_counts_what_was_read_of_a_broken_row() -> None:
    data = b"Service,Bedrock($),S3($),Total costs($)\n2026-09-01,1.5,x,3\n2026-09-02,,,0\n"
    lines, excluded, statement = reading(data)
    assert not lines
    assert [(e.reason, e.detail, e.cost) for e in excluded] == [
        ("parse_error", "S3($) is not a number", Decimal("1.5")),
        ("empty_period", "a period without use", None),
    ]
    assert statement.parsed == {"USD": Decimal("1.5")}


def test_a_damaged_header_is_refused_or_read_and_never_a_crash() -> None:
    data = fixture("aws_cost_explorer_2026-09.csv").replace(b'"EC2-Instances($)",', b'"EC2"x-Instances($)",', 1)
    assert reading(data)[2].parsed == {"USD": Decimal("23.56")}, "no column is passed over"

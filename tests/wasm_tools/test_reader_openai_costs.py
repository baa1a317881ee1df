"""OpenAI's costs: both headers of the CSV, the API, and the grammar of line items."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, reading
from wasm_tools.invoice.readers.openai_items import item_key

USAGE = {("input_uncached", "unknown"), ("cache_read", "unknown"), ("output", "unknown"), ("tool_call", "unknown")}


def test_fixture_adds_up_and_its_credit_is_a_credit() -> None:
    lines, excluded, statement = reading("openai_cost_2026-09-01_2026-09-02.csv")
    usage = [x for x in lines if x.key.kind == "usage"]
    assert by_class(usage) == {
        ("input_uncached", "unknown"): (2_000_000, Decimal("5.0")),
        ("cache_read", "unknown"): (1_000_000, Decimal("1.25")),
        ("output", "unknown"): (800_000, Decimal("8.0")),
        ("tool_call", "unknown"): (5, Decimal("0.05")),
    }
    assert statement.analysed == {"USD": Decimal("14.30")}
    assert statement.kinds["USD", "credit"] == Decimal("-3.25")
    assert [(e.row, e.reason, e.cost) for e in excluded] == [(7, "empty_period", None)]
    assert {x.day for x in lines} == {"2026-09-01"}
    assert {x.key.model_raw for x in usage} == {"gpt-4o-2024-08-06", ""}
    assert usage[0].group == (("project", "Default project"), ("key", "key_EXAMPLE"), ("user", "user-EXAMPLE"))
    assert "example.com" not in repr(lines) + repr(excluded), "addresses are not read"


def test_older_header_has_no_quantities_and_ungrouped_spend_is_blended() -> None:
    lines, excluded, statement = reading("openai_cost_2025-10-01_2025-10-02.csv")
    assert [(x.key.line_class, x.key.tier, x.quantity) for x in lines] == [
        ("input_uncached", "unknown", None),
        ("cache_read", "priority", None),
        ("blended", "unknown", None),
    ]
    assert lines[1].cost == Decimal("0.1234567890123456"), "sixteen decimals, none lost"
    assert statement.parsed == {"USD": Decimal("5.8734567890123456")}
    assert [e.reason for e in excluded] == ["empty_period"]


def test_api_numbers_keep_every_digit() -> None:
    lines, excluded, statement = reading("openai_costs_api.json")
    assert lines[0].cost == Decimal("0.0000012345678901234567")
    assert lines[0].quantity == Decimal("1234567.890123456789")
    assert (lines[1].key.line_class, lines[1].key.unit, lines[1].quantity) == ("seconds", "audio_second", 6_000)
    assert [(e.row, e.reason) for e in excluded] == [(3, "empty_period")]
    assert statement.parsed == {"USD": Decimal("0.6000012345678901234567")}


@pytest.mark.parametrize(
    ("item", "model", "line_class", "tier", "band"),
    [
        ("gpt-5.2-pro, input", "gpt-5.2-pro", "input_uncached", "unknown", ""),
        ("gpt-5.6, cache writes", "gpt-5.6", "cache_write", "unknown", ""),
        ("priority | gpt-5, output, long context", "gpt-5", "output", "priority", "long"),
        ("gpt-4o-mini, input_tokens", "gpt-4o-mini", "input", "unknown", ""),
        ("gpt-realtime audio, input", "gpt-realtime", "audio_in", "unknown", ""),
        ("gpt-realtime text, output", "gpt-realtime", "output", "unknown", ""),
        ("gpt-image-1 image, output", "gpt-image-1", "image_out", "unknown", ""),
        ("ft-gpt-4o-mini-2024-07-18, cached input", "ft-gpt-4o-mini-2024-07-18", "cache_read", "unknown", ""),
        ("text-embedding-3-small, input", "text-embedding-3-small", "embedding", "unknown", ""),
        ("web search tool calls", "", "tool_call", "unknown", ""),
        ("assistants api | file search", "", "tool_call", "unknown", ""),
        ("Vector storage", "", "storage", "unknown", ""),
        ("something new", "", "other", "unknown", ""),
        ("", "", "blended", "unknown", ""),
    ],
)
def test_line_items_are_parsed_by_their_grammar(item: str, model: str, line_class: str, tier: str, band: str) -> None:
    key, _ = item_key(item, "USD", "", credit=False)
    assert (key.model_raw, key.line_class, key.tier, key.context_band) == (model, line_class, tier, band)
    assert key.join == ((("line_item", item),) if item else ()) or key.join[0] == ("line_item", item)


@pytest.mark.parametrize(
    ("unit", "base", "factor", "line_class"),
    [
        ("tokens", "token", 1, "output"),
        ("1000_tokens", "token", 1_000, "output"),
        ("duration_hours", "audio_second", 3_600, "seconds"),
        ("characters", "character", 1, "characters"),
        ("images", "image", 1, "images"),
        ("furlongs", "", 1, "output"),
    ],
)
def test_quantity_units_become_base_units(unit: str, base: str, factor: int, line_class: str) -> None:
    key, found = item_key("some-model, output", "USD", unit, credit=False)
    assert (key.unit, found, key.line_class) == (base, factor, line_class)


def test_cached_audio_says_its_modality() -> None:
    key, _ = item_key("gpt-realtime audio, cached input", "USD", "tokens", credit=False)
    assert (key.line_class, key.join[1]) == ("cache_read", ("modality", "audio"))

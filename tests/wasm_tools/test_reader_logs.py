"""Logs and their estimates: never an invoice, prompts never read, and no class of tokens counted twice."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import essence, fixture, reading
from wasm_tools.invoice.readers.call_lines import MAY_CONTAIN_CACHED

LOGS = (
    "litellm_spendlogs_2026-09.csv", "litellm_spendlogs.jsonl", "langfuse_observations.jsonl",
    "langfuse_observations.csv", "helicone_requests.jsonl", "helicone_requests.csv", "ccusage_daily.json",
    "ccusage_data.json", "ledger.jsonl",
)  # fmt: skip


@pytest.mark.parametrize("name", LOGS)
def test_costs_of_logs_are_labelled_estimates(name: str) -> None:
    lines, excluded, statement = reading(name)
    assert statement.reader.estimate
    assert {x.key.cost_basis for x in lines if x.cost is not None} <= {"estimated"}
    assert {x.key.cost_basis for x in lines if x.cost is None} == {"none"}
    assert "never read" not in repr(lines) + repr(excluded)


@pytest.mark.parametrize("name", ["langfuse_observations.jsonl", "langfuse_observations.csv"])
def test_langfuse_never_adds_the_total_and_says_what_it_does_not_know(name: str) -> None:
    lines, excluded, statement = reading(name)
    assert statement.parsed == {"USD": Decimal("0.01655")}
    assert [(x.key.line_class, x.quantity, x.notes) for x in lines] == [
        ("input_uncached", 1_000, ()),  # the total adds up with the cached tokens
        ("output", 500, ()),
        ("cache_read", 4_000, ()),
        ("cache_write", 200, ()),
        ("blended", None, ()),
        ("input", 2_000, (MAY_CONTAIN_CACHED,)),
        ("output", 100, (MAY_CONTAIN_CACHED,)),  # what was reasoned is not counted again
        ("cache_read", 1_500, (MAY_CONTAIN_CACHED,)),
        ("blended", None, (MAY_CONTAIN_CACHED,)),
    ]
    assert [e.reason for e in excluded] == ["no_quantity"]


def test_langfuse_names_types_of_usage_that_it_does_not_know() -> None:
    data = fixture("langfuse_observations.jsonl").replace(b'"output_reasoning_tokens":40', b'"input_smell_tokens":40')
    assert "input_smell_tokens" in reading(data)[0][5].notes[1]
    broken = fixture("langfuse_observations.csv").replace(b'"{""input"":1000', b'"{input"":1000')
    (failed,) = [e for e in reading(broken)[1] if e.reason == "parse_error"]
    assert (failed.detail, failed.cost) == ("usageDetails is not valid JSON", Decimal("0.01245"))


def test_both_forms_of_langfuse_say_the_same() -> None:
    assert essence(reading("langfuse_observations.jsonl")[0]) == essence(reading("langfuse_observations.csv")[0])


def test_litellm_says_the_same_in_both_forms() -> None:
    assert essence(reading("litellm_spendlogs.jsonl")[0]) == essence(reading("litellm_spendlogs_2026-09.csv")[0])
    embedded = fixture("litellm_spendlogs.jsonl").replace(b"acompletion", b"aembedding")
    assert reading(embedded)[0][0].key.line_class == "embedding"
    more = fixture("litellm_spendlogs.jsonl").replace(b'"cached_tokens": 0', b'"cached_tokens": 1001')
    (excluded,) = reading(more)[1]
    assert (excluded.reason, excluded.cost) == ("parse_error", Decimal("0.0105"))
    (excluded,) = reading(more.replace(b'"spend": 0.0105', b'"spend": null'))[1]
    assert (excluded.detail, excluded.cost) == ("spend is missing", None)


def test_helicone_knows_the_cache_in_json_alone_and_a_failed_request_has_no_tokens() -> None:
    for name, first in (("helicone_requests.jsonl", "input_uncached"), ("helicone_requests.csv", "input")):
        lines, excluded, statement = reading(name)
        assert statement.parsed == {"USD": Decimal("0.0075")}
        assert [(x.key.line_class, x.quantity) for x in lines] == [(first, 1_000), ("output", 500), ("blended", None)]
        assert [e.reason for e in excluded] == ["no_quantity"]


def test_helicone_leaves_open_what_its_total_does_not_settle_and_takes_either_name_of_a_cost() -> None:
    data = (
        fixture("helicone_requests.jsonl")
        .replace(b'read_tokens":0', b'read_tokens":400')
        .replace(b'"cost":', b'"costUSD":')
    )
    lines, _, statement = reading(data)
    assert (lines[0].key.line_class, lines[0].notes) == ("input", (MAY_CONTAIN_CACHED,))
    assert statement.parsed == {"USD": Decimal("0.0075")}
    apart = reading(data.replace(b'"total_tokens":1500', b'"total_tokens":1900'))[0][0]
    assert (apart.key.line_class, apart.notes) == ("input_uncached", ())


def test_ccusage_counts_the_models_of_a_day_and_not_the_day_again() -> None:
    lines, _, statement = reading("ccusage_daily.json")
    assert statement.parsed == {"USD": Decimal("0.0235")}, "the total that the file states"
    assert [(x.row, x.key.model_raw, x.key.line_class, x.quantity) for x in lines if x.cost is None] == [
        (1, "claude-opus-4-5", "input_uncached", 100),
        (1, "claude-opus-4-5", "cache_read", 800),
        (1, "claude-opus-4-5", "cache_write", 30),
        (1, "claude-opus-4-5", "output", 50),
        (1, "claude-haiku-4-5", "input_uncached", 50),
        (1, "claude-haiku-4-5", "cache_read", 200),
        (1, "claude-haiku-4-5", "output", 10),
        (2, "gpt-5.2", "input_uncached", 10),
        (2, "gpt-5.2", "output", 5),
    ]
    assert {x.day for x in lines} == {"2026-09-01", "2026-09-02"}
    odd = fixture("ccusage_daily.json").replace(b'"totalTokens": 1240', b'"totalTokens": 1210')
    assert reading(odd)[0][0].notes == (MAY_CONTAIN_CACHED,)


def test_ccusage_in_its_older_form() -> None:
    lines, _, statement = reading("ccusage_data.json")
    assert statement.parsed == {"USD": Decimal("0.02")}
    assert {x.key.model_raw for x in lines} == {"claude-opus-4-5"}

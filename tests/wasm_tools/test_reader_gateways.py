"""Gateways and their logs: tokens by class, one cost a row, estimates apart from bills."""

from decimal import Decimal

from tests.wasm_tools.invoices import fixture, reading
from wasm_tools.invoice.readers.call_lines import MAY_CONTAIN_CACHED
from wasm_tools.invoice.readers.cursor import ODD_TOTAL

HEAD = "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n"


def test_openrouter_activity_adds_up_and_reasoning_is_part_of_the_output() -> None:
    lines, excluded, statement = reading("openrouter_activity_2026-09.csv")
    assert statement.analysed == {"USD": Decimal("1.762")}
    assert not excluded
    assert [(x.key.line_class, x.quantity, x.cost, x.requests) for x in lines[3:]] == [
        ("input", 200_000, None, 12),
        ("output", 50_000, None, None),
        ("blended", None, Decimal("1.35"), None),
    ]
    assert {(x.key.provider, x.key.developer) for x in lines} == {
        ("openrouter", "deepseek"),
        ("openrouter", "anthropic"),
    }
    assert lines[0].key.join == (("openrouter_slug", "deepseek/deepseek-v3.2"),)


def test_what_was_paid_with_an_own_key_is_not_on_this_bill() -> None:
    lines, _, statement = reading((HEAD + "2026-09-01,a/b,0.05,1.5,3,10,2,0\n").encode())
    assert [(x.key.kind, x.cost) for x in lines if x.cost is not None] == [
        ("usage", Decimal("0.05")),
        ("byok", Decimal("1.5")),
    ]
    assert statement.analysed == {"USD": Decimal("0.05")}
    assert statement.excluded["byok"].cost == {"USD": Decimal("1.5")}


def test_openrouter_generations_take_the_cached_tokens_out_and_the_saving_once() -> None:
    lines, _, statement = reading("openrouter_generations_2026-09.csv")
    assert statement.analysed == {"USD": Decimal("0.0123")}, "cost_cache is in cost_total already"
    assert [(x.key.line_class, x.quantity) for x in lines] == [
        ("input_uncached", 2_000),
        ("cache_read", 3_000),
        ("output", 500),
        ("blended", None),
    ]
    assert {x.key.host for x in lines} == {"Anthropic"}
    assert lines[0].key.join == (("openrouter_permaslug", "anthropic/claude-4.5-sonnet-20250929"),)


def test_searches_and_files_of_a_call_are_no_cost_of_its_tokens() -> None:
    text = fixture("openrouter_generations_2026-09.csv").decode()
    lines, _, statement = reading(text.replace(",0.0123,0,-0.0081,0,", ",0.0173,0.004,-0.0081,0.001,").encode())
    assert [(x.key.line_class, x.cost) for x in lines if x.cost is not None] == [
        ("blended", Decimal("0.0123")),
        ("tool_call", Decimal("0.004")),
        ("other", Decimal("0.001")),
    ]
    assert statement.parsed == {"USD": Decimal("0.0173")}
    lines, _, statement = reading(text.replace(",0.0123,0,", ",0.0123,0.5,").encode())
    assert [x.cost for x in lines if x.cost is not None] == [Decimal("0.0123")], "more than the total: it stays whole"


def test_generations_of_a_time_before_cached_tokens_leave_the_cache_open() -> None:
    data = fixture("openrouter_generations_2026-09.csv").replace(b"tokens_cached", b"tokens_of_something")
    first = reading(data)[0][0]
    assert (first.key.line_class, first.quantity, first.requests) == ("input", 5_000, 1)


def test_more_cached_than_there_was_is_a_failure_that_keeps_its_cost() -> None:
    data = fixture("openrouter_generations_2026-09.csv").replace(b",120,3000,", b",120,5001,")
    lines, excluded, statement = reading(data)
    assert not lines
    assert [(e.reason, e.cost) for e in excluded] == [("parse_error", Decimal("0.0123"))]
    assert statement.failed_rows == 1


def test_litellm_is_an_estimate_and_its_metadata_are_never_quoted() -> None:
    data = fixture("litellm_spendlogs_2026-09.csv").replace(b'""cached_tokens"": 0', b'""cached_tokens"": 400')
    lines, _, statement = reading(data)
    assert statement.reader.estimate
    assert statement.parsed == {"USD": Decimal("0.0105")}
    assert [(x.key.line_class, x.quantity, x.key.cost_basis) for x in lines] == [
        ("input_uncached", 600, "none"),
        ("cache_read", 400, "none"),
        ("output", 500, "none"),
        ("blended", None, "estimated"),
    ]
    written = data.replace(b'""cached_tokens"": 400}', b'""cached_tokens"": 400}, ""cache_creation_input_tokens"": 100')
    assert [(x.key.line_class, x.quantity) for x in reading(written)[0]][:3] == [
        ("input_uncached", 500),
        ("cache_read", 400),
        ("cache_write", 100),
    ]
    assert lines[0].key.join == (("litellm_provider", "openai"), ("model_group", "gpt-4o"))
    broken = data.replace(b",0.0105,", b",x,").replace(b'{""usage_object', b'{""prompt"": ""secret"", ""usage_object')
    (excluded,) = reading(broken)[1]
    assert "secret" not in excluded.raw


def test_litellm_without_details_leaves_the_cache_state_open_and_its_own_cache_costs_nothing() -> None:
    text = fixture("litellm_spendlogs_2026-09.csv").decode()
    bare = text[: text.index('"{""usage')] + "\n"
    assert reading(bare.encode())[0][0].key.line_class == "input"
    assert {x.key.kind for x in reading(text.replace("False", "True").encode())[0]} == {"included"}


def test_vercel_adds_up_and_leaves_open_what_its_input_contains() -> None:
    lines, _, statement = reading("vercel_ai_gateway_report.json")
    assert statement.analysed == {"USD": Decimal("1.35")}
    assert [(x.key.line_class, x.quantity, x.requests, x.notes) for x in lines] == [
        ("input_uncached", 200_000, 12, ()),
        ("output", 50_000, None, ()),
        ("blended", None, None, ()),
    ]
    cached = fixture("vercel_ai_gateway_report.json").replace(b'"cached_input_tokens": 0', b'"cached_input_tokens": 9')
    first = reading(cached)[0][0]
    assert (first.key.line_class, first.notes) == ("input", (MAY_CONTAIN_CACHED,))


def test_vercel_rows_of_an_own_key_are_no_spend() -> None:
    data = fixture("vercel_ai_gateway_report.json").replace(b'"total_cost": 1.35', b'"total_cost": 0')
    lines, _, statement = reading(data)
    assert {x.key.kind for x in lines} == {"byok"}
    assert (statement.analysed, lines[-1].list_cost) == ({}, Decimal("1.35"))


def test_cursor_adds_up_and_what_the_plan_includes_costs_nothing() -> None:
    lines, excluded, statement = reading("cursor_usage_2026-09.csv")
    assert statement.analysed == {"USD": Decimal("0.31")}
    assert not excluded
    assert (statement.analysed_rows, statement.excluded_rows) == (1, 1)
    assert [x.requests for x in lines] == [1, None, None, None, 1, None, None, None]
    included = [(x.key.line_class, x.quantity, x.key.kind) for x in lines if x.row == 2]
    assert included == [
        ("input_uncached", 900, "included"),
        ("cache_write", 21_000, "included"),
        ("cache_read", 310_000, "included"),
        ("output", 4_200, "included"),
    ]


def test_cursor_takes_out_what_the_total_says_is_contained_and_reads_no_address() -> None:
    lines, excluded, statement = reading("cursor_usage_team_2026-09.csv")
    assert [(x.key.line_class, x.quantity) for x in lines] == [
        ("input_uncached", 1_000),
        ("cache_write", 200),
        ("cache_read", 1_005_000),
        ("output", 300),
    ]
    assert [e.reason for e in excluded] == ["no_quantity"]
    assert statement.parsed == {}
    assert "example.com" not in repr(lines) + repr(excluded)
    odd = fixture("cursor_usage_team_2026-09.csv").replace(b'"1006500"', b'"1006501"')
    assert reading(odd)[0][0].notes == (ODD_TOTAL,)

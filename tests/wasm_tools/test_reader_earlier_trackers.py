"""Exports of LLMLab and forecost: their calls, without the costs of their own price tables."""

from tests.wasm_tools.invoices import fixture, reading


def test_calls_of_llmlab_are_read_but_not_what_it_answered_itself() -> None:
    lines, excluded, statement = reading("llmlab_logs_2026-09.csv")
    assert [(x.row, x.day, x.key.line_class, x.quantity, x.requests) for x in lines] == [
        (2, "2026-09-01", "input_uncached", 1_000_000, 1),
        (2, "2026-09-01", "output", 100_000, None),
        (5, "2026-09-02", "input_uncached", 2000, 1),  # 23:30 five hours west of Greenwich
    ]
    assert {(x.key.provider, x.key.model_raw, x.key.unit, x.cost) for x in lines} == {
        ("openai", "gpt-4o-2024-08-06", "token", None)
    }
    assert lines[0].group == (("prod", "yes"), ("search", "yes"))
    assert [(e.row, e.reason) for e in excluded] == [(3, "no_quantity"), (4, "parse_error")]
    assert excluded[1].detail == "created_at is not a time ('yesterday')"
    assert statement.parsed == {}
    assert (statement.rows, statement.analysed_rows, statement.failed_rows) == (4, 2, 1)


def test_calls_of_forecost_are_read_and_a_row_may_lack_a_field() -> None:
    lines, excluded, statement = reading("forecost_calls_2026-09.json")
    assert [(x.row, x.key.provider, x.key.line_class, x.quantity) for x in lines] == [
        (1, "openai", "input_uncached", 1000),
        (1, "openai", "output", 50),
        (2, "", "input_uncached", 20),
    ]
    assert [(e.row, e.detail) for e in excluded] == [(3, "tokens_in is below 0")]
    assert statement.parsed == {}


def test_each_format_is_read_as_a_table_and_as_records() -> None:
    table = b"timestamp,model,provider,tokens_in,tokens_out,cost_usd\n2026-09-02T10:00:00,gpt-4o,openai,1000,50,9.99\n"
    records = (
        b'[{"id":"u1","created_at":"2026-09-02T10:00:00","provider":"openai","model":"gpt-4o","input_tokens":1000,'
        b'"output_tokens":50,"cost_usd":9.99,"cache_hit":false,"tags":[]},{"created_at":"2026-09-02T11:00:00",'
        b'"provider":"openai","model":"gpt-4o","input_tokens":7,"output_tokens":7,"cache_hit":true}]'
    )
    said = [[(x.day, x.key, x.quantity) for x in reading(data)[0]] for data in (table, records)]
    assert said[0] == said[1]
    assert len(said[0]) == 2
    assert [e.reason for e in reading(records)[1]] == ["no_quantity"]


def test_columns_of_the_tracker_beside_ours_are_not_quoted() -> None:
    _, excluded, _ = reading(fixture("llmlab_logs_2026-09.csv"))
    assert "9.5" not in repr(excluded)

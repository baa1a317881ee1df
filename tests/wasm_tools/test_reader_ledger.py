"""The ledger of calls: one call a line, token classes and no price."""

from decimal import Decimal

from tests.wasm_tools.invoices import reading


def test_calls_become_lines_by_class_and_a_torn_last_line_is_counted() -> None:
    lines, excluded, statement = reading("ledger.jsonl")
    assert [(x.row, x.day, x.key.line_class, x.quantity, x.requests) for x in lines] == [
        (1, "2026-09-01", "input_uncached", 2000, 1),
        (1, "2026-09-01", "cache_read", 3000, None),
        (1, "2026-09-01", "cache_write_5m", 500, None),
        (1, "2026-09-01", "output", 700, None),  # reasoning is part of it
        (2, "2026-09-02", "input_uncached", 1000, 1),  # 23:30 five hours west of Greenwich
        (2, "2026-09-02", "output", 100, None),
        (2, "2026-09-02", "blended", None, None),
        (3, "2026-09-02", "embedding", 800, 1),
    ]
    assert lines[0].group == (("team", "search"),)
    assert (lines[6].cost, lines[6].key.cost_basis) == (Decimal("0.00042"), "estimated")
    assert [(e.row, e.reason) for e in excluded] == [(4, "no_quantity"), (5, "parse_error")]
    assert (statement.rows, statement.analysed_rows, statement.failed_rows) == (5, 3, 1)


def test_a_later_version_is_not_guessed_at() -> None:
    _, excluded, _ = reading(b'{"v":2,"ts":"2026-09-01","tokens":{"output":1}}\n')
    assert excluded[0].detail == "v is 2, this reader knows 1"


def test_cached_audio_is_read_from_the_cache_at_the_price_of_audio() -> None:
    lines, _, _ = reading(b'{"v":1,"ts":"2026-09-01","tokens":{"cache_read":5,"cache_read_audio":7,"image_out":9}}\n')
    assert [(x.key.line_class, x.key.join, x.quantity) for x in lines] == [
        ("cache_read", (), 5),
        ("cache_read", (("modality", "audio"),), 7),
        ("image_out", (), 9),
    ]

"""OpenAI's usage files: input tokens contain cached ones and are made disjoint."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import by_class, fixture, reading

NAME = "openai_completions_usage_2026-09-01_2026-09-02.csv"
STANDARD = {
    ("input_uncached", "standard"): (2_000_000, None),
    ("cache_read", "standard"): (1_000_000, None),
    ("output", "standard"): (800_000, None),
}


def test_cached_tokens_are_taken_out_of_the_input() -> None:
    lines, excluded, statement = reading(NAME)
    assert by_class(lines) == STANDARD
    assert [(e.row, e.reason) for e in excluded] == [(3, "empty_period")]
    assert [x.requests for x in lines] == [1200, None, None], "the requests of a row stand on one line only"
    assert not statement.parsed
    assert "not the whole bill" in statement.notes[0]


def test_tokens_written_to_the_cache_are_a_class_of_their_own() -> None:
    data = fixture(NAME).replace(b"input_image_tokens,", b"input_cache_write_tokens,", 1)
    rows = data.splitlines()
    cells = rows[1].split(b",")
    cells[rows[0].split(b",").index(b"input_cache_write_tokens")] = b"500000"
    lines, _, _ = reading(b"\n".join((rows[0], b",".join(cells))))
    assert by_class(lines) == STANDARD | {
        ("input_uncached", "standard"): (1_500_000, None),
        ("cache_write", "standard"): (500_000, None),
    }


@pytest.mark.parametrize(
    ("batch", "service_tier", "tier"),
    [
        ("TRUE", "default", "batch"),
        ("FALSE", "flex", "flex"),
        ("FALSE", "priority", "priority"),
        ("FALSE", "", "standard"),
    ],
)
def test_batch_and_service_tier_are_the_tier(batch: str, service_tier: str, tier: str) -> None:
    data = fixture(NAME).replace(b"FALSE,default", f"{batch},{service_tier}".encode())
    assert {x.key.tier for x in reading(data)[0]} == {tier}


HEADER = (
    "start_time,model,num_model_requests,batch,input_tokens,output_tokens,input_cached_tokens,input_text_tokens,"
    "input_audio_tokens,input_cached_audio_tokens,output_audio_tokens\n"
)


@pytest.mark.parametrize(
    "row",
    [
        "1788220800,m,1,FALSE,1000,300,400,400,600,100,200",  # columns by modality contain the cached tokens
        "1788220800,m,1,FALSE,1000,300,400,100,500,100,200",  # they do not
    ],
)
def test_columns_by_modality_replace_the_totals_in_both_conventions(row: str) -> None:
    lines, _, _ = reading((HEADER + row).encode())
    assert {(x.key.line_class, x.key.join): x.quantity for x in lines} == {
        ("input_uncached", ()): 100,
        ("cache_read", ()): 300,
        ("cache_read", (("modality", "audio"),)): 100,
        ("audio_in", ()): 500,
        ("output", ()): 100,
        ("audio_out", ()): 200,
    }
    assert sum(x.quantity or 0 for x in lines) == 1300


def test_columns_that_do_not_add_up_fall_back_to_the_totals_with_a_note() -> None:
    lines, _, _ = reading((HEADER + "1788220800,m,1,FALSE,1000,300,400,7,600,100,200").encode())
    assert by_class(lines)["input_uncached", "standard"] == (600, None)
    assert "do not add up" in lines[0].notes[0]


def test_more_cached_than_there_was_is_refused_by_row() -> None:
    _, excluded, _ = reading((HEADER + "1788220800,m,1,FALSE,10,300,400,,,,").encode())
    assert [(e.reason, e.detail) for e in excluded] == [
        ("parse_error", "input_tokens is less than its cached and cache-write tokens")
    ]


def test_a_broken_number_is_named_by_its_column() -> None:
    _, excluded, _ = reading((HEADER + "1788220800,m,1,FALSE,10,x,0,,,,").encode())
    assert excluded[0].detail == "output_tokens is not a number"


@pytest.mark.parametrize(
    ("header", "row", "line_class", "unit", "quantity"),
    [
        ("num_model_requests,model,input_tokens", "3,text-embedding-3-small,50", "embedding", "token", 50),
        ("num_model_requests,model,input_tokens", "3,omni-moderation-latest,50", "moderation", "token", 50),
        ("num_model_requests,model,characters", "3,tts-1,4500", "characters", "character", 4500),
        ("num_model_requests,model,seconds", "3,whisper-1,90.5", "seconds", "audio_second", Decimal("90.5")),
        ("num_model_requests,model,images", "3,gpt-image-1,2", "images", "image", 2),
        ("num_requests", "12", "tool_call", "search", 12),
        ("num_sessions", "4", "tool_call", "session", 4),
        ("usage_bytes", "1024", "storage", "", 1024),
    ],
)
def test_other_endpoints_count_what_they_bill(
    header: str, row: str, line_class: str, unit: str, quantity: Decimal
) -> None:
    header, row = f"start_time,end_time,{header}", f"1788220800,1788307200,{row}"
    (line,), _, statement = reading(f"{header}\n{row}\n".encode())
    assert statement.reader.id == "openai_usage_other"
    assert (line.key.line_class, line.key.unit, line.quantity) == (line_class, unit, quantity)


def test_api_results_of_all_endpoints() -> None:
    lines, excluded, statement = reading("openai_usage_api.json")
    assert not excluded
    assert (statement.rows, statement.analysed_rows) == (6, 6)
    first = [x for x in lines if x.row == 1]
    assert by_class(first) == STANDARD
    assert {(x.key.line_class, x.quantity) for x in lines if x.row == 2} == {
        ("input_uncached", 100), ("cache_read", 300), ("cache_read", 100), ("audio_in", 500), ("output", 100),
        ("audio_out", 200),
    }  # fmt: skip
    assert {x.key.tier for x in lines if x.row == 2} == {"batch"}
    assert [(x.key.line_class, x.quantity) for x in lines if x.row > 2] == [
        ("embedding", 50_000), ("characters", 4_500), ("seconds", 3_600), ("tool_call", 7),
    ]  # fmt: skip

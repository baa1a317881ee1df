"""The form of a ledger line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.invoice.usage import LINE_CLASSES
from wasm_tools.spend.ledger import CACHED_MODALITIES, START, TOKEN_CLASSES, Call, line_of, prompt_tokens

FULL = Call(
    "2026-09-01T10:00:00.000Z",
    "anthropic",
    "claude-sonnet-4-5",
    "messages",
    "standard",
    {"input_uncached": 2000, "cache_read": 3000, "cache_write_5m": 500, "output": 700, "reasoning": 200},
    latency_ms=4200,
    tags={"team": "search"},
    request_id="req_1",
    cost_reported="0.00042",
)


def test_a_line_says_what_is_known_and_nothing_else() -> None:
    assert json.loads(line_of(FULL)) == {
        "v": 1,
        "ts": "2026-09-01T10:00:00.000Z",
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "endpoint": "messages",
        "tier": "standard",
        "tokens": {"input_uncached": 2000, "cache_read": 3000, "cache_write_5m": 500, "output": 700, "reasoning": 200},
        "requests": 1,
        "latency_ms": 4200,
        "tags": {"team": "search"},
        "request_id": "req_1",
        "status": "ok",
        "cost_reported": "0.00042",
    }
    assert line_of(Call("2026-09-01T10:00:00Z", status="error")) == (
        b'{"v":1,"ts":"2026-09-01T10:00:00Z","tokens":{},"requests":1,"status":"error"}\n'
    )


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text()))
def test_no_text_breaks_a_line_or_looks_like_the_start_of_one(model: str, request: str, tags: dict[str, str]) -> None:
    line = line_of(Call("2026-09-01T10:00:00Z", model=model, request_id=request, tags={**tags, "v": START.decode()}))
    assert line.startswith(START) and line.count(START) == 1
    assert line.endswith(b"}\n") and line.count(b"\n") == 1
    read = json.loads(line)
    assert (read.get("model", ""), read.get("request_id", "")) == (model, request)
    assert read["tags"] == {**tags, "v": START.decode()}


def test_the_prompt_is_all_that_was_sent_and_reasoning_is_counted_once() -> None:
    assert prompt_tokens(FULL.tokens) == 5500
    assert "reasoning" not in TOKEN_CLASSES


def test_every_token_class_is_a_class_of_lines_of_a_bill() -> None:
    assert {CACHED_MODALITIES.get(name, (name, ""))[0] for name in TOKEN_CLASSES} <= set(LINE_CLASSES)

"""The contract of every shape of `reply_shapes.toml`: a provider is added as data, and these promises hold for it."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.recorded import REPLIES, as_object, calls_of, ledger, text_of, told
from wasm_tools.spend import log_reply, tags, track, track_cost
from wasm_tools.spend.ledger import REASONING, TOKEN_CLASSES
from wasm_tools.spend.recording.shapes import shapes

__all__ = ["ledger"]
NAMES = [shape.name for shape in shapes()]
STREAMED = [name for name in NAMES if "events" in REPLIES[name]]
KINDS = {"dict": lambda value: value, "object": as_object}
USAGE = ("usage", "usageMetadata", "meta")
UNKNOWN_WITHOUT_USAGE = ("like openai", "openai embeddings", "mistral embeddings")  # only their usage tells them apart


def said(name: str) -> dict[str, str]:
    return REPLIES[name].get("said", {})


def expected(name: str, read: str = "read") -> list[dict[str, Any]]:
    return [{"tokens": {}, "status": "ok", **REPLIES[name][read]}]


def found(folder: Path) -> list[dict[str, Any]]:
    return [told(call) for call in calls_of(folder)]


def test_every_shape_has_a_reply_to_test_it_with_and_no_reply_is_without_a_shape() -> None:
    assert sorted(NAMES) == sorted(REPLIES)
    assert {name for shape in shapes() for name, _ in shape.tokens} <= {*TOKEN_CLASSES, REASONING}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_reply_is_read_the_same_however_it_is_recorded(name: str, kind: str, ledger: Path) -> None:
    reply = KINDS[kind](REPLIES[name]["reply"])

    @track_cost(**said(name))
    def ask() -> Any:
        return reply

    @track_cost(**said(name))
    async def ask_later() -> Any:
        return reply

    assert log_reply(reply, **said(name))
    assert ask() is reply
    assert asyncio.run(ask_later()) is reply
    with track(**said(name)) as call:
        assert call.reply(reply) is reply
    assert found(ledger) == expected(name) * 4
    assert "SECRET" not in text_of(ledger)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_is_read_the_same_however_it_is_recorded(name: str, kind: str, ledger: Path) -> None:
    events = [KINDS[kind](event) for event in REPLIES[name]["events"]]

    @track_cost(**said(name))
    def streamed() -> Iterator[Any]:
        yield from events

    @track_cost(**said(name))
    async def streamed_later() -> AsyncIterator[Any]:
        for event in events:
            yield event

    @track_cost(**said(name))
    def client_stream() -> Iterator[Any]:
        return iter(events)

    async def read() -> list[Any]:
        return [event async for event in streamed_later()]

    assert list(streamed()) == asyncio.run(read()) == list(client_stream()) == events
    with track(**said(name)) as call:
        for event in events:
            call.event(event)
    assert found(ledger) == expected(name, "events_read") * 4
    assert "SECRET" not in text_of(ledger)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_reply_without_usage_is_a_call_without_tokens(name: str, kind: str, ledger: Path) -> None:
    reply = {field: value for field, value in REPLIES[name]["reply"].items() if field not in USAGE}
    assert log_reply(KINDS[kind](reply), **said(name))
    (call,) = calls_of(ledger)
    assert call["tokens"] == {} and call["status"] == "ok"
    if name not in UNKNOWN_WITHOUT_USAGE:
        assert call.get("model") == REPLIES[name]["read"]["model"]


@pytest.mark.parametrize("name", STREAMED)
def test_a_stream_that_is_left_early_is_recorded_as_stopped(name: str, ledger: Path) -> None:
    @track_cost(**said(name))
    def streamed() -> Iterator[Any]:
        yield from REPLIES[name]["events"]

    for _ in streamed():
        break
    gc.collect()
    (call,) = calls_of(ledger)
    assert call["status"] == "stopped"


def test_what_the_program_says_holds_before_what_the_reply_says(ledger: Path) -> None:
    reply = REPLIES["openai chat"]["reply"]
    log_reply(reply, provider="azure", model="my-deployment", endpoint="chat", tier="batch", tags={"team": "a"})
    (call,) = calls_of(ledger)
    assert [call[name] for name in ("provider", "model", "endpoint", "tier")] == [
        "azure",
        "my-deployment",
        "chat",
        "batch",
    ]
    assert call["tags"] == {"team": "a"} and call["tokens"] == REPLIES["openai chat"]["read"]["tokens"]


def test_replies_that_are_alike_are_told_apart_by_the_named_provider_or_by_their_class(ledger: Path) -> None:
    reply = REPLIES["xai chat"]["reply"]
    made = type("ChatCompletionResponse", (), {"__module__": "mistralai.models", **vars(as_object(reply))})()
    log_reply(reply)  # whose API it is: the program has to name a server that only answers like it
    log_reply(reply, provider="together")
    log_reply(made)
    assert [(c["provider"], c["tokens"]["output"]) for c in calls_of(ledger)] == [
        ("openai", 48),
        ("together", 48),
        ("mistral", 48),
    ]


def test_events_that_look_like_another_providers_do_not_change_whose_stream_it_is(ledger: Path) -> None:
    events = REPLIES["groq chat"]["events"]
    plain = {**events[1], "usage": {"prompt_tokens": 9, "completion_tokens": 9}}  # looks like OpenAI's
    list(track_cost(lambda: iter([*events, plain]))())
    assert found(ledger) == expected("groq chat", "events_read")


@pytest.mark.parametrize(
    "reply",
    [
        None, "an answer", 42, [], {}, {"id": "chatcmpl-x", "choices": []}, {"usage": {"tokens": 5}}, object(),
        {"object": "chat.completion.new", "model": "m", "usage": {"total_tokens": 9}}, {"usage": "12 tokens"},
    ],
)  # fmt: skip
def test_an_unknown_reply_is_recorded_without_tokens_and_nothing_is_guessed(reply: object, ledger: Path) -> None:
    assert log_reply(reply)
    assert found(ledger) == [{"tokens": {}, "status": "ok"}]
    assert log_reply(reply, provider="acme", model="m-1")
    assert found(ledger)[1] == {"provider": "acme", "model": "m-1", "tokens": {}, "status": "ok"}


def test_a_reply_without_a_model_has_none_and_never_its_id(ledger: Path) -> None:
    log_reply({key: value for key, value in REPLIES["openai chat"]["reply"].items() if key != "model"})
    assert "model" not in calls_of(ledger)[0]


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 11}},
        {"prompt_tokens": "10", "completion_tokens": True},
        {"prompt_tokens": -3, "completion_tokens": None},
        {"prompt_tokens": 1.5},
    ],
)
def test_usage_that_contradicts_itself_or_is_no_number_gives_no_tokens(usage: dict[str, Any], ledger: Path) -> None:
    log_reply({**REPLIES["openai chat"]["reply"], "usage": usage})
    assert found(ledger)[0]["tokens"] == {}


def test_a_word_for_a_tier_that_is_not_known_is_kept(ledger: Path) -> None:
    anthropic = REPLIES["anthropic messages"]["reply"]
    log_reply({**REPLIES["openai chat"]["reply"], "service_tier": "scale"})
    log_reply({**REPLIES["openai chat"]["reply"], "service_tier": "auto"})
    log_reply({**anthropic, "usage": {**anthropic["usage"], "speed": "fast"}})
    log_reply({**anthropic, "usage": {**anthropic["usage"], "speed": "standard", "service_tier": "batch"}})
    assert [call.get("tier") for call in calls_of(ledger)] == ["scale", None, "fast", "batch"]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ({"custom_id": "a", "result": {"type": "succeeded", "message": "REPLY"}}, "anthropic messages"),
        (
            {"id": "b", "custom_id": "a", "response": {"status_code": 200, "body": "REPLY"}, "error": None},
            "openai chat",
        ),
        ({"id": "b", "custom_id": "a", "response": {"status_code": 200, "body": "REPLY"}}, "openai responses"),
        ({"id": "b", "custom_id": "a", "response": {"status_code": 200, "body": "REPLY"}}, "openai embeddings"),
        ({"key": "a", "response": "REPLY"}, "google gemini"),
    ],
)
def test_a_line_of_a_batch_result_is_a_call_of_the_batch_tier(line: dict[str, Any], name: str, ledger: Path) -> None:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        return REPLIES[name]["reply"] if value == "REPLY" else value

    log_reply(filled(line))
    assert found(ledger) == [{**expected(name)[0], "tier": "batch"}]


def test_bedrocks_stream_within_a_reply_is_watched(ledger: Path) -> None:
    class EventStream:
        def __init__(self) -> None:
            self.closed = False

        def __iter__(self) -> Iterator[Any]:
            yield from REPLIES["bedrock converse"]["events"]

        def close(self) -> None:
            self.closed = True

    stream = EventStream()

    @track_cost(model="m")
    def ask() -> Any:
        return {"ResponseMetadata": {"RequestId": "b-9"}, "stream": stream}

    reply = ask()
    assert isinstance(reply["stream"], EventStream)
    assert list(reply["stream"]) == REPLIES["bedrock converse"]["events"]
    reply["stream"].close()
    assert stream.closed
    (call,) = calls_of(ledger)
    assert (call["request_id"], call["status"], call["tokens"]) == ("b-9", "ok", {"input_uncached": 125, "output": 60})


def test_two_replies_in_one_block_are_two_calls_and_one_told_twice_is_one(ledger: Path) -> None:
    first = REPLIES["openai chat"]["reply"]
    with tags(team="a"), track() as call:
        call.reply(first)
        call.reply(first)
        call.reply({**first, "id": "chatcmpl-C1"})
        call.reply(REPLIES["anthropic messages"]["reply"])
    assert [c["request_id"] for c in calls_of(ledger)] == ["chatcmpl-B9", "chatcmpl-C1", "msg_01A"]
    assert all(c["tags"] == {"team": "a"} for c in calls_of(ledger))

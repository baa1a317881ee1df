"""The reply classes of the providers' own packages, where these are installed: read like the dicts they come from."""

import asyncio
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.recorded import REPLIES, calls_of, ledger, text_of, told
from wasm_tools.spend import log_reply, track, track_cost

__all__ = ["ledger"]


def validated(module: str, name: str) -> Callable[[dict[str, Any]], Any]:
    """A builder of one of a package's pydantic classes; skips the test where the package is not installed."""
    pytest.importorskip(module.partition(".")[0] if not module.startswith("google.") else "google.genai")
    return getattr(import_module(module), name).model_validate


WHOLE = {
    "anthropic messages": lambda: validated("anthropic.types", "Message"),
    "openai responses": lambda: validated("openai.types.responses", "Response"),
    "openai realtime": lambda: validated("openai.types.realtime", "RealtimeResponse"),
    "openrouter chat": lambda: validated("openai.types.chat", "ChatCompletion"),
    "groq chat": lambda: validated("groq.types.chat", "ChatCompletion"),
    "mistral chat": lambda: validated("mistralai.client.models", "ChatCompletionResponse"),
    "mistral chat, named": lambda: validated("mistralai.client.models", "ChatCompletionResponse"),
    "xai chat": lambda: validated("openai.types.chat", "ChatCompletion"),
    "openai chat": lambda: validated("openai.types.chat", "ChatCompletion"),
    "mistral embeddings": lambda: validated("mistralai.client.models", "EmbeddingResponse"),
    "openai embeddings": lambda: validated("openai.types", "CreateEmbeddingResponse"),
    "openai images": lambda: validated("openai.types", "ImagesResponse"),
    "openai transcription": lambda: validated("openai.types.audio", "Transcription"),
    "google vertex": lambda: validated("google.genai.types", "GenerateContentResponse"),
    "google gemini": lambda: validated("google.genai.types", "GenerateContentResponse"),
    "cohere chat": lambda: validated("cohere", "V2ChatResponse"),
    "cohere v1 chat": lambda: validated("cohere", "NonStreamedChatResponse"),
    "cohere embed": lambda: validated("cohere", "EmbedByTypeResponse"),
}
EVENTS = {
    "anthropic messages": ("anthropic._models", "anthropic.types", "RawMessageStreamEvent"),
    "openai responses": ("openai._models", "openai.types.responses", "ResponseStreamEvent"),
    "openai chat": ("openai._models", "openai.types.chat", "ChatCompletionChunk"),
    "openrouter chat": ("openai._models", "openai.types.chat", "ChatCompletionChunk"),
    "groq chat": ("groq._models", "groq.types.chat", "ChatCompletionChunk"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_reply_of_the_clients_own_class_is_read_like_its_dict(name: str, ledger: Path) -> None:
    reply = WHOLE[name]()(REPLIES[name]["reply"])
    assert not isinstance(reply, dict)
    assert log_reply(reply, **REPLIES[name].get("said", {}))
    assert told(calls_of(ledger)[0]) == {"tokens": {}, "status": "ok", **REPLIES[name]["read"]}
    assert "SECRET" not in text_of(ledger)


@pytest.mark.parametrize("name", EVENTS)
def test_events_of_the_clients_own_classes_are_read_like_their_dicts(name: str, ledger: Path) -> None:
    models, types, kind = EVENTS[name]
    pytest.importorskip(models.partition(".")[0])
    construct, type_ = import_module(models).construct_type, getattr(import_module(types), kind)
    with track(**REPLIES[name].get("said", {})) as call:
        for event in REPLIES[name]["events"]:
            call.event(construct(type_=type_, value=event))
    assert told(calls_of(ledger)[0]) == {"tokens": {}, "status": "ok", **REPLIES[name]["events_read"]}


def test_a_stream_of_mistrals_events_is_read(ledger: Path) -> None:
    build = validated("mistralai.client.models", "CompletionEvent")
    with track() as call:
        for event in REPLIES["mistral chat"]["events"]:
            call.event(build(event))
    assert told(calls_of(ledger)[0]) == {"status": "ok", **REPLIES["mistral chat"]["events_read"]}


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("cohere chat", ("MessageStartV2ChatStreamResponse", "ContentDeltaV2ChatStreamResponse",
                         "MessageEndV2ChatStreamResponse")),
        ("cohere v1 chat", ("StreamStartStreamedChatResponse", "TextGenerationStreamedChatResponse",
                            "StreamEndStreamedChatResponse")),
    ],
)  # fmt: skip
def test_a_stream_of_coheres_events_is_read(name: str, kinds: tuple[str, ...], ledger: Path) -> None:
    cohere = pytest.importorskip("cohere")
    with track(**REPLIES[name]["said"]) as call:
        for kind, event in zip(kinds, REPLIES[name]["events"], strict=True):
            call.event(getattr(cohere, kind).model_validate(event))
    assert told(calls_of(ledger)[0]) == {"status": "ok", **REPLIES[name]["events_read"]}


def test_geminis_chunks_are_read(ledger: Path) -> None:
    build = validated("google.genai.types", "GenerateContentResponse")
    with track() as call:
        for event in REPLIES["google gemini"]["events"]:
            call.event(build(event))
    assert told(calls_of(ledger)[0]) == {"status": "ok", **REPLIES["google gemini"]["events_read"]}


def test_bedrocks_replies_pass_through_its_own_parser(ledger: Path) -> None:
    """The body of Converse as botocore parses it from JSON, by the service model that it brings."""
    session = pytest.importorskip("botocore.session")
    parsers = import_module("botocore.parsers")
    reply = {key: value for key, value in REPLIES["bedrock converse"]["reply"].items() if key != "ResponseMetadata"}
    shape = session.get_session().get_service_model("bedrock-runtime").operation_model("Converse").output_shape
    parsed = parsers.create_parser("rest-json").parse(
        {"status_code": 200, "headers": {"x-amzn-requestid": "b-1"}, "body": json.dumps(reply).encode()}, shape
    )
    log_reply(parsed, **REPLIES["bedrock converse"]["said"])
    assert told(calls_of(ledger)[0]) == {"status": "ok", **REPLIES["bedrock converse"]["read"]}


CLIENTS = {
    "openai chat": ("openai", lambda c, **more: c.chat.completions.create(model="m", messages=[], **more)),
    "openai responses": ("openai", lambda c, **more: c.responses.create(model="m", input="SECRET", **more)),
    "anthropic messages": (
        "anthropic", lambda c, **more: c.messages.create(model="m", max_tokens=9, messages=[], **more)
    ),
}  # fmt: skip


def answering(name: str) -> Callable[[Any], Any]:
    """A server that answers with the replies of a shape, as one body or as a stream of events."""

    def answer(request: Any) -> Any:
        web = import_module(type(request).__module__.partition(".")[0])
        if not json.loads(request.content).get("stream"):
            return web.Response(200, json=REPLIES[name]["reply"])
        lines = [
            f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n" for event in REPLIES[name]["events"]
        ]
        body = "".join(lines) + ("data: [DONE]\n\n" if name == "openai chat" else "")
        return web.Response(200, headers={"content-type": "text/event-stream"}, content=body.encode())

    return answer


def client_of(name: str, kind: str) -> tuple[Any, Any]:
    """A client of the provider's own, connected to nothing but the answers, and how it is asked."""
    package, ask = CLIENTS[name]
    module = pytest.importorskip(package)
    web = import_module(module.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
    transport = web.MockTransport(answering(name))
    connection = web.AsyncClient(transport=transport) if kind.startswith("Async") else web.Client(transport=transport)
    return getattr(module, kind)(api_key="sk-not-a-key", http_client=connection), ask


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_that_is_asked_within_a_tracked_function_is_recorded(name: str, ledger: Path) -> None:
    client, ask = client_of(name, "Anthropic" if name.startswith("anthropic") else "OpenAI")
    track_cost(lambda: ask(client))()
    stream = track_cost(lambda: ask(client, stream=True))()
    assert stream.response.status_code == 200
    with stream as events:
        assert len(list(events)) >= 2
    assert [told(call) for call in calls_of(ledger)] == [
        {"status": "ok", **REPLIES[name]["read"]},
        {"status": "ok", **REPLIES[name]["events_read"]},
    ]
    assert "SECRET" not in text_of(ledger) and "sk-" not in text_of(ledger)


@pytest.mark.parametrize("name", CLIENTS)
def test_an_asynchronous_client_is_recorded_and_a_stream_that_is_left_is_told(name: str, ledger: Path) -> None:
    async def run() -> None:
        client, ask = client_of(name, "AsyncAnthropic" if name.startswith("anthropic") else "AsyncOpenAI")

        @track_cost
        async def asked(**more: Any) -> Any:
            return await ask(client, **more)

        await asked()
        async for _ in await asked(stream=True):
            pass
        async with await asked(stream=True) as events:
            await anext(events)

    asyncio.run(run())
    calls = calls_of(ledger)
    assert [call["status"] for call in calls] == ["ok", "ok", "stopped"]
    assert [told(call) for call in calls[:2]] == [
        {"status": "ok", **REPLIES[name]["read"]},
        {"status": "ok", **REPLIES[name]["events_read"]},
    ]

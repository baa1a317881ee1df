"""The simulated server as an ASGI application with the routes of vLLM's OpenAI server."""

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from generator.simulate.bodies import RefusedError, Wish, read
from generator.simulate.metrics import Metrics
from generator.simulate.runner import Runner
from generator.simulate.token_engine import TokenEngine
from generator.simulate.tokens import pieces

LARGEST = 4 << 20  # bytes of a body


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: names of the model (the first is the label of the metrics), answers, and the context if known."""

    names: tuple[str, ...]
    answers: Sequence[str]
    context: int | None = None


def application(served: Served, engine: Callable[[], TokenEngine], speed: float = 1.0) -> Starlette:
    """The application; `engine` makes the replica when it starts. `speed`: see Runner."""
    metrics = Metrics(served.names[0])
    texts = itertools.cycle([pieces(answer) for answer in served.answers])
    numbers = itertools.count(1)
    at: dict[str, Runner] = {}

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        at["runner"] = Runner(engine(), metrics, speed)
        watch = asyncio.create_task(at["runner"].watch())
        yield
        watch.cancel()

    def counted(request: Request, status: int) -> None:
        metrics.http[request.method, f"{status // 100}xx", request.url.path] += 1

    async def asked(request: Request) -> Response:
        chat = request.url.path.endswith("/chat/completions")
        try:
            wish = read(await _body(request), chat, served.names, served.context)
        except RefusedError as refused:
            counted(request, refused.status)
            return JSONResponse(refused.record(), refused.status)
        counted(request, 200)
        text = next(texts)
        wanted, reason = _length(wish, len(text))
        words = [text[i % len(text)] for i in range(wanted)]
        form = _Form(chat, served.names[0], next(numbers))
        ticks = at["runner"].tokens(wish.prompt_tokens, wanted, reason)
        usage = {
            "prompt_tokens": wish.prompt_tokens,
            "completion_tokens": wanted,
            "total_tokens": wish.prompt_tokens + wanted,
        }
        if wish.stream:
            events = _events(ticks, words, reason, form, usage if wish.usage else None)
            return StreamingResponse(events, media_type="text/event-stream")
        try:
            await _unless_gone(request, _all(ticks))
        except ClientDisconnect:
            return Response(status_code=499)
        return JSONResponse(form.whole("".join(words), reason, usage))

    async def models(request: Request) -> Response:
        counted(request, 200)
        data = [{"id": n, "object": "model", "created": 0, "owned_by": "simulator", "root": n} for n in served.names]
        return JSONResponse({"object": "list", "data": data})

    async def health(_: Request) -> Response:
        return Response()

    async def numbers_page(_: Request) -> Response:
        runner = at["runner"]
        e = runner.engine
        return PlainTextResponse(metrics.text(len(e.running), len(e.line), e.service.slots))

    return Starlette(
        lifespan=life,
        routes=[
            Route("/v1/completions", asked, methods=["POST"]),
            Route("/v1/chat/completions", asked, methods=["POST"]),
            Route("/v1/models", models),
            Route("/health", health),
            Route("/metrics", numbers_page),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """The objects of one answer."""

    chat: bool
    model: str
    number: int

    def _of(self, kind: str, choices: list[Any], **more: Any) -> dict[str, Any]:
        id_ = f"{'chatcmpl' if self.chat else 'cmpl'}-{self.number}"
        return {"id": id_, "object": kind, "created": int(time.time()), "model": self.model, "choices": choices, **more}

    def whole(self, text: str, reason: str, usage: dict[str, int]) -> dict[str, Any]:
        """An answer that is not streamed."""
        said = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        choice = {"index": 0, **said, "logprobs": None, "finish_reason": reason}
        return self._of("chat.completion" if self.chat else "text_completion", [choice], usage=usage)

    def part(self, text: str, first: bool, reason: str | None) -> dict[str, Any]:
        """One token."""
        role = {"role": "assistant"} if first else {}
        said = {"delta": {**role, "content": text}} if self.chat else {"text": text}
        return self._of(self.kind, [{"index": 0, **said, "logprobs": None, "finish_reason": reason}])

    def usage(self, usage: dict[str, int]) -> dict[str, Any]:
        """The last part of a stream that was asked for its usage."""
        return self._of(self.kind, [], usage=usage)

    @property
    def kind(self) -> str:
        """Of the objects of a stream."""
        return "chat.completion.chunk" if self.chat else "text_completion"


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            raise RefusedError(413, f"the body has more than {LARGEST >> 20} MiB")
    return bytes(found)


def _length(wish: Wish, natural: int) -> tuple[int, str]:
    """Tokens of the answer and why it ends: `stop` where the text is over, `length` where it was cut or goes on."""
    least = wish.most if wish.ignore_eos and wish.most else wish.least
    wanted = max(natural, least)
    if wish.most is not None and wanted >= wish.most:
        return wish.most, "length"
    return wanted, "stop"


async def _events(
    ticks: AsyncIterator[int], words: Sequence[str], reason: str, form: _Form, usage: dict[str, int] | None
) -> AsyncIterator[str]:
    try:
        async for number in ticks:
            last = number == len(words)
            yield _event(form.part(words[number - 1], number == 1, reason if last else None))
        if usage:
            yield _event(form.usage(usage))
        yield "data: [DONE]\n\n"
    finally:
        await ticks.aclose()  # type: ignore[attr-defined]


def _event(record: dict[str, Any]) -> str:
    return f"data: {json.dumps(record, ensure_ascii=False)}\n\n"


async def _all(ticks: AsyncIterator[int]) -> None:
    try:
        async for _ in ticks:
            pass
    finally:
        await ticks.aclose()  # type: ignore[attr-defined]


async def _unless_gone(request: Request, work: Any) -> None:
    """Wait for work while the client waits too; ClientDisconnect when it has left."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        task.result()
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)

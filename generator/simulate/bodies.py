"""What a client asks for: the body of a request, read strictly where it matters, with errors as OpenAI words them."""

import json
from dataclasses import dataclass
from typing import Any

from generator.simulate.tokens import count

DEFAULT_COMPLETION = 16  # tokens, as OpenAI's API has it
LONGEST = 1_000_000


class RefusedError(Exception):
    """A request that is not answered: status, OpenAI's error type, and the parameter."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.code = status, message, param, code

    def record(self) -> dict[str, Any]:
        """The body of the answer."""
        kind = "NotFoundError" if self.status == 404 else "BadRequestError"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code or self.status}}


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked request. `most` is None where the answer may be as long as it is."""

    prompt_tokens: int
    most: int | None
    least: int
    ignore_eos: bool
    stream: bool
    usage: bool  # at the end of a stream


def read(body: bytes, chat: bool, models: tuple[str, ...], context: int | None) -> Wish:
    """The wish in a body; raises RefusedError."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError(400, "the body is not JSON") from None
    if not isinstance(asked, dict):
        raise RefusedError(400, "the body is not a JSON object")
    model = asked.get("model")
    if model is not None and model not in models:
        raise RefusedError(404, f"The model `{model}` does not exist.", "model", "model_not_found")
    tokens = _messages(asked) if chat else _prompt(asked)
    if asked.get("n") not in (None, 1):
        raise RefusedError(400, "the simulator gives one answer a request; leave out `n`", "n")
    most = _whole(asked, "max_tokens", 1)
    if chat and asked.get("max_completion_tokens") is not None:
        most = _whole(asked, "max_completion_tokens", 1)
    elif not chat and most is None:
        most = DEFAULT_COMPLETION
    least = _whole(asked, "min_tokens", 0) or 0
    if most is not None and least > most:
        raise RefusedError(400, f"min_tokens of {least} is above max_tokens of {most}", "min_tokens")
    if context is not None and tokens + (most or 1) > context:
        raise RefusedError(
            400, f"{tokens} prompt and {most or 1} output tokens exceed the context of {context}", "max_tokens"
        )
    options = asked.get("stream_options") or {}
    if not isinstance(options, dict):
        raise RefusedError(400, "`stream_options` is not an object", "stream_options")
    stream = _flag(asked, "stream")
    if options and not stream:
        raise RefusedError(400, "`stream_options` needs `stream`", "stream_options")
    return Wish(tokens, most, least, _flag(asked, "ignore_eos"), stream, _flag(options, "include_usage"))


def _prompt(asked: dict[str, Any]) -> int:
    prompt = asked.get("prompt")
    if isinstance(prompt, list) and len(prompt) == 1 and isinstance(prompt[0], str | list):
        prompt = prompt[0]
    if isinstance(prompt, list) and prompt and all(isinstance(t, int) and not isinstance(t, bool) for t in prompt):
        return count(prompt)
    if not isinstance(prompt, str) or not prompt:
        raise RefusedError(400, "`prompt` is not one text or one list of token ids", "prompt")
    return count(prompt)


def _messages(asked: dict[str, Any]) -> int:
    """Tokens of all texts, and of the role of each message."""
    messages = asked.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RefusedError(400, "`messages` is not a list of at least one message", "messages")
    found = 0
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise RefusedError(400, "every message is an object with a `role`", "messages")
        content = message.get("content")
        parts = content if isinstance(content, list) else [{"text": content or ""}]
        for part in parts:
            text = part.get("text", "") if isinstance(part, dict) else None
            if not isinstance(text, str):
                raise RefusedError(400, "`content` is a text or a list of parts with `text`", "messages")
            found += count(text) if text else 0
        found += 1
    return found


def _whole(asked: dict[str, Any], name: str, least: int) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LONGEST:
        raise RefusedError(400, f"`{name}` is not a whole number from {least} to {LONGEST}", name)
    return value


def _flag(asked: dict[str, Any], name: str) -> bool:
    value = asked.get(name)
    if value is not None and not isinstance(value, bool):
        raise RefusedError(400, f"`{name}` is not true or false", name)
    return bool(value)

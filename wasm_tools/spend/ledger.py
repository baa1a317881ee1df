"""The ledger of calls, version 1: one JSON object a line, token classes and no price, never a prompt and never a key.

`{"v":1,"ts":"2026-09-01T10:00:00.000Z","provider":"anthropic","model":"…","endpoint":"messages","tier":"standard",`
`"tokens":{"input_uncached":2000,"cache_read":3000,"output":700,"reasoning":200},"requests":1,"latency_ms":4200,`
`"tags":{"team":"search"},"request_id":"…","status":"ok"}`. What is not known is left out, which is not zero.

Every line begins with `START` and ends with a line break. `START` cannot occur inside a line, as quotes within JSON
text are escaped: a line that holds it twice is a torn line and a whole one written after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii as quoted

VERSION = 1
START = b'{"v":1,"ts":"'
FILE_NAME = "calls-{month}.jsonl"  # a folder holds one file a UTC month, named by `2026-09`

INPUT_CLASSES = (
    "input_uncached", "cache_read", "cache_read_audio", "cache_read_image", "cache_write", "cache_write_5m",
    "cache_write_1h", "cache_write_12h", "audio_in", "image_in", "video_in",
)  # fmt: skip
OUTPUT_CLASSES = ("output", "audio_out", "image_out")
TOKEN_CLASSES = INPUT_CLASSES + OUTPUT_CLASSES  # they share no token: their sum is all that the call used
REASONING = "reasoning"  # part of `output`, told for information, never added
# the line class of a bill (and the modality that its join names) where it is not called like the token class
CACHED_MODALITIES = {"cache_read_audio": ("cache_read", "audio"), "cache_read_image": ("cache_read", "image")}

TIERS = ("standard", "batch", "flex", "priority")  # another word is written as the provider says it and has no price
OK, ERROR, STOPPED = "ok", "error", "stopped"  # `stopped`: a stream that was left before its end
STATUSES = (OK, ERROR, STOPPED)


@dataclass(frozen=True, slots=True)
class Call:
    """One call, or `requests` calls told together. `''`, an absent token class and None are "not known".

    `ts` is ISO 8601 in UTC, `latency_ms` the whole call until its last event, `cost_reported` the decimal text of what
    the provider's reply says it cost in US dollars: kept to compare with, never used as a price.
    """

    ts: str
    provider: str = ""
    model: str = ""
    endpoint: str = ""
    tier: str = ""
    tokens: Mapping[str, int] = field(default_factory=dict)  # by token class, and `reasoning`
    requests: int = 1
    latency_ms: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ""
    status: str = OK
    cost_reported: str = ""


def prompt_tokens(tokens: Mapping[str, int]) -> int:
    """All tokens that were sent, cached or not: what the thresholds of long-context prices are held against."""
    return sum(tokens.get(name, 0) for name in INPUT_CLASSES)


def line_of(call: Call) -> bytes:
    """The line of a call, with its line break."""
    parts = [f'{{"v":1,"ts":{quoted(call.ts)}']
    for name, text in (
        ("provider", call.provider),
        ("model", call.model),
        ("endpoint", call.endpoint),
        ("tier", call.tier),
    ):
        if text:
            parts.append(f'"{name}":{quoted(text)}')
    parts.append(f'"tokens":{{{",".join([f"{quoted(name)}:{count:d}" for name, count in call.tokens.items()])}}}')
    parts.append(f'"requests":{call.requests:d}')
    if call.latency_ms is not None:
        parts.append(f'"latency_ms":{call.latency_ms:d}')
    if call.tags:
        parts.append(f'"tags":{{{",".join([f"{quoted(name)}:{quoted(tag)}" for name, tag in call.tags.items()])}}}')
    if call.request_id:
        parts.append(f'"request_id":{quoted(call.request_id)}')
    parts.append(f'"status":{quoted(call.status)}')
    if call.cost_reported:
        parts.append(f'"cost_reported":{quoted(call.cost_reported)}')
    return (",".join(parts) + "}\n").encode("ascii")

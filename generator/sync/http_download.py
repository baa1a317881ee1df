"""One HTTP request into memory, with a limit on its size."""

import contextlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx

GZIP = zlib.MAX_WBITS | 16


class OversizeError(Exception):
    """A body that is larger than any payload may be."""


@dataclass(frozen=True, slots=True)
class Download:
    """What a server answered; `body` is empty unless the status is 200."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask: GET `url`, or POST of a GraphQL `query`. Redirects are not followed with a key in the headers."""

    url: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    follow: bool = True


def download(client: httpx.Client, question: Question, timeout: httpx.Timeout, max_bytes: int) -> Download:
    """The answer; raises httpx.HTTPError, httpx.InvalidURL and OversizeError."""
    request = client.build_request(
        "POST" if question.query else "GET",
        question.url,
        json={"query": question.query} if question.query else None,
        timeout=timeout,
        headers={"Accept-Encoding": "gzip", **question.headers},
    )
    response = client.send(request, stream=True, follow_redirects=question.follow)
    with contextlib.closing(response):
        if response.status_code != httpx.codes.OK:
            return Download(response.status_code, response.headers, b"")
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > max_bytes:
            raise OversizeError(f"the body has {announced} bytes, the limit is {max_bytes}")
        raw = response.iter_raw()
        match response.headers.get("content-encoding", "identity").strip().lower():
            case "identity" | "":
                parts = raw
            case "gzip" | "x-gzip":
                parts = _unpacked(raw, max_bytes)
            case other:
                raise httpx.DecodingError(f"the body is packed with {other}, which was not asked for")
        return Download(response.status_code, response.headers, _joined(parts, max_bytes))


def _joined(parts: Iterable[bytes], max_bytes: int) -> bytes:
    taken, size = [], 0
    for part in parts:
        size += len(part)
        if size > max_bytes:
            raise OversizeError(f"the body is larger than the limit of {max_bytes} bytes")
        taken.append(part)
    return b"".join(taken)


def _unpacked(raw: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """A gzipped body. Unlike httpx's own reader this one notices a missing end, and no block grows without limit."""
    unpacker = zlib.decompressobj(GZIP)
    for part in raw:
        try:
            yield unpacker.decompress(part, max_bytes + 1)
        except zlib.error as error:
            raise httpx.DecodingError(f"the gzip body is damaged: {error}") from None
    if not unpacker.eof:
        raise httpx.RemoteProtocolError("the gzip body is cut off")

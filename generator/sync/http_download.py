"""One HTTP request into memory, with a limit on its size."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx


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
        headers=question.headers,
    )
    response = client.send(request, stream=True, follow_redirects=question.follow)
    with contextlib.closing(response):
        if response.status_code != httpx.codes.OK:
            return Download(response.status_code, response.headers, b"")
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > max_bytes:
            raise OversizeError(f"the body has {announced} bytes, the limit is {max_bytes}")
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > max_bytes:
                raise OversizeError(f"the body is larger than the limit of {max_bytes} bytes")
            parts.append(part)
        return Download(response.status_code, response.headers, b"".join(parts))

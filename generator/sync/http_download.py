"""One HTTP request into memory, with a limit on its size."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpx


class OversizeError(Exception):
    """A body that is larger than any payload may be."""


@dataclass(frozen=True, slots=True)
class Download:
    """What a server answered; `body` is empty unless the status is 200."""

    status: int
    headers: httpx.Headers
    body: bytes


def download(
    client: httpx.Client,
    url: str,
    timeout: httpx.Timeout,
    max_bytes: int,
    query: str = "",
    headers: Mapping[str, str] | None = None,
) -> Download:
    """The answer to GET `url`, or to POST of a GraphQL `query`.

    Raises httpx.HTTPError, httpx.InvalidURL and OversizeError.
    Redirects are followed, but not with a key in the headers: it is meant for one host only.
    """
    request = client.build_request(
        "POST" if query else "GET", url, json={"query": query} if query else None, timeout=timeout, headers=headers
    )
    response = client.send(request, stream=True, follow_redirects=not headers)
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

"""One HTTP GET into memory, with a limit on its size."""

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


def download(client: httpx.Client, url: str, timeout: httpx.Timeout, max_bytes: int) -> Download:
    """The answer to GET `url` after redirects; raises httpx.HTTPError, httpx.InvalidURL and OversizeError."""
    with client.stream("GET", url, timeout=timeout, follow_redirects=True) as response:
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

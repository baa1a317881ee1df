"""A server on loopback that plays every upstream, and a client that asks it in the place of the real hosts.

`https://HOST/PATH` is asked as `http://127.0.0.1:PORT/HOST/PATH`, so that a source is fetched with its registered
addresses. What an address answers is good or has one fault of `ANSWERS`. Bodies without end are made while they are
sent and stop with the connection.
"""

import gzip
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Play = Callable[[str], bytes | None]  # the good body of an address, None: there is nothing
BLOCK = b"0" * 65536


@dataclass
class Upstream:
    """What is played: `play` gives good bodies; `fault` is the answer given to the addresses for which `hits` holds.

    `damage` changes the bodies of these addresses; it is told how often the address was asked before.
    """

    play: Play
    hits: Callable[[str], bool] = lambda _: False
    fault: str = ""
    damage: Callable[[bytes, int], bytes] = lambda body, _: body
    asked: dict[str, int] = field(default_factory=dict)
    port: int = 0
    closed_port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def client(self) -> httpx.Client:
        """A client whose requests all come here."""
        return httpx.Client(transport=_ToLoopback(self), follow_redirects=True, trust_env=False)


class _ToLoopback(httpx.BaseTransport):
    def __init__(self, upstream: Upstream) -> None:
        self.upstream, self.real = upstream, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = str(request.url)
        refused = self.upstream.fault == "refused" and self.upstream.hits(address)
        port = self.upstream.closed_port if refused else self.upstream.port
        path = f"/{request.url.host}".encode() + request.url.raw_path
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=port, raw_path=path)
        return self.real.handle_request(request)

    def close(self) -> None:
        self.real.close()


class _Handler(BaseHTTPRequestHandler):
    upstream: Upstream
    timeout = 10

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        address = "https:/" + self.path
        before = self.upstream.asked.get(address, 0)
        self.upstream.asked[address] = before + 1
        body = self.upstream.play(address)
        if body is None:
            self.answer(404, b"no such file")
        elif not self.upstream.hits(address):
            self.answer(200, body)
        else:
            damaged = self.upstream.damage(body, before)
            ANSWERS.get(self.upstream.fault, _good)(self, damaged)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def endless(self, block: bytes, wait: float, **headers: str) -> None:
        """A body without a length that goes on until the client leaves (or 4 GB have been sent)."""
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        for _ in range(65536):
            self.wfile.write(block)
            if wait and self.upstream.ended.wait(wait):
                break

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            """The client has left."""

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""


Answer = Callable[[_Handler, bytes], None]


def _good(to: _Handler, body: bytes) -> None:
    to.answer(200, body)


def _silent(to: _Handler, _: bytes) -> None:
    to.upstream.ended.wait(5)


def _reset(to: _Handler, body: bytes) -> None:
    to.send_response(200)
    to.send_header("Content-Length", str(len(body)))
    to.end_headers()
    to.wfile.write(body[: len(body) // 2])
    to.wfile.flush()
    to.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    to.connection.close()


def _loop(to: _Handler, _: bytes) -> None:
    to.answer(302, b"", Location="https:/" + to.path)


def _away(to: _Handler, _: bytes) -> None:
    to.answer(301, b"", Location="ftp://127.0.0.1/prices")


def _page(to: _Handler, _: bytes) -> None:
    to.answer(200, b"<!doctype html><title>Sign in</title><p>Please sign in to go on.</p>", Content_Type="text/html")


def _status(code: int) -> Answer:
    return lambda to, body: to.answer(code, b"no")


def _zipped(change: Callable[[bytes], bytes]) -> Answer:
    return lambda to, body: to.answer(200, change(gzip.compress(body)), Content_Encoding="gzip")


def _flipped(packed: bytes) -> bytes:
    middle = len(packed) // 2
    return packed[:middle] + bytes(b ^ 0x5A for b in packed[middle : middle + 8]) + packed[middle + 8 :]


def _other_the_second_time(to: _Handler, body: bytes) -> None:
    """The first answer breaks off; the second one is whole and says something else."""
    if to.upstream.asked["https:/" + to.path] == 1:
        to.answer(200, body[: len(body) // 2], Content_Length=str(len(body)))
    else:
        to.answer(200, body)


ANSWERS: dict[str, Answer] = {
    "time-out": _silent,
    "reset": _reset,
    "slow drip": lambda to, body: to.endless(b" ", 0.02),
    "redirect loop": _loop,
    "redirect to another scheme": _away,
    "401": _status(401),
    "403": _status(403),
    "404": _status(404),
    "429": _status(429),
    "500": _status(500),
    "sign-in page": _page,
    "empty body": lambda to, body: to.answer(200, b""),
    "cut off": lambda to, body: to.answer(200, body[: len(body) // 2], Content_Length=str(len(body))),
    "truncated gzip": _zipped(lambda packed: packed[: len(packed) // 2]),
    "corrupted gzip": _zipped(_flipped),
    "gzip bomb": lambda to, body: to.answer(200, _bomb(), Content_Encoding="gzip"),
    "announces 1 GB": lambda to, body: to.answer(200, body, Content_Length=str(10**9)),
    "body without end": lambda to, body: to.endless(BLOCK, 0),
    "changes between reads": _other_the_second_time,
    "answers garbage for a length": lambda to, body: to.answer(200, body, Content_Length="many"),
}


def _bomb() -> bytes:
    return gzip.compress(b" " * 20_000_000, 9)


@contextmanager
def serving(upstream: Upstream) -> Iterator[Upstream]:
    """The server, for as long as the block runs."""
    handler = type("UpstreamHandler", (_Handler,), {"upstream": upstream})
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        upstream.closed_port = closed.getsockname()[1]
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that leaves is expected
        upstream.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield upstream
        finally:
            upstream.ended.set()
            server.shutdown()
            server.server_close()

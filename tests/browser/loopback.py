"""A static host on the loopback interface, as plain as the usual ones, that remembers what it was asked for."""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

TOOL_PAGE_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; "
    "worker-src 'self' blob:; img-src 'self' data:"
)
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".html": "text/html"}
NEWEST = ("index.html", "bundle.json", "sw.js")  # change under their names
COMPRESSED = {"text/javascript", "application/wasm", "application/json", "text/html", "text/css"}


@dataclass(slots=True)
class Loopback:
    """A running host. `origin` is `http://127.0.0.1:<port>`, `asked` lists the requested paths in order.

    `headers` go out with every answer. `answers` maps the end of a path to another (status, body). `types` are content
    types by ending. With `compress`, text and wasm go out as gzip; with `unpacks_gz`, the host declares a `.gz` file
    to be a compressed transport, so that the browser unpacks it. `sent` counts bytes with their headers; a host that is
    `down` answers nobody.
    """

    folder: Path
    headers: dict[str, str]
    origin: str = ""
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    down: bool = False
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=lambda: dict(TYPES))
    compress: bool = False
    unpacks_gz: bool = False


@contextmanager
def loopback(folder: Path, headers: Mapping[str, str] | None = None, compress: bool = False) -> Iterator[Loopback]:
    """Serve `folder` on a free port until the block ends."""
    host = Loopback(folder, dict(headers or {}), compress=compress)
    packed: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # otherwise every answer waits 40 ms for an acknowledgement

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: `asked` is the log."""

        def do_GET(self) -> None:
            if host.down:
                self.close_connection = True
                return
            path = unquote(urlsplit(self.path).path)
            host.asked.append(path)
            file = folder / path.removeprefix("/")
            file = file / "index.html" if file.is_dir() else file
            override = next((host.answers[end] for end in host.answers if path.endswith(end)), None)
            if override is not None:
                self._send(*override, file)
            elif file.is_file() and ".." not in file.parts:
                self._send(200, file.read_bytes(), file)
            else:
                self._send(404, b"nothing here", Path("x.txt"))

        def _send(self, status: int, body: bytes, file: Path) -> None:
            kind = host.types.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == mark:
                status, body = 304, b""
            self.send_response(status)
            if host.compress and kind in COMPRESSED and status == 200:
                if mark not in packed:
                    packed[mark] = gzip.compress(body, 6)
                body = packed[mark]
                self.send_header("Content-Encoding", "gzip")
            elif host.unpacks_gz and file.suffix == ".gz" and status == 200:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", mark)
            fixed = status in (200, 304) and file.name not in NEWEST and "/api/" not in self.path
            self.send_header("Cache-Control", "public, max-age=31536000, immutable" if fixed else "no-cache")
            for name, value in host.headers.items():
                self.send_header(name, value)
            host.sent += sum(map(len, self._headers_buffer)) + len(body)
            self.end_headers()
            with suppress(ConnectionError):  # a page that is closed does not wait for the rest
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.origin = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()

"""A small static server for a built site: the headers, compression and caching that usual static hosts give it."""

import fnmatch
import gzip
import io
import sys
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

MIME_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".yaml": "text/yaml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
    ".gz": "application/gzip",
    "": "application/octet-stream",
}

COMPRESSED = frozenset(
    {".html", ".js", ".mjs", ".css", ".json", ".csv", ".yaml", ".txt", ".md", ".xml", ".svg", ".wasm"}
)
SMALLEST_COMPRESSED = 1_024  # bytes; below this a host sends the file as it is


@dataclass(frozen=True, slots=True)
class Packed:
    """Files as gzip, compressed when first asked for and again when they change."""

    bodies: dict[tuple[str, int, int], bytes] = field(default_factory=dict)

    def body(self, file: Path) -> bytes:
        """The file compressed as hosts do it while serving."""
        facts = file.stat()
        key = (str(file), facts.st_mtime_ns, facts.st_size)
        if key not in self.bodies:
            self.bodies[key] = gzip.compress(file.read_bytes(), 6, mtime=0)
        return self.bodies[key]


def header_rules(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The rules of a `_headers` file: path patterns with the headers that follow them."""
    rules: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        if line.startswith("/"):
            rules.append((line.strip(), []))
        elif line.startswith("  ") and rules:
            name, _, value = line.strip().partition(": ")
            rules[-1][1].append((name, value))
    return rules


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves a site folder below a base path with its `_headers`, compressed where hosts compress."""

    extensions_map = MIME_TYPES
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # otherwise every answer waits 40 ms for an acknowledgement
    quiet = True

    def __init__(self, *args: object, site: Path, base: str, packed: Packed, **kwargs: object) -> None:
        self.base, self.site, self.packed = base, site, packed
        rules = site / "_headers"
        self.rules = header_rules(rules.read_text(encoding="utf-8")) if rules.exists() else []
        super().__init__(*args, directory=str(site), **kwargs)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        """The file of a request path; outside the base path there is nothing."""
        bare = path.partition("?")[0]
        if not bare.startswith(self.base):
            return str(Path(self.directory) / "outside-the-base-path")
        return super().translate_path("/" + path[len(self.base) :])

    def send_head(self) -> BinaryIO | io.BytesIO | None:
        """The head of an answer, and its body: compressed when the reader takes gzip and the file gains by it."""
        file = Path(self.translate_path(self.path))
        if file.is_dir() and self.path.partition("?")[0].endswith("/"):
            file = file / "index.html"
        takes = "gzip" in self.headers.get("Accept-Encoding", "")
        small = not file.is_file() or file.stat().st_size < SMALLEST_COMPRESSED
        if not takes or small or file.suffix not in COMPRESSED or self.headers.get("Range"):
            return super().send_head()
        modified = formatdate(file.stat().st_mtime, usegmt=True)
        if self.headers.get("If-Modified-Since") == modified:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return None
        return self._answer(HTTPStatus.OK, file, self.packed.body(file), modified)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What hosts answer for an address without a file: the site's own 404 page."""
        page = self.site / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        takes = "gzip" in self.headers.get("Accept-Encoding", "")
        body = self._answer(HTTPStatus.NOT_FOUND, page, self.packed.body(page) if takes else page.read_bytes(), "")
        if self.command != "HEAD":
            self.copyfile(body, self.wfile)

    def _answer(self, status: HTTPStatus, file: Path, body: bytes, modified: str) -> io.BytesIO:
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Vary", "Accept-Encoding")
        if body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        if modified:
            self.send_header("Last-Modified", modified)
        self.end_headers()
        return io.BytesIO(body)

    def end_headers(self) -> None:
        """Add the headers of every rule that matches; what no rule lets a browser keep must be asked about again."""
        path = "/" + self.path.partition("?")[0].removeprefix(self.base)
        caching = "no-cache"
        for pattern, headers in self.rules:
            if fnmatch.fnmatchcase(path, pattern):
                for name, value in headers:
                    if name == "Cache-Control":
                        caching = value
                    else:
                        self.send_header(name, value)
        self.send_header("Cache-Control", caching)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet; errors are in the browser."""
        if not self.quiet:
            super().log_message(format, *args)


class SiteServer(ThreadingHTTPServer):
    """As many connections may wait as a browser with several tabs opens at once."""

    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that leaves a page does not wait for the rest: that is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def site_server(site: Path, host: str, port: int, base: str = "/") -> ThreadingHTTPServer:
    """A server of `site` below `base`, bound but not started. Port 0 takes a free one."""
    if not base.startswith("/") or not base.endswith("/"):
        raise ValueError(f"base path {base!r} must start and end with a slash")
    return SiteServer((host, port), partial(SiteHandler, site=site, base=base, packed=Packed()))

"""A small static server for a built site, with the headers that the published site gets."""

import fnmatch
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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
    """Serves a site folder below a base path with its `_headers`."""

    extensions_map = MIME_TYPES
    protocol_version = "HTTP/1.1"
    quiet = True

    def __init__(self, *args: object, site: Path, base: str, **kwargs: object) -> None:
        self.base = base
        rules = site / "_headers"
        self.rules = header_rules(rules.read_text(encoding="utf-8")) if rules.exists() else []
        super().__init__(*args, directory=str(site), **kwargs)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        """The file of a request path; outside the base path there is nothing."""
        bare = path.partition("?")[0]
        if not bare.startswith(self.base):
            return str(Path(self.directory) / "outside-the-base-path")
        return super().translate_path("/" + path[len(self.base) :])

    def end_headers(self) -> None:
        """Add the headers of every rule that matches, and forbid caching while developing."""
        path = "/" + self.path.partition("?")[0].removeprefix(self.base)
        for pattern, headers in self.rules:
            if fnmatch.fnmatchcase(path, pattern):
                for name, value in headers:
                    self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal quiet; errors are in the browser."""
        if not self.quiet:
            super().log_message(format, *args)


def site_server(site: Path, host: str, port: int, base: str = "/") -> ThreadingHTTPServer:
    """A server of `site` below `base`, bound but not started. Port 0 takes a free one."""
    if not base.startswith("/") or not base.endswith("/"):
        raise ValueError(f"base path {base!r} must start and end with a slash")
    return ThreadingHTTPServer((host, port), partial(SiteHandler, site=site, base=base))

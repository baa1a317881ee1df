"""Cited pages: the most cited first, and what each answers, against a real server on loopback."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from generator.cited_pages import checked_pages, cited_pages
from generator.sync.state import State
from generator.sync.statements import SkuFacts


class Pages(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        codes = {"/gone": 404, "/no-head": 405, "/error": 500}
        self.send_response(codes.get(self.path, 200))
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_every_page_gets_its_verdict_and_no_more_are_asked_than_wanted(base: str) -> None:
    paths = ("/price", "/gone", "/no-head", "/error")
    pages = [(base + p, 4 - n) for n, p in enumerate(paths)] + [("ftp://x/y", 1), ("http://127.0.0.1:1/", 1)]
    with httpx.Client(trust_env=False, timeout=2) as client:
        verdicts = list(checked_pages(pages, client, 6))
        assert len(list(checked_pages(pages, client, 2))) == 2
    assert [v.state for v in verdicts] == ["answers", "gone", "answers", "refused", "gone", "silent"]
    assert verdicts[1].detail == "HTTP 404"


def test_the_most_cited_page_comes_first() -> None:
    rows = {("p", str(n)): SkuFacts(provider="p", sku=str(n), source_url=u) for n, u in enumerate("abb")}
    assert cited_pages(State(facts={"list": rows})) == [("b", 2), ("a", 1)]

"""Seal, swap and server: a faulty site is not published, a good one is complete in itself."""

import gzip
import json
import re
import threading
import urllib.error
import urllib.request
from email.message import Message
from fnmatch import fnmatch
from pathlib import Path

import pytest

from generator.publish.links import broken_anchors, broken_links, resolved, unreachable
from generator.publish.policy import PolicyError, inline_scripts, inline_styles, policy, script_hashes, with_policy
from generator.publish.seal import SealError, sealed
from generator.publish.server import header_rules, site_server
from generator.publish.swap import TargetError, published, recover

SHELL = 'document.documentElement.className="js";'


def page(body: str = "", head: str = "") -> str:
    return f"<!doctype html><html lang=en><head><title>t</title>{head}</head><body>{body}</body></html>"


def site(folder: Path, **pages: str) -> Path:
    for name, html in pages.items():
        path = folder / name.replace("__", "/") / "index.html" if name != "index" else folder / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html)
    return folder


def test_seal_puts_the_policy_first_and_hashes_the_shells_script(tmp_path: Path) -> None:
    built = site(tmp_path, index=page(head=f"<script>{SHELL}</script>"), tools__planner=page())
    seal = sealed(built, {"as_of": "2026-11-20"})
    html = (built / "index.html").read_text()
    head = html[html.index("<head>") + 6 :]
    assert head.startswith('<meta http-equiv="Content-Security-Policy"')
    assert "'sha256-" in head.split(">")[0]
    assert "wasm-unsafe-eval" not in html
    assert "wasm-unsafe-eval" in (built / "tools/planner/index.html").read_text()
    assert "unsafe-inline" not in html
    record = json.loads((built / "build.json").read_text())
    assert record["sha256"] == seal.digest
    assert record["as_of"] == "2026-11-20"


def test_only_a_page_with_a_chart_may_use_the_styles_of_the_chart_library(tmp_path: Path) -> None:
    built = site(tmp_path, index=page(), models__x=page('<figure data-chart="bars"></figure>'))
    sealed(built, {})
    plain, charted = ((built / p / "index.html").read_text() for p in (".", "models/x"))
    assert "style-src 'self';" in plain
    assert re.search(r"style-src 'self' 'unsafe-hashes'( 'sha256-[A-Za-z0-9+/=]{44}'){2};", charted)
    assert "unsafe-inline" not in charted and "unsafe-eval" not in charted


def test_seal_is_the_same_twice_and_sees_one_changed_byte(tmp_path: Path) -> None:
    digests = [
        sealed(site(tmp_path / n, index=page(body)), {}).digest for n, body in (("a", "x"), ("b", "x"), ("c", "y"))
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        (page('<a href="../nowhere/">x</a>'), "nowhere"),
        (page('<a href="missing.json">x</a>'), "missing.json"),
        (page('<a href="/plans/">x</a>'), "absolute"),
        (page(head='<link rel="stylesheet" href="https://example.org/x.css">'), "another host"),
        (page('<img src="https://example.org/x.png">'), "another host"),
        (page('<p style="color:red">x</p>'), "inline style"),
        (page('<button onclick="x()">x</button>'), "inline style"),
    ],
)
def test_faulty_page_is_not_sealed(tmp_path: Path, html: str, fault: str) -> None:
    with pytest.raises(SealError, match=fault):
        sealed(site(tmp_path, index=page(), deep=html), {})


def test_unknown_inline_script_stops_the_build(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="alert"):
        sealed(site(tmp_path, index=page(head="<script>alert(1)</script>")), {})


def test_data_blocks_are_not_scripts() -> None:
    assert inline_scripts('<script type="application/json">{"a": 1}</script><script src="x.js"></script>') == []
    assert inline_scripts("<script type=module>import 'x'</script>") == ["import 'x'"]
    assert not inline_styles('<script type="application/json">{"x": " style=\\"a\\""}</script>')


def test_hashes_do_not_depend_on_order() -> None:
    pages = [("a", f"<script>{SHELL}</script>"), ("b", f"<script>{SHELL}one()</script>")]
    assert script_hashes(pages[::-1]) == script_hashes(pages)
    assert "default-src 'none'" in policy([])


def test_page_without_head_is_refused() -> None:
    with pytest.raises(PolicyError, match="head"):
        with_policy("<p>x</p>", "p")


@pytest.mark.parametrize(
    ("at", "address", "leads_to"),
    [
        ("index.html", "models/", "models/index.html"),
        ("a/b/index.html", "../../x.css", "x.css"),
        ("a/index.html", "..", "index.html"),
        ("a/index.html", "#top", "a/index.html"),
        ("a/index.html", "?x=1", "a/index.html"),
        ("a/index.html", "../../x", "/../../x"),
        ("a/index.html", "https://example.org/", None),
    ],
)
def test_addresses_resolve(at: str, address: str, leads_to: str | None) -> None:
    assert resolved(at, address) == leads_to


def test_link_to_a_folder_without_slash_counts_as_its_page() -> None:
    assert list(broken_links([("index.html", '<a href="models">x</a>')], {"index.html", "models/index.html"})) == []


def test_link_into_a_page_needs_its_place() -> None:
    pages = {
        "index.html": '<a href="a/#here">x</a><a href="a/#gone">x</a><a href="#top">x</a>',
        "a/index.html": '<p id="here">x</p><a href="https://example.org/#x">x</a>',
    }
    assert list(broken_anchors(pages)) == [
        "index.html: a/#gone leads to no place of a/index.html",
        "index.html: #top leads to no place of index.html",
    ]


def test_page_that_nothing_leads_to_is_named() -> None:
    pages = {
        "index.html": '<a href="a/">x</a>',
        "a/index.html": "",
        "b/index.html": '<a href="../a/">x</a>',
        "404.html": "",
    }
    assert unreachable(pages) == ["b/index.html"]


def test_publish_replaces_the_whole_folder(tmp_path: Path) -> None:
    new, old = site(tmp_path / "new", index="new"), site(tmp_path / "site", index="old", gone="old")
    (old / "build.json").write_text("{}")
    published(new, old)
    assert (tmp_path / "site" / "index.html").read_text() == "new"
    assert not (tmp_path / "site" / "gone").exists()
    assert not new.exists()


def test_folder_that_is_no_site_is_never_replaced(tmp_path: Path) -> None:
    new, mine = site(tmp_path / "new", index="new"), tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    with pytest.raises(TargetError, match="something else"):
        published(new, mine)
    with pytest.raises(TargetError, match="the build itself"):
        published(new, tmp_path)
    with pytest.raises(TargetError, match="is a file"):
        published(new, mine / "thesis.txt")
    assert (mine / "thesis.txt").read_text() == "years of work"
    assert (new / "index.html").exists()


def test_publish_puts_back_what_a_crash_left_first(tmp_path: Path) -> None:
    new, retired = site(tmp_path / "new", index="new"), site(tmp_path / "site.old", index="old")
    (retired / "build.json").write_text("{}")
    published(new, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "new"
    assert not retired.exists()


def test_old_site_comes_back_after_a_crash_between_the_renames(tmp_path: Path) -> None:
    site(tmp_path / "site.old", index="old")
    recover(tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "old"


def test_server_sends_types_headers_and_stays_below_its_base(tmp_path: Path) -> None:
    built = site(tmp_path, index=page(), tools__planner=page())
    for name in ("x.mjs", "x.wasm", "x.csv"):
        (built / name).write_text("x")
    sealed(built, {})
    server = site_server(built, "127.0.0.1", 0, "/atlas/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        origin = f"http://127.0.0.1:{server.server_address[1]}"
        types = {
            n: urllib.request.urlopen(f"{origin}/atlas/{n}", timeout=5).headers["Content-Type"]
            for n in ("x.mjs", "x.wasm", "x.csv")
        }
        assert types["x.mjs"].startswith("text/javascript")
        assert types["x.wasm"] == "application/wasm"
        assert types["x.csv"].startswith("text/csv")
        tool = urllib.request.urlopen(f"{origin}/atlas/tools/planner/", timeout=5).headers
        assert tool["X-Content-Type-Options"] == "nosniff"
        assert "wasm-unsafe-eval" in tool["Content-Security-Policy"]
        browse = urllib.request.urlopen(f"{origin}/atlas/", timeout=5).headers
        assert browse["Content-Security-Policy"] is None  # its <meta> policy alone holds; two would intersect
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{origin}/x.mjs", timeout=5)
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{origin}/atlas/../../etc/passwd", timeout=5)
    finally:
        server.shutdown()
        server.server_close()


def asked(address: str, **headers: str) -> tuple[int, bytes, Message]:
    request = urllib.request.Request(address, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def test_server_compresses_and_caches_as_hosts_do(tmp_path: Path) -> None:
    built = site(tmp_path, index=page("word " * 1000))
    for name in ("assets/engine/web-0123/x.mjs", "404.html", "pack.json.gz", "picture.png"):
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text(page("there is nothing " * 100))
    sealed(built, {})
    server = site_server(built, "127.0.0.1", 0, "/atlas/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}/atlas/"
    try:
        status, body, headers = asked(base, Accept_Encoding="gzip, br")
        assert (status, headers["Content-Encoding"], headers["Cache-Control"]) == (200, "gzip", "no-cache")
        assert gzip.decompress(body) == (built / "index.html").read_bytes()
        assert asked(base, Accept_Encoding="gzip", If_Modified_Since=headers["Last-Modified"])[0] == 304
        (built / "index.html").write_text(page("another " * 1000))
        assert b"another" in gzip.decompress(asked(base, Accept_Encoding="gzip")[1])
        plain = asked(base)
        assert plain[2]["Content-Encoding"] is None
        assert b"another" in plain[1]
        for name in ("pack.json.gz", "picture.png"):
            assert asked(base + name, Accept_Encoding="gzip")[2]["Content-Encoding"] is None
        kept = asked(base + "assets/engine/web-0123/x.mjs", Accept_Encoding="gzip")[2]
        assert "immutable" in kept["Cache-Control"]
        status, body, headers = asked(base + "no/such/page/")
        assert (status, b"there is nothing" in body) == (404, True)
        assert headers["Content-Type"].startswith("text/html")
    finally:
        server.shutdown()
        server.server_close()


def test_base_path_needs_both_slashes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="slash"):
        site_server(tmp_path, "127.0.0.1", 0, "atlas")


def test_header_rules_are_read_in_order() -> None:
    assert header_rules("/*\n  A: 1\n  B: x: y\n/tools/*\n  C: 2\n") == [
        ("/*", [("A", "1"), ("B", "x: y")]),
        ("/tools/*", [("C", "2")]),
    ]


def test_only_the_page_of_ask_may_connect_to_a_server_that_its_reader_names(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    pages = ("", "tools/ask/", "de/tools/ask/", "tools/planner/", "asked/")
    names = [f"{place}index.html" for place in pages]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(page(), encoding="utf-8")
    sealed(folder, {})
    connects = {n: re.search(r"connect-src ([^;]*);", (folder / n).read_text(encoding="utf-8")) for n in names}
    found = {name: match and match[1] for name, match in connects.items()}
    open_to = "'self' https: http://localhost:* http://127.0.0.1:*"
    assert found == {name: open_to if "tools/ask/" in name else "'self'" for name in names}
    rules = header_rules((folder / "_headers").read_text(encoding="utf-8"))
    for path in ("/tools/ask/", "/tools/planner/", "/tools/sw.js", "/assets/engine/web-1/worker.mjs"):
        sent = [
            v for pattern, pairs in rules if fnmatch(path, pattern) for n, v in pairs if n.startswith("Content-Sec")
        ]
        assert [("https:" in text, "frame-ancestors 'none'" in text) for text in sent] == [
            (path == "/tools/ask/", True)
        ]

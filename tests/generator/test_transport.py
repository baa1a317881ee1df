"""Transports against a real HTTP server on loopback: answers, retries, dead hosts, limits, mirrors."""

import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.sync.http_cache import HttpCache
from generator.sync.mirror import end_of_date
from generator.sync.source_registry import AccessKey, PackageMember, Source
from generator.sync.transport import Failure, Live, Mirror, Package, Payload, TimeBudget, TransportError, fetch_first

AS_OF = "2026-11-21"
BODY = b'{"prices": 1}'


@dataclass
class Script:
    """What the server answers on a path, one step a request; the last step repeats."""

    steps: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)
    base: str = ""
    release: threading.Event = field(default_factory=threading.Event)

    def next(self, path: str) -> tuple[str, Any]:
        steps = self.steps.get(path, [("status", 404)])
        self.asked.append(path)
        return steps.pop(0) if len(steps) > 1 else steps[0]


class Handler(BaseHTTPRequestHandler):
    script: Script

    def do_POST(self) -> None:
        self.script.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.do_GET()

    def do_GET(self) -> None:
        kind, value = self.script.next(self.path)
        if kind == "silent":
            self.script.release.wait(value)
            return
        self.script.headers.append(dict(self.headers))
        if kind == "ok" and self.headers.get("If-None-Match") == 'W/"abc"':
            kind, value = "status", 304
        if kind == "status":
            self.send_response(value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = value if isinstance(value, bytes) else BODY
        self.send_response(200)
        announced = len(body) + (100 if kind == "truncated" else 0)
        if kind == "gzip":
            self.send_header("Content-Encoding", "gzip")
        if kind != "endless":
            self.send_header("Content-Length", str(announced))
        self.send_header("ETag", 'W/"abc"')
        self.send_header("Last-Modified", "Sat, 13 Jun 2026 05:00:00 GMT")
        self.end_headers()
        if kind == "drip":
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.script.release.wait(0.1):
                    break
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet."""


@pytest.fixture
def server() -> Iterator[Script]:
    script = Script()
    handler = type("ScriptHandler", (Handler,), {"script": script})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    script.base = f"http://127.0.0.1:{httpd.server_port}"
    yield script
    script.release.set()
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def source(url: str, package: PackageMember | None = None, files: tuple[str, ...] = ()) -> Source:
    return Source(
        id="some-list", title="Some list", url=url, homepage="https://example.org", licence="MIT", share="yes",
        attribution="nobody", family="some-list", rank=2, cadence_days=1, kind="api", package=package,
        files=files,
    )  # fmt: skip


def live(**changes: Any) -> Live:
    defaults = {"connect_s": 0.5, "read_s": 0.3, "attempt_s": 2.0, "backoff_s": 0.01}
    return Live(httpx.Client(trust_env=False), AS_OF, **defaults | changes)


def reason(transport: Live | Mirror | Package, of: Source) -> str:
    with pytest.raises(TransportError) as caught:
        transport.fetch(of)
    return str(caught.value)


def test_a_live_payload_is_the_body_observed_today(server: Script) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    got = live().fetch(source(server.base + "/a.json"))
    assert got == Payload(BODY, "live", AS_OF, "abc", hashlib.sha256(BODY).hexdigest())


def test_an_unchanged_payload_is_asked_for_once_and_read_from_the_cache(server: Script, tmp_path: Path) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    of = source(server.base + "/a.json")
    first, second = (live(cache=HttpCache(tmp_path)).fetch(of) for _ in range(2))
    assert first == second
    assert "If-None-Match" not in server.headers[0] and server.headers[1]["If-None-Match"] == 'W/"abc"'


def test_a_damaged_cache_costs_one_full_answer(server: Script, tmp_path: Path) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    of = source(server.base + "/a.json")
    live(cache=HttpCache(tmp_path)).fetch(of)
    (body,) = tmp_path.glob("*.body")
    body.write_bytes(b"half")
    assert live(cache=HttpCache(tmp_path)).fetch(of).body == BODY
    assert live(cache=HttpCache(tmp_path)).fetch(of).body == BODY
    next(tmp_path.glob("*.json")).write_text("{")
    assert live(cache=HttpCache(tmp_path)).fetch(of).body == BODY


def test_a_key_goes_to_its_host_in_the_header_and_not_along_a_redirect(server: Script) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    server.steps["/old.json"] = [("redirect", "/a.json")]
    key = AccessKey(variable="SOME_KEY", header="Authorization", prefix="Bearer ")
    of = source(server.base + "/a.json").model_copy(update={"key": key})
    assert live(environment={"SOME_KEY": "s3cret"}).fetch(of).body == BODY
    assert server.headers[-1]["Authorization"] == "Bearer s3cret"
    assert "SOME_KEY" in reason(live(environment={}), of) and "no key" in reason(live(environment={}), of)
    moved = of.model_copy(update={"url": server.base + "/old.json"})
    told = reason(live(environment={"SOME_KEY": "s3cret"}), moved)
    assert "302" in told and "s3cret" not in told


def test_a_source_of_several_files_is_one_payload_and_may_lack_a_tenth(server: Script) -> None:
    names = tuple(f"f{n}.json" for n in range(20))
    for name in names[1:]:
        server.steps[f"/{name}"] = [("ok", BODY)]
    of = source(server.base + "/{file}", files=names)
    texts = json.loads(live().fetch(of).body)
    assert set(texts) == set(names[1:]) and texts["f1.json"] == BODY.decode()
    for name in names[:3]:
        server.steps[f"/{name}"] = [("status", 404)]
    assert "404" in reason(live(), of)
    server.steps["/f0.json"] = [("status", 500)]
    assert "500" in reason(live(), of)


def test_a_query_is_posted(server: Script) -> None:
    server.steps["/graphql"] = [("ok", BODY)]
    of = source(server.base + "/graphql").model_copy(update={"query": "{ gpuTypes { id } }"})
    assert live().fetch(of).body == BODY
    assert server.posted == ['{"query":"{ gpuTypes { id } }"}']


def test_a_server_error_is_tried_again_and_then_works(server: Script) -> None:
    server.steps["/a.json"] = [("status", 500), ("status", 429), ("ok", BODY)]
    transport = live()
    assert transport.fetch(source(server.base + "/a.json")).body == BODY
    assert len(server.asked) == 3
    assert transport.budget.spent >= 0.03  # two pauses: 0.01 s and 0.02 s


def test_a_server_error_that_stays_gives_up_after_three_tries(server: Script) -> None:
    server.steps["/a.json"] = [("status", 503)]
    said = reason(live(), source(server.base + "/a.json"))
    assert "HTTP 503" in said and "some-list" in said and "live" in said
    assert len(server.asked) == 3


def test_a_missing_file_is_not_tried_again(server: Script) -> None:
    assert "HTTP 404" in reason(live(), source(server.base + "/gone.json"))
    assert server.asked == ["/gone.json"]


def test_redirects_are_followed(server: Script) -> None:
    server.steps["/old.json"] = [("redirect", "/new.json")]
    server.steps["/new.json"] = [("ok", BODY)]
    assert live().fetch(source(server.base + "/old.json")).body == BODY


def test_a_truncated_body_is_never_taken_for_a_payload(server: Script) -> None:
    server.steps["/a.json"] = [("truncated", BODY)]
    assert "broke off" in reason(live(), source(server.base + "/a.json"))


def test_a_truncated_body_that_comes_whole_the_second_time_is_a_payload(server: Script) -> None:
    server.steps["/a.json"] = [("truncated", BODY), ("ok", BODY)]
    assert live().fetch(source(server.base + "/a.json")).body == BODY


def test_an_empty_body_is_not_a_payload(server: Script) -> None:
    server.steps["/a.json"] = [("ok", b"")]
    assert "empty body" in reason(live(), source(server.base + "/a.json"))


@pytest.mark.parametrize("kind", ["ok", "endless"])
def test_an_oversize_body_is_refused_announced_or_not(server: Script, kind: str) -> None:
    server.steps["/a.json"] = [(kind, b"x" * 5000)]
    assert "limit" in reason(live(max_bytes=1000), source(server.base + "/a.json"))
    assert len(server.asked) == 1


def test_a_silent_host_is_tried_three_times_then_once_more_and_then_left_alone(server: Script) -> None:
    server.steps["/a.json"] = server.steps["/b.json"] = [("silent", 5)]
    transport = live(read_s=0.1)
    for path, asked in (("/a.json", 3), ("/b.json", 4)):
        assert "did not answer in time" in reason(transport, source(server.base + path))
        assert len(server.asked) == asked
    assert "could not be reached earlier in this run" in reason(transport, source(server.base + "/c.json"))
    assert len(server.asked) == 4


@pytest.mark.parametrize("kind", ["silent", "drip"])
def test_one_address_that_hangs_does_not_cost_the_others_of_its_host(server: Script, kind: str) -> None:
    server.steps["/a.json"] = [(kind, b"x" * 200 if kind == "drip" else 5)]
    server.steps["/b.json"] = [("ok", BODY)]
    transport = live(read_s=0.2, attempt_s=0.4)
    reason(transport, source(server.base + "/a.json"))
    assert transport.fetch(source(server.base + "/b.json")).body == BODY
    assert not transport.doubtful and not transport.unreachable


@pytest.mark.parametrize(
    ("change", "problem"),
    [(lambda packed: packed[:-30], "cut off"), (lambda packed: packed[:40] + b"damage" + packed[46:], "damaged")],
)
def test_a_gzip_body_that_is_not_whole_is_never_a_payload(
    server: Script, change: Callable[[bytes], bytes], problem: str
) -> None:
    whole = gzip.compress(json.dumps([hashlib.sha256(bytes([n])).hexdigest() for n in range(50)]).encode())
    server.steps["/a.json"] = [("gzip", whole)]
    assert live().fetch(source(server.base + "/a.json")).body == gzip.decompress(whole)
    server.steps["/a.json"] = [("gzip", change(whole))]
    assert problem in reason(live(), source(server.base + "/a.json"))
    server.steps["/a.json"] = [("gzip", gzip.compress(b" " * 500_000))]
    assert "larger than the limit of 1000 bytes" in reason(live(max_bytes=1000), source(server.base + "/a.json"))


def test_a_dripping_body_ends_at_the_deadline_of_the_attempt(server: Script) -> None:
    server.steps["/a.json"] = [("drip", b"x" * 200)]
    started = time.monotonic()
    assert "no complete answer within 0.5 s" in reason(live(attempt_s=0.5), source(server.base + "/a.json"))
    assert time.monotonic() - started < 2


def test_a_host_that_refuses_the_connection_is_tried_once_in_a_run() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    transport = live()
    assert "cannot be reached" in reason(transport, source(f"http://127.0.0.1:{port}/a.json"))
    assert transport.unreachable == {f"127.0.0.1:{port}"}
    assert "earlier in this run" in reason(transport, source(f"http://127.0.0.1:{port}/b.json"))


def test_threads_that_want_the_same_dead_host_find_it_out_once(server: Script) -> None:
    server.steps["/a.json"] = [("silent", 5)]
    transport, said = live(read_s=0.1), list[str]()
    wanted = source(server.base + "/a.json")
    threads = [threading.Thread(target=lambda: said.append(reason(transport, wanted))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked) == 4
    assert sum("earlier in this run" in s for s in said) == 2


def test_failed_attempts_of_all_hosts_share_one_budget_of_time(server: Script) -> None:
    server.steps["/a.json"] = [("silent", 5)]
    budget = TimeBudget(seconds=0.6)
    transport = live(read_s=5.0, attempt_s=5.0, budget=budget)
    started = time.monotonic()
    reason(transport, source(server.base + "/a.json"))
    transport.unreachable.clear()
    reason(transport, source(server.base + "/a.json"))
    transport.unreachable.clear()
    reason(transport, source(server.base + "/a.json"))
    assert budget.spent <= 0.6
    assert time.monotonic() - started < 1.5


def test_nothing_is_tried_when_the_budget_is_used_up(server: Script) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    transport = live(budget=TimeBudget(seconds=60, spent=60))
    assert "time for hosts that do not answer is used up" in reason(transport, source(server.base + "/a.json"))
    assert server.asked == []


def test_a_good_answer_costs_no_budget(server: Script) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    transport = live()
    transport.fetch(source(server.base + "/a.json"))
    assert transport.budget.spent == 0


def test_an_error_of_our_own_is_not_taken_for_a_network_error(server: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("generator.sync.transport.download", broken)
    with pytest.raises(ZeroDivisionError):
        live().fetch(source(server.base + "/a.json"))


def test_the_first_transport_that_has_a_payload_wins(server: Script, tmp_path: Path) -> None:
    server.steps["/a.json"] = [("ok", BODY)]
    wanted = source(server.base + "/a.json")
    got = fetch_first(wanted, [Mirror(str(tmp_path), AS_OF), live()])
    assert isinstance(got, Payload) and got.transport == "live"


def test_a_failure_keeps_the_reason_of_each_transport(server: Script, tmp_path: Path) -> None:
    got = fetch_first(source(server.base + "/a.json"), [Mirror(str(tmp_path), AS_OF), live(), Package(AS_OF)])
    assert isinstance(got, Failure) and got.source == "some-list"
    assert ["mirror" in got.reasons[0], "HTTP 404" in got.reasons[1], "no package" in got.reasons[2]] == [True] * 3
    assert got.reason.count(" | ") == 2


# The mirror


URL = "https://prices.example/v1/list.json"


def mirror_folder(tmp_path: Path, manifest: object = None, **files: bytes) -> Path:
    root = tmp_path / "upstream" / "mirror"
    root.mkdir(parents=True)
    for name, body in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    if manifest is not None:
        (root.parent / "MANIFEST.json").write_text(json.dumps(manifest))
    return root


def stored(root: Path, path: str, body: bytes) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def entry(path: str, body: bytes = BODY, **changes: str) -> dict[str, str]:
    sha256 = hashlib.sha256(body).hexdigest()
    return {"path": path, "data_date": "2026-11-11..2026-11-20", "ref": "1.2.3", "sha256": sha256} | changes


def test_an_address_is_a_path_in_the_mirror_dated_by_the_end_of_its_manifest_date(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path, [entry("mirror/prices.example/v1/list.json")])
    stored(root, "prices.example/v1/list.json", BODY)
    got = Mirror(str(root), AS_OF).fetch(source(URL))
    assert (got.body, got.transport, got.observed_at, got.version) == (BODY, "mirror", "2026-11-20", "1.2.3")


def test_a_manifest_inside_the_mirror_counts_too(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path)
    stored(root, "prices.example/v1/list.json", BODY)
    (root / "MANIFEST.json").write_text(json.dumps([entry("prices.example/v1/list.json", data_date="2026-06")]))
    assert Mirror(str(root), AS_OF).fetch(source(URL)).observed_at == "2026-06-30"


def test_a_mirror_date_is_never_later_than_the_run(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path, [entry("mirror/prices.example/v1/list.json")])
    stored(root, "prices.example/v1/list.json", BODY)
    assert Mirror(str(root), "2026-11-15").fetch(source(URL)).observed_at == "2026-11-15"


def test_a_file_that_the_manifest_does_not_describe_is_dated_by_the_run(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path, [entry("mirror/prices.example/v1/list.json", body=b"other bytes")])
    stored(root, "prices.example/v1/list.json", BODY)
    got = Mirror(str(root), AS_OF).fetch(source(URL))
    assert (got.observed_at, got.version) == (AS_OF, "")


def test_routes_lead_to_files_with_another_name(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path)
    stored(root, "prices.example/odd.json", BODY)
    (root / "routes.json").write_text(
        json.dumps(
            [
                {"method": "POST", "url": URL, "file": "prices.example/post.json"},
                {"method": "GET", "url": URL, "file": "prices.example/odd.json"},
            ]
        )
    )
    assert Mirror(str(root), AS_OF).fetch(source(URL)).body == BODY


@pytest.mark.parametrize(
    ("path", "share", "found"),
    [
        ("benchmarks/list.json", "yes", True),
        ("benchmarks/list.json", "facts-only", False),
        ("history/list.json", "yes", False),
        ("mirror/other.example/list.json", "yes", False),
    ],
)
def test_only_a_redistributable_original_beside_the_mirror_stands_in(
    tmp_path: Path, path: str, share: str, found: bool
) -> None:
    root = mirror_folder(tmp_path, [entry(path, redistributable=share)])
    stored(root.parent, path, BODY)
    mirror = Mirror(str(root), AS_OF)
    if found:
        assert mirror.fetch(source(URL)).observed_at == "2026-11-20"
    else:
        assert "holds no payload" in reason(mirror, source(URL))


def test_two_originals_of_one_name_stand_in_for_nothing(tmp_path: Path) -> None:
    names = ("benchmarks/list.json", "hardware/list.json")
    root = mirror_folder(tmp_path, [entry(n, redistributable="yes") for n in names])
    for name in names:
        stored(root.parent, name, BODY)
    assert "holds no payload" in reason(Mirror(str(root), AS_OF), source(URL))


def test_an_address_cannot_climb_out_of_the_mirror(tmp_path: Path) -> None:
    root = mirror_folder(tmp_path)
    (root / "h").mkdir()
    (root.parent / "secret.json").write_bytes(BODY)
    assert "holds no payload" in reason(Mirror(str(root), AS_OF), source("https://h/../../secret.json"))


def test_a_mirror_that_is_no_folder_says_so(tmp_path: Path) -> None:
    assert "is not a folder" in reason(Mirror(str(tmp_path / "none"), AS_OF), source(URL))


def test_a_mirror_behind_a_web_server_reads_the_manifest_above_it(server: Script) -> None:
    manifest = json.dumps([entry("mirror/prices.example/v1/list.json")]).encode()
    server.steps["/up/MANIFEST.json"] = [("ok", manifest)]
    server.steps["/up/mirror/prices.example/v1/list.json"] = [("ok", BODY)]
    got = Mirror(f"{server.base}/up/mirror/", AS_OF, httpx.Client(trust_env=False)).fetch(source(URL))
    assert (got.body, got.observed_at, got.version) == (BODY, "2026-11-20", "1.2.3")


def test_a_mirror_at_the_root_of_a_server_is_dated_by_the_server(server: Script) -> None:
    server.steps["/prices.example/v1/list.json"] = [("ok", BODY)]
    got = Mirror(server.base, AS_OF, httpx.Client(trust_env=False)).fetch(source(URL))
    assert (got.body, got.observed_at) == (BODY, "2026-06-13")


def test_a_web_mirror_reads_originals_beside_it(server: Script) -> None:
    manifest = json.dumps([entry("benchmarks/list.json", redistributable="yes")]).encode()
    server.steps["/up/MANIFEST.json"] = [("ok", manifest)]
    server.steps["/up/benchmarks/list.json"] = [("ok", BODY)]
    got = Mirror(f"{server.base}/up/mirror", AS_OF, httpx.Client(trust_env=False)).fetch(source(URL))
    assert got.observed_at == "2026-11-20"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-11..2026-11-20", "2026-11-20"),
        ("2025-09..2026-04", "2026-04-30"),
        ("2026-02", "2026-02-28"),
        ("2024-02", "2024-02-29"),
        ("2026", "2026-01-01"),
        ("2026-08-21 or earlier", "2026-08-21"),
        ("v0.10.0", ""),
        ("", ""),
    ],
)
def test_a_manifest_date_ends_on_its_last_day(text: str, day: str) -> None:
    assert end_of_date(text) == day


# The stored payloads


@pytest.mark.mirror
def test_every_registered_source_is_in_the_stored_mirror(mirror: Path, root: Path) -> None:
    from generator.sync.source_registry import load_sources

    observed = {
        s.id: Mirror(str(mirror), AS_OF).fetch(s).observed_at
        for s in load_sources(root / "data" / "registry" / "sources.toml")
        if s.sampled
    }
    assert observed["litellm"] == "2026-11-20"
    assert observed["models-dev"] == "2026-06-13"
    assert observed["openrouter"] == "2026-08-22"
    assert observed["aiconfigurator"] == "2026-04-30"

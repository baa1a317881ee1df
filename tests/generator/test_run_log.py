"""The log of a run: whole lines as they happen, and the page that shows them without a clock of its own."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from generator.render.pages import health
from generator.render.run_report import kind_counts, provider_rows, seconds
from generator.render.templates import article_of, environment
from generator.run_log import LogError, RunLog, run_log
from generator.sync.run import Outcome, fetched_payloads
from generator.sync.source_registry import Source
from generator.sync.transport import Payload, TransportError
from tests.generator.rendered_pages import TEMPLATES
from tests.generator.small_site import registry, small_site

READ = Outcome("litellm", "fresh", "mirror", "2026-11-20", 90, 7, "")
KEPT = Outcome("openrouter", "kept", "last good", "2026-11-19", 5, 0, "refused: <b>not JSON</b>")


def log(sink: io.StringIO | None = None) -> RunLog:
    """A log whose clock adds 1.5 s a look, and whose time adds a second."""
    ticks, times = count(0, 1.5), count()
    start = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
    return RunLog(sink, lambda: next(ticks), lambda: start + timedelta(seconds=next(times)))


def whole_run() -> RunLog:
    told = log(io.StringIO())
    with told.stage("sync") as counts:
        told.fetched("litellm", 0.25, "mirror", 1000)
        told.fetched("openrouter", 2.0, "none", 0)
        told.read(READ)
        told.read(KEPT)
        counts |= {"fresh": 1, "kept": 1}
    return told


def test_every_event_is_a_whole_line_at_once() -> None:
    sink = io.StringIO()
    told = log(sink)
    with told.stage("bundle") as counts:
        first = json.loads(sink.getvalue())
        counts["files"] = 3
    assert first == {"run": "2026-11-20T04:00:00Z", "at": "2026-11-20T04:00:01Z", "stage": "bundle", "event": "begin"}
    end = json.loads(sink.getvalue().splitlines()[1])
    assert (end["event"], end["seconds"], end["counts"]) == ("end", 1.5, {"files": 3})
    assert [json.loads(line) for line in sink.getvalue().splitlines()] == list(told.shown)


def test_sources_are_told_with_time_transport_and_counts() -> None:
    by_event = {(r["event"], r.get("source")): r for r in whole_run().records}
    assert by_event["fetched", "litellm"]["seconds"] == 0.25
    assert by_event["not fetched", "openrouter"]["counts"] == {"bytes": 0}
    assert by_event["read", "litellm"]["counts"] == {"statements": 90, "rejected": 7}
    assert by_event["read", "openrouter"]["message"] == KEPT.message
    assert "message" not in by_event["read", "litellm"]


def test_failed_stage_is_told_and_the_error_goes_on() -> None:
    told = log()
    with pytest.raises(OSError, match="disk full"), told.stage("publish"):
        raise OSError("disk full")
    assert told.records[-1]["event"] == "failed"
    assert told.records[-1]["error"] == "OSError: disk full"


def test_line_breaks_and_odd_characters_stay_in_one_line() -> None:
    sink = io.StringIO()
    log(sink).tell("sync", "read", message="a\nb\u2028c\u202e")
    assert len(sink.getvalue().splitlines()) == 1
    assert sink.getvalue().isascii()


def test_file_is_added_to_and_one_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    for _ in range(2):
        with run_log(tmp_path / "run.log") as told:
            told.tell("sync", "begin")
    assert len((tmp_path / "run.log").read_text().splitlines()) == 2
    with pytest.raises(LogError, match="nowhere"), run_log(tmp_path / "nowhere" / "run.log"):
        pass


def test_fetching_tells_what_each_source_took() -> None:
    class One:
        name = "mirror"

        def fetch(self, source: Source) -> Payload:
            if source.id != "litellm":
                raise TransportError(source.id, "mirror", "nothing", "look")
            return Payload(b"12345", "mirror", "2026-11-20", "", "")

    told = log()
    fetched_payloads(registry(), [One()], ["litellm", "openrouter"], told.fetched)
    found = {r["source"]: (r["event"], r["transport"], r["counts"]["bytes"]) for r in told.records}
    assert found == {"litellm": ("fetched", "mirror", 5), "openrouter": ("not fetched", "none", 0)}
    assert all(r["seconds"] >= 0 for r in told.records)


def run_html(told: RunLog) -> str:
    data = replace(small_site(), run=told.shown)
    (page,) = (p for p in health.pages(data) if p.path == "health/run/")
    return article_of(environment(TEMPLATES), data.as_of)(page)


def test_page_shows_stages_and_sources_of_the_log() -> None:
    html = run_html(whole_run())
    assert "it began on 2026-11-20 04:00:00 UTC" in html
    assert "1 fresh, 1 kept" in html
    assert html.index("openrouter") < html.index("litellm"), "the slowest first"
    assert "last good rows kept" in html
    assert "<b>not JSON" not in html and "not JSON" in html


def test_page_without_a_log_has_no_time_in_it() -> None:
    told = log()
    told.tell("sync", "end", seconds=1.0)
    html = run_html(told)
    assert "without a log" in html and "began" not in html
    assert html == run_html(log())


def test_changes_are_counted_by_kind_and_provider() -> None:
    changed = [("acme", "listed"), ("acme", "repriced"), ("hostly", "repriced"), ("acme", "repriced")]
    assert kind_counts(changed) == {"listed": 1, "repriced": 3, "ended": 0}
    first, second = provider_rows(changed, {"acme": "Acme AI"})
    assert (first["name"], first["total"], first["repriced"], first["href"]) == ("Acme AI", 3, 2, "providers/acme/")
    assert (second["name"], second["href"]) == ("hostly", "")
    assert [seconds(v) for v in (0.0, 0.049, 0.05, 1234.56)] == ["<0.1", "<0.1", "0.1", "1,234.6"]

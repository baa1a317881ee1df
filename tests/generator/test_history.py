"""History: stored payloads of the past replayed into dated events, and the commands that read them."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator import nightly, stages
from generator.change_kinds import between, judged
from generator.changes import event_record, of_model, percent
from generator.cli import app
from generator.nightly import silent
from generator.places import Places
from generator.registry import Registry, load_registry
from generator.sync.history import Given, HistoryError, dated_payloads, replayed
from generator.sync.payloads import Payload, TransportError
from generator.sync.source_registry import Source
from generator.sync.sources import models_dev
from generator.sync.state import PriceEvent

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def body(**prices: float) -> bytes:
    models = {
        name: {
            "id": name, "name": name, "cost": {"input": price, "output": 2 * price},
            "modalities": {"input": ["text"], "output": ["text"]},
        }
        for name, price in prices.items()
    }  # fmt: skip
    return json.dumps({"openai": {"id": "openai", "name": "OpenAI", "models": models}}).encode()


def stored(folder: Path, **payloads: bytes) -> Path:
    for day, content in payloads.items():
        path = folder / "models.dev" / day.removeprefix("d").replace("_", "-") / "api.json.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(content, mtime=0))
    return folder


THREE = {
    "d2026_05_12": body(**{"gpt-5": 1.25, "gpt-4o": 2.5}),
    "d2026_06_12": body(**{"gpt-5": 1.0, "gpt-4o": 2.5, "o3": 2}),
    "d2026_07_12": body(**{"gpt-5": 1.0, "gpt-4o": 2.5, "o3": 2}),
}


def test_replay_dates_what_was_listed_and_repriced_and_takes_the_first_payload_as_baseline(
    tmp_path: Path, registry: Registry
) -> None:
    state = replayed(registry, dated_payloads(stored(tmp_path, **THREE), registry), "2026-11-20", silent)
    said = {(e.date, e.kind, e.sku, e.meter, e.old, e.new) for e in state.events}
    assert said == {
        ("2026-06-12", "repriced", "gpt-5", "input.text.token", "1.25", "1"),
        ("2026-06-12", "repriced", "gpt-5", "output.text.token", "2.5", "2"),
        ("2026-06-12", "listed", "o3", "input.text.token", "", "2"),
        ("2026-06-12", "listed", "o3", "output.text.token", "", "4"),
    }


def test_replay_stops_at_the_date_of_the_run(tmp_path: Path, registry: Registry) -> None:
    state = replayed(registry, dated_payloads(stored(tmp_path, **THREE), registry), "2026-06-01", silent)
    assert state.events == []
    assert state.snapshots["models-dev"].observed_at == "2026-05-12"


def test_a_manifest_dates_a_version(tmp_path: Path, registry: Registry) -> None:
    folder = stored(tmp_path / "history", d2026_05_12=THREE["d2026_05_12"])
    record = {"path": "history/models.dev/2026-05-12/api.json.gz", "data_date": "2026-05-10..2026-05-14"}
    (tmp_path / "MANIFEST.json").write_text(json.dumps([record]))
    assert [d.observed_at for d in dated_payloads(folder, registry)] == ["2026-05-14"]


def test_ledgers_rebuilds_and_strangers_are_no_captures(tmp_path: Path, registry: Registry) -> None:
    for name in ("models.dev/ledger-2026-01-01", "models.dev/2026-07-02-built-from-toml", "nobody/2026-07-02"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "api.json").write_bytes(THREE["d2026_05_12"])
    with pytest.raises(HistoryError, match="no payload of a known source"):
        dated_payloads(tmp_path, registry)
    with pytest.raises(HistoryError, match="is not a folder"):
        dated_payloads(tmp_path / "none", registry)


def test_a_cut_payload_of_the_past_changes_nothing(tmp_path: Path, registry: Registry) -> None:
    folder = stored(tmp_path, **THREE)
    cut = folder / "models.dev" / "2026-06-12" / "api.json.gz"
    cut.write_bytes(cut.read_bytes()[:-20])
    payloads = dated_payloads(folder, registry)
    with pytest.raises(TransportError, match="cannot be read"):
        Given(payloads[1]).fetch(registry.source["models-dev"])
    state = replayed(registry, payloads, "2026-11-20", silent)
    assert {e.date for e in state.events} == {"2026-07-12"}


@pytest.mark.mirror
def test_the_stored_history_reaches_back_to_2024(upstream: Path, registry: Registry) -> None:
    found = dated_payloads(upstream / "history", registry)
    assert found[0].observed_at == "2024-10-15"
    counts = Counter(d.source for d in found)
    assert counts["litellm"] == 6 and counts["openrouter"] == 14 and counts["models-dev"] == 4
    assert counts["runpod"] == 10 and counts["llmrates"] == 3
    assert found == sorted(found, key=lambda d: d.observed_at)


EVENTS = [
    PriceEvent("2026-06-12", "openai", "gpt-5", "input.text.token", "global", "USD", "repriced", "1.25", "1", "a b"),
    PriceEvent("2026-07-12", "openai", "o3", "input.text.token", "global", "USD", "listed", "", "2", "a"),
    PriceEvent("2026-08-12", "openrouter", "openai/gpt-5", "input.text.token", "global", "USD", "ended", "1", "", "a"),
]


def test_between_two_dates_the_first_is_not_included_and_the_last_is() -> None:
    found = between(judged(EVENTS, {}), "2026-06-12", "2026-08-12")
    assert [c.event for c in found] == EVENTS[1:]


def test_a_change_is_told_in_per_cent_and_missing_is_not_zero() -> None:
    assert [percent(e) for e in EVENTS[1:]] == [None, None]
    assert event_record(EVENTS[0])["percent"] == -20.0
    assert event_record(EVENTS[1])["old"] is None


def test_a_model_is_found_at_every_provider(registry: Registry) -> None:
    assert [e.provider for e in of_model(EVENTS, "gpt-5", registry)] == ["openai", "openrouter"]
    assert [e.provider for e in of_model(EVENTS, "openai/gpt-5", registry)] == ["openai", "openrouter"]
    assert list(of_model(EVENTS, "nobody-knows", registry)) == []


def test_commands_answer_programs_and_name_wrong_arguments() -> None:
    run = CliRunner().invoke
    changed = run(app, ["diff", "2026-06-01", "2026-11-30", "--kind", "repriced", "--json"])
    assert changed.exit_code == 0
    assert all(r["kind"] == "repriced" and r["old"] and r["new"] for r in json.loads(changed.stdout))
    assert run(app, ["history", "no-such-model", "--json"]).exit_code == 4
    assert "--kind" in str(run(app, ["diff", "2026-06-01", "2026-11-30", "--kind", "odd"]).exception)
    assert "is not a date" in str(run(app, ["diff", "June", "2026-11-30"]).exception)


class Given2:
    """A transport with one payload of models.dev, and nothing for the others."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def fetch(self, source: Source) -> Payload:
        from generator.sync.payloads import payload

        if source.id != "models-dev":
            raise TransportError(source.id, "mirror", "nothing here", "look elsewhere")
        return payload(self.content, "mirror", "2026-06-12", "")


def test_a_sync_of_what_was_read_before_parses_nothing_and_a_change_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "registry").symlink_to(ROOT / "data" / "registry")
    places, content = Places(tmp_path), THREE["d2026_05_12"]

    def stage(body: bytes) -> tuple[bool, set[str]]:
        monkeypatch.setattr(stages, "transports", lambda *_: [Given2(body)])
        _, outcomes, changed = stages.sync_stage(nightly.inputs(places, "2026-11-20", False), None, silent)
        return changed, {o.state for o in outcomes if o.source == "models-dev"}

    assert stage(content) == (True, {"fresh"})

    def never(*_: object) -> None:
        raise AssertionError("parsed although nothing changed")

    with monkeypatch.context() as patched:
        patched.setattr(models_dev, "parse", never)
        assert stage(content) == (False, {"unchanged"})
    assert stage(THREE["d2026_06_12"]) == (True, {"fresh"})
    (tmp_path / ".cache" / "sync.json").write_text("half")
    assert stage(THREE["d2026_06_12"]) == (False, {"unchanged"})

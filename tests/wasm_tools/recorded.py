"""A ledger in a folder of the test, and what the program under test wrote to it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from wasm_tools.spend.recording import settings
from wasm_tools.spend.recording.recorder import _recorder

REPLIES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "payloads" / "spend" / "replies.json").read_text(encoding="utf-8")
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a ledger that is switched on; what was recorded before is forgotten."""
    monkeypatch.setenv(settings.VARIABLE, str(tmp_path / "ledger"))
    _recorder.start()
    return tmp_path / "ledger"


def text_of(folder: Path) -> str:
    """All that stands in the ledger."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl")))


def calls_of(folder: Path) -> list[dict[str, Any]]:
    """All calls in the ledger."""
    return [json.loads(line) for line in text_of(folder).splitlines() if line]


def told(call: dict[str, Any]) -> dict[str, Any]:
    """What a line says of the reply: without the time, the tags and what is the same in every line."""
    return {name: value for name, value in call.items() if name not in ("v", "ts", "requests", "latency_ms", "tags")}


def as_object(value: Any) -> Any:
    """A reply as objects with attributes, as clients give it."""
    if isinstance(value, dict):
        return SimpleNamespace(**{name: as_object(inner) for name, inner in value.items()})
    return [as_object(inner) for inner in value] if isinstance(value, list) else value

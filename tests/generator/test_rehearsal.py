"""What is asked before a snapshot is made: real questions, all of them answered, and nothing of them left."""

import gzip
import json
from pathlib import Path

import pytest

from wasm_tools import browser
from wasm_tools.methods import plan
from wasm_tools.models.cards import CAPABILITY_CLASSES

pytestmark = pytest.mark.site


def test_a_rehearsal_is_answered_and_leaves_no_answer(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (pack,) = (site / "assets" / "engine").glob("planner-*.json.gz")
    browser.load_pack(gzip.decompress(pack.read_bytes()))
    form = json.dumps({"form": {"profile": "1024-1024", "class": "large"}})
    before = browser.handle("plan", form)
    seen: list[str] = []
    handle = browser.handle

    def noted(method: str, params: str) -> str:
        seen.append(handle(method, params))
        return seen[-1]

    monkeypatch.setattr(browser, "handle", noted)
    browser.rehearse()
    assert [json.loads(answer)["ok"] for answer in seen] == [True] * len(CAPABILITY_CLASSES)
    assert plan._kept == {}
    assert handle("plan", form) == before


def test_without_data_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "_packs", {})
    monkeypatch.setattr(browser, "handle", lambda *_: pytest.fail("nothing can be asked"))
    browser.rehearse()

"""The collector rests, goes on as before, and leaves alone what others have frozen, without counting it each time."""

import gc
from collections.abc import Iterator

import pytest

from wasm_tools import collector
from wasm_tools.collector import collector_at_rest


@pytest.fixture(autouse=True)
def as_at_the_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(collector, "_frozen", False)
    gc.enable()
    yield
    gc.enable()


def test_it_is_off_inside_and_as_it_was_before_afterwards() -> None:
    with collector_at_rest():
        assert not gc.isenabled()
        with collector_at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    with collector_at_rest():
        pass
    assert not gc.isenabled()


def test_what_others_have_frozen_stays_so_and_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: counted.append(1) or 5)
    monkeypatch.setattr(gc, "unfreeze", lambda: pytest.fail("unfrozen"))
    for _ in range(3):
        with collector_at_rest():
            pass
    assert len(counted) == 1


def test_what_was_made_counts_as_old_where_nothing_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: 0)
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))
    monkeypatch.setattr(gc, "unfreeze", lambda: done.append("unfreeze"))
    with collector_at_rest():
        pass
    assert done == ["freeze", "unfreeze"]

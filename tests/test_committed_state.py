"""What the tests keep of the committed state is what a reading would give."""

import os
from dataclasses import fields
from pathlib import Path

from generator.sync.state import State
from tests.committed_state import REAL, STATE, read_once


def test_a_kept_state_is_that_of_the_files_and_each_caller_has_its_own() -> None:
    reading = read_once(REAL)
    first, second = reading(STATE), reading(STATE)
    assert first == second == REAL(STATE)
    for field in fields(first):
        one, other = getattr(first, field.name), getattr(second, field.name)
        assert one is not other, field.name
        assert isinstance(one, list | dict) and len(one) > 0, field.name
    first.facts["litellm"].clear()  # type: ignore[attr-defined]
    assert reading(STATE) == second


def test_a_changed_file_is_read_again_and_another_folder_always(tmp_path: Path) -> None:
    read: list[Path] = []

    def load(folder: Path) -> State:
        read.append(folder)
        return REAL(folder)

    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "snapshots.json").write_text("{}")
    reading = read_once(load, folder)
    reading(folder)
    reading(folder)
    assert len(read) == 1
    os.utime(folder / "snapshots.json", ns=(1, 1))
    reading(folder)
    assert len(read) == 2
    for _ in range(2):
        reading(tmp_path / "elsewhere")
    assert len(read) == 4

"""What the tests keep of the committed state is what a reading would give."""

import os
from pathlib import Path

from generator.sync.state import load_state
from tests.committed_state import STATE, read_once


def test_a_kept_state_is_that_of_the_files_and_each_caller_has_its_own() -> None:
    reading = read_once(load_state)
    first, second = reading(STATE), reading(STATE)
    assert first == second == load_state(STATE)
    first.offers.clear()
    first.facts.clear()
    assert reading(STATE) == second


def test_a_changed_file_is_read_again_and_another_folder_always(tmp_path: Path) -> None:
    read: list[Path] = []

    def load(folder: Path) -> object:
        read.append(folder)
        return load_state(folder)

    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "snapshots.json").write_text("{}")
    reading = read_once(load, folder)  # type: ignore[arg-type]
    reading(folder)
    reading(folder)
    assert len(read) == 1
    os.utime(folder / "snapshots.json", ns=(1, 1))
    reading(folder)
    assert len(read) == 2
    for _ in range(2):
        reading(tmp_path / "elsewhere")
    assert len(read) == 4

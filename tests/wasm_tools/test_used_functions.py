"""The runtime without unused functions: the same answers of what is kept, an end at what is not, the right record."""

import subprocess
from pathlib import Path

import pytest

from tests.wasm_tools.test_bundle import RUNTIME, needs_runtime
from tests.wasm_tools.test_indirect_calls import CALLS, answers, module
from wasm_tools.bundle import used_functions
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime_for_browsers import used, whole
from wasm_tools.bundle.used_functions import recorded, without_unused, write_record
from wasm_tools.bundle.webassembly import HEADER, calls_in

SUM, DIFFERENCE, RUN = range(3)


@needs_runtime
def test_what_is_kept_answers_as_before_and_the_rest_ends_at_once(tmp_path: Path) -> None:
    assert answers(without_unused(module(), [SUM, DIFFERENCE, RUN]), tmp_path) == [8, 2, -9]
    path = tmp_path / "module.wasm"
    path.write_bytes(without_unused(module(), [SUM, RUN]))
    command = ["node", "-e", CALLS, str(path)]
    there = subprocess.run([*command, "[5, 3, 0]"], capture_output=True, text=True, check=True, timeout=60)
    assert there.stdout.strip() == "[8]"
    gone = subprocess.run([*command, "[5, 3, 1]"], capture_output=True, text=True, check=False, timeout=60)
    assert gone.returncode != 0
    assert "RuntimeError: unreachable" in gone.stderr


def test_functions_that_are_called_by_number_are_kept() -> None:
    calling = b"\0\x20\0\x20\x01\x10\x01\x0b"  # of the difference
    assert calls_in(calling) == {DIFFERENCE}
    assert without_unused(module(calling), [RUN]) == without_unused(module(calling), [RUN, DIFFERENCE])
    assert without_unused(module(calling), [RUN]) != without_unused(module(calling), [RUN, SUM, DIFFERENCE])


def test_a_record_reads_back_and_is_of_one_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used_functions, "RECORD", tmp_path / "used.json")
    write_record(b"runtime", [7, 1, 2, 3, 3, 9])
    assert recorded(b"runtime") == [1, 2, 3, 7, 9]
    with pytest.raises(BundleError, match=r"recorded with another runtime .* run `make functions`"):
        recorded(b"another")


@needs_runtime
def test_the_published_runtime_is_less_than_two_thirds_of_the_whole(tmp_path: Path) -> None:
    wasm = (RUNTIME / "pyodide.asm.wasm").read_bytes()
    assert len(used(wasm, recorded(wasm), tmp_path)) < len(whole(wasm, tmp_path)) * 2 / 3
    with pytest.raises(BundleError, match="`make functions`"):
        recorded(HEADER)

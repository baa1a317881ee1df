"""Indirect calls through shared functions: the same answers, nothing else touched, damaged modules refused in words."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.indirect_calls import with_shared_indirect_calls
from wasm_tools.bundle.runtime_for_browsers import whole
from wasm_tools.bundle.webassembly import HEADER

RUNTIME = Path(__file__).parent.parent.parent / "node_modules" / "pyodide" / "pyodide.asm.wasm"
NODE = shutil.which("node")
CALLS = """
const [path, ...calls] = process.argv.slice(1);
const given = { e: { m: new WebAssembly.Memory({ initial: 1 }) } };
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(require("fs").readFileSync(path)), given);
console.log(JSON.stringify(calls.map((text) => exports.run(...JSON.parse(text)))));
"""
TWO, THREE = b"\x60\x02\x7f\x7f\x01\x7f", b"\x60\x03\x7f\x7f\x7f\x01\x7f"  # types: of two numbers, of three
ADD, SUBTRACT = b"\x00\x20\x00\x20\x01\x6a\x0b", b"\x00\x20\x00\x20\x01\x6b\x0b"
INDIRECT = b"\x11\x00\x00"  # of a function of two numbers
# run(a, b, k): a block, a table of branches and constants whose bytes look like an indirect call stand before the call.
BEFORE = (
    b"\x00"
    b"\x02\x40\x20\x02\x0e\x01\x00\x00\x0b"  # block, br_table
    b"\x41\x91\x22\x1a\x44\x11\x11\x11\x11\x11\x11\x11\x11\x1a\x43\x11\x11\x11\x11\x1a"  # i32, f64, f32, each dropped
    b"\x41\x00\x41\x11\x41\x00\xfc\x0b\x00"  # memory.fill of nothing with 17
    b"\x20\x00\x20\x01\x20\x02"
)
RUN = BEFORE + INDIRECT + b"\x0b"


def sized(content: bytes) -> bytes:
    """Bytes behind their number, which is under 128 here."""
    return bytes([len(content)]) + content


def module(run: bytes = RUN, types: tuple[bytes, ...] = (TWO, THREE)) -> bytes:
    """A module that exports `run`: calls what stands at place k of a table of a sum and a difference."""
    sections = {
        1: bytes([len(types)]) + b"".join(types),
        2: b"\x01\x01e\x01m\x02\x00\x01",  # the memory e.m
        3: b"\x03\x00\x00\x01",
        4: b"\x01\x70\x00\x02",
        7: b"\x01\x03run\x00\x02",
        9: b"\x01\x00\x41\x00\x0b\x02\x00\x01",
        10: b"\x03" + sized(ADD) + sized(SUBTRACT) + sized(run),
    }
    return HEADER + b"".join(bytes([kind]) + sized(content) for kind, content in sections.items())


def answers(wasm: bytes, folder: Path) -> list[int]:
    """What `run` of a module gives in Node.js."""
    path = folder / "module.wasm"
    path.write_bytes(wasm)
    command = ["node", "-e", CALLS, str(path), "[5, 3, 0]", "[5, 3, 1]", "[-7, 2, 1]"]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


@pytest.mark.native("starts Node.js")
@pytest.mark.skipif(NODE is None, reason="no Node.js")
def test_a_module_answers_as_before(tmp_path):
    assert answers(module(), tmp_path) == answers(with_shared_indirect_calls(module()), tmp_path) == [8, 2, -9]


def test_only_the_call_changes_and_one_function_a_signature_comes_last():
    twice = BEFORE + INDIRECT + b"\x1a\x20\x00\x20\x01\x20\x02" + INDIRECT + b"\x0b"
    made = with_shared_indirect_calls(module(twice))
    shared = b"\x00\x20\x00\x20\x01\x20\x02" + INDIRECT + b"\x0b"
    code = b"\x04" + sized(ADD) + sized(SUBTRACT) + sized(twice.replace(INDIRECT, b"\x10\x03")) + sized(shared)
    assert made == module(twice).replace(b"\x03\x04\x03\x00\x00\x01", b"\x03\x05\x04\x00\x00\x01\x01").replace(
        module(twice)[module(twice).index(b"\x0a", 60) :], b"\x0a" + sized(code)
    )


def test_a_type_that_is_missing_is_added():
    alone = module(ADD, (TWO,)).replace(b"\x03\x04\x03\x00\x00\x01", b"\x03\x04\x03\x00\x00\x00")
    assert with_shared_indirect_calls(alone) == alone
    calling = module(b"\x00\x20\x00\x20\x01\x41\x00" + INDIRECT + b"\x0b", (TWO,))
    calling = calling.replace(b"\x03\x04\x03\x00\x00\x01", b"\x03\x04\x03\x00\x00\x00")
    assert bytes([1]) + sized(b"\x02" + TWO + THREE) in with_shared_indirect_calls(calling)


@pytest.mark.native("starts Node.js")
@pytest.mark.skipif(NODE is None or not RUNTIME.is_file(), reason="no Node.js or no node_modules: run `make install`")
def test_the_runtime_stays_a_valid_module_of_the_same_interface(tmp_path):
    made = with_shared_indirect_calls(RUNTIME.read_bytes())
    (tmp_path / "made.wasm").write_bytes(made)
    script = """
    const read = (path) => new WebAssembly.Module(require("fs").readFileSync(path));
    const face = (m) => JSON.stringify([WebAssembly.Module.imports(m), WebAssembly.Module.exports(m)]);
    const [old, made] = process.argv.slice(1).map(read);
    console.log(face(old) === face(made));
    """
    command = ["node", "-e", script, str(RUNTIME), str(tmp_path / "made.wasm")]
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout == "true\n"
    assert 0 < len(made) - RUNTIME.stat().st_size < 10_000


@pytest.mark.parametrize(
    ("wasm", "why"),
    [
        (b"", "no module of version 1"),
        (HEADER, "1|2"),
        (module()[:-4], "cut short"),
        (module(BEFORE + b"\xfd\x00\x0b"), "instruction 0xfd"),
        (module(BEFORE + b"\xfc\x7f\x0b"), "127"),
        (module(types=(TWO, b"\x50\x00\x7f\x7f\x01\x7f")), "a type is not of a function"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(wasm, why, tmp_path):
    with pytest.raises(BundleError, match=rf"cannot be prepared for browsers \(.*({why}).*\): .* `make install`"):
        whole(wasm, tmp_path)

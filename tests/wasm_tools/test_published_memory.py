"""Python's memory as published: put together again byte for byte, the same wherever and whenever it was made."""

import base64
import io
import json
import struct
import subprocess
import zipfile
from pathlib import Path
from random import Random

import pytest

from tests.browser.tiny_engine import tiny_engine
from tests.wasm_tools.test_bundle import RUNTIME, needs_runtime
from wasm_tools.bundle.assemble import ENGINE_PLACE, engine_archives
from wasm_tools.bundle.engine_sources import engine_sources
from wasm_tools.bundle.memory import PAGE, Memory, difference, memory, module_of, without
from wasm_tools.bundle.runtime import installed_runtime

ROOT = Path(__file__).parent.parent.parent
WEB = ROOT / "wasm_tools" / "web" / "memory_pages.mjs"
PUT_BACK = """
const [web, file, initial] = process.argv.slice(1);
const { readFileSync } = await import("node:fs");
const { published, fileLength } = await import(web);
const bytes = new Uint8Array(readFileSync(file));
const given = bytes.slice();
const snapshot = published(given);
const memory = new WebAssembly.Memory({ initial: snapshot.length / 65536 });
new Uint8Array(memory.buffer).set(readFileSync(initial));
snapshot.take(memory);
new Uint8Array(memory.buffer).fill(7, 0, 9); // the runtime starts
snapshot.write(memory);
const found = Buffer.concat([snapshot.head, new Uint8Array(memory.buffer)]);
const lengths = [bytes, bytes.slice(0, 5), bytes.slice(0, 99)].map(fileLength);
console.log(JSON.stringify({ lengths, bytes: found.toString("base64") }));
"""


@needs_runtime
def test_the_browser_gets_the_snapshot_byte_for_byte(tmp_path: Path) -> None:
    random = Random(1)
    initial = random.randbytes(PAGE + 100).ljust(4 * PAGE, b"\0")
    memory = bytearray(initial)
    memory[5:9] = b"here"  # a page that is there already
    memory[3 * PAGE : 3 * PAGE + 50] = random.randbytes(50)  # one that was empty
    memory += random.randbytes(PAGE)  # one beyond
    head = struct.pack("<II", 1, 16) + b"head----"
    snapshot = head + bytes(memory)
    file = difference(snapshot, initial)
    assert len(file) < 3 * PAGE + 100
    for name, content in (("file", file), ("initial", initial)):
        (tmp_path / name).write_bytes(content)
    command = [
        "node",
        "--input-type=module",
        "-e",
        PUT_BACK,
        WEB.as_uri(),
        *(str(tmp_path / n) for n in ("file", "initial")),
    ]
    done = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert base64.b64decode(done["bytes"]) == snapshot
    whole, too_short, cut = done["lengths"]
    assert whole == cut == len(file)
    assert too_short > 5


def made(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> Memory:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    runtime = installed_runtime(RUNTIME)
    library, archives = engine_archives(
        engine_sources(tiny_engine(folder / "engine")), runtime, "node", ROOT / ".cache" / "bundle"
    )
    return memory(library, archives["engine.zip"], ENGINE_PLACE.format("engine.zip"), runtime, "node", folder)


@needs_runtime
def test_two_builds_have_the_same_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(tmp_path / "a", monkeypatch)
    second = made(tmp_path / "another place", monkeypatch, TZ="Asia/Tokyo", LANG="de_DE.UTF-8", HOME=str(tmp_path))
    assert first == second
    assert str(ROOT).encode() not in first.difference
    assert str(tmp_path).encode() not in first.difference


@needs_runtime
def test_later_archives_hold_what_is_not_imported_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(tmp_path, monkeypatch)
    with zipfile.ZipFile(io.BytesIO(found.library)) as library, zipfile.ZipFile(io.BytesIO(found.engine)) as engine:
        names = {module_of(name) for name in library.namelist()}
        assert {"decimal", "csv", "fractions"} <= names
        assert names.isdisjoint({"json", "json.decoder", "dataclasses", "os"})
        assert not engine.namelist()  # the tiny one is imported whole


def test_files_of_an_archive_are_named_as_modules() -> None:
    names = ["a/__init__.pyc", "a/b.pyc", "c.pyc", "a/data.json"]
    assert [module_of(name) for name in names] == ["a", "a.b", "c", "a.data.json"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    with zipfile.ZipFile(io.BytesIO(without(buffer.getvalue(), lambda name: name != "c.pyc"))) as rest:
        assert rest.namelist() == ["a/__init__.pyc", "a/b.pyc", "a/data.json"]
        assert rest.read("a/b.pyc") == b"a/b.pyc"

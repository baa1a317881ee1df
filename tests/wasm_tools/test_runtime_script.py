"""The small runtime: Python starts with it and reckons as with the whole one; what nobody names is gone."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.wasm_tools.test_bundle import RUNTIME, needs_runtime
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.runtime import SCRIPT, STARTER, WASM, Runtime, installed_runtime
from wasm_tools.bundle.runtime_for_browsers import small_runtime
from wasm_tools.bundle.runtime_script import small_script, with_named_exports
from wasm_tools.bundle.webassembly import EXPORT, IMPORT, exported, imports, listed, sections_of

ROOT = Path(__file__).parent.parent.parent
TERSER = ROOT / "node_modules" / ".bin" / "terser"
RECKON = """
const [folder, lock, library] = process.argv.slice(1);
const { loadPyodide } = await import(`file://${folder}/pyodide.mjs`);
const given = { stdLibURL: library, lockFileContents: lock, packageBaseUrl: folder };
const python = await loadPyodide({ indexURL: folder, ...given });
python.FS.writeFile("/tmp/given", "in");
console.log(python.runPython(`
import datetime, decimal, hashlib, json, random, zlib
random.seed(7)
try:
    int("1" * 5000)
except ValueError as error:
    refused = str(error)
json.dumps([str(decimal.Decimal("0.1") / 3), hashlib.sha256(b"a").hexdigest(), zlib.crc32(zlib.compress(b"a" * 99)),
            random.random(), str(datetime.date(2026, 2, 28) + datetime.timedelta(1)),
            open("/tmp/given").read(), refused])
`));
"""
# A script and a module of the form that the runtime has, as small as can be.
SCRIPT_FORM = (
    'async function start(Module={}){function eval_(t){return eval(t)}function _draw(){}_draw.sig="v";'
    'var _seen,_unseen;function assignWasmExports(wasmExports){_seen=Module["_seen"]=wasmExports["seen"];'
    '_unseen=Module["_unseen"]=wasmExports["unseen"]}var wasmImports={draw:_draw,write:_write};'
    'function _write(){return _seen()}_write.sig="i";Module["shown"]=eval_;Module["hidden"]=_draw;'
    "assignWasmExports(Module.x);return [Module,wasmImports]}export default start;"
)
STARTER_FORM = "export const show=(m)=>m.shown;"
MODULE = bytes.fromhex("0061736d01000000 010401600000 020d0103656e76057772697465 0000 0300 070100".replace(" ", ""))


@pytest.fixture(scope="module")
def small() -> Runtime:
    return small_runtime(installed_runtime(RUNTIME), TERSER, ROOT / ".cache" / "bundle")


@needs_runtime
def test_python_starts_with_it_and_reckons_alike(small: Runtime) -> None:
    library = RUNTIME / "python_stdlib.zip"
    found = [
        subprocess.run(
            ["node", "--input-type=module", "-e", RECKON, str(folder), small.lock, str(library)],
            check=True, capture_output=True, text=True, timeout=120,
        ).stdout
        for folder in (small.folder, RUNTIME)
    ]  # fmt: skip
    assert found[0] == found[1]
    assert json.loads(found[0])[4] == "2026-03-01"


@needs_runtime
def test_what_is_left_is_a_quarter_of_the_script_and_the_exports_that_are_named(small: Runtime) -> None:
    sizes = [(folder / SCRIPT).stat().st_size for folder in (small.folder, RUNTIME)]
    assert sizes[0] < sizes[1] / 4
    assert (small.folder / STARTER).read_bytes() == (RUNTIME / STARTER).read_bytes()
    names = []
    for folder in (small.folder, RUNTIME):
        sections = dict(sections_of((folder / WASM).read_bytes()))
        names.append({name for name, _, _ in listed(sections[EXPORT], exported)})
        looked_up = {name for module, name, _ in imports(sections[IMPORT]) if module.startswith("GOT.")}
    assert names[0] < names[1]
    assert looked_up & names[1] <= names[0]
    assert len(names[0]) < 400


@needs_runtime
def test_only_what_is_named_or_asked_for_stays() -> None:
    text = small_script(SCRIPT_FORM, STARTER_FORM, MODULE, TERSER).decode()
    assert "seen" in text
    assert "shown" in text
    assert "(0,eval)" in text
    for gone in ("unseen", "hidden", "draw"):
        assert gone not in text


@needs_runtime
def test_a_script_of_another_form_is_refused() -> None:
    with pytest.raises(BundleError, match=r"has 0 places like .*install the Pyodide that package-lock.json names"):
        small_script("export default 1;", "", MODULE, TERSER)
    with pytest.raises(BundleError, match=r"could not be made smaller: (?s:.*)Unexpected"):
        small_script(SCRIPT_FORM + "}", STARTER_FORM, MODULE, TERSER)


@pytest.mark.native("starts another process")
def test_a_missing_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"terser is missing: run `npm ci`"):
        small_script(SCRIPT_FORM, STARTER_FORM, MODULE, tmp_path / "terser")


def test_exports_that_no_script_names_are_gone() -> None:
    exports = b"\x03" + b"".join(bytes([len(name)]) + name + bytes([kind, 0]) for name, kind in
                                 ((b"seen", 0), (b"unseen", 0), (b"memory", 2)))  # fmt: skip
    module = MODULE.removesuffix(bytes.fromhex("070100")) + b"\x07" + bytes([len(exports)]) + exports
    kept = with_named_exports(module, "_seen = exports.seen;")
    assert [name for name, _, _ in listed(dict(sections_of(kept))[EXPORT], exported)] == ["seen", "memory"]

"""Promises of the browser bundle: complete, of the right Python, and clear when something is missing.

That it is the same bytes elsewhere is asked in tests/test_reproducible.py.
"""

import gzip
import hashlib
import importlib.util
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.tiny_engine import PACK, tiny_engine
from wasm_tools.bundle.assemble import assemble
from wasm_tools.bundle.engine_sources import absent_imports
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.manifest import BundleManifest, read_manifest
from wasm_tools.bundle.runtime import installed_runtime

ROOT = Path(__file__).parent.parent.parent
RUNTIME = ROOT / "node_modules" / "pyodide"
PACKS = {"core": PACK}
MAGIC_OF_3_14 = 3627  # of the final release; it changes with every minor version of Python


def needs_runtime(test: Callable[..., None]) -> Callable[..., None]:
    """Skip a test without Node.js and what npm installs."""
    there = RUNTIME.is_dir() and shutil.which("node") is not None
    without = pytest.mark.skipif(not there, reason="no Node.js or no node_modules: run `make install`")
    return pytest.mark.native("starts Node.js")(without(test))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny engine, plus the parts that must not be published."""
    folder = tiny_engine(tmp_path_factory.mktemp("engine"))
    for inside in (
        "bundle/x.py",
        "web/page.mjs",
        "spend/recording/replies.py",
        "spend/__init__.py",
        "edges/__init__.py",
    ):
        path = folder / "wasm_tools" / inside
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("", encoding="utf-8")
    (folder / "wasm_tools" / "edges" / "lazy.py").write_text(
        "def read(text):\n    import tomllib, json, pydantic\n    return tomllib.loads(text)\n", encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that starts empty, so that this session really compiles."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def built(tiny: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BundleManifest]:
    """One bundle a session."""
    out = tmp_path_factory.mktemp("built") / "bundle"
    return out, assemble(tiny, RUNTIME, out, PACKS, "node", cache)


def archive(built: tuple[Path, BundleManifest], name: str) -> zipfile.ZipFile:
    """The archive published under a logical name, opened."""
    folder, manifest = built
    return zipfile.ZipFile(io.BytesIO(gzip.decompress((folder / manifest.files[name].file).read_bytes())))


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder by relative name."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@needs_runtime
@pytest.mark.parametrize("name", ["python_stdlib.zip", "engine.zip"])
def test_bytecode_is_that_of_the_browsers_python(built, name):
    with archive(built, name) as opened:
        compiled = [entry for entry in opened.namelist() if entry.endswith(".pyc")]
        heads = {opened.read(entry)[:8] for entry in compiled}
    assert len(compiled) >= 4
    assert heads == {MAGIC_OF_3_14.to_bytes(2, "little") + b"\r\n" + b"\1\0\0\0"}  # 1: by hash, never checked
    assert importlib.util.MAGIC_NUMBER not in {head[:4] for head in heads}, "this test needs another Python than 3.14"


@needs_runtime
@pytest.mark.parametrize("name", ["python_stdlib.zip", "engine.zip"])
def test_archives_hold_no_sources_and_no_dates(built, name):
    with archive(built, name) as opened:
        entries = opened.infolist()
    others = [entry.filename for entry in entries if not entry.filename.endswith(".pyc")]
    assert others == (["dataclass_methods.bin"] if name == "engine.zip" else [])
    assert {entry.date_time for entry in entries} == {(2000, 1, 1, 0, 0, 0)}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    names = [entry.filename for entry in entries if entry.filename not in others]
    assert names == sorted(names)


@needs_runtime
def test_left_out_modules_are_absent_and_needed_ones_are_there(built):
    with archive(built, "python_stdlib.zip") as opened:
        modules = {entry.removesuffix(".pyc").removesuffix("/__init__") for entry in opened.namelist()}
    left_out = {
        "unittest",
        "pydoc",
        "xml/etree/ElementTree",
        "tomllib",
        "pyodide/http",
        "http/client",
        "encodings/big5",
        "asyncio/events",
        "subprocess",
    }
    assert modules & left_out == set()
    assert {"json", "decimal", "csv", "encodings/cp1252", "importlib/util"} <= modules
    assert 130 <= len(modules) <= 160


@needs_runtime
def test_parts_that_are_not_for_the_browser_stay_at_home(built):
    with archive(built, "engine.zip") as opened:
        assert opened.namelist() == [
            "engine_start.pyc",
            "wasm_tools/__init__.pyc",
            "wasm_tools/browser.pyc",
            "wasm_tools/edges/__init__.pyc",
            "wasm_tools/edges/lazy.pyc",
            "dataclass_methods.bin",
        ]
    with archive(built, "engine_invoice.zip") as opened:  # of no use without the pack of that name
        assert opened.namelist() == ["wasm_tools/spend/__init__.pyc", "dataclass_methods.bin"]


@needs_runtime
def test_engine_that_needs_a_left_out_module_is_refused_by_name(tmp_path, cache):
    engine = tiny_engine(tmp_path, "import tomllib\n")
    with pytest.raises(BundleError, match=r"wasm_tools\.browser \(ModuleNotFoundError: No module named 'tomllib'\)"):
        assemble(engine, RUNTIME, tmp_path / "out", PACKS, "node", cache)
    assert not (tmp_path / "out").exists()


@needs_runtime
def test_every_module_of_the_real_engine_can_be_imported_in_the_browser(tmp_path):
    manifest = assemble(ROOT, RUNTIME, tmp_path / "out", {}, "node", ROOT / ".cache" / "bundle")
    with archive((tmp_path / "out", manifest), "engine.zip") as opened:
        names = opened.namelist()
    assert "wasm_tools/pricing/meters.pyc" in names
    assert not [
        name
        for name in names
        if name.startswith(("wasm_tools/invoice/", "wasm_tools/spend/", "wasm_tools/ask/", "wasm_tools/observe/"))
    ]
    assert {"engine_ask.zip", "engine_invoice.zip", "engine_observe.zip"} < manifest.files.keys()
    assert [name for name in names if name.startswith(("wasm_tools/bundle", "wasm_tools/web"))] == []


@needs_runtime
def test_lazy_imports_that_the_browser_lacks_are_listed(built):
    assert built[1].absent_imports == {"wasm_tools.edges.lazy": ["pydantic", "tomllib"]}


def test_absent_imports_know_what_the_browser_has():
    sources = {
        "wasm_tools/a.py": b"import json, xml.dom, js\nfrom importlib import util\nfrom wasm_tools.b import c\n",
        "wasm_tools/data.json": b"{",
        "wasm_tools/sub/__init__.py": b"from . import tomllib\nfrom pathlib import Path\n",
    }
    assert absent_imports(sources) == {"wasm_tools.a": ["xml.dom"]}


@needs_runtime
def test_names_carry_the_hash_of_their_content(built):
    folder, manifest = built
    for name, entry in manifest.files.items():
        digest = hashlib.sha256((folder / entry.file).read_bytes()).hexdigest()
        assert entry.sha256 == digest
        assert entry.bytes == (folder / entry.file).stat().st_size
        if "/" not in entry.file:
            assert digest[:12] in entry.file, name
    lists = {"bundle.json", f"bundle-{manifest.build_id}.json"}
    assert set(contents(folder)) == {entry.file for entry in manifest.files.values()} | lists
    assert len({(folder / name).read_bytes() for name in lists}) == 1


@needs_runtime
def test_files_that_are_found_by_relative_names_share_a_hashed_folder(built):
    files = built[1].files
    assert re.fullmatch(r"web-[0-9a-f]{12}/worker\.mjs", files["worker.mjs"].file)
    assert files["engine.mjs"].file.rpartition("/")[0] == files["worker.mjs"].file.rpartition("/")[0]


@needs_runtime
def test_the_chart_library_lies_beside_the_script_that_loads_it(built):
    files = built[1].files
    assert files["plotly-basic.min.js"].file.rpartition("/")[0] == files["charts.mjs"].file.rpartition("/")[0]
    assert files["plotly-basic.min.js"].gzip_bytes < 450_000
    assert '"./plotly-basic.min.js"' in (built[0] / files["charts.mjs"].file).read_text(encoding="utf-8")


@needs_runtime
def test_new_prices_change_the_pack_and_the_build_id_and_nothing_else(built, tiny, cache, tmp_path):
    before, after = built[1], assemble(tiny, RUNTIME, tmp_path / "new", {"core": b'{"format": 1}'}, "node", cache)
    assert before.build_id != after.build_id
    assert {name for name in after.files if after.files[name] != before.files[name]} == {"core.json"}


@needs_runtime
def test_a_new_bundle_leaves_nothing_of_the_old_one(built, tiny, cache, tmp_path):
    out = tmp_path / "bundle"
    assemble(tiny, RUNTIME, out, {"core": b"{}", "gone": b"{}"}, "node", cache)
    manifest = assemble(tiny, RUNTIME, out, PACKS, "node", cache)
    assert len(contents(out)) == len(manifest.files) + 2
    assert not list(tmp_path.glob(".bundle-*"))


@needs_runtime
def test_an_unchanged_engine_needs_no_node(built, tiny, cache, tmp_path):
    manifest = assemble(tiny, RUNTIME, tmp_path / "out", PACKS, "no-such-node", cache)
    assert manifest == built[1]


@needs_runtime
def test_what_is_large_is_compressed_by_us_whatever_the_host_does(built):
    sizes = {name: entry.bytes for name, entry in built[1].files.items() if name != "plotly-basic.min.js"}
    raw = {name: size for name, size in sizes.items() if not built[1].files[name].file.endswith(".gz")}
    # The runtime's script is imported as it is; after it comes the planner's.
    assert raw.pop("pyodide.asm.mjs") < 310_000
    assert max(raw.values()) < 70_000
    assert sum(raw.values()) < 330_000  # all of them, of which a page loads its part
    first = ("pyodide.mjs", "pyodide.asm.mjs", *built[1].starts["used"].values())
    assert sum(sizes[name] for name in first) < 5_000_000  # leaves 2 MB for engine, prices and page


@needs_runtime
def test_manifest_reads_back_as_it_was_written(built):
    folder, manifest = built
    assert read_manifest(folder) == manifest
    assert json.loads(manifest.lock)["packages"] == {}
    assert (manifest.pyodide, manifest.python[:5]) == (installed_runtime(RUNTIME).version, "3.14.")


def test_missing_manifest_names_the_command(tmp_path):
    with pytest.raises(BundleError, match=r"bundle\.json is missing: run `atlas bundle` first"):
        read_manifest(tmp_path)
    (tmp_path / "bundle.json").write_text('{"format": 99}')
    with pytest.raises(BundleError, match="not in format 3"):
        read_manifest(tmp_path)


@needs_runtime
def test_missing_node_names_the_remedy(tiny, tmp_path):
    with pytest.raises(BundleError, match=r"^Node\.js \(no-such-node\) is not there .*make install.*\.$"):
        assemble(tiny, RUNTIME, tmp_path / "out", PACKS, "no-such-node", tmp_path / "empty cache")


def test_missing_runtime_names_the_remedy(tiny, tmp_path):
    with pytest.raises(BundleError, match=r"lacks package\.json, .*pyodide\.asm\.wasm.*: run `make install`\.$"):
        assemble(tiny, tmp_path / "node_modules" / "pyodide", tmp_path / "out", PACKS, "node", tmp_path)


@needs_runtime
def test_a_folder_that_is_no_bundle_is_not_emptied(tiny, cache, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    with pytest.raises(BundleError, match="something that is not a bundle"):
        assemble(tiny, RUNTIME, tmp_path / "out", PACKS, "node", cache)
    assert (tmp_path / "out" / "letter.txt").read_text() == "dear"


@needs_runtime
@pytest.mark.parametrize(
    ("place", "text", "sentence"),
    [
        ("wasm_tools/broken.py", "x = 1\nrate = = 2\n", r"wasm_tools/broken\.py, line 2, is not Python"),
        ("wasm_tools/notes.docx", "", r"wasm_tools/notes\.docx is neither a module nor a data file"),
        ("wasm_tools/raises.py", "{}['price']\n", r"wasm_tools\.raises \(KeyError: 'price'\)"),
    ],
)
def test_a_fault_in_the_engine_is_named_with_its_place(tmp_path, cache, place, text, sentence):
    tiny_engine(tmp_path)
    (tmp_path / place).write_text(text)
    with pytest.raises(BundleError, match=sentence):
        assemble(tmp_path, RUNTIME, tmp_path / "out", PACKS, "node", cache)


@needs_runtime
def test_a_pack_name_that_cannot_be_a_file_name_is_refused(tiny, cache, tmp_path):
    with pytest.raises(BundleError, match=r"'\.\./core' cannot name a data pack"):
        assemble(tiny, RUNTIME, tmp_path / "out", {"../core": b"{}"}, "node", cache)


@needs_runtime
def test_folder_without_the_engine_is_refused(cache, tmp_path):
    with pytest.raises(BundleError, match="holds no package wasm_tools"):
        assemble(tmp_path, RUNTIME, tmp_path / "out", PACKS, "node", cache)

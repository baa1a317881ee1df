"""Promises of the scripts as they are published: joined, whole, the same bytes each time, clear about what is wrong."""

import re
from pathlib import Path

import pytest

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.scripts import entries, joined_scripts

ROOT = Path(__file__).parents[2]
ESBUILD = ROOT / "node_modules" / ".bin" / "esbuild"
WEB = ROOT / "wasm_tools" / "web"
SHARED = 'export const shared = (n) => n + 1;\nexport const unused = "never asked for";\n'
ONE = '/** A comment. */\nimport { shared } from "./shared.mjs";\nconsole.log(shared(1));\nimport("./late.mjs");\n'
SOURCES = {
    "shared.mjs": SHARED,
    "one.mjs": ONE,
    "two.mjs": 'import { shared } from "./shared.mjs";\nconsole.log(shared(2));\n',
    "late.mjs": 'console.log("late");\n',
    "engine.mjs": "export const engine = 1;\n",
    "user.mjs": 'import { engine } from "./engine.mjs";\nconsole.log(engine);\n',
}
pytestmark = pytest.mark.native("starts esbuild")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six modules: two share one, one is loaded later, one is known by its name."""
    for name, text in SOURCES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_module_that_nobody_imports_is_an_entry_and_a_known_one_too(folder: Path) -> None:
    assert entries(folder) == ["engine.mjs", "late.mjs", "one.mjs", "two.mjs", "user.mjs"]


def test_what_two_share_is_one_file_that_both_name(folder: Path) -> None:
    joined = joined_scripts(folder, ESBUILD)
    (shared,) = set(joined.imports["one.mjs"]) & set(joined.imports["two.mjs"])
    assert shared.startswith("chunk-")
    assert joined.imports["late.mjs"] == ()  # and nobody names what is loaded later
    assert "late.mjs" not in joined.imports["one.mjs"]
    text = b"".join(joined.files.values()).decode()
    assert "A comment" not in text
    assert "never asked for" not in text


def test_the_same_sources_give_the_same_bytes_wherever_they_lie(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in reversed(SOURCES):
        (elsewhere / name).write_text(SOURCES[name], encoding="utf-8")
    assert joined_scripts(folder, ESBUILD) == joined_scripts(elsewhere, ESBUILD)


def test_a_fault_in_a_script_is_told_with_its_place(folder: Path) -> None:
    (folder / "two.mjs").write_text("const a = ;", encoding="utf-8")
    with pytest.raises(BundleError, match=r"(?s)could not be joined.*two\.mjs:1:10"):
        joined_scripts(folder, ESBUILD)
    (folder / "two.mjs").write_text('import { gone } from "./shared.mjs"; gone();', encoding="utf-8")
    with pytest.raises(BundleError, match=r'No matching export in "shared\.mjs" for import "gone"'):
        joined_scripts(folder, ESBUILD)


def test_a_missing_esbuild_is_told_with_the_remedy(folder: Path) -> None:
    with pytest.raises(BundleError, match="esbuild is missing: run `npm ci`"):
        joined_scripts(folder, folder / "esbuild")


def test_a_page_loads_few_files_and_each_that_is_named_is_there() -> None:
    joined = joined_scripts(WEB, ESBUILD)
    assert len(joined.imports["planner.mjs"]) < 16
    for name, text in joined.files.items():
        said = set(re.findall(r'"\./([\w.-]+\.mjs)"', text.decode()))
        assert said <= joined.files.keys() | {"pyodide.mjs", "pyodide.asm.mjs"}, name  # laid beside them
        assert set(joined.imports[name]) <= joined.files.keys(), name

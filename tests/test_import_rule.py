"""The import rule of the design: arrows point one way, and the engine starts light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from wasm_tools.bundle.engine_sources import NOT_SHIPPED, PARTS

ROOT = Path(__file__).parent.parent
STANDARD = set(sys.stdlib_module_names)
SEEDED = "wasm_tools/uncertainty/randomness.py"  # the one module that may make random numbers
CLOCK = "wasm_tools/spend/recording/clock.py"  # the one module that may read the clock; the browser does not get it
# room -> packages beyond the standard library and the engine that may be imported there, at import or lazily
ALLOWED = {
    "wasm_tools/edges": ({"pydantic"}, "lazily"),
    "wasm_tools/manifests": ({"jinja2"}, "lazily"),
    "wasm_tools/bundle/slim": ({"js", "pyodide_js"}, "at import"),  # stand in for modules of the runtime in the browser
    "wasm_tools/bundle": ({"pyodide_build", "pyodide_lock"}, "at import"),
}


def imports(path: Path) -> list[tuple[str, bool]]:
    """Top-level package of each import in a file, and whether it runs when the module is imported."""
    found = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside_function = {
        id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        found += [(name.split(".")[0], id(node) not in inside_function) for name in names]
    return found


def violations(path: Path, name: str) -> list[str]:
    """What the file imports against the rule, given its path inside the checkout."""
    extra, when = next(((pkgs, w) for room, (pkgs, w) in ALLOWED.items() if name.startswith(room)), (set(), ""))
    bad = []
    for package, at_import in imports(path):
        if package in STANDARD or package == "wasm_tools":
            continue
        if package in extra and (when == "at import" or not at_import):
            continue
        bad.append(f"{name} imports {package}")
    return bad


@pytest.mark.parametrize("path", sorted((ROOT / "wasm_tools").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_engine_imports_only_the_standard_library(path: Path) -> None:
    assert violations(path, path.relative_to(ROOT).as_posix()) == []


def beyond_its_part(path: Path, name: str) -> list[str]:
    """What a module of the engine that every page gets imports of the parts that only some pages get.

    A method of one of those pages may: it is imported when it is asked for.
    """
    room = name.split("/")[1]
    apart = {folder for folders in PARTS.values() for folder in folders}
    if room in {*apart, *NOT_SHIPPED, "methods"}:
        return []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    modules += [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    return [f"{name} imports {m}" for m in modules if m.startswith("wasm_tools.") and m.split(".")[1] in apart]


@pytest.mark.parametrize("path", sorted((ROOT / "wasm_tools").rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_what_every_page_gets_needs_nothing_that_only_some_get(path: Path) -> None:
    assert beyond_its_part(path, path.relative_to(ROOT).as_posix()) == []


def test_a_planted_import_of_another_part_is_seen(tmp_path: Path) -> None:
    planted = tmp_path / "x.py"
    planted.write_text("def f():\n    from wasm_tools.invoice.charts import charts\n")
    assert beyond_its_part(planted, "wasm_tools/plan_report/x.py") == [
        "wasm_tools/plan_report/x.py imports wasm_tools.invoice.charts"
    ]
    assert beyond_its_part(planted, "wasm_tools/methods/x.py") == []


def test_rule_sees_a_planted_import(tmp_path: Path) -> None:
    planted = tmp_path / "x.py"
    planted.write_text("import json\nimport pandas\ndef f():\n    import pydantic\n")
    assert violations(planted, "wasm_tools/planner/x.py") == [
        "wasm_tools/planner/x.py imports pandas",
        "wasm_tools/planner/x.py imports pydantic",
    ]
    assert violations(planted, "wasm_tools/edges/x.py") == ["wasm_tools/edges/x.py imports pandas"]


def test_engine_has_no_assert_clock_or_network() -> None:
    for path in sorted((ROOT / "wasm_tools").rglob("*.py")):
        if "bundle" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert)], f"{path} uses assert"
        named = {package for package, _ in imports(path)}
        allowed = {ROOT / SEEDED: {"random"}, ROOT / CLOCK: {"time"}}.get(path, set())
        assert not named & ({"socket", "urllib", "http", "time", "subprocess", "random"} - allowed), path


def test_chance_enters_the_engine_in_one_place_and_only_by_a_seed() -> None:
    tree = ast.parse((ROOT / SEEDED).read_text(encoding="utf-8"))
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom) and "random" in ast.unparse(n)]
    assert [ast.unparse(n) for n in found] == ["from random import Random"]
    made = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "Random"]
    assert [[ast.unparse(a) for a in n.args] for n in made] == [["seed"]]


def test_recording_starts_light_and_reading_does_not_load_it() -> None:
    code = (
        "import sys, wasm_tools.spend.ledger\n"
        "assert not [m for m in sys.modules if m.startswith('wasm_tools.spend.recording')]\n"
        "from wasm_tools.spend import log_reply, record, remaining, summary, tags, track, track_cost\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names) - {'__main__'}),"
        " [m for m in sys.modules if m.startswith(('wasm_tools.invoice', 'wasm_tools.planner'))])"
    )
    started = [sys.executable, "-S", "-c", code]  # without site: its hooks import packages of their own
    result = subprocess.run(started, capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "['wasm_tools'] []"


@pytest.mark.parametrize("module", ["wasm_tools.planner", "wasm_tools.browser"])
def test_planner_starts_without_heavy_modules(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('pydantic', 'jinja2', 'tomllib') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"

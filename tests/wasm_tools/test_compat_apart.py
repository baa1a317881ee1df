"""The frozen modes stay apart: no default code uses them, and their tables say where they come from."""

import ast
import tomllib
from pathlib import Path

import pytest

from generator.places import checkout

ROOT = checkout().root
COMPAT = checkout().registry / "compat"


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def uses_compat(path: Path) -> bool:
    return any(name.startswith(("wasm_tools.compat", "generator.compat")) for name in imported(path))


def test_only_the_compat_commands_use_the_frozen_modes() -> None:
    outside = [
        p
        for room in ("wasm_tools", "generator")
        for p in sorted((ROOT / room).rglob("*.py"))
        if "compat" not in p.relative_to(ROOT).as_posix()
    ]
    assert len(outside) > 100
    # The command joins theirs; the audit shows the earlier score beside its own, on request and labelled as such.
    assert {p.name for p in outside if uses_compat(p)} <= {"cli.py", "audit_commands.py"}


def test_rule_sees_a_planted_import(tmp_path: Path) -> None:
    planted = tmp_path / "x.py"
    planted.write_text("from wasm_tools import compat\n")
    assert uses_compat(planted)


def test_frozen_code_imports_nothing_of_the_planner() -> None:
    for path in sorted((ROOT / "wasm_tools" / "compat").glob("*.py")):
        used = {n for n in imported(path) if n.startswith("wasm_tools") and not n.startswith("wasm_tools.compat")}
        assert {n for n in used if not n.startswith("wasm_tools.workload")} == set(), path


def test_every_frozen_table_states_its_source() -> None:
    blocks = tomllib.loads((COMPAT / "sources.toml").read_text())["file"]
    stated = {name for block in blocks for name in block["name"].split()}
    assert stated == {p.name for p in COMPAT.iterdir()} - {"sources.toml"}
    assert all(block["source"] and block["licence"] and block["note"] for block in blocks)


def test_accuracy_figures_are_marked_as_a_test_fixture() -> None:
    blocks = tomllib.loads((COMPAT / "sources.toml").read_text())["file"]
    (block,) = (b for b in blocks if b["name"] == "compass_accuracy.csv")
    assert "test fixture" in block["licence"]


@pytest.mark.parametrize("room", ["generator", "site_templates", "content"])
def test_nothing_else_reads_the_accuracy_figures(room: str) -> None:
    readers = [
        p.name
        for p in (ROOT / room).rglob("*")
        if p.is_file() and p.suffix in {".py", ".html", ".md", ".toml"} and b"compass_accuracy" in p.read_bytes()
    ]
    assert readers == (["compat_compass_tables.py"] if room == "generator" else [])

"""Every script of the pages parses, and every name that one imports from another is there."""

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*(ROOT / "wasm_tools" / "web").glob("*.mjs"), *(ROOT / "content" / "assets").glob("*.mjs")])
WORKERS = sorted((ROOT / "wasm_tools" / "web").glob("*.js"))
# Linking a module looks its imports up and runs nothing.
LINK = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import vm from "node:vm";
const read = new Map();
function module(url) {
  if (!read.has(url)) read.set(url, new vm.SourceTextModule(readFileSync(new URL(url), "utf8"), { identifier: url }));
  return read.get(url);
}
const faults = {};
for (const path of process.argv.slice(1)) {
  try {
    if (path.endsWith(".js")) {
      new vm.Script(readFileSync(path, "utf8"));
      continue;
    }
    const one = module(pathToFileURL(path).href);
    if (one.status === "unlinked") await one.link((name, from) => module(new URL(name, from.identifier).href));
  } catch (error) {
    faults[path] = error.message;
  }
}
console.log(JSON.stringify(faults));
"""


def faults(*scripts: Path) -> dict[str, str]:
    """What is wrong with scripts, by name."""
    command = ["node", "--experimental-vm-modules", "--no-warnings", "--input-type=module", "-e", LINK, "--"]
    done = subprocess.run([*command, *map(str, scripts)], capture_output=True, text=True, check=True)
    return {Path(name).name: said for name, said in json.loads(done.stdout).items()}


@pytest.mark.native("starts Node.js")
def test_scripts_of_pages_parse_and_import_what_is_there() -> None:
    assert len(MODULES) > 80
    assert len(WORKERS) == 3
    assert faults(*MODULES, *WORKERS) == {}


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        ("a.mjs", "const a = ;", "Unexpected token"),
        ("a.js", "self.addEventListener('install', () => {;", "Unexpected"),
        ("a.mjs", 'import { gone } from "./b.mjs";', "does not provide an export named 'gone'"),
        ("a.mjs", 'import { there } from "./c.mjs";', "no such file"),
    ],
)
@pytest.mark.native("starts Node.js")
def test_a_broken_script_is_named(tmp_path: Path, name: str, source: str, said: str) -> None:
    (tmp_path / "b.mjs").write_text("export const there = 1;")
    (tmp_path / name).write_text(source)
    found = faults(tmp_path / name, tmp_path / "b.mjs")
    assert list(found) == [name]
    assert said in found[name]

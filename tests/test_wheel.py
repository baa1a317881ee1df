"""The wheel: the same bytes wherever it is built, and an atlas that plans and reads bills outside of a checkout."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("generator", "wasm_tools", "data", "content/texts")
FILES = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", ".gitignore")
SITE = ("mkdocs", "pandas", "plotly", "pyodide_build")  # only building a site may need them
BILL = """provider,workload_type,usage_qty,usage_unit,amount_usd,model
openai,llm,10,1m_tokens,12.50,gpt-4o
"""


def built(source: Path, out: Path, **env: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    env = {**os.environ, "SOURCE_DATE_EPOCH": "946684800", **env}
    subprocess.run(command, cwd=source, env=env, check=True, capture_output=True, timeout=120)
    (wheel,) = out.glob("*.whl")
    return wheel


def other_tree(to: Path) -> Path:
    """A copy whose files were made in the opposite order, with other times and rights."""
    for name in FILES:
        to.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, to)
    files = [p for name in FOLDERS for p in (ROOT / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for path in sorted(files, reverse=True):
        copy = to / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
    return to


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"), TZ="UTC", LC_ALL="C.UTF-8", PYTHONHASHSEED="1")


def test_wheel_is_the_same_from_another_folder_order_time_zone_locale_and_hash_seed(
    wheel: Path, tmp_path: Path
) -> None:
    env = {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "2", "LANG": "C"}
    again = built(other_tree(tmp_path / "tree"), tmp_path / "out", **env)
    assert again.name == wheel.name
    if again.read_bytes() != wheel.read_bytes():
        first, other = contents(wheel), contents(again)
        assert {n for n in first | other if first.get(n) != other.get(n)} == set(), "the differing files"
        pytest.fail("the same files in another order or with other attributes")


def contents(wheel: Path) -> dict[str, str]:
    with zipfile.ZipFile(wheel) as packed:
        return {n: hashlib.sha256(packed.read(n)).hexdigest() for n in packed.namelist()}


def test_wheel_holds_what_it_needs_and_nothing_that_was_generated(wheel: Path) -> None:
    names = list(contents(wheel))
    assert {"generator/cli.py", "wasm_tools/planner/ranking.py"} <= set(names)
    assert "generator/bundled/data/state/snapshots.json" in names
    assert any(n.endswith("licenses/NOTICE") for n in names)
    assert not [n for n in names if "__pycache__" in n or n.startswith(("data/", "tests/", "site", "build"))]
    assert wheel.stat().st_size < 8_000_000


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, and beside it the locked packages without those that only a site needs."""
    env = tmp_path_factory.mktemp("installed") / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(env)], check=True, timeout=60)
    (packages,) = env.glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    # A path in a .pth file is searched, but .pth files there are not read: the checkout stays unknown.
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (packages / "sitecustomize.py").write_text(f"import sys\nfor name in {SITE}:\n    sys.modules[name] = None\n")
    return env / "bin" / "python"


def atlas(python: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ATLAS_", "PYTHON"))}
    start = "from generator.cli import main; main()"
    return subprocess.run(
        [str(python), "-c", start, *words],
        cwd=cwd, env=env | {"COLUMNS": "100"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_installed_atlas_plans_and_reads_bills_like_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text(BILL)
    shutil.copy2(ROOT / "tests" / "payloads" / "invoices" / "ledger.jsonl", tmp_path)
    questions = {
        "plan": ("plan", "--prompt", "512", "--output", "256", "--qps", "10", "--class", "medium", "--json"),
        "invoice": ("invoice", "bill.csv", "--json"),
        "spend": ("spend", "report", "ledger.jsonl", "--json"),
    }
    for name, words in questions.items():
        answer = atlas(installed, *words, cwd=tmp_path)
        assert answer.returncode == 0, answer.stderr
        here = subprocess.run(
            [sys.executable, "-m", "generator.cli", *words],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(answer.stdout) == json.loads(here.stdout), name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bill.csv", "ledger.jsonl"]


def test_installed_library_needs_nothing_but_the_standard_library(installed: Path, tmp_path: Path) -> None:
    packages = next(installed.parents[1].glob("lib/python*/site-packages"))
    program = (
        f"import sys; sys.path.append({str(packages)!r}); import wasm_tools.spend as s, wasm_tools.planner; print(s)"
    )
    run = subprocess.run([str(installed), "-ISc", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0 and str(packages) in run.stdout, run.stderr


def test_installed_atlas_refuses_to_build_and_says_what_it_needs(installed: Path, tmp_path: Path) -> None:
    refused = atlas(installed, "sync", cwd=tmp_path)
    assert refused.returncode == 2
    assert "run it in a checkout" in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr

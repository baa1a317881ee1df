"""The same inputs give the same bytes: in another folder, order, time zone, locale, encoding, under another seed."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HERE = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "de_DE", "PYTHONHASHSEED": "4242",
    "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0",  # text without a stated encoding would be ASCII there
}  # fmt: skip
PARTS = ("state", "precompute", "packs", "bundle", "site")


def start(out: Path, env: dict[str, str], *seed: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ATLAS_", "LC_", "LANG", "TZ", "PYTHON"))}
    command = [sys.executable, "-m", "tests.generator.built_elsewhere", str(out), *seed]
    return subprocess.Popen(
        command, cwd=ROOT, env=kept | env | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same twice, side by side: here, and as it were on another machine."""
    outs = [tmp_path_factory.mktemp("here") / "a", tmp_path_factory.mktemp("elsewhere") / "some where else"]
    for out in outs:
        out.mkdir()
    runs = [start(outs[0], HERE), start(outs[1], ELSEWHERE, "7")]
    for run in runs:
        _, said = run.communicate(timeout=300)
        assert run.returncode == 0, said[-3000:]
    return outs


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_the_same_elsewhere(part: str, builds: list[Path]) -> None:
    here, elsewhere = (files(out / part) for out in builds)
    if part == "bundle" and not here:
        pytest.skip("no Node.js or no node_modules: run `make install`")
    assert here.keys() == elsewhere.keys()
    assert sorted(name for name in here if here[name] != elsewhere[name]) == []
    assert len(here) >= {"state": 13, "precompute": 80, "packs": 3, "bundle": 4, "site": 900}[part]


def test_no_file_names_the_machine_that_built_it(builds: list[Path]) -> None:
    words = [str(builds[1]).encode(), str(ROOT).encode(), b"Kiritimati"]
    for name, body in {n: b for part in PARTS for n, b in files(builds[1] / part).items()}.items():
        unpacked = gzip.decompress(body) if name.endswith(".gz") and body else body
        assert [w for w in words if w in unpacked] == [], name


def test_archives_carry_the_date_of_the_data_and_no_other(builds: list[Path]) -> None:
    archives = {n: b for n, b in files(builds[0] / "site").items() if n.endswith(".zip")}
    assert archives
    for name, body in archives.items():
        with zipfile.ZipFile(BytesIO(body)) as packed:
            days = {entry.date_time[:3] for entry in packed.infolist()}
        assert days <= {(2026, 11, 20), (1980, 1, 1), (2000, 1, 1)}, name


def test_pages_say_the_date_of_the_data(builds: list[Path]) -> None:
    record = json.loads((builds[1] / "site" / "build.json").read_text(encoding="utf-8"))
    assert record["as_of"] == "2026-11-20"

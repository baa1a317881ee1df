"""Every published deployment of a built site: all rules, schemas and queries, and promtool. Needs `make site` first."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from generator.validate.checking import checked_files
from tests.deep.tools import promtool

SITE = Path(os.environ.get("ATLAS_BUILT_SITE", Path(__file__).parents[2] / "site"))
TESTED = 10  # of so many bundles the unit tests of one are run; the syntax of all is checked


def archives() -> list[Path]:
    return sorted((SITE / "api/v1/manifests").glob("*.zip"))


def files_of(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as packed:
        return {name.partition("/")[2]: packed.read(name).decode() for name in packed.namelist()}


@pytest.fixture(scope="module")
def bundles() -> dict[str, dict[str, str]]:
    found = {archive.stem: files_of(archive) for archive in archives()}
    if not found:
        pytest.skip(f"no archives in {SITE}: run make site, or name a built site in ATLAS_BUILT_SITE")
    return found


def test_every_published_deployment_passes_every_rule(bundles: dict[str, dict[str, str]]) -> None:
    problems = {}
    for folder, files in bundles.items():
        found = checked_files(files)
        assert found.plan_id == folder
        if found.findings:
            problems[folder] = found.findings
    assert problems == {}
    print(f"{len(bundles)} deployments, {sum(map(len, bundles.values())):,} files")


def test_promtool_reads_the_rules_of_every_deployment(bundles: dict[str, dict[str, str]], tmp_path: Path) -> None:
    watched = {folder: files for folder, files in bundles.items() if "monitoring/rules.yml" in files}
    assert watched
    for folder, files in watched.items():
        (tmp_path / folder).mkdir()
        for name in ("rules.yml", "rules_test.yml"):
            (tmp_path / folder / name).write_text(files[f"monitoring/{name}"], encoding="utf-8")
    rules = [f"{folder}/rules.yml" for folder in watched]
    tests = [f"{folder}/rules_test.yml" for folder in list(watched)[::TESTED]]
    for command in (["check", "rules", *rules], ["test", "rules", *tests]):
        ran = subprocess.run([promtool(), *command], cwd=tmp_path, capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, (ran.stdout + ran.stderr)[-2000:]

"""Rules and their unit tests of unlike plans under promtool: each alert fires, and is quiet beside a neighbour."""

import copy
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deep.tools import promtool
from tests.deep.tried_plan import DOCUMENT, book
from wasm_tools.manifests.plan_files import plan_files

# What is asked for and what is planned, where it differs from the plan of the live test.
UNLIKE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "many replicas": ({"peak_qps": 180.0}, {}, {"replicas": 12, "replicas_min": 12, "replicas_max": 12}),
    "hardly any traffic": ({"peak_qps": 0.004}, {}, {"replica_requests_per_second": 0.0125}),
    "bounds of a few milliseconds": ({}, {"ttft_ms": 12.5, "itl_ms": 1.5, "e2e_ms": 40.0}, {}),
    "bounds of hours": ({}, {"ttft_ms": 3.6e6, "itl_ms": 6e4, "e2e_ms": 7.2e6}, {}),
    "the median": ({}, {"percentile": 50}, {}),
    "one in a hundred": ({}, {"percentile": 99}, {}),
    "one sequence": ({}, {}, {"concurrency": 1}),
    "another engine": ({}, {}, {"engine": "sglang"}),
}


@pytest.mark.parametrize("name", UNLIKE)
def test_rules_and_their_tests_pass_for_unlike_plans(name: str, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    asked = document["question"]
    for part, changes in zip((asked, asked["slo"], document["plan"]), UNLIKE[name], strict=True):
        part.update(changes)
    files, program = plan_files(document, book()).files, promtool()
    for file in ("rules.yml", "rules_test.yml"):
        (tmp_path / file).write_text(files[f"monitoring/{file}"], encoding="utf-8")
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        ran = subprocess.run([program, *command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr

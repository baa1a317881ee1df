"""Every file of real plans passes every rule, and a changed one does not."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import pytest

from generator.render.bundles import published_bundles
from generator.render.manifests import book
from generator.validate.checking import Report, checked_files
from tests.generator.test_bundles import few_cells
from wasm_tools.manifests.plan_files import plan_files

UNCHECKED = ("argoproj.io/v1alpha1 Application", "kustomize.toolkit.fluxcd.io/v1 Kustomization",
             "source.toolkit.fluxcd.io/v1 GitRepository")  # fmt: skip


@pytest.fixture(scope="module")
def bundles() -> dict[str, Mapping[str, str]]:
    """The files of the published plans of a few questions, spread over engines, models and GPUs."""
    chosen = {b.folder: b.document for b in published_bundles(few_cells()).values()}
    spread = {(d["plan"]["model"], d["plan"]["gpu"]): d for d in chosen.values()}
    made = [plan_files(document, book()) for document in islice(spread.values(), 12)]
    return {m.folder: m.files for m in made}


def report(files: Mapping[str, str]) -> Report:
    return checked_files(dict(files))


def test_real_bundles_pass_every_rule(bundles: dict[str, Mapping[str, str]]) -> None:
    assert len(bundles) > 5
    for folder, files in bundles.items():
        found = report(files)
        assert found.findings == (), folder
        assert found.plan_id == folder
        assert found.objects > 40 and found.unchecked == UNCHECKED


def test_numbers_of_the_plan_are_read_from_the_bundle(bundles: dict[str, Mapping[str, str]]) -> None:
    files = dict(next(iter(bundles.values())))
    path = "targets/compose.yaml"
    files[path] = re.sub(r"--max-num-seqs=\d+", "--max-num-seqs=3", files[path])
    assert {(f.rule, f.path) for f in report(files).findings} == {("MF-28", path)}


def test_a_plan_that_cannot_be_read_is_a_finding(bundles: dict[str, Mapping[str, str]]) -> None:
    files = dict(next(iter(bundles.values())))
    document = json.loads(files["plan.json"])
    del document["plan"]["gpu"]
    files["plan.json"] = json.dumps(document)
    (finding,) = report(files).findings
    assert (finding.rule, finding.path) == ("MF-28", "plan.json")
    files["plan.json"] = json.dumps({"some": "other tool"})
    assert replace(report(files), files=0).plan_id == ""

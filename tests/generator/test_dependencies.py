"""Dependencies: locks as they are, licences that we allow, advisories that were really asked for, valid bills."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from generator.dependencies.advisories import npm_advisories, python_advisories
from generator.dependencies.commands import sentence
from generator.dependencies.licences import Accepted, ExpressionError, is_allowed, licence_faults, load_allowed
from generator.dependencies.locks import LockError, needed, npm_packages, python_packages
from generator.dependencies.sbom import sbom

ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "data" / "registry"
SCHEMAS = ROOT / "tests" / "payloads" / "cyclonedx"
ALLOWED = frozenset({"MIT", "Apache-2.0", "PSF-2.0"})
TODAY = date(2026, 11, 26)
LOCK = """one==1.0 \\
    --hash=sha256:00
    # via inference-price-atlas (pyproject.toml)
two==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:00
    # via
    #   one
    #   three
three==3.0 \\
    --hash=sha256:00
    # via inference-price-atlas (pyproject.toml:dev)
four==4.0 \\
    --hash=sha256:00
    # via two
"""


def validator() -> Draft7Validator:
    texts = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in SCHEMAS.glob("*.json")}
    base = "http://cyclonedx.org/schema/"
    found = Registry().with_resources((base + name, Resource.from_contents(t)) for name, t in texts.items())
    return Draft7Validator(texts["bom-1.4.SNAPSHOT.schema.json"], registry=found)


def bill(subject: Any) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(sbom(ROOT, REGISTRY, subject, "0.1.0"))
    return record


@pytest.mark.parametrize("subject", ["site", "wheel"])
def test_bill_is_valid_cyclonedx_and_the_same_twice(subject: Any) -> None:
    record = bill(subject)
    assert [e.message for e in validator().iter_errors(record)] == []
    assert sbom(ROOT, REGISTRY, subject, "0.1.0") == sbom(ROOT, REGISTRY, subject, "0.1.0")
    assert str(ROOT) not in json.dumps(record)


@pytest.mark.parametrize(
    ("key", "value"), [("specVersion", 1), ("components", [{"type": "library"}]), ("version", "x")]
)
def test_schema_sees_a_broken_bill(key: str, value: object) -> None:
    assert list(validator().iter_errors(bill("wheel") | {key: value}))


@pytest.mark.parametrize("subject", ["site", "wheel"])
def test_every_reference_of_a_bill_leads_to_a_component(subject: Any) -> None:
    record = bill(subject)
    refs = [c["bom-ref"] for c in record["components"]]
    known = {*refs, record["metadata"]["component"]["bom-ref"]}
    assert len(refs) == len(set(refs))
    assert {d["ref"] for d in record["dependencies"]} == known
    assert {ref for d in record["dependencies"] for ref in d["dependsOn"]} <= known
    assert all(c["licenses"] for c in record["components"])


def test_bills_say_what_is_shipped_and_what_only_builds() -> None:
    site = {c["name"]: c["scope"] for c in bill("site")["components"]}
    shipped = {name for name, scope in site.items() if scope == "required"}
    assert shipped == {"pyodide", "plotly.js-basic-dist-min", "mkdocs-material"}
    assert {"pytest", "hatchling", "axe-core"} <= site.keys()
    wheel = {c["name"]: c["scope"] for c in bill("wheel")["components"]}
    assert set(wheel.values()) == {"required"}
    assert {"typer", "click", "pydantic", "pydantic-core"} <= wheel.keys()
    assert not {"pytest", "ruff", "hypothesis"} & wheel.keys()


def test_another_version_is_another_serial_number() -> None:
    first, other = (json.loads(sbom(ROOT, REGISTRY, "wheel", v))["serialNumber"] for v in ("0.1.0", "0.1.1"))
    assert first != other and first.startswith("urn:uuid:")


def test_lock_is_read_with_who_asks_for_what(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text(LOCK)
    packages = python_packages(tmp_path / "requirements.lock")
    assert [(p.name, p.version) for p in packages] == [
        ("one", "1.0"),
        ("two", "2.0"),
        ("three", "3.0"),
        ("four", "4.0"),
    ]
    assert packages[1].via == ("one", "three")
    assert needed(packages) == {"one", "two", "four"}


@pytest.mark.parametrize("text", [None, "", "nothing here"])
def test_lock_that_cannot_be_read_is_named(text: str | None, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    if text is not None:
        lock.write_text(text)
    with pytest.raises(LockError, match=r"requirements\.lock"):
        python_packages(lock)
    with pytest.raises(LockError, match=r"requirements\.lock"):
        npm_packages(lock)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False),
        ("(MIT OR GPL-3.0-only) AND Apache-2.0", True), ("MIT AND (GPL-3.0-only OR LGPL-3.0-only)", False),
        ("GPL-3.0-only OR MIT AND Apache-2.0", True), ("mit", False),
    ],
)  # fmt: skip
def test_expressions(expression: str, allowed: bool) -> None:
    assert is_allowed(expression, ALLOWED) is allowed


@pytest.mark.parametrize("expression", ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "AND"])
def test_odd_expression_is_an_error_and_no_licence(expression: str) -> None:
    with pytest.raises(ExpressionError):
        is_allowed(expression, ALLOWED)


def test_every_locked_package_has_a_licence_that_we_allow() -> None:
    count, faults = licence_faults(ROOT, REGISTRY)
    assert faults == []
    assert count > 250


def planted(tmp_path: Path) -> tuple[Path, Path]:
    """A project with one Python package and one of npm, and its registry."""
    (tmp_path / "requirements.lock").write_text("one==1.0 \\\n    --hash=sha256:00\n")
    for name in ("package-lock.json", "tests/bench/lighthouse/package-lock.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        packages = {"": {}, "node_modules/a": {"version": "1.0.0", "license": "MIT"}}
        path.write_text(json.dumps({"packages": packages}))
    registry = tmp_path / "registry"
    shutil.copytree(REGISTRY / "dependencies", registry / "dependencies")
    (registry / "dependencies" / "licences.csv").write_text(
        "package,licence,basis,reviewed\none,MIT,classifier,2026-11-26\n"
    )
    return tmp_path, registry


def test_planted_licences_are_found(tmp_path: Path) -> None:
    root, registry = planted(tmp_path)
    assert licence_faults(root, registry, {}.get) == (2, [])
    assert licence_faults(root, registry, {"one": "GPL-3.0-only"}.get)[1] == [
        "one: its metadata say GPL-3.0-only, licences.csv says MIT"
    ]
    table = registry / "dependencies" / "licences.csv"
    table.write_text(
        "package,licence,basis,reviewed\none,GPL-3.0-only,classifier,2026-11-26\ngone,MIT,classifier,2026-11-26\n"
    )
    assert licence_faults(root, registry, {}.get)[1] == [
        "gone: no lock file names it any more; remove its row from licences.csv",
        "one: GPL-3.0-only is not in allowed.toml",
    ]
    table.write_text("package,licence,basis,reviewed\n")
    (root / "package-lock.json").write_text('{"packages": {"": {}, "node_modules/b": {"version": "1.0.0"}}}')
    assert [f.partition(":  ")[0].split(": nobody")[0] for f in licence_faults(root, registry, {}.get)[1]] == [
        "npm:b",
        "one",
    ]


AUDITED = {
    "dependencies": [
        {"name": "one", "version": "1.0", "vulns": [{"id": "PYSEC-1", "aliases": ["GHSA-1"], "fix_versions": ["1.1"]}]},
        {"name": "two", "version": "2.0", "vulns": []},
        {"name": "three", "skip_reason": "Dependency not found on PyPI"},
    ]
}
SKIPPED = {"dependencies": [{"name": "one", "skip_reason": "not found"}, {"name": "two", "skip_reason": "not found"}]}
NPM = {
    "vulnerabilities": {
        "a": {"via": [{"title": "Bad", "url": "https://github.com/advisories/GHSA-2", "severity": "high"}]},
        "b": {"via": [{"title": "Mild", "url": "https://github.com/advisories/GHSA-3", "severity": "low"}]},
        "c": {"via": ["a"]},
    }
}


def answers(record: object) -> Any:
    return lambda command, folder: json.dumps(record)


def test_python_findings_are_told_and_what_was_skipped_is_counted(tmp_path: Path) -> None:
    found = python_advisories(tmp_path / "requirements.lock", "pip-audit", (), TODAY, answers(AUDITED))
    assert found.findings == ("one 1.0: PYSEC-1, fixed in 1.1",)
    assert sentence(found) == "pip-audit of requirements.lock: 2 packages, 1 findings, 1 could not be asked about"


def test_audit_that_looked_at_nothing_is_no_success(tmp_path: Path) -> None:
    found = python_advisories(tmp_path / "x.lock", "pip-audit", (), TODAY, answers(SKIPPED))
    assert (found.checked, found.unchecked) == (0, 2)
    assert "skipped, the advisory database knows none of 2 packages" in sentence(found)
    failed = python_advisories(tmp_path / "x.lock", "/nowhere/pip-audit", (), TODAY)
    assert "does not run" in sentence(failed)
    refused = npm_advisories(tmp_path, 6, (), TODAY, answers({"message": "405 Method Not Allowed"}))
    assert refused.unchecked == 6 and "skipped, 405" in sentence(refused)
    assert "no connection" in sentence(npm_advisories(tmp_path, 6, (), TODAY, lambda *_: ""))


def test_npm_findings_are_high_and_critical_ones(tmp_path: Path) -> None:
    found = npm_advisories(tmp_path, 6, (), TODAY, answers(NPM))
    assert found.findings == ("a: Bad (https://github.com/advisories/GHSA-2)",)


def test_accepted_advisory_counts_until_its_date_and_for_its_package(tmp_path: Path) -> None:
    accepted = Accepted("GHSA-1", "one", date(2026, 12, 1), "for a test")
    lock, run = tmp_path / "x.lock", answers(AUDITED)
    assert python_advisories(lock, "pip-audit", (accepted,), TODAY, run).findings == ()
    assert python_advisories(lock, "pip-audit", (accepted,), date(2026, 12, 2), run).findings
    other = Accepted("GHSA-1", "two", date(2026, 12, 1), "for a test")
    assert python_advisories(lock, "pip-audit", (other,), TODAY, run).findings
    assert load_allowed(REGISTRY).accepted == ()

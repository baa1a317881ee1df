"""Grades: what earns an A, what costs it, and the sentence that says so."""

from decimal import Decimal

import pytest

from generator.grades import NOTHING, Grade, grade_limits, grader
from generator.sync.source_registry import Source
from generator.sync.state import Snapshot
from tests.generator.small_site import REGISTRY
from wasm_tools.pricing.offers import parse_evidence

AS_OF = "2026-11-20"


def source(name: str, rank: int, family: str = "") -> Source:
    return Source(
        id=name, title=f"the {name} list", url="https://example.org", homepage="https://example.org", licence="MIT",
        share="yes", attribution=name, family=family or name, rank=rank, cadence_days=1, kind="api",
    )  # fmt: skip


SOURCES = {
    s.id: s
    for s in (
        source("vendor", 0),
        source("curated", 1),
        source("one", 2),
        source("two", 2),
        source("three", 2),
        source("copy", 2, "one"),
    )
}


def graded(price: str, evidence: str, **observed: str) -> Grade:
    days = dict.fromkeys(SOURCES, "2026-11-19") | observed
    snapshots = {name: Snapshot("mirror", "", 1, "", day, 1, 1, {}, {}) for name, day in days.items()}
    limits = grade_limits(REGISTRY / "grades.toml")
    return grader(SOURCES, snapshots, limits, AS_OF)(Decimal(price), parse_evidence(evidence), NOTHING, "", False)


@pytest.mark.parametrize(
    ("evidence", "letter"),
    [
        ("vendor=2", "A"),
        ("one=2 two=2 three=2.01", "A"),  # within 1 %
        ("one=2 two=2 three=2.03", "D"),  # not within 1 %, and of the same day
        ("one=2 two=2", "B"),
        ("curated=2", "B"),
        ("one=2", "C"),
        ("one=2 copy=2 two=2", "B"),  # a copy is not a family of its own
        ("vendor=2 one=3", "D"),
        ("vendor=2 one=3!2026-11-01", "C"),  # the other has withdrawn its statement
    ],
)
def test_support_decides_the_grade(evidence: str, letter: str) -> None:
    assert graded("2", evidence).letter == letter


@pytest.mark.parametrize(
    ("day", "letter"),
    [("2026-11-20", "A"), ("2026-10-06", "A"), ("2026-10-05", "B"), ("2026-08-20", "C"), ("2026-05-23", "D")],
)
def test_age_costs_the_grade(day: str, letter: str) -> None:
    assert graded("2", "vendor=2", vendor=day).letter == letter


def test_older_disagreement_is_explained_by_its_date() -> None:
    assert graded("2", "vendor=2 one=3", one="2026-10-05").letter == "C"
    assert graded("2", "vendor=2 one=3", one="2026-10-06").letter == "D"


def test_reason_names_who_says_what_and_when() -> None:
    reason = graded("2", "vendor=2 one=3").reason
    assert reason == (
        "the vendor list states it, last seen 2026-11-19 (1 day before this build); the one list says 3 (2026-11-19)"
    )


def test_a_statement_that_is_gone_supports_nothing() -> None:
    lone = graded("2", "curated=2!2026-11-19")
    assert lone.letter == "D" and "seen 2026-11-19" not in lone.reason
    kept = graded("2", "one=2 two=2!2026-11-01")
    assert kept.letter == "C" and kept.differ == ()
    assert graded("2", "one=2!2026-11-01 copy=2").letter == "C"  # the family still has a voice


def test_price_that_nobody_states_any_more_is_the_worst() -> None:
    grade = graded("2", "one=3")
    assert (grade.letter, grade.agree) == ("D", ())
    assert "lacks this price" in grade.reason


def test_free_price_agrees_only_with_free() -> None:
    assert graded("0", "one=0 two=0").letter == "B"
    assert graded("0", "one=0 two=0.01").letter == "D"

"""What became of the same tests in several Pythons, compared: the same tests, and of each the same."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.differential.runs import Record

PLANTED = "tests/differential/planted.py"
NEEDED = {"passed", "skipped"}


def differences(records: Mapping[str, Record]) -> list[str]:
    """Every way in which the runs are not what they promise to be, in words; none where all is well."""
    found = [line for name, record in records.items() for line in _faults(name, record)]
    first, *others = records
    marks = records[first]["native"]
    for other in others:
        found += [f"{other} marks {test} otherwise than {first}" for test in _unlike(marks, records[other]["native"])]
        here, there = records[first]["tests"], records[other]["tests"]
        found += [f"only {first} has {test}" for test in sorted(here.keys() - there.keys())]
        found += [f"only {other} has {test}" for test in sorted(there.keys() - here.keys())]
        for test in sorted(here.keys() & there.keys()):
            if here[test] != there[test] and not (test in marks and there[test] == ["skipped", marks[test]]):
                found.append(f"{test}: {_words(here[test])} in {first}, {_words(there[test])} in {other}")
    return found


def _faults(name: str, record: Record) -> list[str]:
    """What makes a run worthless by itself."""
    found = []
    if record["optimize"] or not record["docstrings"]:
        found.append(f"{name} leaves out assertions or docstrings")
    must_fail = planted(record)
    if not must_fail:
        found.append(f"{name} did not run the planted tests")
    for test, (became, why) in record["tests"].items():
        if test in must_fail and became != "failed":
            found.append(f"{name} did not notice {test}: {became}")
        if test not in must_fail and became not in NEEDED:
            found.append(f"{test} {became} in {name}: {why}")
    return found


def _unlike(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(test for test in one.keys() | other.keys() if one.get(test) != other.get(test))


def _words(became: Sequence[str]) -> str:
    return f"{became[0]} ({became[1]})" if became[1] else became[0]


def planted(record: Record) -> set[str]:
    """The tests that must fail."""
    return {test for test in record["tests"] if test.startswith(PLANTED)}


def counts(record: Record) -> Counter[str]:
    """How many tests passed or were skipped, without the planted ones."""
    return Counter(became for test, (became, _) in record["tests"].items() if test not in planted(record))

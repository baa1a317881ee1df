"""The parity table: one row for everything the three earlier systems did, required or promised, and where it stands."""

import ast
import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from generator.render.run import PAGE_KINDS

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "registry" / "parity.csv"
COLUMNS = ["id", "system", "kind", "title", "state", "where", "test", "note"]
STATES = {"works", "partly", "not yet", "replaced by"}
SYSTEMS = {"IA": "inference_atlas", "CO": "compass", "LL": "llmlab"}
KINDS = {"": "feature", "R": "requirement", "P": "promise"}
# The last number of each series; every series starts at 01.
LAST = {
    "IA-": 58, "IA-R": 46, "IA-P": 16,
    "CO-": 60, "CO-R": 38, "CO-P": 26,
    "LL-": 44, "LL-R": 20, "LL-P": 11,
}  # fmt: skip
PROSE = ("tools", "methodology", "api", "glossary", "guides", "project")
KINDS_OF_PAGES = "|".join((*(kind.replace("_", "-") for kind in PAGE_KINDS), *PROSE))
PAGES = re.compile(rf"/(({KINDS_OF_PAGES})/[\w./<>*-]*)?")
ID = re.compile(r"\b(?:IA|CO|LL)-[RP]?\d\d\b")
TITLE_LIMIT = 90

Row = dict[str, str]


def expected_ids() -> list[str]:
    return [f"{series}{number:02}" for series, last in LAST.items() for number in range(1, last + 1)]


def parity_rows() -> list[Row]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def id_problems(rows: Iterable[Row]) -> Iterator[str]:
    """Ids that are missing, doubled, unknown, or filed under another system or kind."""
    found = [row["id"] for row in rows]
    wanted = expected_ids()
    yield from (f"{name} is missing" for name in sorted(set(wanted) - set(found)))
    yield from (f"{name} is not an id of the references" for name in sorted(set(found) - set(wanted)))
    yield from (f"{name} occurs {found.count(name)} times" for name in sorted(set(found)) if found.count(name) > 1)
    for row in rows:
        system, _, number = row["id"].partition("-")
        if row["system"] != SYSTEMS.get(system):
            yield f"{row['id']} is filed under the system {row['system']!r}"
        if row["kind"] != KINDS.get(number.rstrip("0123456789")):
            yield f"{row['id']} is filed as the kind {row['kind']!r}"


def state_problems(rows: Iterable[Row]) -> Iterator[str]:
    """Rows whose state is unknown or is not backed by the columns that it needs."""
    known = set(expected_ids())
    for row in rows:
        name, state = row["id"], row["state"]
        if state not in STATES:
            yield f"{name} has the unknown state {state!r}"
        if state in {"works", "partly"} and not (row["test"] and row["where"]):
            yield f"{name} is said to be {state!r} and names no test or no place"
        if state == "partly" and not row["note"]:
            yield f"{name} works partly and does not note what is missing"
        if state == "not yet" and (row["test"] or row["where"]):
            yield f"{name} is not there yet and names a test or a place"
        if state == "replaced by" and not (row["where"] or row["note"]):
            yield f"{name} does not say what replaces it"
        if not row["title"] or len(row["title"]) > TITLE_LIMIT:
            yield f"{name} has a title of {len(row['title'])} characters"
        yield from (f"{name} refers to {other}" for other in ID.findall(row["note"]) if other not in known)


def place_problems(rows: Iterable[Row], root: Path) -> Iterator[str]:
    """Places that are neither a file below `root` nor a page of the site."""
    for row in rows:
        for place in row["where"].split():
            if not (PAGES.fullmatch(place) if place.startswith("/") else (root / place).exists()):
                yield f"{row['id']}: {place} is neither a file nor a page"


def test_problems(rows: Iterable[Row], root: Path) -> Iterator[str]:
    """Named tests that do not exist. A test is named `tests/x/test_y.py::test_z`; several are separated by spaces."""
    for row in rows:
        for node in row["test"].split():
            path, _, function = node.partition("::")
            if function not in functions_in(root / path):
                yield f"{row['id']}: no test {node}"


test_problems.__test__ = False  # type: ignore[attr-defined]  # a check, not a test


def functions_in(file: Path) -> set[str]:
    """Names of the test functions of a module, methods as `TestX::test_y`; none when there is no such file."""
    if file.suffix != ".py" or not file.is_file():
        return set()
    names = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}::{item.name}" for item in node.body if isinstance(item, ast.FunctionDef)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
    return {name for name in names if name.rpartition("::")[2].startswith("test_")}


def test_parity_table_has_its_columns() -> None:
    assert TABLE.read_text(encoding="utf-8").splitlines()[0].split(",") == COLUMNS
    assert all(None not in row and None not in row.values() for row in parity_rows())


def test_every_reference_id_has_exactly_one_row() -> None:
    assert list(id_problems(parity_rows())) == []


def test_every_state_is_known_and_backed() -> None:
    assert list(state_problems(parity_rows())) == []


def test_every_named_place_exists() -> None:
    assert list(place_problems(parity_rows(), ROOT)) == []


def test_every_named_test_exists() -> None:
    assert list(test_problems(parity_rows(), ROOT)) == []


def row(**changes: str) -> Row:
    return dict.fromkeys(COLUMNS, "") | {
        "id": "IA-01", "system": "inference_atlas", "kind": "feature", "title": "Ranking", "state": "not yet",
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "IA-59"}, "IA-59 is not an id of the references"),
        ({"system": "compass"}, "IA-01 is filed under the system 'compass'"),
        ({"kind": "promise"}, "IA-01 is filed as the kind 'promise'"),
    ],
)
def test_wrong_id_is_found(changes: Row, problem: str) -> None:
    assert problem in list(id_problems([row(**changes)]))


def test_missing_and_doubled_ids_are_found() -> None:
    problems = list(id_problems([row(), row()]))
    assert "IA-01 occurs 2 times" in problems
    assert "LL-P11 is missing" in problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"state": "done"}, "unknown state"),
        ({"state": "works", "where": "/plans/"}, "names no test or no place"),
        ({"state": "partly", "test": "tests/a.py::test_b", "note": "half"}, "names no test or no place"),
        ({"state": "partly", "test": "tests/a.py::test_b", "where": "/plans/"}, "does not note what is missing"),
        ({"where": "/plans/"}, "is not there yet and names"),
        ({"state": "replaced by"}, "does not say what replaces it"),
        ({"title": "x" * 91}, "a title of 91 characters"),
        ({"note": "see IA-99"}, "refers to IA-99"),
    ],
)
def test_unbacked_state_is_found(changes: Row, problem: str) -> None:
    (found,) = state_problems([row(**changes)])
    assert problem in found


@pytest.mark.parametrize("place", ["generator/no_such_module.py", "/no-such-page/", "/plans-of-mine"])
def test_place_that_does_not_exist_is_found(place: str) -> None:
    (found,) = place_problems([row(where=f"data/registry/parity.csv /plans/ {place}")], ROOT)
    assert place in found


def test_test_that_does_not_exist_is_found() -> None:
    here = "tests/generator/test_parity.py"
    assert not list(test_problems([row(test=f"{here}::test_every_named_test_exists")], ROOT))
    for node in (f"{here}::test_nowhere", f"{here}::expected_ids", "tests/nowhere.py::test_x", here):
        (found,) = test_problems([row(test=node)], ROOT)
        assert node in found


@pytest.mark.mirror
@pytest.mark.parametrize("system", SYSTEMS)
def test_parity_table_holds_the_ids_of_the_reference(reference_dir: Path, system: str) -> None:
    text = (reference_dir / f"{SYSTEMS[system]}.md").read_text(encoding="utf-8")
    stated = re.findall(rf"^\| ({system}-[RP]?\d+) \|", text, flags=re.MULTILINE)
    assert stated == [row["id"] for row in parity_rows() if row["id"].startswith(system)]


@pytest.mark.mirror
@pytest.mark.parametrize("system", SYSTEMS)
def test_parity_titles_are_our_own_words(reference_dir: Path, system: str) -> None:
    text = (reference_dir / f"{SYSTEMS[system]}.md").read_text(encoding="utf-8").lower()
    titles = [row["title"].lower() for row in parity_rows() if row["id"].startswith(system)]
    assert [title for title in titles if len(title.split()) > 4 and title in text] == []

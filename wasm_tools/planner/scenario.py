"""Scenarios: a named question as a JSON record, read strictly, written in one canonical way, with an id of its inputs.

A file holds one scenario, `{"version": 1, "name": …, "form": {…}, "note": …}`, or several,
`{"version": 1, "scenarios": [{"name": …, "form": {…}}, …]}`. `form` is the form record of the planner; a field that it
lacks has its default, and a canonical record holds no field that has it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.planner.form_fields import FIELD
from wasm_tools.workload.traffic import InputError

VERSION = 1
MOST_CHARACTERS = 1_000_000  # of a file
MOST_SCENARIOS = 200
MOST_DEPTH = 8  # of a file: the form of a scenario may nest four deep
MOST_NAME, MOST_NOTE, MOST_TEXT, MOST_ITEMS = 80, 2_000, 2_000, 2_000
ID_DIGITS = 12
LARGEST = 1e18  # number
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A question with a name; `form` is a form record as it was given, without what asks for nothing."""

    name: str
    form: Mapping[str, Any]
    note: str = ""


def read_scenarios(text: str) -> tuple[Scenario, ...]:
    """The scenarios of a file; InputError names the field and the remedy."""
    given = _parsed(text)
    if not isinstance(given, dict):
        raise InputError("file", "this is no scenario: it must hold an object with version, name and form")
    _version(given)
    if "scenarios" not in given:
        return (scenario_of(given, "", versioned=True),)
    _known("file", given, ("version", "scenarios"))
    rows = given["scenarios"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_SCENARIOS:
        raise InputError("scenarios", f"give a list of 1 to {MOST_SCENARIOS} scenarios")
    found = tuple(scenario_of(row, f"scenarios[{place}].") for place, row in enumerate(rows))
    checked_apart(s.name for s in found)
    return found


def scenario_of(given: object, where: str = "", *, versioned: bool = False) -> Scenario:
    """The scenario in one parsed record; `where` begins the names of fields in errors."""
    if not isinstance(given, dict):
        raise InputError(where.rstrip(".") or "scenario", "give an object with a name and a form")
    _known(where.rstrip(".") or "file", given, ("name", "form", "note", *(["version"] if versioned else [])))
    name, note = checked_name(given.get("name"), f"{where}name"), checked_note(given.get("note", ""), f"{where}note")
    return Scenario(name, checked_form(given.get("form"), where), note)


def checked_name(name: object, field: str = "name") -> str:
    """A name that can be shown anywhere: one line of 1 to 80 visible characters."""
    if not isinstance(name, str) or not name.strip():
        raise InputError(field, "give the scenario a name")
    name = name.strip()
    if len(name) > MOST_NAME:
        raise InputError(field, f"the name has {len(name):,} characters; shorten it to {MOST_NAME}")
    if not name.isprintable():
        raise InputError(field, "the name holds control or direction characters; type it anew")
    return name


def checked_note(note: object, field: str = "note") -> str:
    """A note of a few lines that can be shown anywhere."""
    if not isinstance(note, str) or len(note) > MOST_NOTE:
        raise InputError(field, f"give a text of at most {MOST_NOTE:,} characters")
    if not all(line.isprintable() for line in note.split("\n")):
        raise InputError(field, "it holds control or direction characters; type it anew")
    return note.strip()


def checked_apart(names: Iterable[str]) -> None:
    """Refuse a name that stands there twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError("name", f"two scenarios are called {name!r}; rename one of them")
        seen.add(name)


def checked_form(given: object, where: str = "") -> dict[str, Any]:
    """A form record of plain JSON values without what asks for nothing and what is the default of its field anyway.

    What its fields mean is checked by the form.
    """
    if not isinstance(given, dict):
        raise InputError(f"{where}form", "give an object with the fields of the planner's form")
    for field, value in given.items():
        if not field.isascii() or not field.isidentifier():
            raise InputError(f"{where}form", f"{field[:40]!a} is not the name of a field; remove it")
        _plain(f"{where}form.{field}", value)
    return {field: v for field, v in given.items() if v not in (None, "", [], {}) and not _is_default(field, v)}


def _is_default(field: str, value: Any) -> bool:
    return field in FIELD and canonical_text(value) == canonical_text(FIELD[field].default)


def scenario_record(scenario: Scenario) -> dict[str, Any]:
    """The scenario as a JSON-safe record."""
    record: dict[str, Any] = {"version": VERSION, "name": scenario.name, "form": stable(scenario.form)}
    return record | ({"note": scenario.note} if scenario.note else {})


def scenarios_text(scenarios: Sequence[Scenario]) -> str:
    """The file of one scenario or of several: sorted keys, stable numbers, ending in a new line."""
    records = [scenario_record(s) for s in scenarios]
    whole: dict[str, Any] = records[0]
    if len(records) != 1:
        whole = {"version": VERSION, "scenarios": [{k: v for k, v in r.items() if k != "version"} for r in records]}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def inputs_id(form: Mapping[str, Any], as_of: str, build: str, plan: str = "") -> str:
    """The id of a question: 12 hexadecimal digits that follow from its form, the date and the build of the data alone.

    `plan` is the id of a plan of its answer where one is meant that is not the recommended one.
    """
    whole = {"as_of": as_of, "build": build, "form": form} | ({"plan": plan} if plan else {})
    return hashlib.sha256(canonical_text(whole).encode()).hexdigest()[:ID_DIGITS]


def canonical_text(value: Any) -> str:
    """Compact JSON that does not depend on the order of keys or on how a number was written."""
    return json.dumps(stable(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def stable(value: Any) -> Any:
    """The value with whole numbers as integers, on whichever side of the boundary they were made."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(k): stable(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [stable(v) for v in value]
    return value


def _parsed(text: str) -> Any:
    if len(text) > MOST_CHARACTERS:
        raise InputError("file", f"it has {len(text):,} characters; split it: {MOST_CHARACTERS:,} can be read at once")
    depth = 0
    for sign in _BRACKETS.findall(text):
        depth += (sign in "[{") - (sign in "]}")
        if depth > MOST_DEPTH:
            raise InputError("file", f"it is nested more than {MOST_DEPTH} deep; a scenario is not")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InputError("file", f"this is not JSON: {error.msg} in line {error.lineno}") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError("file", "it holds a number with thousands of digits; shorten it") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise InputError("file", f"{key[:40]!a} stands twice in one object; remove one of the two")
        found[key] = value
    return found


def _no_number(name: str) -> None:
    raise InputError("file", f"{name} is not a number that JSON knows; enter a finite one")


def _version(given: Mapping[str, Any]) -> None:
    version = given.get("version")
    if version != VERSION or isinstance(version, bool):
        raise InputError("version", f"{json.dumps(version)[:40]} is not {VERSION}, the version that this planner reads")


def _known(where: str, given: Mapping[str, Any], fields: Sequence[str]) -> None:
    for field in given:
        if field not in fields:
            raise InputError(where, f"{field[:40]!a} is not one of its fields, {', '.join(fields)}; remove it")


def _plain(field: str, value: Any, depth: int = 0) -> None:
    """Refuse what no field of a form holds."""
    if isinstance(value, str):
        if len(value) > MOST_TEXT or not value.isprintable():
            raise InputError(field, f"give one line of at most {MOST_TEXT:,} visible characters")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not -LARGEST <= value <= LARGEST:  # false for NaN too
            raise InputError(field, "give a number from -1e18 to 1e18")
    elif isinstance(value, list | dict):
        if len(value) > MOST_ITEMS or depth == MOST_DEPTH - 4:
            raise InputError(field, f"give at most {MOST_ITEMS:,} entries, nested at most {MOST_DEPTH - 4} deep")
        for name, part in enumerate(value) if isinstance(value, list) else value.items():
            if isinstance(name, str):
                _plain(field, name, depth)
            _plain(f"{field}[{name}]"[:80], part, depth + 1)

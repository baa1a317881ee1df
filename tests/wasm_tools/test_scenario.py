"""Scenarios: read strictly, with errors that say what to do; written in one way; with an id of their inputs alone."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from wasm_tools.methods import scenarios
from wasm_tools.planner.scenario import (
    Scenario,
    inputs_id,
    read_scenarios,
    scenario_record,
    scenarios_text,
)
from wasm_tools.workload.traffic import InputError

ONE: dict[str, Any] = {"version": 1, "name": "Chat", "form": {"qps": 1.5, "prompt_tokens": 512.0}}


def refused(given: object) -> InputError:
    text = given if isinstance(given, str) else json.dumps(given)
    with pytest.raises(InputError) as caught:
        read_scenarios(text)
    return caught.value


def test_a_file_of_one_and_of_several_is_read_and_written_as_it_was() -> None:
    (one,) = read_scenarios(json.dumps(ONE))
    assert one == Scenario("Chat", {"qps": 1.5, "prompt_tokens": 512.0})
    assert scenarios_text([one]) == (
        '{\n  "form": {\n    "prompt_tokens": 512,\n    "qps": 1.5\n  },\n  "name": "Chat",\n  "version": 1\n}\n'
    )
    several = [one, Scenario("Übersetzung", {}, "two\nlines")]
    text = scenarios_text(several)
    assert list(read_scenarios(text)) == several
    assert scenarios_text(read_scenarios(text)) == text
    assert "Übersetzung" in text


def test_what_asks_for_nothing_is_left_out() -> None:
    (one,) = read_scenarios(json.dumps({**ONE, "form": {"qps": 0, "a": None, "b": "", "c": [], "d": {}, "e": False}}))
    assert one.form == {"qps": 0, "e": False}


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ("", "file", "not JSON"),
        ("[1, 2", "file", "not JSON"),
        ("[]", "file", "object with version"),
        ("[" * 100_000, "file", "nested"),
        ('{"a":' * 100_000, "file", "nested"),
        ("x" * 1_000_001, "file", "split it"),
        ('"' + "\\" * 900_000, "file", "not JSON"),
        ('{"version": 1, "version": 2}', "file", "twice"),
        ('{"version": 1, "name": "a", "form": {"qps": NaN}}', "file", "NaN"),
        ('{"version": 1, "name": "a", "form": {"qps": -Infinity}}', "file", "Infinity"),
        ('{"version": 1, "name": "a", "form": {"qps": ' + "9" * 5000 + "}}", "file", "digits"),
        ('{"version": 1, "name": "a", "form": {"qps": ' + "9" * 500 + "}}", "form.qps", "number from"),
        ('{"version": 1, "name": "a", "form": {"qps": 1e999}}', "form.qps", "number from"),
        ({"name": "a", "form": {}}, "version", "null is not 1"),
        ({**ONE, "version": True}, "version", "true is not 1"),
        ({**ONE, "version": 2}, "version", "2 is not 1"),
        ({**ONE, "colour": 1}, "file", "'colour' is not one of its fields"),
        ({"version": 1, "form": {}}, "name", "give the scenario a name"),
        ({**ONE, "name": "  "}, "name", "give the scenario a name"),
        ({**ONE, "name": 7}, "name", "give the scenario a name"),
        ({**ONE, "name": "a" * 81}, "name", "shorten it to 80"),
        ({**ONE, "name": "pay\u202etxt.exe"}, "name", "direction"),
        ({**ONE, "name": "a\x00b"}, "name", "control"),
        ({**ONE, "name": "a\nb"}, "name", "control"),
        ('{"version": 1, "name": "\\ud800", "form": {}}', "name", "control"),
        ({**ONE, "note": 5}, "note", "give a text"),
        ({**ONE, "note": "a" * 2001}, "note", "at most"),
        ({**ONE, "note": "a\u2066b"}, "note", "direction"),
        ({**ONE, "form": []}, "form", "give an object"),
        ({"version": 1, "name": "a"}, "form", "give an object"),
        ({**ONE, "form": {"__proto__ x": 1}}, "form", "not the name of a field"),
        ({**ONE, "form": {"qps": "a\u200bb"}}, "form.qps", "visible characters"),
        ({**ONE, "form": {"qps": "a" * 2001}}, "form.qps", "visible characters"),
        ({**ONE, "form": {"x": [1] * 2001}}, "form.x", "entries"),
        ({**ONE, "form": {"x": [[[[[1]]]]]}}, "form.x", "deep"),
        ({**ONE, "form": {"x": {"a\u202e": 1}}}, "form.x", "visible"),
        ({"version": 1, "scenarios": []}, "scenarios", "1 to 200"),
        ({"version": 1, "scenarios": {}}, "scenarios", "1 to 200"),
        ({"version": 1, "scenarios": [{"name": "a", "form": {}}] * 201}, "scenarios", "1 to 200"),
        ({"version": 1, "scenarios": [{"name": "a", "form": {}}] * 2}, "name", "two scenarios are called 'a'"),
        ({"version": 1, "scenarios": [3]}, "scenarios[0]", "give an object"),
        ({"version": 1, "scenarios": [{"name": "a", "form": {"x": "\x1b"}}]}, "scenarios[0].form.x", "visible"),
        ({"version": 1, "scenarios": [{"name": "a", "form": {}}], "name": "b"}, "file", "'name' is not one"),
    ],
)
def test_a_hostile_file_is_refused_with_the_field_and_the_remedy(given: object, field: str, says: str) -> None:
    error = refused(given)
    assert error.field.startswith(field)
    assert says in error.message
    assert error.message.isprintable()
    assert len(error.message) < 200


def test_the_id_depends_on_inputs_date_and_build_and_on_nothing_else() -> None:
    form = {"qps": 1.5, "prompt_tokens": 512}
    base = inputs_id(form, "2026-11-20", "abc")
    assert base == "f5b22a511f59"  # pinned: links and reports carry it
    assert inputs_id({"prompt_tokens": 512.0, "qps": 1.5}, "2026-11-20", "abc") == base
    others = [
        inputs_id({**form, "qps": 1.6}, "2026-11-20", "abc"),
        inputs_id(form, "2026-11-21", "abc"),
        inputs_id(form, "2026-11-20", "abd"),
        inputs_id(form, "2026-11-20", "abc", "api:x"),
    ]
    assert len({base, *others}) == 5


@pytest.mark.native("starts another Python")
def test_ids_and_texts_are_equal_whatever_the_hash_seed_and_the_time_zone() -> None:
    code = (
        "from wasm_tools.planner.scenario import *;"
        "f={'b':[1.0,{'z':1,'y':2.5}],'a':1e-7,'c':1/3};"
        "print(inputs_id(f,'2026-11-20','x'),scenarios_text([Scenario('n',f)]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("99", "Asia/Tokyo"))
    }
    assert len(found) == 1


def test_the_method_reads_a_text_and_writes_records() -> None:
    made = scenarios.answer({"text": json.dumps(ONE)}, {})
    assert made["scenarios"] == [{**ONE, "form": {"qps": 1.5, "prompt_tokens": 512}}]
    assert scenarios.answer({"scenarios": made["scenarios"]}, {}) == made
    assert [scenario_record(s) for s in read_scenarios(made["text"])] == made["scenarios"]
    with pytest.raises(InputError, match="choose 1 to 200"):
        scenarios.answer({}, {})

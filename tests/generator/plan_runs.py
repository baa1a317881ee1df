"""Runs of the planning commands on the committed data, with what does not depend on the flags read once."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from generator import nightly, plan_commands, simulate_commands
from generator.places import checkout
from generator.plan_names import Names, load_names
from generator.precompute.catalogue import planner_catalogue
from wasm_tools.workload.traffic import InputError

runner = CliRunner()
commands = typer.Typer()
for part in (plan_commands, simulate_commands):
    commands.add_typer(part.commands)


@lru_cache
def names() -> Names:
    """The names of the committed data."""
    at = nightly.inputs(checkout(), None, offline=True)
    return load_names(at.registry, at.state, at.places.registry)


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """State, names and catalogues are kept between the runs of a module."""
    kept: dict[Any, Any] = {}
    inputs = nightly.inputs

    def once(key: Any, make: Any) -> Any:
        if key not in kept:
            kept[key] = make()
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "inputs", lambda p, d, offline: once(("at", d), lambda: inputs(p, d, offline)))
        patch.setattr(
            "generator.plan_commands.planner_catalogue",
            lambda r, s, f, d, of: once((d, of), lambda: planner_catalogue(r, s, f, d, of)),
        )
        patch.setattr("generator.plan_commands.load_names", lambda r, s, f: once("names", lambda: load_names(r, s, f)))
        yield


def run(*words: str, columns: int = 100) -> tuple[int, str, str]:
    """Exit code, text for programs or people, text of the other channel. Refusals are raised."""
    shown = runner.invoke(commands, list(words), env={"COLUMNS": str(columns), "NO_COLOR": "1"})
    if shown.exception is not None and not isinstance(shown.exception, SystemExit):
        raise shown.exception
    return shown.exit_code, shown.stdout, shown.stderr


def refused(*words: str) -> str:
    """What a refusal says, flag and remedy."""
    with pytest.raises((InputError, nightly.RunError)) as caught:
        run(*words)
    return str(caught.value)


def answer(*words: str) -> dict[str, Any]:
    """The JSON answer of a run, whose exit code has to agree with it."""
    code, text, _ = run(*words, "--json")
    found: dict[str, Any] = json.loads(text)
    if "plans" in found:
        assert code == (0 if found["plans"] else 4)
    return found

"""`atlas scenarios` and `atlas report`: the answers of the page, as tables, JSON, CSV and files."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from generator import plan_commands, scenario_commands
from generator.render import report_facts as facts_module
from tests.wasm_tools.catalogues import catalogue
from tests.wasm_tools.test_batch import FORM
from tests.wasm_tools.test_report import FACTS
from wasm_tools.methods import batch, compare, report
from wasm_tools.methods import plan as ranked
from wasm_tools.plan_report.facts import read_facts
from wasm_tools.workload.traffic import InputError

runner = CliRunner()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue in the place of the committed data."""
    monkeypatch.setattr(scenario_commands, "catalogue_at", lambda *_: (SimpleNamespace(), catalogue()))
    monkeypatch.setattr(
        plan_commands, "catalogue_at", lambda *_: (SimpleNamespace(as_of=catalogue().as_of), catalogue())
    )
    monkeypatch.setattr(scenario_commands, "site_data", lambda *_: None)
    monkeypatch.setattr(scenario_commands, "data_build", lambda _: FACTS["build"])
    monkeypatch.setattr(scenario_commands, "report_facts", lambda _: read_facts(FACTS, {}))


def run(*arguments: str) -> Result:
    return runner.invoke(scenario_commands.commands, list(arguments), catch_exceptions=False, env={"COLUMNS": "200"})


def file(folder: Path, name: str, **fields: Any) -> str:
    path = folder / f"{name.strip('=')}.json"
    path.write_text(json.dumps({"version": 1, "name": name, "form": FORM | fields}), encoding="utf-8")
    return str(path)


def test_a_batch_is_the_answer_of_the_engine(tmp_path: Path) -> None:
    files = [file(tmp_path, "a"), file(tmp_path, "b", qps=30)]
    made = run("scenarios", *files, "--budget", "1e6", "--json")
    assert made.exit_code == 0
    given = [{"name": "a", "form": FORM}, {"name": "b", "form": FORM | {"qps": 30}}]
    params = {"scenarios": given, "build": FACTS["build"], "budget": 1e6}
    assert json.loads(made.stdout) == batch.answer(params, {"planner": catalogue()})
    compared = run("scenarios", *files, "--compare", "--json")
    assert json.loads(compared.stdout) == compare.answer(params, {"planner": catalogue()})


def test_totals_are_said_in_words_and_what_has_no_plan_gives_exit_code_4(tmp_path: Path) -> None:
    made = run("scenarios", file(tmp_path, "a"), file(tmp_path, "poor", budget=0.01), "--budget", "1")
    assert made.exit_code == 4
    for words in ("without poor, which has no plan", "per 1M of them", "× h100-sxm", "exceeded by $", "2026-11-20"):
        assert words in made.stdout
    compared = run("scenarios", file(tmp_path, "a"), file(tmp_path, "poor", budget=0.01), "--compare")
    assert compared.exit_code == 4
    assert "poor has no plan: " in compared.stdout


def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path) -> None:
    made = run("scenarios", file(tmp_path, "=HYPERLINK(1)"), file(tmp_path, "poor", budget=0.01), "--csv")
    rows = list(csv.DictReader(io.StringIO(made.stdout)))
    assert [r["name"] for r in rows] == ["'=HYPERLINK(1)", "poor"]
    assert float(rows[0]["usd_per_month"]) > 0
    assert rows[1]["usd_per_month"] == ""
    assert rows[1]["why"]


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_report_has_the_bytes_of_the_engine(tmp_path: Path, form: str) -> None:
    out = tmp_path / f"report.{'md' if form == 'markdown' else 'html'}"
    made = run("report", "--scenario", file(tmp_path, "a"), "--out", str(out), "--json")
    assert made.exit_code == 0
    expected = report.answer({"form": FORM, "name": "a", "facts": FACTS, "grades": {}}, {"planner": catalogue()})
    assert out.read_bytes().decode() == expected[form]
    assert json.loads(made.stdout)["id"] == expected["id"]


def test_a_report_without_a_plan_is_written_and_gives_exit_code_4(tmp_path: Path) -> None:
    out = tmp_path / "report.md"
    assert run("report", "--scenario", file(tmp_path, "a", budget=0.01), "--out", str(out)).exit_code == 4
    assert "No plan" in out.read_text(encoding="utf-8")


def test_wrong_files_and_options_are_refused_by_name(tmp_path: Path) -> None:
    good, bad = file(tmp_path, "a"), tmp_path / "bad.json"
    bad.write_text('{"version": 9}', encoding="utf-8")
    there = tmp_path / "there.md"
    there.write_text("mine", encoding="utf-8")
    both = tmp_path / "both.json"
    both.write_text(
        json.dumps({"version": 1, "scenarios": [{"name": n, "form": FORM} for n in "xy"]}), encoding="utf-8"
    )
    for arguments, says in (
        (("scenarios", str(bad)), r"bad\.json: version: 9 is not 1"),
        (("scenarios", str(tmp_path / "none.json")), "cannot be read"),
        (("scenarios", good, good), "two scenarios are called 'a'"),
        (("scenarios", good, "--budget", "-1"), "budget: enter"),
        (("scenarios", good, "--compare"), "2 to 6"),
        (("scenarios", good, "--json", "--csv"), "exclude each other"),
        (("report", "--scenario", good, "--out", str(tmp_path / "a.pdf")), r"neither in \.md nor in \.html"),
        (("report", "--scenario", good, "--out", str(there)), "--force"),
        (("report", "--scenario", str(both), "--out", str(tmp_path / "o.md")), "holds 2 scenarios"),
        (("report", "--scenario", good, "--plan", "no", "--out", str(tmp_path / "o.md")), "'no' is not an answer"),
    ):
        with pytest.raises(InputError, match=says):
            run(*arguments)
    assert there.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", ["scenarios", "report"])
def test_help_has_an_example_and_the_exit_code(command: str) -> None:
    said = run(command, "--help").stdout
    assert "Example: atlas" in said
    assert "Exit code 4" in said


def test_the_build_follows_from_data_and_engine() -> None:
    found = facts_module.data_build(catalogue())
    assert len(found) == 12
    assert found == facts_module.data_build(catalogue())


def plan(*arguments: str) -> Result:
    return runner.invoke(plan_commands.commands, ["plan", *arguments], catch_exceptions=False, env={"COLUMNS": "200"})


def test_a_scenario_is_planned_like_the_page_plans_it(tmp_path: Path) -> None:
    made = plan("--scenario", file(tmp_path, "a", kinds=["rented"], max_gpus=8), "--json", "--top", "30")
    found = json.loads(made.stdout)
    asked = ranked.answer({"form": FORM | {"kinds": ["rented"], "max_gpus": 8}}, {"planner": catalogue()})
    assert found["plans"]
    assert {name: found[name] for name in asked} == json.loads(json.dumps(asked))


def test_several_scenarios_are_planned_together(tmp_path: Path) -> None:
    files = [file(tmp_path, "a"), file(tmp_path, "b", qps=30)]
    together = plan("--scenario", files[0], "--scenario", files[1], "--json")
    assert together.stdout == run("scenarios", *files, "--json").stdout


def test_a_scenario_stands_alone_and_is_refused_by_its_field(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave out the other flags"):
        plan("--scenario", file(tmp_path, "a"), "--qps", "3")
    with pytest.raises(InputError, match="max_gpus"):
        plan("--scenario", file(tmp_path, "b", max_gpus=0))

"""`atlas ask` on the committed state: what was understood, the ranked answer, offers by id, questions on a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generator import ask_commands, nightly
from generator.ask_commands import commands
from generator.precompute.ask import ask_pack
from generator.tables import TableError
from tests.wasm_tools.ask_books import inputs, planned
from wasm_tools.planner import answer, ranking_of
from wasm_tools.planner.form import question_of_form


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """State and catalogue are read once for all tests: the command only reads them."""
    with pytest.MonkeyPatch.context() as patched:
        load, at = ask_commands.planner_catalogue, inputs()
        patched.setattr(nightly, "inputs", lambda *_, **__: at)
        patched.setattr(
            ask_commands, "planner_catalogue", lambda *given: planned() if len(given) == 4 else load(*given)
        )
        yield


def run(*words: str, said: str | None = None) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(commands, list(words), input=said)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def record(*words: str) -> dict[str, Any]:
    code, output = run(*words, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(output)
    return found


def test_a_request_is_planned_by_the_planner_and_cites_its_offers() -> None:
    made = record("a chatbot for 5k users, low latency is critical", "--top", "5")
    found = ranking_of(answer(question_of_form(made["asked"]["form"], planned()), planned()), 5)
    assert made["ranking"]["recommended"] == found.recommended
    assert [p["id"] for p in made["ranking"]["plans"]] == [plan.id for _, plan in found.plans]
    ids = {f"offer|{r.provider}|{r.sku}|{r.region}" for r in planned().rates}
    assert {p["offer"] for p in made["ranking"]["plans"] if p["kind"] == "api"} <= ids


def test_the_table_tells_where_each_value_came_from() -> None:
    code, output = run("Chatbot for 300 users that answers in under 200 ms", "--spec-only")
    assert code == 0
    for words in ("“300 users”", "stated", "default", "unsure", "Open: What does the time of 200 ms bound?"):
        assert words in output
    assert "plans are possible" not in output


def test_a_region_is_planned_with_the_offers_of_that_region() -> None:
    made = record("a chatbot for 200 users, EU only, API only")
    assert {p["region"] for p in made["ranking"]["plans"]} <= set(made["asked"]["form"]["regions"])


def test_a_comparison_is_ranked_beside_the_plan() -> None:
    made = record("a chatbot for 200 users on H100", "compare with A100", "--top", "3")
    (variant,) = made["variants"]
    assert {p["gpu"].partition("-")[0] for p in variant["plans"]} <= {"a100"}
    assert {p["gpu"].partition("-")[0] for p in made["ranking"]["plans"]} <= {"h100"}


def test_another_workload_is_ranked_by_its_use() -> None:
    made = record("transcribe 2,000 hours of calls a month, not with Deepgram")
    assert made["ranking"]["usage"] == {"amount": "2000", "unit": "audio_hours"} or "2000" in json.dumps(
        made["ranking"]
    )
    assert "deepgram" not in {o["provider"] for o in made["ranking"]["offers"]}


def test_questions_to_the_catalogue_are_answered_with_offers() -> None:
    code, output = run("Who sells gpt-oss-120b cheapest?")
    assert code == 0
    assert "offer|" in output
    assert "cheapest:" in output
    assert "embeddings as of" in run("cheapest embeddings")[1]
    assert "not in the catalogue" in run("price of gpt-9-turbo")[1]


def test_signs_that_a_terminal_would_obey_are_not_printed() -> None:
    _, output = run("chatbot for 10\x1b[31m\nusers", "--spec-only")
    assert "\x1b" not in output
    assert run("price of gpt-9-\u202eturbo")[1].count("\u202e") == 0


def test_what_says_nothing_is_asked_about() -> None:
    code, output = run("hello")
    assert code == 5
    assert "What is it for?" in output


def test_without_words_the_examples_are_shown() -> None:
    code, output = run()
    assert code == 0
    assert output.count("atlas ask") == 9


def test_on_a_terminal_the_open_questions_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask_commands, "on_a_terminal", lambda: True)
    code, output = run("a chatbot that answers in under 900 ms", "--spec-only", said="800\n2\n")
    assert code == 0
    assert "800" in output
    assert "Whole answer" in output
    assert "Open:" not in output
    code, output = run("We want a chatbot.", "--spec-only", said="\n")
    assert "standard of the use case" in output


def test_a_plan_that_nobody_can_offer_ends_with_code_4() -> None:
    code, output = run("a chatbot for 100 users on T4, max $1 a month")
    assert code == 4
    assert "Recommended" in output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "chat"', 'id = "chatter"', "tasks.toml: tag"),
        ('id = "rerank"\nkind', 'id = "rank"\nkind', "units.toml: workload rerank"),
    ],
)  # fmt: skip
def test_a_vocabulary_that_does_not_fit_together_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    for path in inputs().places.registry.iterdir():
        if path.name != "ask":
            (folder / path.name).symlink_to(path)
    (folder / "ask").mkdir()
    for path in (inputs().places.registry / "ask").iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / "ask" / path.name).write_text(text.replace(old, new, 1) if path.name == "tasks.toml" else text)
    with pytest.raises(TableError, match=said):
        ask_pack(inputs().registry, folder, "2026-11-20")

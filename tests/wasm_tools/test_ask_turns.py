"""Ask over several turns: doubts are asked about, answers close questions, later words change what they name."""

from typing import Any

import pytest

from tests.wasm_tools.ask_books import book, planned, record, talk
from wasm_tools.ask.conversation import conversation
from wasm_tools.workload.traffic import InputError


def test_what_is_in_doubt_is_asked_about_with_options() -> None:
    made = record("Chatbot for 100 users. It has to work for all 500 users, under 200 ms, under $90.")
    asked = {q["id"]: q for q in made["questions"]}
    assert asked.keys() == {"users", "ttft_ms", "budget"}
    assert [o["label"] for o in asked["users"]["options"]] == ["100", "500"]
    assert [q.id for q in talk("chatbot for 40 users, 600 ms").questions] == ["ttft_ms"]
    states = {f["field"]: f["state"] for f in made["fields"]}
    assert (states["users"], states["ttft_ms"], states["budget"]) == ("contradiction", "unsure", "unsure")


def test_an_option_answers_a_question_and_closes_it() -> None:
    say = "Chatbot for 300 users that answers in under 900 ms"
    made = talk(say, {"answer": "ttft_ms", "option": 1})
    assert made.form["e2e_ms"] == 900
    assert "ttft_ms" not in made.form
    assert made.questions == []
    assert talk("We want a chatbot.", {"answer": "users", "text": "about 800"}).form["users"] == 800
    assert talk("We want a chatbot.", {"answer": "users", "text": "20 requests a second"}).form["qps"] == 20
    assert (
        talk("I have 50 colleagues", {"answer": "task", "text": "translating letters"}).form["use_case"]
        == "translation"
    )


def test_every_field_that_is_there_can_be_set_and_cleared_by_hand() -> None:
    said = "Chatbot for 300 users, growing 20% a year, in the EU, under $900 a month"
    assert talk(said, {"set": {"users": 800, "task": "translation"}}).form["use_case"] == "translation"
    made = talk(said, {"set": {"growth": 0.5}}, {"set": {"budget": None}})
    assert made.spec.value("growth") == 0.5
    assert not {"task", "growth", "budget"} & made.form.keys()
    with pytest.raises(InputError) as caught:
        talk(said, {"set": {"growth": "much"}})
    assert caught.value.field == "growth"


def test_not_knowing_takes_the_default_and_names_it() -> None:
    for turn in ("I don't know", {"answer": "users", "option": "unknown"}, {"answer": "users", "text": "not sure"}):
        made = record("We want a chatbot.", turn)
        assert made["questions"] == []
        users = next(f for f in made["fields"] if f["field"] == "users")
        assert (users["value"], users["state"]) == (1000, "default")
        assert "standard of the use case" in users["rule"]


@pytest.mark.parametrize(
    ("turn", "field"),
    [
        ({"answer": "users", "option": 99}, "turns[1]"), ({"answer": "budget", "option": 0}, "turns[1]"),
        ({"answer": "users", "text": "green"}, "users"), ({"set": {"nonsense": 1}}, "turns[1]"),
        ("x" * 5000, "turns[1]"),
        ({"text": 7}, "turns[1]"),
        ({"set": {"task": "nonsense"}}, "task"),
        ({"set": {"growth": 2}}, "turns[1]"),  # nothing was said of growth
    ],
)  # fmt: skip
def test_turns_that_are_none_are_refused(turn: Any, field: str) -> None:
    with pytest.raises(InputError) as caught:
        talk("We want a chatbot.", turn)
    assert caught.value.field == field


def test_a_later_turn_changes_what_it_names() -> None:
    made = talk(
        "Chatbot for 300 users on A100 in the EU", "make it 500 users", "use H100 instead", "without Groq", "cheaper"
    )
    assert made.form["users"] == 500
    assert all(g.startswith("h100") for g in made.form["gpus"])
    assert (made.form["without_providers"], made.form["priority"]) == (["groq"], "low_cost")
    assert "regions" in made.form
    assert made.before is not None
    assert "priority" not in made.before


def test_traffic_is_multiplied_and_undone() -> None:
    assert talk("RAG for 1000 users", "what if traffic doubles?").form["users"] == 2000
    assert talk("RAG, 4 requests per second", "half the load").form["qps"] == 2
    assert talk("RAG for 1000 users", "50% more users").form["users"] == 1500
    assert talk("RAG for 1000 users", "what if traffic doubles?", "undo").form["users"] == 1000
    assert talk("RAG for 1000 users", "only EU", "cheaper", "undo", "undo").form == talk("RAG for 1000 users").form
    assert talk("RAG for 1000 users", "start over").spec.fields == {}


def test_a_comparison_stands_beside_the_plan() -> None:
    made = record("Chatbot for 300 users on H100", "compare with A100")
    assert all(g.startswith("h100") for g in made["form"]["gpus"])
    (variant,) = made["variants"]
    assert all(g.startswith("a100") for g in variant["form"]["gpus"])
    assert variant["form"]["users"] == 300


def test_a_field_set_by_hand_holds_and_is_cleared_by_nothing() -> None:
    made = record("Chatbot for 300 users", {"set": {"users": 800, "max_gpus": 2}})
    assert (made["form"]["users"], made["form"]["max_gpus"]) == (800, 2)
    assert next(f for f in made["fields"] if f["field"] == "users")["rule"] == "set by hand"
    assert "max_gpus" not in talk("Chatbot for 300 users", {"set": {"max_gpus": 2}}, {"set": {"max_gpus": None}}).form


def test_the_same_turns_give_the_same_record() -> None:
    turns = ("RAG for 1000 users in the EU, max $900 a month", "what if traffic doubles?")
    assert record(*turns) == record(*turns)


def test_an_empty_conversation_asks_what_it_is_for() -> None:
    made = conversation([], book(), planned())
    assert (made.intent, [q.id for q in made.questions]) == ("unclear", ["task"])


def test_what_each_does_stays_when_the_users_change() -> None:
    first = "chatbot for 200 users, 20 messages each a day"
    assert talk(first, "make it 432 users").form["qps"] == 0.1
    assert talk(first, {"set": {"users": 432}}).form["qps"] == 0.1
    assert talk(first, "8640 requests a day").form["qps"] == 0.1

"""What the spend page asks the engine: files once, then views, pages of calls and files of what is kept."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.generator.test_invoice_pack import book, pack
from tests.generator.test_invoice_page_methods import hand_over
from wasm_tools import browser
from wasm_tools.spend.estimates import estimate
from wasm_tools.spend.exports import FORMS, export
from wasm_tools.spend.ledger import Call, line_of
from wasm_tools.spend.options import SpendOptions
from wasm_tools.spend.spend_record import call_page, to_record
from wasm_tools.spend.spent import read_spend
from wasm_tools.spend.view import View


def calls(team: str, count: int) -> bytes:
    return b"".join(
        line_of(
            Call(
                f"2026-09-{n + 1:02}T10:00:00.000Z", "acme", "closed-xl", "chat/completions", "standard",
                {"input_uncached": 1_000_000 * (n + 1)}, latency_ms=100 + n, tags={"team": team},
                request_id=f"{team}-{n}",
            )
        )
        for n in range(count)
    )  # fmt: skip


FILES = (("ada/calls.jsonl", calls("a", 3)), ("ben/calls.jsonl", calls("b", 2)))


@pytest.fixture(autouse=True)
def _prices() -> None:
    browser.load_pack(json.dumps(pack()))


def asked(method: str, params: dict[str, Any] | None = None, *files: tuple[str, bytes]) -> dict[str, Any]:
    for name, data in files:
        hand_over(name, data)
    answer: dict[str, Any] = json.loads(browser.handle(method, json.dumps(params or {})))
    return answer


def test_files_are_read_once_and_looked_at_in_many_ways() -> None:
    heard: list[tuple[str, int, int]] = []
    browser.set_reporter(lambda *told: heard.append(told))
    record = asked("spend", {"options": {"today": "2026-09-30"}}, *FILES)["result"]
    assert ("ada/calls.jsonl", 3, 3) in heard
    spend = read_spend(FILES, book().dated)
    expected = json.loads(json.dumps(to_record(spend, SpendOptions(today="2026-09-30"))))
    assert {name: record[name] for name in expected} == expected
    assert record["questions"] == []
    view = {"today": "2026-09-30", "view": {"tags": {"team": "b"}}}
    narrow = asked("spend_view", {"options": view})["result"]
    wanted = SpendOptions(today="2026-09-30", view=View(tags={"team": "b"}))
    assert narrow["total"]["usd"] == to_record(spend, wanted)["total"]["usd"] != record["total"]["usd"]
    page = asked("spend_calls", {"options": view, "query": {"sort": "cost", "count": 1}})["result"]
    assert page["matching"] == 2
    assert page["rows"] == json.loads(json.dumps(call_page(spend, wanted)["rows"][:1]))
    for form in FORMS:
        assert (
            asked("spend_export", {"options": view, "form": form})["result"]["text"] == export(spend, wanted, form).text
        )


def test_a_tag_comes_from_the_folder_of_a_file() -> None:
    record = asked("spend", {"options": {"tag_files": "user"}}, *FILES)["result"]
    assert {row["name"]: row["calls"] for row in record["by"]["tag user"]} == {"ada": 3, "ben": 2}


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("spend", {}, "file"),
        ("spend_view", {"options": {"today": "tomorrow"}}, "options"),
        ("spend_view", {"options": {"budgets": [{"name": "x", "amount": "-1"}]}}, "options"),
        ("spend_calls", {"query": {"sort": "luck"}}, "query"),
        ("spend_calls", {"query": {"min_usd": "much"}}, "min_usd"),
        ("spend_export", {"form": "poem"}, "form"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(method: str, params: dict[str, Any], field: str) -> None:
    assert asked("spend", {}, *FILES)["ok"]
    refused = asked(method, params)
    assert not refused["ok"]
    assert refused["error"]["field"] == field


def test_a_file_that_asks_first_is_read_with_the_answer() -> None:
    table = ("costs.csv", b"When,Cost,Model\n2026-09-01,2.50,closed-xl\n")
    told = asked("spend", {}, table)["result"]
    assert told["files"] == []
    assert [r["file"] for r in told["refused"]] == ["costs.csv"]
    (question,) = told["questions"]
    assert question["about"] == "mapping"
    answers = {"files": {"costs.csv": {"mapping": {"date": "When", "cost": "Cost", "model": "Model"}}}}
    record = asked("spend", {"answers": answers}, table)["result"]
    assert record["total"]["usd"] == "2.5"


def test_an_estimate_is_that_of_the_command_and_reads_no_file() -> None:
    entry = {
        "provider": "acme",
        "model": "closed-xl",
        "calls_per_day": "50",
        "input_tokens": "1000",
        "output_tokens": "0",
    }
    told = asked("spend_estimate", {"plan": {"days": "10", "entries": [entry]}})["result"]
    printed = json.loads(json.dumps(estimate({"days": 10, "entries": [entry]}, book())))
    assert told == {**printed, "as_of": book().as_of}
    rate = Decimal(told["entries"][0]["prices"][0]["price"])
    assert rate > 0
    assert Decimal(told["per_day_usd"]) == rate * 50 * 1000 / 1_000_000
    assert Decimal(told["total_usd"]) == Decimal(told["per_day_usd"]) * 10
    unknown = asked("spend_estimate", {"plan": {"days": 10, "entries": [entry, {**entry, "model": "nobody-sells-it"}]}})
    assert unknown["result"]["per_day_usd"] is None
    assert unknown["result"]["entries"][1]["reason"]
    refused = asked("spend_estimate", {"plan": {"days": 10, "entries": [{**entry, "calls_per_day": "0"}]}})
    assert refused["error"]["field"] == "plan"


def test_what_is_not_kept_any_more_is_asked_for_again() -> None:
    assert asked("spend", {}, *FILES)["ok"]
    assert asked("spend", {}, ("a.jsonl", b"nothing"))["result"]["files"] == []
    assert asked("spend_view")["error"]["field"] == "report"
    assert asked("spend_ready")["ok"]

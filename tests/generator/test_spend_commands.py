"""`atlas spend`: what it prints is what the library says of the same ledger."""

import csv
import gzip
import io
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from generator import spend_commands, spend_inputs
from generator.cli import app
from generator.precompute.invoice_pack import invoice_pack
from generator.spend_text import sparkline
from tests.generator.tool_site import tool_site
from tests.wasm_tools.ledgers import call, ledger
from wasm_tools.invoice.pack import OfferBook, read_price_book
from wasm_tools.spend.forecast import Thresholds
from wasm_tools.spend.ledger import Call
from wasm_tools.spend.options import options_from
from wasm_tools.spend.recording import remaining as budget_left
from wasm_tools.spend.recording.settings import settings
from wasm_tools.spend.spend_record import spend_record
from wasm_tools.workload.traffic import InputError

RUN = CliRunner()
GUIDE = (Path(__file__).parents[2] / "content" / "guides" / "spend-reports.md").read_text(encoding="utf-8")
LLMLAB = """id,created_at,provider,model,input_tokens,output_tokens,cost_usd,latency_ms,cache_hit,tags
u1,2026-09-01T10:00:00,acme,closed-xl,1000,100,0.5,120.4,False,"search,prod"
u2,2026-09-01T11:00:00,acme,closed-xl,1000,100,0,3,True,
u3,yesterday,acme,closed-xl,1000,100,0.5,3,False,
"""
FORECOST = json.dumps(
    [{"timestamp": "2026-09-02T10:00:00.123456", "model": "closed-xl", "provider": "acme", "tokens_in": 1000,
      "tokens_out": 50, "cost_usd": 9.99}] * 2
)  # fmt: skip


@cache
def book() -> OfferBook:
    """The same, read once."""
    return read_price_book(pack())


def made(day: str = "2026-09-01", **more: Any) -> Call:
    """A call of 0.20 USD: 100,000 tokens at 2 USD a million."""
    return call(day, **{"provider": "acme", "model": "closed-xl", **more})


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spend_inputs, "price_pack", lambda *_: pack())
    monkeypatch.setattr(spend_inputs, "read_price_book", lambda _: book())
    monkeypatch.delenv("ATLAS_LEDGER", raising=False)
    monkeypatch.chdir(tmp_path)


@cache
def pack() -> dict[str, Any]:
    """The prices of a small site, as the browser gets them."""
    data = tool_site()
    found: dict[str, Any] = json.loads(json.dumps(invoice_pack(data.registry, data.state, data.as_of)))
    return found


def wrote(path: str, calls: list[Call]) -> str:
    Path(path).write_bytes(ledger(calls))
    return path


def atlas(*arguments: str) -> Result:
    return RUN.invoke(app, ["spend", *arguments])


def test_the_numbers_are_those_of_the_library() -> None:
    """LL-R09: the command line of the earlier tool always told $0."""
    path = wrote("a.jsonl", [made(), made(hour=11, tags={"team": "a"}), made(model="unknown")])
    told = json.loads(atlas("report", path, "--json").stdout)
    assert told == spend_record([(path, Path(path).read_bytes())], book())
    assert (told["total"]["usd"], told["total"]["calls"]) == ("0.4", 3)
    shown = atlas("report", path, "--by", "tag:team", "--by", "day").stdout
    for part in ("$0.40 at list prices in 3 calls", "unknown", "2026-09-01", "not a name the catalogue"):
        assert part in " ".join(shown.split())
    assert atlas("report", path, "--brief").stdout.startswith("0.40 USD, month 0.40")


def test_the_same_flags_select_the_same_calls() -> None:
    calls = [made(f"2026-09-{n:02}", tags={"team": "ab"[n % 2]}) for n in range(1, 11)]
    path = wrote("a.jsonl", calls)

    def usd(*flags: str) -> str:
        return str(json.loads(atlas("report", path, "--json", *flags).stdout)["total"]["usd"])

    assert usd() == "2"
    assert usd("--since", "2026-09-03", "--until", "2026-09-04") == "0.4"
    assert usd("--period", "week", "--today", "2026-09-10") == "1.4"
    assert usd("--period", "month", "--today", "2026-10-10") == "0"
    assert usd("--tag", "team=a", "--model", "closed-xl", "--provider", "acme") == "1"


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (("--budget", "7"), 0),  # 20 days of 0.20: 4 now, 6 at the end of September
        (("--budget", "5"), 1),
        (("--budget", "4"), 2),
        (("--budget", "team=b=1"), 0),
        (("--budget", "team=a=1"), 2),
        (("--budget", "7", "--budget", "team=a=1"), 2),
        ((), 3),  # without a budget nothing can be told
        (("--budget", "much"), 3),
        (("--budget", "-5"), 3),
    ],
)
def test_exit_codes_tell_of_budgets(flags: tuple[str, ...], code: int) -> None:
    path = wrote("a.jsonl", [made(f"2026-09-{n:02}", tags={"team": "a"}) for n in range(1, 21)])
    assert atlas("budget", path, *flags, "--exit-code").exit_code == code


def test_every_command_with_budgets_has_the_same_exit_codes() -> None:
    path = wrote("a.jsonl", [made()])
    for command in ("report", "forecast", "budget"):
        assert atlas(command, path, "--budget", "0.1", "--exit-code").exit_code == 2
        assert atlas(command, path, "--exit-code").exit_code == 3
        assert atlas(command, "missing.jsonl", "--budget", "1", "--exit-code").exit_code == 3
        assert atlas(command, path, "--budget", "0.1").exit_code == 0


def test_names_that_look_like_markup_are_names() -> None:
    path = wrote("a.jsonl", [made(tags={"[red]": "[/x]"}), made(model="[bold]m[/]", tags={"[red]": "[/x]"})])
    found = atlas("report", path, "--by", "tag:[red]", "--by", "model", "--budget", "[red]=[/x]=9", "--exit-code")
    assert found.exit_code == 0
    for part in ("tag [red]", "[/x]", "[red]=[/x]", "[bold]m[/]"):
        assert part in found.stdout


def test_calls_without_a_price_are_told_by_budget() -> None:
    path = wrote("a.jsonl", [made(), made(model="unknown", tags={"team": "a"})])
    shown = atlas("budget", path, "--budget", "9", "--budget", "team=a=9", "--budget", "team=b=9").stdout
    told = [line for line in shown.splitlines() if "without a price" in line]
    assert told == [f"{name}: calls without a price that are not in it: 1" for name in ("all", "team=a")]


def test_a_missing_budget_is_an_error() -> None:
    found = atlas("budget", wrote("a.jsonl", [made()]))
    assert isinstance(found.exception, InputError) and "--budget 500" in str(found.exception)


def test_a_project_begins_with_an_estimate_and_settings_that_are_never_overwritten() -> None:
    """1,000 calls of 2,000 + 500 tokens at 2 and 10 USD: 9 USD a day."""
    flags = (
        "--model", "closed-xl", "--provider", "acme", "--calls-per-day", "1000", "--input", "2000", "--output", "500",
        "--days", "20", "--start", "2026-09-01", "--budget", "300", "--prices",
    )  # fmt: skip
    told = json.loads(atlas("init", *flags, "--json").stdout)
    assert (told["per_day_usd"], told["per_month_usd"], told["total_usd"]) == ("9", "273.75", "180.00")
    written = Path("atlas.toml").read_text(encoding="utf-8")
    found = settings(Path.cwd())
    assert (found.ledger, found.budgets) == (Path.cwd() / "spend", ({"amount": "300", "per": "month"},))
    again = atlas("init", "--ledger", "elsewhere")
    assert "stays as it is" in again.stdout
    assert Path("atlas.toml").read_text(encoding="utf-8") == written
    Path("spend").mkdir()
    wrote("spend/calls-2026-09.jsonl", [made(tokens={"output": 200_000})] * 3)
    record = json.loads(atlas("report", "--json", "--today", "2026-09-02").stdout)
    assert (record["plan"]["total_usd"], record["plan"]["drift"]["actual_usd"]) == ("180.00", "6")
    assert record["budgets"][0]["amount_usd"] == "300"
    assert json.loads(gzip.decompress(Path("price-book.json.gz").read_bytes()))["as_of"]


@pytest.mark.parametrize("budget", ["abc", "-5", "nan"])
def test_a_budget_that_no_command_would_read_is_not_written(budget: str) -> None:
    found = atlas("init", "--budget", budget)
    assert found.exit_code and "amount" in str(found.exception)
    assert not Path("atlas.toml").exists()


def test_a_budget_without_a_name_is_called_by_its_group() -> None:
    Path("atlas.toml").write_text('[[spend.budgets]]\namount = "9"\ngroup = "team=a"\n', encoding="utf-8")
    path = wrote("a.jsonl", [made(tags={"team": "a"})])
    assert "team=a" in atlas("budget", path).stdout
    assert "team=a ok" in atlas("report", path, "--brief").stdout


def test_a_programs_own_check_and_the_command_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    atlas("init", "--budget", "300", "--prices")
    Path("spend").mkdir()
    wrote("spend/calls-2026-09.jsonl", [made(tokens={"output": 200_000})] * 3)
    monkeypatch.setattr(budget_left, "utc_now", lambda: "2026-09-02T00:00:00.000Z")
    told = json.loads(atlas("budget", "--json", "--today", "2026-09-02").stdout)
    assert budget_left.remaining().spent == Decimal(told[0]["actual_usd"]) == 6


def test_forecast_and_anomalies_say_what_the_record_says() -> None:
    calls = [made(f"2026-09-{n:02}", tokens={"output": 1_000_000}) for n in range(1, 21)]
    path = wrote("a.jsonl", [*calls, made("2026-09-11", hour=12, tokens={"output": 4_000_000})])
    assert "$240.00 so far, $340.00 at its end" in " ".join(atlas("forecast", path).stdout.split())
    assert "2026-09-11" in atlas("anomalies", path).stdout
    assert [a["day"] for a in json.loads(atlas("anomalies", path, "--json").stdout)["days"]] == ["2026-09-11"]
    assert "nothing stands out: fewer than 14" in atlas("anomalies", wrote("b.jsonl", calls[:3])).stdout


def test_exports_of_the_earlier_tools_are_read_and_added_once() -> None:
    Path("llmlab.csv").write_text(LLMLAB)
    Path("forecost.json").write_text(FORECOST)
    told = json.loads(atlas("report", "llmlab.csv", "forecost.json", "--json").stdout)
    # (1,000 × 2 + 100 × 10) + 2 × (1,000 × 2 + 50 × 10) millionths; their own costs are left out
    assert (told["total"]["usd"], told["total"]["calls"]) == ("0.008", 3)
    assert [row["name"] for row in told["by"]["tag search"]] == ["", "yes"]
    assert any("no calls" in note for note in told["files"][0]["notes"])
    assert any("row 3 is not read: created_at" in note for note in told["files"][0]["notes"])
    for added in ("1 calls added, 0 were there", "0 calls added, 1 were there"):
        assert added in atlas("import", "llmlab.csv", "--ledger", "kept").stdout
    assert "2 calls added" in atlas("import", "forecost.json", "--ledger", "kept").stdout
    assert "0 calls added, 2 were there" in atlas("import", "forecost.json", "--ledger", "kept").stdout
    assert json.loads(atlas("report", "kept", "--json").stdout)["total"] == told["total"]


def test_ledgers_are_merged_without_duplicates_also_behind_a_torn_line() -> None:
    one, other = made(request_id="r1"), made(hour=12, request_id="r2")
    Path("kept").mkdir()
    Path("kept/calls-2026-09.jsonl").write_bytes(ledger([one]) + b'{"v":1,"ts":"2026')
    told = atlas("import", wrote("b.jsonl", [one, other, made("2026-10-01"), made("2026-10-01")]), "--ledger", "kept")
    assert "3 calls added, 1 were there" in told.stdout
    assert sorted(path.name for path in Path("kept").iterdir()) == ["calls-2026-09.jsonl", "calls-2026-10.jsonl"]
    record = json.loads(atlas("report", "kept", "--json").stdout)
    assert record["total"]["calls"] == 4
    assert [(k["row"], k["file"]) for k in record["kept_aside"]] == [(2, "kept/calls-2026-09.jsonl")]
    Path("x.csv").write_text("a,b\n1,2\n")
    assert "no ledger" in str(atlas("import", "x.csv", "--ledger", "kept").exception)


def test_folders_of_several_people_are_told_apart() -> None:
    for name in ("ada", "ben"):
        Path(name).mkdir()
        wrote(f"{name}/calls-2026-09.jsonl", [made(request_id=name)])
    wrote("cy.jsonl", [made(request_id="cy", tags={"user": "known"})])
    for given in (("ada", "ben"), ("ada/calls-2026-09.jsonl", "ben/calls-2026-09.jsonl")):
        told = json.loads(atlas("report", *given, "cy.jsonl", "--tag-files", "user", "--json").stdout)
        assert sorted(row["name"] for row in told["by"]["tag user"]) == ["ada", "ben", "known"]
        assert [f["file"] for f in told["files"]] == ["ada/calls-2026-09.jsonl", "ben/calls-2026-09.jsonl", "cy.jsonl"]


def test_a_focus_export_comes_back_with_the_same_money() -> None:
    tokens = {"input_uncached": 1234, "cache_read": 777, "output": 55, "reasoning": 20}
    calls = [
        made(tokens=tokens, tags={"project": "p1"}),
        made("2026-09-02", tokens=tokens, tier="batch"),
        made(model="?"),
    ]
    path = wrote("a.jsonl", calls)
    assert atlas("export", path, "--format", "focus", "--out", "focus.csv").exit_code == 0
    told, back = (json.loads(atlas("report", one, "--json").stdout) for one in (path, "focus.csv"))
    assert back["files"][0]["kind"] == "focus" and back["files"][0]["role"] == "bill"
    assert back["total"]["usd"] == told["total"]["usd"]
    for table in ("day", "provider", "model", "class", "tag project"):
        assert {r["name"]: r["usd"] for r in back["by"][table] if r["usd"] != "0"} == {
            r["name"]: r["usd"] for r in told["by"][table] if r["usd"] != "0"
        }
    assert json.loads(atlas("report", "focus.csv", "--json").stdout)["unpriced"] == []


def test_every_call_is_exported_with_its_exact_cost() -> None:
    path = wrote("a.jsonl", [made(tags={"team": "=1+1"}), made(model="?"), made(tokens={"cache_read": 1})])
    rows = list(csv.DictReader(io.StringIO(atlas("export", path).stdout)))
    assert [row["usd"] for row in rows] == ["0.2", "", "0.0000002"]
    assert [row["output"] for row in rows] == ["", "", ""]
    assert rows[0]["tags"] == "team==1+1"
    assert len(list(csv.DictReader(io.StringIO(atlas("export", path, "--model", "closed-xl").stdout)))) == 2
    for form, part in (("markdown", "# Spend"), ("json", '"version": 1'), ("csv", "table,name")):
        assert part in atlas("export", path, "--format", form).stdout
    assert "one of" in str(atlas("export", path, "--format", "xls").exception)


def test_single_calls_are_shown_in_the_order_asked_for() -> None:
    path = wrote("a.jsonl", [made(tokens={"input_uncached": n}, request_id=f"r{n}") for n in (5, 9, 7)])

    def ids(*arguments: str) -> list[str]:
        page = json.loads(atlas("calls", path, "--json", *arguments).stdout)
        return [row[page["columns"].index("request_id")] for row in page["rows"]]

    assert ids("--sort", "input") == ["r9", "r7", "r5"]
    assert ids("--sort", "input", "--ascending", "--start", "1", "--count", "1") == ["r7"]
    assert "2 to 2 of 3 calls" in atlas("calls", path, "--start", "1", "--count", "1").stdout
    assert "sort is 'size'" in str(atlas("calls", path, "--sort", "size").exception)


def test_watching_shows_only_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(wrote("a.jsonl", [made(request_id="r1"), made(hour=11, request_id="r2")]))
    later = wrote("b.jsonl", [made(hour=13)])

    def written_meanwhile(_: float) -> None:
        with path.open("ab") as file:
            file.write(ledger([made(hour=12, model="new-one", request_id="r3")]))

    monkeypatch.setattr("generator.spend_file_commands.time.sleep", written_meanwhile)
    lines = atlas("watch", str(path), later, "--rounds", "2").stdout.splitlines()
    assert [("closed-xl" in line, "new-one" in line) for line in lines] == [
        (True, False),
        (True, False),
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]
    assert (lines[3], lines[5]) == ("3 calls, 0.6000 USD", "4 calls, 0.6000 USD")


def test_bars_stand_for_days_with_spend_and_for_nothing_else() -> None:
    """LL-R12: a flat history was drawn where there was none."""
    assert sparkline([{"usd": "8"}, {"usd": "0"}, {"usd": "4"}, {"usd": "0.1"}]) == "█ ▄▁"
    assert sparkline([]) == sparkline([{"usd": "0"}]) == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report"], "atlas spend init"),
        (["report", "missing.jsonl"], "cannot be read"),
        (["report", "a.jsonl", "--by", "colour"], "'colour' is not one of day"),
        (["report", "a.jsonl", "--period", "year"], "is not one of today"),
        (["report", "a.jsonl", "--period", "week", "--since", "2026-01-01"], "either --period"),
        (["report", "a.jsonl", "--tag", "team"], "team=search"),
        (["report", "a.jsonl", "--offset", "5"], "+05:30"),
        (["report", "a.jsonl", "--today", "soon"], "not a day"),
        (["import", "a.jsonl"], "--ledger"),
        (["init", "--model", "closed-xl"], "calls_per_day"),
        (["init", "--model", "closed-xl", "--calls-per-day", "nan"], "calls_per_day"),
    ],
)
def test_bad_input_is_said_in_words(arguments: list[str], message: str) -> None:
    wrote("a.jsonl", [made()])
    found = atlas(*arguments)
    assert isinstance(found.exception, InputError), found.output
    assert message in str(found.exception)


def test_the_guide_names_every_command_and_only_flags_that_exist() -> None:
    """LL-R20."""
    group: Any = get_command(spend_commands.commands)
    told = {name: {o for p in one.params for o in p.opts} for name, one in group.commands.items()}
    assert set(re.findall(r"atlas spend (\w+)", GUIDE)) == set(told)
    for line in re.findall(r"atlas spend (\w+)([^`\n#]*)", GUIDE):
        assert set(re.findall(r"--[a-z][\w-]*", line[1])) <= told[line[0]], line
    assert set(re.findall(r"--[a-z][\w-]*", GUIDE)) <= {flag for flags in told.values() for flag in flags}


def test_the_plan_of_the_guide_is_one() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    Path("atlas.toml").write_text(block)
    found = options_from({"plan": settings(Path.cwd()).plan, "budgets": settings(Path.cwd()).budgets})
    assert found.plan is not None and [e.calls_per_day for e in found.plan.entries] == [500, 2000]
    limits = re.findall(r"thresholds = \{.*?\}", GUIDE)[0]
    Path("atlas.toml").write_text(block + limits)
    again = options_from({"plan": settings(Path.cwd()).plan}).plan
    assert again is not None and again.thresholds == Thresholds()

"""`atlas regions` prints the figures of the page, for people and for programs."""

import csv
import io
import json
from functools import cache
from typing import Any

from typer.testing import CliRunner, Result

from generator import cli
from generator.regions.tables import COST_COLUMNS, SPREAD_COLUMNS

runner = CliRunner()


@cache
def ran(*arguments: str) -> Result:
    return runner.invoke(cli.app, ["regions", *arguments])


def record(*arguments: str) -> dict[str, Any]:
    result = ran(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_no_price_in_force_is_lost() -> None:
    whole = record()
    assert whole["compared"] + sum(whole["left_out"].values()) == whole["prices"]
    assert len(whole["spreads"]) > 1_000


def test_filters_keep_what_they_name() -> None:
    spreads = record("--provider", "azure", "--gpu", "H100 SXM")["spreads"]
    assert {(s["provider"], s["of"], s["kind"]) for s in spreads} == {("azure", "h100-sxm", "rental")}
    models = record("--model", "gpt-5.4")["spreads"]
    assert {s["of"] for s in models} == {"gpt-5.4"}
    assert {s["terms"] for s in record("--spot", "--gpu", "l4")["spreads"]} == {"spot"}


def test_csv_and_json_hold_the_same_rows_and_the_table_some_of_them() -> None:
    asked = ("--provider", "azure", "--gpu", "h200-sxm")
    rows = list(csv.DictReader(io.StringIO(ran(*asked, "--csv").stdout)))
    spreads = record(*asked)["spreads"]
    assert list(rows[0]) == [c.name for c in SPREAD_COLUMNS]
    assert [r["product"] for r in rows] == [s["product"] for s in spreads]
    assert rows[0]["spread_percent"] == spreads[0]["spread_percent"]
    table = ran("--provider", "azure", "--limit", "1")
    assert table.exit_code == 0
    assert "1 of" in table.stdout
    assert "A list price is no proof of capacity" in " ".join(table.stdout.split())


def test_zones_say_what_it_costs_to_stay() -> None:
    zones = record("--zones", "--provider", "openai")["zones"]
    assert {z["zone"] for z in zones} >= {"eu", "us"}
    assert list(zones[0]) == [c.name for c in COST_COLUMNS]
    assert all(float(z["least_percent"]) <= float(z["median_percent"]) <= float(z["most_percent"]) for z in zones)


def test_nothing_to_compare_is_exit_code_4_and_an_unknown_name_an_error() -> None:
    assert ran("--provider", "hyperstack", "--spot").exit_code == 4
    for flag, name in (("--provider", "nobody"), ("--gpu", "h1000"), ("--model", "no-model")):
        result = ran(flag, name)
        assert result.exception is not None
        assert flag in str(result.exception)
        assert name in str(result.exception)

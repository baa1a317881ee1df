"""No cent of any file is lost or counted twice: held against sums that this test makes from the raw text by itself."""

import csv
import io
import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.invoices import FOLDER, fixture
from tests.wasm_tools.priced import book
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.prepared import prepare
from wasm_tools.invoice.report import assessed, to_record

EVERY = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".json", ".jsonl"))
COSTS = {  # the column that adds up to the file, and the words of rows that repeat others
    "seed_inferenceatlas.csv": "amount_usd",
    "openai_cost_2026-09-01_2026-09-02.csv": "amount_value",
    "openai_cost_2025-10-01_2025-10-02.csv": "amount_value",
    "claude_api_cost_2026_09_01_to_2026_09_02.csv": "cost_usd",
    "aws_cur2_bedrock_2026-09.csv": "line_item_unblended_cost",
    "aws_cur_legacy_bedrock_2026-09.csv": "lineItem/UnblendedCost",
    "azure_cost_openai_2026-09.csv": "CostInBillingCurrency",
    "azure_cost_mca_2026-09.csv": "costInBillingCurrency",
    "focus_1_0.csv": "EffectiveCost",
    "focus_1_1.csv": "EffectiveCost",
    "focus_1_2.csv": "EffectiveCost",
    "focus_1_3.csv": "EffectiveCost",
    "focus_1_4.csv": "EffectiveCost",
    "openrouter_generations_2026-09.csv": "cost_total",
    "litellm_spendlogs_2026-09.csv": "spend",
}
BOOK = book()


def record(*files: tuple[str, bytes], **options: Any) -> dict[str, Any]:
    wanted = read_options(options)
    return to_record(assessed(prepare(files, BOOK, wanted.choices), wanted))


def added(amounts: Mapping[str, str]) -> Decimal:
    return sum(map(Decimal, amounts.values()), Decimal(0))


def require_conserved(found: dict[str, Any]) -> None:
    """Per file and currency parsed = analysed + excluded; the cells and every grouping add up to the same."""
    for file in found["files"]:
        assert file["rows"] == file["analysed_rows"] + file["excluded_rows"] + file["failed_rows"]
        for currency, parsed in file["parsed"].items():
            left = sum((Decimal(e["cost"].get(currency, "0")) for e in file["excluded"]), Decimal(0))
            assert Decimal(parsed) == Decimal(file["analysed"].get(currency, "0")) + left
    for sums in found["totals"].values():
        assert Decimal(sums["parsed"]) == Decimal(sums["analysed"]) + Decimal(sums["excluded"])
    analysed = Decimal(found["coverage"]["analysed_usd"])
    rates = sum((Decimal(r["amount_usd"]) for r in found["rates"]), Decimal(0))
    stated = Decimal(found["totals"].get("USD", {"analysed": "0"})["analysed"])
    assert analysed == stated + rates
    for table in found["by"].values():
        assert sum((Decimal(r["usd"]) for r in table), Decimal(0)) == analysed
    cells = [dict(zip(found["cells"]["columns"], row, strict=True)) for row in found["cells"]["rows"]]
    counted = [
        Decimal(c["usd"]) for c in cells if c["counted"] == "yes" and c["kind"] == "usage" and c["currency"] == "USD"
    ]
    assert sum(counted, Decimal(0)) == analysed == sum((Decimal(v["usd"]) for v in found["verdicts"]), Decimal(0))
    for tier in found["opportunities"].values():
        assert Decimal(tier["claimed_usd"]) <= Decimal(tier["up_to_usd"]) <= max(analysed, Decimal(0)) + Decimal("0.01")


@pytest.mark.parametrize("name", EVERY)
def test_every_file_is_conserved(name: str) -> None:
    found = record((name, fixture(name)), choices={"rates": {"EUR": "1.0837"}})
    assert not found["refused"]
    require_conserved(found)


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(sorted(COSTS)), seed=st.integers(0, 10_000), kept=st.integers(0, 12), again=st.integers(0, 6)
)
def test_rows_left_out_repeated_and_moved_add_up_to_what_a_plain_sum_says(
    name: str, seed: int, kept: int, again: int
) -> None:
    header, *rows = csv.reader(io.StringIO(fixture(name).decode("utf-8-sig")))
    chance = random.Random(seed)
    picked = [*chance.sample(rows, min(kept, len(rows))), *chance.choices(rows, k=again)]
    out = io.StringIO()
    csv.writer(out).writerows([header, *picked])
    found = record((name, out.getvalue().encode()))
    require_conserved(found)
    at = header.index(COSTS[name])
    costs = [row[at].strip().replace("$", "").replace(",", "") for row in picked]
    plain = sum((Decimal(cost) for cost in costs if cost not in ("", "NULL")), Decimal(0))
    (file,) = found["files"]
    assert added(file["parsed"]) == plain


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.sampled_from(EVERY), min_size=2, max_size=5, unique=True), seed=st.integers(0, 100))
def test_any_files_together_count_every_day_once(names: list[str], seed: int) -> None:
    """Files that cover the same spend are not added; whatever their order, nothing is lost."""
    random.Random(seed).shuffle(names)
    found = record(*((name, fixture(name)) for name in names), choices={"rates": {"EUR": "1.0837"}})
    assert len(found["files"]) + len(found["refused"]) == len(names)
    require_conserved(found)

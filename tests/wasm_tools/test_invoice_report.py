"""The report on whole files: totals by every grouping, coverage, what is unresolved, and nothing that order changes."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest

from tests.wasm_tools.bills import HEADER, bill
from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.priced import TARIFFS, book, tariff
from wasm_tools.invoice.report import Options, report, to_record
from wasm_tools.invoice.usage import InvoiceError

REAL = (
    *TARIFFS,
    tariff("openai", "gpt-x-pro", "output.text.token", "30"),
    tariff("openai", "gpt-4o", "input.text.token", "2.5", sku="gpt-4o-2024-08-06", region="global"),
    tariff("openai", "gpt-4o", "input.text.token;cache=read", "1.25", sku="gpt-4o-2024-08-06", region="global"),
    tariff("openai", "gpt-4o", "output.text.token", "10", sku="gpt-4o-2024-08-06", region="global"),
    tariff("openai", "gpt-4o", "output.text.token;tier=batch", "5", sku="gpt-4o-2024-08-06", region="global"),
)
OPENAI = "openai_cost_2026-09-01_2026-09-02.csv"


def record(*files: tuple[str, bytes], **shares: str) -> dict[str, Any]:
    wanted = Options(shares={name: Decimal(share) for name, share in shares.items()})
    found = to_record(report(files, book(REAL), wanted))
    assert json.loads(json.dumps(found)) == found  # JSON-safe
    return found


def test_a_real_format_from_file_to_findings() -> None:
    found = record((OPENAI, fixture(OPENAI)), batch="0.5")
    assert found["totals"] == {"USD": {"parsed": "11.05", "analysed": "14.3", "excluded": "-3.25"}}
    assert found["verdicts"] == [{"verdict": "list", "lines": 4, "usd": "14.3"}]
    assert found["coverage"]["share"] == "1"
    assert found["overpaid_usd"] == "0"
    (item,) = found["opportunities"]["A"]["items"]
    assert (item["id"], item["high_usd"], item["claimed_usd"]) == ("batch", "4.00", "2.00")
    assert item["formula"] == "8 × (1 − 5 ÷ 10) [output]"


def test_the_known_broken_example_is_told_with_the_reading_that_fits() -> None:
    found = record(("seed.csv", fixture("seed_inferenceatlas.csv")))
    assert found["totals"]["USD"]["analysed"] == "155"
    rows = [dict(zip(found["cells"]["columns"], row, strict=True)) for row in found["cells"]["rows"]]
    (wrong,) = (row for row in rows if row["verdict"] == "unit contradicts price")
    assert "÷ 1000000" in wrong["detail"]
    assert wrong["usd"] == "150"


def test_what_no_table_names_is_listed_with_its_spend() -> None:
    """IN-T04, IN-T22."""
    rows = ("openai,llm,1000000,tokens,3.00,gpt-x-mini-tts", "openai,llm,1000000,tokens,9.00,gpt-x-deep-research")
    found = record(("bill.csv", bill(*rows, header=HEADER + ",model")))
    assert [(u["model"], u["usd"]) for u in found["unresolved"]] == [
        ("gpt-x-deep-research", "9"), ("gpt-x-mini-tts", "3"),
    ]  # fmt: skip
    assert found["coverage"]["compared_usd"] == "0"
    assert found["opportunities"]["A"]["up_to_usd"] == "0.00"


def test_the_same_file_twice_is_refused_and_named() -> None:
    """IN-T16."""
    found = record((OPENAI, fixture(OPENAI)), ("copy.csv", fixture(OPENAI)))
    assert found["totals"]["USD"]["analysed"] == "14.3"
    assert "twice" in found["refused"][0]["message"]


def test_a_file_that_is_none_is_said_in_words() -> None:
    with pytest.raises(InvoiceError):
        record(("x.csv", b"a,b\n1,2\n"))


def made_bill(chance: random.Random) -> list[str]:
    """Rows of openai's cost file with quantities at, above and below list, credits and unknown names."""
    rows = []
    for _ in range(40):
        item = chance.choice(
            ["gpt-x, input", "gpt-x, output", "gpt-x, cached input", "other-y, input", "priority | gpt-x, input"]
        )
        quantity = chance.randrange(1, 10**8)
        usd = Decimal(quantity) * chance.choice([2, 8, 1]) / 10**6 * chance.choice([1, 1, Decimal("0.9"), -1])
        start = 1_788_220_800 + 86_400 * chance.randrange(0, 5)
        rows.append(
            f'{start},{start + 86400},,,{usd},{chance.choice(["usd", "usd", "eur"])},{quantity},tokens,"{item}",'
            f"u{chance.randrange(3)},k{chance.randrange(3)},p{chance.randrange(3)},org,,Org,,"
        )
    return rows


def findings(found: dict[str, Any]) -> Any:
    """All that must not depend on the order of rows or on how they lie in files."""
    kept = {name: found[name] for name in ("totals", "coverage", "verdicts", "reasons", "overpaid_usd", "unresolved")}
    tiers = {n: {**t, "items": [{**i, "parts": list(map(placeless, i["parts"]))} for i in t["items"]]}
             for n, t in found["opportunities"].items()}  # fmt: skip
    return kept | {"by": found["by"], "opportunities": tiers}


def placeless(part: dict[str, Any]) -> dict[str, Any]:
    """A part of an item without the place of its first line."""
    return {name: value for name, value in part.items() if name not in ("file", "row")}


def test_order_and_splitting_change_nothing() -> None:
    """IN-T24, and IN-T25 for the mix of kinds and currencies."""
    head = fixture(OPENAI).decode().splitlines()[0]
    for seed in range(5):
        chance = random.Random(seed)
        rows = made_bill(chance)

        def as_file(rows: list[str]) -> bytes:
            return "\n".join((head, *rows)).encode()

        whole = record(("a.csv", as_file(rows)))
        shuffled = rows[:]
        chance.shuffle(shuffled)
        assert findings(record(("a.csv", as_file(shuffled)))) == findings(whole)
        halves = record(("a.csv", as_file(rows[:17])), ("b.csv", as_file(rows[17:])))
        assert findings(halves) == findings(whole)
        for table in whole["by"].values():
            assert sum(Decimal(r["usd"]) for r in table) == Decimal(whole["coverage"]["analysed_usd"])
        for sums in whole["totals"].values():
            assert Decimal(sums["parsed"]) == Decimal(sums["analysed"]) + Decimal(sums["excluded"])

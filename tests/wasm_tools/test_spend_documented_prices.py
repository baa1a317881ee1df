"""Calls priced as their providers document: from the reply through the line of the ledger to dollars."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.priced import book, tariff
from tests.wasm_tools.recorded import calls_of, ledger
from wasm_tools.invoice.resolution import Names
from wasm_tools.invoice.usage import exact_sum
from wasm_tools.spend import log_reply
from wasm_tools.spend.spent import read_spend

__all__ = ["ledger"]
TABLE = tomllib.loads(
    (Path(__file__).parents[1] / "payloads" / "spend" / "documented_prices.toml").read_text(encoding="utf-8")
)
CASES = TABLE["cases"]
BOOK = book(
    (
        tariff(m["provider"], m["model"], meter, price, region="global")
        for m in TABLE["models"]
        for meter, price in m["prices"].items()
    ),
    Names(),
)


def dollars(folder: Path) -> Decimal:
    """What the calls of a ledger cost, as every report says it."""
    entries = read_spend([(path.name, path.read_bytes()) for path in folder.iterdir()], BOOK).entries
    assert not any(entry.unpriced or entry.empty for entry in entries)
    return exact_sum(entry.usd for entry in entries)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['model']}: {case['what']}")
def test_a_recorded_call_costs_what_its_provider_documents(case: dict[str, Any], ledger: Path) -> None:
    assert log_reply(json.loads(case["reply"]), **case.get("said", {}))
    (call,) = calls_of(ledger)
    assert call["model"] == case["model"]
    found, documented = dollars(ledger), Decimal(case["dollars"])
    if case["by"] == "document":
        digits = case.get("digits", -documented.as_tuple().exponent)
        found, documented = (round(amount, digits) for amount in (found, documented))
    assert found == documented


def test_the_cases_cover_what_is_priced_differently() -> None:
    printed = [case for case in CASES if case["by"] == "document"]
    about = {topic for case in CASES for topic in case["about"]}
    assert len(printed) >= 20
    assert about >= {"cache", "reasoning", "audio", "long context", "batch", "flex", "priority", "image", "embedding"}
    assert all(case.get("source") and case.get("read") for case in CASES)
    assert {case["model"] for case in CASES} == {model["model"] for model in TABLE["models"]}

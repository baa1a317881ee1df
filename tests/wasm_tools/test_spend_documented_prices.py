"""Calls priced as their providers document: from the reply through the line of the ledger to dollars."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.wasm_tools.invoices import opened
from tests.wasm_tools.priced import book, tariff
from tests.wasm_tools.recorded import calls_of, ledger
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Names
from wasm_tools.invoice.usage import UsageLine
from wasm_tools.spend import log_reply
from wasm_tools.spend.ledger import prompt_tokens

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


def dollars(call: dict[str, Any], prices: PriceBook) -> Decimal:
    """What a call costs, each class at the tariff whose threshold its prompt exceeds."""
    prompt, total = prompt_tokens(call["tokens"]), Decimal(0)
    for line in opened(json.dumps(call).encode() + b"\n").entries():
        assert isinstance(line, UsageLine)
        fitting = [t for t in prices.fit(line.key).said if prompt > t.meter.above_tokens or not t.meter.above_tokens]
        assert fitting, f"no price of {line.key.line_class}"
        total += max(fitting, key=lambda t: t.meter.above_tokens).offer.price * line.quantity / 1_000_000
    return total


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['model']}: {case['what']}")
def test_a_recorded_call_costs_what_its_provider_documents(case: dict[str, Any], ledger: Path) -> None:
    assert log_reply(json.loads(case["reply"]), **case.get("said", {}))
    (call,) = calls_of(ledger)
    assert call["model"] == case["model"]
    found, documented = dollars(call, BOOK), Decimal(case["dollars"])
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

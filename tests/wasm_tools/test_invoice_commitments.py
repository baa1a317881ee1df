"""Traffic of a bill on GPUs: only with two weeks, calls and a run rate, and only what saves at the worse peak."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.wasm_tools.catalogues import catalogue
from tests.wasm_tools.priced import bill_of, book, key, line
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.models import ModelBook, ModelFacts
from wasm_tools.invoice.opportunities import Tier, opportunities
from wasm_tools.invoice.opportunities.commitments import traffic_of
from wasm_tools.invoice.usage import UsageLine

PRICES = book(models=ModelBook({"open-70b": ModelFacts("open-70b", "Open 70B", "lab", "yes", 131072)}, {}, {}))


def bill(days: int = 20, calls: int | None = 500_000, prompt: int = 1000, output: int = 200) -> list[UsageLine]:
    """Calls of one length a day at 0.90 USD per million tokens."""
    lines = []
    for n in range(days):
        day = str(date(2026, 9, 1) + timedelta(n))
        for line_class, length in (("input_uncached", prompt), ("output", output)):
            tokens = (calls or 500_000) * length
            cost = str(Decimal(tokens) * 9 / 10**7)
            made = line(key("o70b", line_class, provider="hosta"), str(tokens), cost, day)
            lines.append(replace(made, requests=calls if line_class == "output" else None))
    return lines


def tier_d(lines: list[UsageLine], share: str = "0") -> Tier:
    cells = audited(bill_of(lines), PRICES).cells
    paid = sum((c.cost for c in cells), Decimal(0))
    shares = {"self-host": Decimal(share)}
    return opportunities(cells, PRICES, shares, paid, catalogue=catalogue())["D"]


def test_a_busy_open_model_is_planned_on_gpus_with_a_range_over_the_peak() -> None:
    """540 USD a day for 5.8 calls a second; the saving is a share of what was paid, by the planner's plans."""
    (item,) = tier_d(bill(), "0.5").items
    assert (item.id, item.basis) == ("self-host", Decimal(10800))
    assert 0 < item.low <= item.high < item.basis
    assert item.claimed == item.low / 2
    assert (item.facts["prompt_tokens"], item.facts["output_tokens"]) == ("1000", "200")
    assert item.facts["calls_per_second"] == "5.79"


def test_the_traffic_of_a_bill_is_what_its_sums_say() -> None:
    found = traffic_of(list(audited(bill_of(bill()), PRICES).cells), "open-70b")
    assert not isinstance(found, str)
    assert (found.prompt_tokens, found.output_tokens, found.cached_share, found.days) == (1000, 200, 0.0, 20)
    assert found.usd_per_month == Decimal("16416")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (bill(days=13), "fewer than 14 days"),
        (bill(calls=None), "does not say how many calls"),
        (bill(calls=100), "below 500 USD a month"),
    ],
)
def test_what_cannot_be_planned_is_told(lines: list[UsageLine], reason: str) -> None:
    tier = tier_d(lines)
    assert tier.items == ()
    assert reason in tier.not_comparable[0].reason


def test_a_quiet_model_stays_where_it_is() -> None:
    assert tier_d(bill(calls=20_000)).items == ()


def test_closed_models_and_reports_without_a_planner_have_no_such_tier() -> None:
    assert tier_d([line(key(), "1000000", "2.00")]).items == ()
    cells = audited(bill_of(bill()), PRICES).cells
    assert "D" not in opportunities(cells, PRICES, {}, Decimal(10800))

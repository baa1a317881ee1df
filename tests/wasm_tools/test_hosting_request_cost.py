"""Promises of the API cost with shares: exact figures, honest fallbacks, retries that only add."""

from decimal import Decimal

import pytest

from wasm_tools.planner.request_cost import RequestMix, TokenPrices, request_cost
from wasm_tools.workload.traffic import InputError

FULL = {
    "standard": (
        TokenPrices(0, Decimal(3), Decimal(15), Decimal("0.3"), Decimal("3.75"), Decimal(6)),
        TokenPrices(200_000, Decimal(6), Decimal("22.5"), Decimal("0.6"), Decimal("7.5"), Decimal(12)),
    ),
    "batch": (TokenPrices(0, Decimal("1.5"), Decimal("7.5"), Decimal("0.15"), Decimal("1.875"), Decimal(3)),),
}
PLAIN = {"standard": (TokenPrices(0, Decimal(3), Decimal(15)),)}


def usd(prices, **changes: object) -> Decimal:
    return request_cost(prices, RequestMix(10_000, 1_000, **changes)).usd  # type: ignore[arg-type]


def test_a_plain_request_is_tokens_times_prices() -> None:
    assert usd(FULL) == Decimal("0.045")
    assert request_cost(FULL, RequestMix(10_000, 1_000)).words == ()


def test_cached_and_written_tokens_have_their_own_prices() -> None:
    assert usd(FULL, cached_share=Decimal("0.8")) == Decimal("0.0234")  # 8,000 × 0.3 + 2,000 × 3 + 1,000 × 15
    assert usd(FULL, written_share=Decimal("0.5")) == Decimal("0.04875")  # 5,000 × 3.75 + 5,000 × 3 + 1,000 × 15
    assert usd(FULL, written_share=Decimal("0.5"), cache_lifetime="1h") == Decimal("0.06")


def test_the_whole_prompt_is_priced_by_its_band() -> None:
    assert request_cost(FULL, RequestMix(200_000, 1)).usd == (Decimal(3) * 200_000 + 15) / 1_000_000
    longer = request_cost(FULL, RequestMix(200_001, 1, cached_share=Decimal(1)))
    assert longer.usd == (Decimal("0.6") * 200_001 + Decimal("22.5")) / 1_000_000


def test_a_batch_share_is_paid_at_batch_prices() -> None:
    assert usd(FULL, batch_share=Decimal(1)) == Decimal("0.0225")
    assert usd(FULL, batch_share=Decimal("0.4")) == Decimal("0.6") * Decimal("0.045") + Decimal("0.4") * Decimal(
        "0.0225"
    )


def test_a_missing_price_is_the_standard_one_and_is_said() -> None:
    asked = RequestMix(10_000, 1_000, Decimal("0.5"), Decimal("0.2"), "1h", batch_share=Decimal("0.5"), tier="priority")
    cost = request_cost(PLAIN, asked)
    assert cost.usd == Decimal("0.045")
    assert {words.split(":")[0] for words in cost.words} == {
        "no priority price", "no batch price", "no price for cached tokens in the priority tier",
        "no price for cached tokens in the batch tier", "no price for writing to the cache in the priority tier",
        "no price for writing to the cache in the batch tier",
    }  # fmt: skip


def test_an_hour_of_cache_without_a_price_costs_what_five_minutes_do_and_never_less() -> None:
    prices = {"standard": (TokenPrices(0, Decimal(3), Decimal(15), Decimal("0.3"), Decimal("3.75")),)}
    cost = request_cost(prices, RequestMix(10_000, 1_000, written_share=Decimal(1), cache_lifetime="1h"))
    assert cost.usd == Decimal("0.0525")
    assert "the price for 5 minutes is counted" in cost.words[0]


def test_retries_cost_attempts_and_failures_are_spread_over_answers() -> None:
    mix = RequestMix(10_000, 1_000, success_rate=Decimal("0.9"), retries=2)
    cost = request_cost(FULL, mix)
    assert (cost.attempts, cost.answered) == (Decimal("1.11"), Decimal("0.999"))
    assert cost.usd == Decimal("0.045") * Decimal("1.11")
    assert cost.usd_per_answer == Decimal("0.045") * Decimal("1.11") / Decimal("0.999")
    assert cost.usd_per_answer == pytest.approx(Decimal("0.05"))  # 0.045 / 0.9, however often one tries
    free = request_cost(FULL, RequestMix(10_000, 1_000, success_rate=Decimal("0.9"), failures_charged=False))
    assert free.usd == Decimal("0.045") * Decimal("0.9") and free.usd_per_answer == Decimal("0.045")


def test_usage_cost_depends_on_no_replicas_and_scales_with_tokens() -> None:
    shares = [Decimal(n) / 10 for n in range(11)]
    costs = [usd(FULL, cached_share=s) for s in shares]
    assert costs == sorted(costs, reverse=True) and costs[0] - costs[1] == costs[9] - costs[10]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cached_share": Decimal("0.8"), "written_share": Decimal("0.3")}, "written_share"),
        ({"cached_share": Decimal("NaN")}, "cached_share"),
        ({"batch_share": Decimal("1.1")}, "batch_share"),
        ({"success_rate": Decimal(0)}, "success_rate"),
        ({"retries": -1}, "retries"),
        ({"retries": 101}, "retries"),
        ({"retries": True}, "retries"),
        ({"tier": "batch"}, "tier"),
        ({"cache_lifetime": "2h"}, "cache_lifetime"),
    ],
)
def test_impossible_mixes_name_their_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as error:
        RequestMix(10, 10, **changes)  # type: ignore[arg-type]
    assert error.value.field == field

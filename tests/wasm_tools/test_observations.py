"""What an observation of an API may say about a target: likely, near or missed with enough requests, never met."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasm_tools.performance.observations import ApiObservation, api_slo_status, read_observations
from wasm_tools.workload.traffic import InputError, Slo

SLO = Slo(1000.0, 40.0, 20_000.0)
SEEN = ApiObservation(
    "groq", "model-x", "global", "openrouter-endpoints", "2026-08-08T15:31Z", 30, 1200,
    300.0, 400.0, 600.0, 900.0, 1500.0, 50.0, False,
)  # fmt: skip


def test_half_an_hour_within_bounds_makes_a_target_likely_and_shows_the_window() -> None:
    found = api_slo_status(SEEN, SLO)
    assert (found.status, found.misses) == ("likely", ())
    assert "p95 TTFT 900 ms" in found.reason and "1,200 requests in 30 minutes on 2026-08-08" in found.reason
    assert "openrouter-endpoints" in found.reason and "slow tail" in found.reason


def test_the_token_latency_is_that_of_the_median_throughput() -> None:
    assert SEEN.itl_ms == 20.0
    slow = api_slo_status(replace(SEEN, tokens_per_second=10.0), SLO)
    assert (slow.status, slow.misses) == ("missed", (("itl", 2.5),))


@pytest.mark.parametrize(
    ("ttft", "status"), [(1000.0, "likely"), (1000.1, "near"), (1200.0, "near"), (1201.0, "missed")]
)
def test_a_fifth_over_the_bound_is_near_and_more_is_missed(ttft: float, status: str) -> None:
    found = api_slo_status(replace(SEEN, ttft_p95_ms=ttft), SLO)
    assert found.status == status
    assert [b for b, _ in found.misses] == ([] if status == "likely" else ["ttft"])


def test_the_tolerance_of_near_is_an_input() -> None:
    over = replace(SEEN, ttft_p95_ms=1100.0)
    assert [api_slo_status(over, SLO, near).status for near in (0.0, 0.05, 0.2)] == ["missed", "missed", "near"]


@pytest.mark.parametrize("near", [-0.1, 1.5, float("nan"), True])
def test_a_tolerance_that_is_no_share_is_refused(near: float) -> None:
    with pytest.raises(InputError, match="near_tolerance"):
        api_slo_status(SEEN, SLO, near)


def test_without_data_or_with_few_requests_nothing_is_known() -> None:
    assert api_slo_status(None, SLO).status == "unknown"
    few = api_slo_status(replace(SEEN, requests=99), SLO)
    assert few.status == "unknown" and "only 99 requests" in few.reason and "900" not in few.reason
    assert api_slo_status(replace(SEEN, requests=100), SLO).status == "likely"
    assert api_slo_status(replace(SEEN, tokens_per_second=None), SLO).status == "unknown"


def test_ttft_is_judged_at_the_percentile_of_the_target() -> None:
    for percentile, status in ((50, "likely"), (90, "likely"), (95, "likely"), (99, "missed")):
        assert api_slo_status(SEEN, replace(SLO, percentile=percentile)).status == status
        assert api_slo_status(SEEN, replace(SLO, ttft_percentile=percentile)).status == status


def test_a_p99_needs_five_hundred_requests() -> None:
    slo = Slo(2000.0, 40.0, 20_000.0, 99)
    assert [api_slo_status(replace(SEEN, requests=n), slo).status for n in (499, 500)] == ["unknown", "likely"]


def test_a_bound_on_output_speed_is_held_against_the_median_throughput() -> None:
    assert api_slo_status(SEEN, replace(SLO, tokens_per_s=50.0)).status == "likely"
    assert api_slo_status(SEEN, replace(SLO, tokens_per_s=100.0)).misses == (("throughput", 2.0),)


def test_availability_is_not_claimed_to_be_observed() -> None:
    assert "availability was not observed" in api_slo_status(SEEN, replace(SLO, availability=0.999)).reason


def test_a_reasoning_model_carries_the_warning_about_hidden_tokens() -> None:
    assert "hidden tokens" in api_slo_status(replace(SEEN, reasoning=True), SLO).reason
    assert "hidden tokens" not in api_slo_status(SEEN, SLO).reason


@given(st.floats(1, 1e6), st.floats(0.1, 1e4), st.integers(1, 10**6), st.floats(1, 1e5), st.floats(1, 1e4))
def test_a_looser_target_is_never_judged_worse_and_never_met(
    ttft: float, speed: float, requests: int, bound: float, per_token: float
) -> None:
    order = ("missed", "near", "likely")
    seen = replace(SEEN, ttft_p95_ms=ttft, tokens_per_second=speed, requests=requests)
    tight, loose = (api_slo_status(seen, Slo(bound * k, per_token * k, 1e7)).status for k in (1.0, 1.7))
    if requests < 100:
        assert tight == loose == "unknown"
    else:
        assert order.index(loose) >= order.index(tight)


def test_rows_of_the_pack_come_back_by_the_rate_they_belong_to() -> None:
    rows = [["model-x-instruct", *astuple(SEEN)]]
    assert read_observations(rows) == {("groq", "model-x-instruct", "global"): SEEN}

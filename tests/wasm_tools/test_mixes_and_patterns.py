"""Classes of requests, workloads of several steps, and the shape of a day."""

import math

import pytest

from wasm_tools.performance.lengths import Lengths, TokenSpread, fixed, fixed_lengths, lengths_of
from wasm_tools.workload.mixes import (
    RequestClass,
    Step,
    batchable_share,
    cacheable_share,
    mixed_lengths,
    stage_latency,
    step_loads,
)
from wasm_tools.workload.patterns import ArrivalPattern, hourly_peaks, peak_factor
from wasm_tools.workload.traffic import InputError, Slo, Workload

SLO = Slo(500, 35, 10_000)
SHORT = RequestClass("short", 0.75, fixed_lengths(100, 50), SLO, cacheable_share=0.5)
LONG = RequestClass("long", 0.25, fixed_lengths(900, 450), SLO, streaming=False, batchable=True)
OFFICE = ArrivalPattern("office", "Office", (0.25,) * 16 + (2.5,) * 8, 3.0, 1.0)


def test_lengths_of_a_mix_are_weighted_by_requests():
    mix = mixed_lengths((SHORT, LONG))
    assert (mix.prompt.mean, mix.output.mean) == (300, 150)
    assert mix.prompt.cv == pytest.approx(math.sqrt(0.75 * 200**2 + 0.25 * 600**2) / 300)
    assert mix.output.quantiles == (50, 450, 450, 450)


def test_a_mix_of_one_class_is_that_class():
    spread = TokenSpread(300, 0.9, (220, 600, 800, 1300))
    mix = mixed_lengths((RequestClass("all", 1.0, Lengths(spread, spread), SLO),))
    assert mix.prompt.quantiles == spread.quantiles and mix.prompt.mean == 300
    assert mix.prompt.cv == pytest.approx(0.9)


def test_cacheable_share_is_by_tokens():
    assert cacheable_share((SHORT, LONG)) == pytest.approx(0.5 * 75 / 300)
    assert batchable_share((SHORT, LONG)) == 0.25


def test_steps_carry_their_calls():
    rag = (
        Step("embed", "embed", 1, 1, 30),
        Step("rerank", "rerank", 2, 20, 400),
        Step("answer", "generate", 3, 1, 4000, 300),
        Step("check", "moderate", 3, 1, 300, share=0.5),
    )
    loads = {s.step.id: (s.qps, s.peak_qps) for s in step_loads(rag, 2, 5)}
    assert loads == {"embed": (2, 5), "rerank": (40, 100), "answer": (2, 5), "check": (1, 2.5)}
    assert stage_latency(rag, (10, 50, 3000, 200)) == 10 + 50 + 3000  # the check runs beside the answer
    with pytest.raises(InputError, match="kind"):
        Step("x", "dance", 1, 1, 10)
    with pytest.raises(InputError, match="peak_qps"):
        step_loads(rag, 5, 2)
    with pytest.raises(InputError, match="steps"):
        step_loads((), 1, 2)


@pytest.mark.parametrize("share", [0, -0.1, 1.1, math.nan])
def test_a_class_needs_a_share(share):
    with pytest.raises(InputError, match="share"):
        RequestClass("x", share, fixed_lengths(1, 1), SLO)


def test_waiting_requests_fill_the_valleys_and_lower_the_peak():
    assert hourly_peaks(OFFICE, 10) == pytest.approx([10 * f * 1.2 for f in OFFICE.hourly])
    assert peak_factor(OFFICE) == 3.0 and peak_factor(OFFICE, 0.5) == 1.5
    for share in (0.0, 0.1, 0.3, 0.6, 0.9, 1.0):
        day = hourly_peaks(OFFICE, 10, share)
        assert max(day) == pytest.approx(10 * peak_factor(OFFICE, share))
    assert hourly_peaks(OFFICE, 10, 1.0) == pytest.approx([10] * 24)
    # A tenth of the day's requests is 2.4 hours of mean rate: 0.15 on each of the 16 quiet hours, at 0.225 before.
    assert hourly_peaks(OFFICE, 10, 0.1)[0] == pytest.approx(10 * (0.225 + 0.15))


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("hourly", {"hourly": (1.0,) * 23}),
        ("hourly", {"hourly": (1.1,) * 24}),
        ("hourly", {"hourly": (math.nan,) * 24}),
        ("peak_factor", {"peak_factor": 0.9}),
        ("arrival_cv", {"arrival_cv": -1.0}),
    ],
)
def test_impossible_patterns_are_refused_by_name(field, arguments):
    given = {"id": "x", "title": "X", "hourly": (1.0,) * 24, "peak_factor": 1.5, "arrival_cv": 1.0, **arguments}
    with pytest.raises(InputError) as error:
        ArrivalPattern(**given)
    assert error.value.field == field


def test_workload_takes_lengths_that_agree_with_its_means():
    spread = Lengths(TokenSpread(512, 1, (400, 900, 1200, 2000)), fixed(256))
    assert lengths_of(Workload(512, 256, 1, 2, lengths=spread)) is spread
    assert lengths_of(Workload(512, 256, 1, 2)) == fixed_lengths(512, 256)
    with pytest.raises(InputError, match="prompt_tokens"):
        Workload(500, 256, 1, 2, lengths=spread)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("arrival_cv", math.nan),
        ("arrival_cv", -1),
        ("arrival_cv", True),
        ("cacheable_share", 1.0),
        ("cacheable_share", -0.1),
        ("batchable_share", 1.01),
        ("batchable_share", math.inf),
    ],
)
def test_impossible_workloads_are_refused_by_name(field, value):
    with pytest.raises(InputError) as error:
        Workload(512, 256, 1, 2, **{field: value})
    assert error.value.field == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("percentile", 75),
        ("ttft_percentile", 100),
        ("itl_percentile", True),
        ("e2e_percentile", 0),
        ("tokens_per_s", 0),
        ("tokens_per_s", math.nan),
        ("availability", 1),
        ("availability", math.nan),
    ],
)
def test_impossible_targets_are_refused_by_name(field, value):
    with pytest.raises(InputError) as error:
        Slo(1, 1, 1, **{field: value})
    assert error.value.field == field

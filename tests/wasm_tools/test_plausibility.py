"""What cannot be true of a measured row, on a model and a GPU whose bounds can be worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest

from tests.wasm_tools.performance_book import DENSE, GPU
from wasm_tools.performance.plausibility import Claim, implausible, repeated

# 8e9 parameters at 2 bytes over 1e12 bytes/s: 16 ms a token. 2 · 8e9 · 1,000 operations at 1e14/s: 160 ms a prompt.
ROW = Claim(
    DENSE, GPU, "bf16", replica_gpus=1, tensor_parallel=1, context=4096, prompt=1000.0, output=100.0, concurrency=2.0,
    requests_per_s=2.0 / 2.16, output_tokens_per_s=200.0 / 2.16, requests=200, seconds=216.0,
    means={"ttft": 180.0, "tpot": 20.0}, percentiles={"ttft": {50: 170.0, 95: 300.0}},
)  # fmt: skip


def fields(**changed: Any) -> set[str]:
    return {f.field for f in implausible(replace(ROW, **changed))}


def test_a_row_whose_figures_fit_together_is_left_alone() -> None:
    assert list(implausible(ROW)) == []
    assert list(implausible(Claim())) == []  # what is not told is not judged


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"means": {"ttft": 180.0, "tpot": 15.9}}, "tpot"),
        ({"means": {"ttft": 159.0, "tpot": 20.0}}, "ttft"),
        ({"means": {"itl": 15.9}}, "itl"),
        ({"percentiles": {"ttft": {90: 200.0, 95: 199.0}}}, "ttft"),
        ({"percentiles": {"ttft": {50: 361.0}}}, "ttft"),  # above twice the mean
        ({"means": {"ttft": 0.0}}, "ttft"),
        ({"prompt": 4000.0}, "prompt_tokens"),
        ({"tensor_parallel": 3}, "tensor_parallel"),
        ({"gpu": replace(GPU, memory_bytes=15 * 10**9)}, "gpus"),
        ({"concurrency": 3.0}, "concurrency"),
        ({"concurrency": 1.5}, "concurrency"),
        ({"output_tokens_per_s": 200.0}, "output_tokens_per_s"),
        ({"requests_per_s": 7.0, "concurrency": None, "output_tokens_per_s": None, "seconds": None},
         "output_tokens_per_s"),  # 7 · 1,100 tokens · 16e9 operations = 1.23e14 a second
        ({"seconds": 100.0}, "requests_per_s"),
        ({"requests": 1}, "concurrency"),
    ],
    ids=str,
)  # fmt: skip
def test_each_bound_is_seen(changed: dict[str, Any], field: str) -> None:
    assert field in fields(**changed)


def test_just_within_a_bound_is_possible() -> None:
    assert "tpot" not in fields(means={"ttft": 180.0, "tpot": 16.0})
    assert "ttft" not in fields(means={"ttft": 160.0, "tpot": 20.0})
    assert "ttft" not in fields(percentiles={"ttft": {50: 359.0, 95: 3599.0}})  # twice and twenty times the mean
    assert "gpus" not in fields(gpu=replace(GPU, memory_bytes=16 * 10**9))


def test_four_gpus_read_four_times_as_fast_and_a_cached_prompt_is_not_computed() -> None:
    assert "tpot" not in fields(tensor_parallel=4, replica_gpus=4, means={"tpot": 4.0})
    assert "ttft" not in fields(cached_share=0.5, means={"ttft": 80.0, "tpot": 20.0}, percentiles={})
    assert "tpot" in fields(tensor_parallel=1, replica_gpus=4, means={"tpot": 4.0})  # stages in a row do not


def test_an_unknown_precision_counts_as_the_smallest() -> None:
    assert "tpot" in fields(precision="fp8", means={"tpot": 7.9})
    assert "tpot" not in fields(precision="", means={"tpot": 4.0})
    assert "tpot" in fields(precision="", means={"tpot": 3.9})


def test_a_value_that_most_rows_have_is_a_clamp() -> None:
    """As 403 of 500 interpolated rows of Compass with exactly 5.0 ms (parity CO-R05)."""
    assert repeated([5.0] * 403 + [6.0 + n for n in range(97)]) == (5.0, 403)
    assert repeated([float(n) for n in range(500)]) is None
    assert repeated([5.0] * 10) is None  # ten rows say nothing

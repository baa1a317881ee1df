"""Workloads and targets: what can be asked for, and what is refused by field."""

import pytest

from wasm_tools.workload.traffic import InputError, Slo, Workload, class_slo, qps_of_users


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("prompt_tokens", (0, 10, 1, 1)),
        ("prompt_tokens", (True, 10, 1, 1)),
        ("prompt_tokens", (10.5, 10, 1, 1)),
        ("output_tokens", (10, -1, 1, 1)),
        ("output_tokens", (10, 10**9, 1, 1)),
        ("qps", (10, 10, 0, 1)),
        ("qps", (10, 10, float("nan"), 1)),
        ("qps", (10, 10, 1e308, 1e308)),
        ("peak_qps", (10, 10, 2, 1)),
        ("peak_qps", (10, 10, 2, float("inf"))),
    ],
)
def test_absurd_workload_is_refused_by_field(field: str, values: tuple[float, ...]) -> None:
    with pytest.raises(InputError) as refused:
        Workload(*values)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize("percentile", [0, 75, 100])
def test_percentile_without_data_is_refused(percentile: int) -> None:
    with pytest.raises(InputError, match="p50, p90, p95 or p99"):
        Slo(1, 1, 1, percentile)


def test_users_become_requests_per_second() -> None:
    assert qps_of_users(1000, 0.2, 0.4) == pytest.approx(4 / 3)
    with pytest.raises(InputError, match="users"):
        qps_of_users(0, 0.2, 0.4)


def test_class_bound_follows_from_the_output_length() -> None:
    assert class_slo(300, 30, 1.1, 256) == Slo(300, 30, 300 + 255 * 30 * 1.1)

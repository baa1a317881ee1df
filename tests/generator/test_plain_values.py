"""Values in damaged texts: stated, or nothing; and the connectors that met them in fuzzing."""

import pytest

from generator.sync.plain_values import day_of, host_of, whole
from generator.sync.sources.llmrates_labels import Label, label_meaning
from generator.sync.sources.skypilot import _memory


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("0128", 128), ("9" * 12, 10**12 - 1)])
def test_plain_digits_are_a_number(text: str, value: int) -> None:
    assert whole(text) == value


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٣", " 1", "9" * 13, "9" * 5000])
def test_what_is_no_count_is_nothing(text: str) -> None:
    assert whole(text) is None


def test_days_and_hosts_of_damaged_texts_are_empty() -> None:
    assert day_of(1_795_000_000) == "2026-11-18" and day_of(1e14) == "" and day_of(float("nan")) == ""
    assert host_of("https://example.org/a") == "example.org"
    assert [host_of(url) for url in ("https://[/", "https://[]/", "no address")] == ["", "", ""]


def test_a_memory_beyond_all_measure_is_unknown() -> None:
    assert _memory("{'Gpus': [{'MemoryInfo': {'SizeInMiB': 81920}}]}") == 80
    assert _memory("{'Gpus': [{'MemoryInfo': {'SizeInMiB': 1e999}}]}") == 0


def test_hours_of_thousands_of_digits_are_no_window() -> None:
    assert label_meaning("费用发生时段: 0点～8点").windows == ("1600-0000",)
    for digits in ("9" * 5001, "123"):
        assert label_meaning(f"费用发生时段: {digits}点～8点") == Label(problem="tier_label: not understood")

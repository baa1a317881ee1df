"""Unit spellings: every one that bills use is a base unit with its factor, or has a reason."""

from decimal import Decimal

import pytest

from tests.wasm_tools.bills import SPELLINGS, UNITS, WORKLOADS, table
from wasm_tools.invoice import UnitTableError, unit_spellings, workload_names
from wasm_tools.pricing.offers import WORKLOADS as OUR_WORKLOADS

STATED = {  # the 38 spellings of the earlier system's data, for the workload they appear under
    ("1m_tokens", "llm"): ("token", 1_000_000), ("audio_min", "speech-to-text"): ("audio_second", 60),
    ("image", "image"): ("image", 1), ("second", "llm"): ("gpu_second", 1), ("1M_tokens", "llm"): ("token", 1_000_000),
    ("1k_chars", "text-to-speech"): ("character", 1_000), ("megapixel", "image"): ("megapixel", 1),
    ("audio_hour", "speech-to-text"): ("audio_second", 3_600), ("minute", "speech-to-text"): ("audio_second", 60),
    ("per_image", "image"): ("image", 1), ("generation", "image"): None, ("video", "video"): None,
    ("per_step", "image"): None, ("video_second", "video"): ("video_second", 1),
    ("1k_characters", "text-to-speech"): ("character", 1_000), ("gpu_hour", "llm"): ("gpu_second", 3_600),
    ("video_minute", "video"): ("video_second", 60), ("1K_tokens", "llm"): ("token", 1_000),
    ("hour", "speech-to-text"): ("audio_second", 3_600), ("check", "moderation"): ("request", 1),
    ("per_1k_searches", "rerank"): ("search", 1_000), ("request", "llm"): ("request", 1),
    ("1000_chars", "text-to-speech"): ("character", 1_000), ("core_second", "llm"): None, ("GiB_second", "llm"): None,
    ("output_video_second", "video"): ("video_second", 1), ("1000_tokens", "llm"): ("token", 1_000),
    ("1000_prompts", "moderation"): ("request", 1_000), ("1M_chars", "text-to-speech"): ("character", 1_000_000),
    ("1m_chars", "text-to-speech"): ("character", 1_000_000), ("face_month", "vision"): None,
    ("compute_second", "llm"): None, ("training_run", "llm"): None, ("10_seconds", "video"): ("video_second", 10),
    ("5sec_video", "video"): ("video_second", 5), ("1000_requests", "moderation"): ("request", 1_000),
    ("1000_images", "vision"): ("image", 1_000), ("1b_pixels", "image"): ("megapixel", 1_000),
}  # fmt: skip


@pytest.mark.parametrize(("spelling", "workload"), STATED, ids=lambda v: str(v))
def test_every_spelling_of_the_earlier_system_has_a_unit_or_a_reason(spelling: str, workload: str) -> None:
    expected, found = STATED[spelling, workload], SPELLINGS.conversion(spelling, workload)
    if expected is None:
        assert not found.unit
        assert found.reason and "not known" not in found.reason
    else:
        assert (found.unit, found.factor) == (expected[0], Decimal(expected[1]))


def test_all_38_spellings_are_listed() -> None:
    assert len({spelling for spelling, _ in STATED}) == 38


@pytest.mark.parametrize(
    ("workload", "unit"),
    [("speech-to-text", "audio_second"), ("video", "video_second"), ("llm", "gpu_second"), ("gpu", "gpu_second")],
)
@pytest.mark.parametrize(("spelling", "factor"), [("second", 1), ("Minutes", 60), ("per_hour", 3_600)])
def test_a_duration_means_what_its_workload_bills(workload: str, unit: str, spelling: str, factor: int) -> None:
    found = SPELLINGS.conversion(spelling, workload)
    assert (found.unit, found.factor) == (unit, factor)


def test_a_duration_that_may_be_either_is_not_converted() -> None:
    assert "which" in SPELLINGS.conversion("minute", "vision").reason
    assert "which" in SPELLINGS.conversion("second", "").reason


@pytest.mark.parametrize("spelling", ["1m_tokens", "1M_tokens", "1M tokens", " 1m-Tokens "])
def test_spelling_is_compared_without_case_blanks_and_hyphens(spelling: str) -> None:
    assert SPELLINGS.conversion(spelling, "llm").factor == 1_000_000


@pytest.mark.parametrize(
    ("spelling", "unit"),
    [("tokens", "token"), ("Tokens", "token"), ("characters", "character"), ("images", "image"), ("pages", "page"),
     ("requests", "request"), ("gpu_seconds", "gpu_second"), ("Token-Hours", "token_hour"),
     ("1000000 Tokens", "token"), ("audio-hour", "audio_second")],
)  # fmt: skip
def test_units_of_the_other_bill_formats_are_known(spelling: str, unit: str) -> None:
    assert SPELLINGS.conversion(spelling, "llm").unit == unit


def test_an_unknown_unit_is_named_in_its_reason() -> None:
    assert "'parsecs'" in SPELLINGS.conversion("parsecs", "llm").reason
    assert SPELLINGS.conversion("", "llm").reason == "the file names no unit"


def test_every_unit_of_the_registry_can_be_written_as_its_own_id() -> None:
    for unit in UNITS.units:
        found = SPELLINGS.conversion(unit, "llm")
        assert (found.unit, found.factor) == (unit, 1), unit


def test_tables_name_workloads_that_exist() -> None:
    ours = {*OUR_WORKLOADS, "gpu"}
    assert set(WORKLOADS.values()) == ours
    assert {r["workload"] for r in table("invoice_units.csv")} <= {*ours, "*"}
    for workload in OUR_WORKLOADS:
        assert WORKLOADS[workload.replace("-", "_")] == workload


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("x", "*", "", "", ""), "either a unit or a reason"),
        (("x", "*", "token", "1", "no"), "either a unit or a reason"),
        (("x", "*", "furlong", "1", ""), "not in the unit registry"),
        (("x", "*", "token", "0", ""), "above 0"),
        (("x", "*", "token", "two", ""), "not a number"),
        (("tokens", "*", "token", "5", ""), "two rows disagree"),
    ],
)
def test_a_wrong_row_of_the_table_is_refused_by_name(row: tuple[str, ...], message: str) -> None:
    columns = ("spelling", "workload", "unit", "factor", "reason")
    rows = [*table("invoice_units.csv"), dict(zip(columns, row, strict=True))]
    with pytest.raises(UnitTableError, match=message):
        unit_spellings(rows, UNITS)


def test_an_alias_of_two_workloads_is_refused() -> None:
    with pytest.raises(UnitTableError, match="'stt'"):
        workload_names([{"alias": "stt", "workload": "speech-to-text"}, {"alias": "STT ", "workload": "vision"}])

"""The invoice analysis of InferenceAtlas, restated: its vectors, its faults, and all its stored reference results."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from generator.compat_tables import inference_atlas_catalogue_tables, inference_atlas_rows
from generator.places import checkout
from tests.wasm_tools.test_compat_inference_atlas_catalogue import CATALOGUE, ROWS
from wasm_tools.compat import inference_atlas as library
from wasm_tools.compat.inference_atlas_invoice import InvoiceAnswer, savings_rows
from wasm_tools.workload.traffic import InputError

TABLES = inference_atlas_catalogue_tables(checkout().registry)
HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd"
COLUMNS = (
    "invoice_line", "current_provider", "workload_type", "usage_qty", "usage_unit", "amount_usd",
    "effective_unit_price", "best_provider", "best_offering", "best_unit_price", "estimated_savings_usd", "savings_pct",
    "source_kind",
)  # fmt: skip


def analysed(*lines: str) -> InvoiceAnswer:
    return library.analyze_invoice_csv("\n".join((HEADER, *lines)).encode(), ROWS, TABLES)


def test_synthetic_vector_comes_out() -> None:
    answer = analysed(
        "A,stt,100,audio_hour,40",
        "B,transcription,1000,audio_min,6.5",
        "Z,speech_to_text,10,minutes,9",
        "A,stt,0,audio_hour,5",
        "A,stt,1,audio_hour,0.30",
    )
    assert answer.summary == {
        "invoice_lines_analyzed": 2,
        "total_spend_usd": 55.8,
        "total_estimated_savings_usd": 10.5,
    }
    assert [(s.invoice_line, s.best_offering, s.estimated_savings_usd, s.savings_pct) for s in answer.savings] == [
        (2, "B1", 10.0, 25.0),
        (3, "A1", 0.5, 7.69),
    ]


def test_savings_have_the_columns_of_the_old_file_in_order() -> None:
    rows = savings_rows(analysed("A,stt,100,audio_hour,40"))
    assert tuple(rows[0]) == COLUMNS


def test_lines_that_do_not_parse_vanish_without_a_word() -> None:
    answer = analysed('A,stt,"1,000",audio_hour,40', "A,stt,1,audio_hour", "A,stt,1,audio_hour,-5", "")
    assert answer.summary["total_spend_usd"] == 0
    assert answer.savings == []


def test_not_a_number_passes_through_to_the_totals() -> None:
    answer = analysed("A,stt,nan,audio_hour,40")
    assert math.isnan(answer.total_estimated_savings_usd)


@pytest.mark.parametrize("data", [b"", b"provider,usage_qty\n", b"\xef\xbb\xbf" + HEADER.encode()])
def test_missing_columns_are_named(data: bytes) -> None:
    with pytest.raises(InputError, match="lacks the columns"):
        library.analyze_invoice_csv(data, ROWS, TABLES)


def test_huge_field_is_an_error_not_a_crash() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        analysed("A,stt,1,audio_hour," + "9" * 200_000)


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("line", "offering", "saving", "share"),
    [
        ("openai,llm,10,1m_tokens,150", "GPT-5 Nano Cache Read", 149.95, 99.97),
        ("openai,llm,10,1M_tokens,150", None, 149.5, 99.67),
        ("elevenlabs,tts,500,1k_chars,80", None, 66.5, 83.12),
    ],
)
def test_vectors_of_the_frozen_catalogue(
    mirror: Path, line: str, offering: str | None, saving: float, share: float
) -> None:
    rows = inference_atlas_rows(mirror / CATALOGUE, TABLES)
    (found,) = library.analyze_invoice_csv(f"{HEADER}\n{line}".encode(), rows, TABLES).savings
    assert (found.estimated_savings_usd, found.savings_pct) == (saving, share)
    assert offering in (None, found.best_offering)


def close(stated: Any, found: Any) -> bool:
    if stated in ("NaN", "Infinity"):
        return str(float(found)) == str(float(stated))
    if isinstance(stated, float):
        return math.isclose(stated, found, rel_tol=1e-9)
    return bool(stated == found)


@pytest.mark.mirror
def test_all_22_reference_invoices_agree(mirror: Path, upstream: Path) -> None:
    rows = inference_atlas_rows(mirror / CATALOGUE, TABLES)
    cases = json.loads((upstream / "reference_results/inference_atlas/invoice_analysis.json").read_bytes())
    for case in cases:
        data = case["inputs"]["csv"].encode()
        if "error" in case:
            with pytest.raises(InputError) as caught:
                library.analyze_invoice_csv(data, rows, TABLES)
            assert caught.value.message.endswith(case["error"].split("columns: ")[1])
            continue
        answer = library.analyze_invoice_csv(data, rows, TABLES)
        assert all(close(v, answer.summary[k]) for k, v in case["summary"].items()), case["name"]
        for found, stated in zip(savings_rows(answer), case["results"], strict=True):
            assert all(close(v, found[k]) for k, v in stated.items()), (case["name"], found, stated)
    assert len(cases) == 22

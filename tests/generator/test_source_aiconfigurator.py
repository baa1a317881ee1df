"""What the AIConfigurator connector promises, on an excerpt of the measured points."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from generator.sync.sources.aiconfigurator import BF16_NOTE, points
from generator.sync.statements import PayloadError
from wasm_tools.performance.points import BenchmarkPoint

EXCERPT = Path(__file__).parents[1] / "payloads" / "aiconfigurator.csv"


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(EXCERPT.read_text())))


def table(*records: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows()[0]))
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def plain_row(**changes: str) -> dict[str, str]:
    return rows()[0] | changes


def test_a_point_keeps_its_measured_means_and_configuration() -> None:
    (got,), rejected = points(table(plain_row()))
    assert got == BenchmarkPoint(
        model="meta-llama/Llama-3.1-70B", precision="fp8", gpu="h100_sxm", engine="vllm", engine_version="",
        tp=4, ep=1, isl=1024, osl=1024, concurrency=got.concurrency, ttft_ms=float(rows()[0]["silicon_ttft_ms"]),
        tpot_ms=float(rows()[0]["silicon_tpot_ms"]), statistic="mean", origin="infx", measured="2025-10-29",
    )  # fmt: skip
    assert not rejected


def test_rows_that_cannot_be_used_are_counted_with_their_reason() -> None:
    found, rejected = points(EXCERPT.read_bytes())
    assert rejected == {
        "TensorRT-LLM DeepSeek: speculative decoding is not labelled": 3,
        "tensor parallelism over 8: a wrong TP x EP product": 2,
        "attention data parallelism": 2,
        "disaggregated serving": 2,
        "older row of a repeated configuration": 1,
    }
    assert len(found) + sum(rejected.values()) == len(rows())


def test_the_newest_day_of_a_configuration_wins_in_any_order() -> None:
    older = plain_row(silicon_data_source="db-dump/x; silicon_concurrency=4; measured=2026-01-01", silicon_tpot_ms="1")
    newer = plain_row(silicon_data_source="db-dump/x; silicon_concurrency=4; measured=2026-02-01", silicon_tpot_ms="2")
    for order in ((older, newer), (newer, older)):
        (got,), rejected = points(table(*order))
        assert (got.tpot_ms, got.measured) == (2.0, "2026-02-01")
        assert rejected == {"older row of a repeated configuration": 1}


def test_of_one_day_the_last_row_wins() -> None:
    (got,), _ = points(table(plain_row(silicon_tpot_ms="1"), plain_row(silicon_tpot_ms="2")))
    assert got.tpot_ms == 2.0


def test_another_engine_version_is_not_another_configuration() -> None:
    found, _ = points(table(plain_row(backend_version="1"), plain_row(backend_version="2")))
    assert [p.engine_version for p in found] == ["2"]


def test_concurrency_comes_from_the_label_and_else_from_the_batch_size() -> None:
    (labelled,), _ = points(table(plain_row(silicon_data_source="x; silicon_concurrency=7", batch_size="9")))
    (unlabelled,), _ = points(table(plain_row(silicon_data_source="x", batch_size="9")))
    assert (labelled.concurrency, unlabelled.concurrency) == (7, 9)


def test_a_blank_precision_is_assumed_and_says_so() -> None:
    (got,), _ = points(table(plain_row(precision="")))
    assert (got.precision, got.note) == ("bf16", BF16_NOTE)


def test_a_placeholder_date_is_unknown() -> None:
    (got,), _ = points(table(plain_row(silicon_data_source="x; measured=2025-09-01T00:00:00Z")))
    assert got.measured == ""


def test_a_degree_of_zero_means_not_used() -> None:
    (got,), _ = points(table(plain_row(moe_ep_size="0", attention_dp_size="")))
    assert got.ep == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"pp_size": "2"}, "pipeline parallelism"),
        ({"isl": "many"}, "row with an unreadable number"),
        ({"silicon_tpot_ms": ""}, "row with an unreadable number"),
        ({"silicon_tpot_ms": "0"}, "row with a time or length that cannot be"),
        ({"silicon_ttft_ms": "nan"}, "row with a time or length that cannot be"),
        ({"silicon_data_source": "x", "batch_size": "?"}, "row without a concurrency"),
    ],
)
def test_a_row_that_is_no_measurement_costs_only_itself(change: dict[str, str], reason: str) -> None:
    found, rejected = points(table(plain_row(**change), plain_row()))
    assert len(found) == 1 and rejected == {reason: 1}


def test_a_half_written_table_costs_only_its_last_row() -> None:
    body = table(plain_row(), plain_row(isl="2048"))
    found, rejected = points(body[:-60])
    assert len(found) == 1 and rejected == {"row with another number of fields than the header": 1}


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"<html>not found</html>"])
def test_another_table_is_refused_by_name(body: bytes) -> None:
    with pytest.raises(PayloadError, match="aiconfigurator"):
        points(body)


@pytest.mark.mirror
def test_the_points_are_those_of_the_independent_filter(upstream: Path) -> None:
    """The cleaned calibration file was made with other code; it differs in one notation, an EP of 0 for none."""
    found, rejected = points((upstream / "benchmarks" / "silicon_sample.csv").read_bytes())
    path = upstream / "benchmarks" / "calibration" / "silicon_sample_clean_agg.csv"
    with path.open(encoding="utf-8", newline="") as file:
        clean = list(csv.DictReader(file))
    assert len(found) == len(clean) == 2266
    assert sum(rejected.values()) + len(found) == 5221
    theirs = Counter(
        (
            c["model_path"], c["precision"] or "bf16", c["system"], c["backend"], c["backend_version"],
            int(float(c["tp_size"])), max(1, int(float(c["moe_ep_size"]))), int(float(c["isl"])),
            int(float(c["osl"])), int(float(c["conc"])), float(c["mean_ttft_ms"]), float(c["mean_tpot_ms"]), c["src"],
            "" if c["measured"] == "2025-09-01" else c["measured"],
        )
        for c in clean
    )  # fmt: skip
    ours = Counter(
        (
            p.model, p.precision, p.gpu, p.engine, p.engine_version, p.tp, p.ep, p.isl, p.osl, p.concurrency,
            p.ttft_ms, p.tpot_ms, p.origin, p.measured,
        )
        for p in found
    )  # fmt: skip
    assert ours == theirs

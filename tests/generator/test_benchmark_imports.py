"""Imports of benchmark facts: what is kept, converted, joined and refused."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from generator.benchmarks import import_benchmarks, import_report
from generator.benchmarks.argonne import argonne
from generator.benchmarks.inferencemax import inferencemax
from generator.benchmarks.lengths import Recording, arrivals, lengths, quantile
from generator.benchmarks.mlperf import TIMES, mlperf
from generator.benchmarks.tables import Names, figure, names_of
from generator.tables import TableError

REGISTRY = Path(__file__).parents[2] / "data" / "registry"


def written(path, rows):
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def records(table):
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def run(**changes):
    times = {f"{s}_{m}": "0.5" for s in ("mean", "median", "p99") for m in ("ttft", "tpot", "itl", "e2el")}
    row = {
        "run_id": "7",
        "system": "h100_sxm",
        "model": "openai/gpt-oss-120b",
        "backend": "vllm",
        "image": "vllm#x:1",
        "precision": "fp4",
        "isl": "1024",
        "osl": "1024",
        "tp": "4.0",
        "ep": "1.0",
        "dp_attention": "False",
        "conc": "8",
        "disagg": "False",
        "spec_decoding": "none",
        "output_tput_per_gpu": "12.5",
        "cfg_in_silicon_sample": "True",
    }
    return row | times | changes


def test_the_newest_run_wins_and_seconds_become_milliseconds(tmp_path):
    rows = [run(run_id="9", mean_ttft="0.123456789"), run(run_id="10", mean_ttft="0.2"), run(run_id="8")]
    rows += [run(disagg="True"), run(spec_decoding="mtp"), run(conc="16")]
    table = inferencemax(
        written(tmp_path / "x.csv", rows), names_of("inferencemax", REGISTRY / "benchmarks" / "names.csv")
    )
    eight, sixteen = records(table)
    assert (eight["ttft_mean_ms"], eight["source"], eight["repeats"]) == ("200", "InferenceMAX run 10", "3")
    assert (eight["gpu"], eight["tp"], eight["itl_p99_ms"], sixteen["concurrency"]) == ("h100-sxm", "4", "500", "16")
    assert table.read == 6 and sum(table.left_out.values()) == 4


def submission(**changes):
    row = {
        "round": "v5.1",
        "division": "closed",
        "submitter": "A",
        "system": "S",
        "accelerator": "NVIDIA L40S",
        "accels_per_node": "8",
        "nodes": "2",
        "software": "X",
        "model": "llama2-70b-99",
        "scenario": "Server",
        "weight_dtype": "UNSET",
        "valid": "VALID",
        "completed_qps": "100",
        "tokens_per_s": "1",
        "ttft_limit_ms": "2000.0",
        "tpot_limit_ms": "200.0",
        "mean_output_tokens": "290",
    }
    return row | dict.fromkeys(TIMES, "1.5") | changes


def test_twins_are_one_row_and_different_runs_stay(tmp_path):
    rows = [
        submission(),
        submission(model="llama2-70b-99.9", completed_qps="100.4"),
        submission(model="llama2-70b-99.9", completed_qps="80", scenario="server"),
        submission(scenario="Interactive"),
        submission(scenario="Offline", ttft_p95_ms=""),
        submission(valid="INVALID"),
    ]
    table = mlperf(written(tmp_path / "x.csv", rows), names_of("mlperf", REGISTRY / "benchmarks" / "names.csv"))
    kept = records(table)
    assert Counter((r["scenario"], r["completed_qps"], r["runs"]) for r in kept) == Counter(
        [("server", "100", "2"), ("server", "80", "1"), ("interactive", "100", "1")]
    )
    assert (kept[0]["gpus"], kept[0]["gpu"], kept[0]["weight_type"], kept[0]["benchmark"]) == (
        "16",
        "l40s",
        "",
        "llama2-70b",
    )


def test_argonne_keeps_only_what_can_be_compared(tmp_path):
    def cell(hardware, framework, batch, latency):
        keys = ("Hardware", "Num of Hardware", "Framework", "Model", "Input Output Length", "Batch Size", "Latency")
        return dict(zip(keys, (hardware, "1", framework, "m", "128", batch, latency), strict=True))

    names = Names("argonne", {("hardware", "A"): "a", ("hardware", "B"): "b", ("framework", "vLLM"): "vllm"})
    rows = [
        cell("A", "vLLM", "1", "2"),
        cell("A", "vLLM", "1", "4"),
        cell("B", "vLLM", "1", "5"),
        cell("A", "vLLM", "16", "9"),
    ]
    table = argonne(written(tmp_path / "x.csv", [*rows, cell("A", "llama.cpp", "1", "9")]), names)
    assert records(table) == [
        {"model": "m", "devices": "1", "length": "128", "batch": "1", "a_vllm_s": "3", "b_vllm_s": "5"}
    ]
    assert sum(table.left_out.values()) == 3
    with pytest.raises(TableError, match=r"names\.csv.*framework.*'New'"):
        argonne(written(tmp_path / "x.csv", [cell("A", "New", "1", "2")]), names)


def test_lengths_and_arrivals_of_a_recording():
    at = [0.0, 1.0, 2.0, 3.0]
    recorded = Recording(
        "r", "s", [10, 20, 30, 40], [1, 1, 1, 1], [*at, *(60.0 + t for t in at), 130.0], [0, 10, 10, 5]
    )
    (prompts, outputs) = records(lengths([recorded]))
    assert (prompts["mean"], prompts["p50"], prompts["p90"], outputs["cv"]) == ("25", "25", "37", "0")
    (row,) = records(arrivals([recorded, Recording("timeless", "s", [1], [1])]))
    assert (row["cached_share"], row["peak_minute_factor"], row["minute_gap_cv"]) == ("0.25", "1", "")
    assert quantile([1, 2, 3], 100) == 3 and quantile([5], 50) == 5


def test_arrivals_rounded_to_steps_say_nothing_about_gaps():
    (row,) = records(arrivals([Recording("r", "s", [1] * 90, [1] * 90, sorted([0.0, 30.0, 61.0] * 30))]))
    assert row["gap_cv"] == row["minute_gap_cv"] == "" and row["per_second"] != ""


def test_figures_are_plain_and_short():
    assert [figure(v) for v in (0, 1234567.0, 0.000123456789, 3.0, 1e-9)] == ["0", "1234570", "0.000123", "3", "0"]


def test_a_folder_without_the_files_is_refused(tmp_path):
    with pytest.raises(TableError, match="upstream"):
        import_benchmarks(tmp_path, REGISTRY)


@pytest.mark.mirror
def test_the_committed_tables_are_what_the_files_give(upstream, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    names = REGISTRY / "benchmarks" / "names.csv"
    (tmp_path / "benchmarks" / "names.csv").write_text(names.read_text())
    tables = import_benchmarks(upstream, tmp_path)
    for made in [*(tmp_path / "benchmarks").glob("*.csv"), tmp_path / "length_distributions.csv"]:
        assert made.read_text() == (REGISTRY / made.relative_to(tmp_path)).read_text(), made.name
    counts = {t.name: (t.read, len(t.rows)) for t in tables}
    assert counts["inferencemax.csv"] == (1080, 327) and counts["argonne.csv"][0] == 4772
    runs = records(next(t for t in tables if t.name == "mlperf.csv"))
    assert sum(int(r["runs"]) for r in runs) == 326
    assert "753 left out: an older run" in import_report(tables)
    assert sum(p.stat().st_size for p in (tmp_path / "benchmarks").iterdir()) < 300_000

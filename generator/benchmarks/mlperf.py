"""MLPerf Inference v4.1 and v5.1 language-model runs under Poisson arrivals: the rows that state percentiles."""

from collections import Counter
from pathlib import Path

from generator.benchmarks.tables import Imported, Names, figure, upstream_rows, whole

METRICS = ("ttft", "tpot", "e2e")
STATISTICS = ("mean", "p50", "p90", "p95", "p99")
TIMES = tuple(f"{metric}_{statistic}_ms" for metric in METRICS for statistic in STATISTICS)
COLUMNS = (
    "round",
    "division",
    "submitter",
    "system",
    "accelerator",
    "gpu",
    "gpus",
    "software",
    "benchmark",
    "model",
    "scenario",
    "weight_type",
    "completed_qps",
    "tokens_per_s",
    "ttft_limit_ms",
    "tpot_limit_ms",
    *TIMES,
    "mean_output_tokens",
    "runs",
)
TWIN_THROUGHPUT = 0.01  # two accuracy targets of one benchmark whose rates differ by less than this are one run


def mlperf(path: Path, names: Names) -> Imported:
    """Every run with percentiles, times in ms. Of the 99 and 99.9 twins of a benchmark one is kept, with `runs` = 2."""
    needed = ("round", "division", "system", "scenario", "accels_per_node", "nodes", "completed_qps", *TIMES)
    kept: dict[tuple[str, ...], list[dict[str, str]]] = {}
    twins: Counter[int] = Counter()
    left_out: Counter[str] = Counter()
    read = 0
    for row in upstream_rows(path, needed):
        read += 1
        if row["valid"] != "VALID":
            left_out["not valid"] += 1
            continue
        if not row["ttft_p95_ms"]:
            left_out["no percentiles of time to first token"] += 1
            continue
        same = kept.setdefault(_setup(row), [])
        rate = float(row["completed_qps"])
        twin = next((r for r in same if abs(float(r["completed_qps"]) / rate - 1) < TWIN_THROUGHPUT), None)
        if twin is None:
            same.append(row)
        else:
            twins[id(twin)] += 1
            left_out["the same run under a second accuracy target"] += 1
    rows = [_row(row, names, 1 + twins[id(row)]) for same in kept.values() for row in same]
    return Imported("mlperf.csv", COLUMNS, sorted(rows), read, left_out)


def _benchmark(model: str) -> str:
    """The benchmark of a result: its data set and its limits, whatever accuracy target or open model was run on it."""
    base = model.replace("llama3_1", "llama3.1").removesuffix(".9").removesuffix("-99")
    return "llama2-70b" if base.startswith("llama3.1-70b") else base  # open division: another model, same limits


def _setup(row: dict[str, str]) -> tuple[str, ...]:
    columns = ("round", "division", "submitter", "system", "accels_per_node", "nodes", "software", "weight_dtype")
    variant = row["model"] if row["division"] == "open" else _benchmark(row["model"])
    return (*(row[c] for c in columns), variant, row["scenario"].lower())


def _row(row: dict[str, str], names: Names, runs: int) -> tuple[str, ...]:
    return (
        row["round"],
        row["division"],
        row["submitter"],
        row["system"],
        row["accelerator"],
        names.of("gpu", row["accelerator"]),
        str(int(row["accels_per_node"]) * int(row["nodes"])),
        row["software"],
        _benchmark(row["model"]),
        names.of("model", row["model"]),
        row["scenario"].lower(),
        "" if row["weight_dtype"] == "UNSET" else row["weight_dtype"].lower(),
        row["completed_qps"],
        row["tokens_per_s"],
        whole(row["ttft_limit_ms"]),
        whole(row["tpot_limit_ms"]),
        *(figure(float(row[c])) for c in TIMES),
        row["mean_output_tokens"],
        str(runs),
    )

"""InferenceMAX raw runs: mean, median and p99 of a serving configuration in closed loop. Upstream times are seconds."""

from collections import Counter
from pathlib import Path

from generator.benchmarks.tables import Imported, Names, figure, upstream_rows, whole

METRICS = ("ttft", "tpot", "itl", "e2el")
STATISTICS = ("mean", "median", "p99")
CONFIGURATION = ("system", "model", "backend", "precision", "isl", "osl", "tp", "ep", "dp_attention", "conc")
COLUMNS = (
    "gpu",
    "model",
    "checkpoint",
    "engine",
    "image",
    "precision",
    "isl",
    "osl",
    "tp",
    "ep",
    "dp_attention",
    "concurrency",
    *(f"{metric.replace('e2el', 'e2e')}_{statistic}_ms" for metric in METRICS for statistic in STATISTICS),
    "output_tokens_per_s_per_gpu",
    "cfg_in_silicon_sample",
    "repeats",
    "source",
)


def inferencemax(path: Path, names: Names) -> Imported:
    """The newest run of every aggregated configuration and concurrency, times in ms; older repeats are only counted.

    Run numbers rise with time. `repeats` is how many runs of the configuration were read. The true mean lengths are
    about 0.9 of the nominal `isl` and `osl`; p99 TTFT is the burst at the start of a closed loop, not a tail.
    """
    needed = (*CONFIGURATION, "run_id", "image", "disagg", "spec_decoding", "output_tput_per_gpu")
    newest: dict[tuple[str, ...], dict[str, str]] = {}
    repeats: Counter[tuple[str, ...]] = Counter()
    left_out: Counter[str] = Counter()
    read = 0
    for row in upstream_rows(path, needed):
        read += 1
        if row["disagg"] != "False":
            left_out["prefill and decode on separate GPUs"] += 1
            continue
        if row["spec_decoding"] != "none":
            left_out["speculative decoding"] += 1
            continue
        key = tuple(row[c] for c in CONFIGURATION)
        repeats[key] += 1
        if key not in newest or int(row["run_id"]) > int(newest[key]["run_id"]):
            newest[key] = row
    left_out["an older run of the same configuration"] = sum(repeats.values()) - len(newest)
    rows = [_row(row, names, repeats[key]) for key, row in newest.items()]
    return Imported("inferencemax.csv", COLUMNS, sorted(rows, key=_order), read, left_out)


def _row(row: dict[str, str], names: Names, repeats: int) -> tuple[str, ...]:
    return (
        names.of("gpu", row["system"]),
        names.of("model", row["model"]),
        row["model"],
        row["backend"],
        row["image"].replace("#", "/"),
        row["precision"],
        row["isl"],
        row["osl"],
        whole(row["tp"]),
        whole(row["ep"]),
        "yes" if row["dp_attention"] == "True" else "no",
        row["conc"],
        *(figure(float(row[f"{statistic}_{metric}"]) * 1000) for metric in METRICS for statistic in STATISTICS),
        figure(float(row["output_tput_per_gpu"])),
        "yes" if row["cfg_in_silicon_sample"] == "True" else "no",
        str(repeats),
        f"InferenceMAX run {row['run_id']}",
    )


def _order(row: tuple[str, ...]) -> tuple[object, ...]:
    return (*row[:4], row[5], *(int(n) for n in row[6:10]), row[10], int(row[11]))

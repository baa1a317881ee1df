"""LLM-Inference-Bench of Argonne: latency of one static batch, laid out so that hardware can be compared in a row."""

from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

from generator.benchmarks.tables import Imported, Names, figure, upstream_rows

KEY = ("Model", "Num of Hardware", "Input Output Length", "Batch Size")


def argonne(path: Path, names: Names) -> Imported:
    """A row per model, number of devices, length and batch; a column per hardware and framework, in seconds.

    The length is that of the prompt and of the output alike. Only rows with two kinds of hardware are kept: software
    of 2024 is good for ratios, not for values. Repeats of a measurement become their median. llama.cpp is left out,
    because most of its latencies contradict the throughput beside them.
    """
    cells: dict[tuple[str, ...], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    left_out: Counter[str] = Counter()
    read = 0
    for row in upstream_rows(path, (*KEY, "Hardware", "Framework", "Latency")):
        read += 1
        if row["Framework"] == "llama.cpp":
            left_out["llama.cpp: latency contradicts throughput"] += 1
            continue
        column = f"{names.of('hardware', row['Hardware'])}_{names.of('framework', row['Framework'])}_s"
        cells[tuple(row[c] for c in KEY)][column].append(float(row["Latency"]))
    repeated = sum(len(v) - 1 for row in cells.values() for v in row.values())
    left_out["a repeat, joined into the median"] = repeated
    compared = {}
    for key, columns in cells.items():
        if len({c.split("_")[0] for c in columns}) > 1:
            compared[key] = columns
        else:
            left_out["only one kind of hardware at this point"] += sum(1 for _ in columns)
    headings = sorted({c for columns in compared.values() for c in columns})
    rows = [
        (*key, *(figure(median(columns[h])) if h in columns else "" for h in headings))
        for key, columns in sorted(compared.items(), key=lambda item: (item[0][0], *map(int, item[0][1:])))
    ]
    return Imported("argonne.csv", ("model", "devices", "length", "batch", *headings), rows, read, left_out)

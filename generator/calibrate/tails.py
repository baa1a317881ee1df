"""Tail ratios from measured percentiles, and how well they tell the percentiles of a later round of MLPerf."""

import math
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from generator.benchmarks.inferencemax import COLUMNS as CLOSED_LOOP_COLUMNS
from generator.benchmarks.mlperf import COLUMNS as OPEN_LOOP_COLUMNS
from generator.tables import TableError, read_rows
from generator.traffic_tables import load_lengths
from wasm_tools.performance.lengths import Lengths, fixed
from wasm_tools.performance.open_loop import LEVELS, NORMAL, OpenLoop, Tails, at_flight, replica, traffic
from wasm_tools.performance.service_curve import Bands, ServiceCurve
from wasm_tools.workload.traffic import PERCENTILES

NAMES = tuple(f"p{p}" for p in PERCENTILES)
METRICS = ("ttft", "tpot", "e2e")
ONE_TOKEN = 0.2  # a gap is one between tokens where its mean is this near to TPOT; some engines stream many at a time
FIXED_OUTPUT = {"llama3.1-8b"}  # the runs of this benchmark stop at 128 tokens, whatever its data set says
END = 0.95  # of a distribution: where the upper half of a 90 % band ends

Row = dict[str, str]
Percentile = tuple[str, int]  # metric, and place among NAMES


@dataclass(frozen=True, slots=True)
class TailAccuracy:
    """Predicted against measured percentiles; errors are shares, `bias` the median of log(predicted/measured)."""

    metric: str
    percentile: str
    n: int
    mean_ape: float
    median_ape: float
    bias: float
    coverage: float  # share within the 90 % band that the runs learned from gave
    width: float  # upper over lower end of that band, median over runs


def open_loop_rows(registry: Path) -> list[Row]:
    """The MLPerf runs with percentiles; twins are one row."""
    return read_rows(registry / "benchmarks" / "mlperf.csv", OPEN_LOOP_COLUMNS)


def closed_loop_rows(registry: Path) -> list[Row]:
    """The InferenceMAX points."""
    return read_rows(registry / "benchmarks" / "inferencemax.csv", CLOSED_LOOP_COLUMNS)


def calibrate_tails(registry: Path) -> Tails:
    """Fit the tails of the tables below `registry` and write them to its `tails.toml`."""
    tails = fitted_tails(open_loop_rows(registry), closed_loop_rows(registry))
    (registry / "tails.toml").write_text(tails_text(tails), encoding="utf-8")
    return tails


def fitted_tails(open_loop: Sequence[Row], closed_loop: Sequence[Row] = ()) -> Tails:
    """Medians over runs: of the log-normal spread of TTFT, of TPOT over its mean, of single gaps over mean TPOT."""
    sigmas = [
        fmean(math.log(float(r[f"ttft_{p}_ms"]) / float(r["ttft_p50_ms"])) / z for p, z in _above_median())
        for r in open_loop
    ]
    p50, p90, p95, p99 = (median(float(r[f"tpot_{p}_ms"]) / float(r["tpot_mean_ms"]) for r in open_loop) for p in NAMES)
    gaps: dict[int, list[float]] = defaultdict(list)
    for row in closed_loop:
        mean = float(row["tpot_mean_ms"])
        if abs(float(row["itl_mean_ms"]) / mean - 1) < ONE_TOKEN:
            gaps[int(row["concurrency"])].append(float(row["itl_p99_ms"]) / mean)
    return Tails(
        ttft_sigma=round(median(sigmas), 3),
        tpot=(round(p50, 3), round(p90, 3), round(p95, 3), round(p99, 3)),
        gaps=tuple((float(c), round(median(gaps[c]), 2)) for c in sorted(gaps)),
        source=f"medians over {len(open_loop)} runs of MLPerf Inference v4.1 and v5.1 (derived, unverified)"
        + (f"; gaps: {sum(map(len, gaps.values()))} points of InferenceMAX" if gaps else ""),
    )


def tails_text(tails: Tails) -> str:
    """The registry file of the tails."""
    lines = [
        "# Spread of the times of a request around their means, fitted by generator/calibrate/tails.py from",
        "# benchmarks/mlperf.csv and benchmarks/inferencemax.csv. Not edited by hand.",
        f'source = "{tails.source}"',
        "",
        "[ttft]",
        "# Standard deviation of log TTFT: ln(p/p50) over the normal quantile, mean of p90, p95 and p99.",
        f"sigma = {tails.ttft_sigma}",
        "",
        "[tpot]",
        "# Mean time per output token of a request, quantile over requests by mean.",
        *(f"{name} = {ratio}" for name, ratio in zip(NAMES, tails.tpot, strict=True)),
        "",
        "# Single gaps between tokens: p99 by mean TPOT, in closed loop, where engines send one token at a time.",
    ]
    for concurrency, ratio in tails.gaps:
        lines += ["", "[[gap]]", f"concurrency = {concurrency:g}", f"p99 = {ratio}"]
    return "\n".join(lines) + "\n"


def load_tails(path: Path) -> Tails:
    """The tails of a registry file; raises TableError naming the file when it is not of that form."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        p50, p90, p95, p99 = (float(data["tpot"][name]) for name in NAMES)
        gaps = tuple((float(g["concurrency"]), float(g["p99"])) for g in data["gap"])
        return Tails(float(data["ttft"]["sigma"]), (p50, p90, p95, p99), gaps, str(data["source"]))
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise TableError(f"{path}: not a table of tails ({error!r}); run `atlas calibrate tails`") from None


def tail_accuracy(registry: Path) -> list[TailAccuracy]:
    """Tails of MLPerf v4.1 on the runs of v5.1: percentiles from the mean TTFT and TPOT of a run and its data set.

    It says how well the spread around a known mean is told, not how well the mean is. E2E needs the output lengths:
    those of the data set, stretched to the mean of the run.
    """
    rows = open_loop_rows(registry)
    earlier = [r for r in rows if r["round"] == "v4.1"]
    return _held_out(registry, [(earlier, [r for r in rows if r["round"] == "v5.1"])])


def tail_accuracy_by_benchmark(registry: Path) -> list[TailAccuracy]:
    """The same for each benchmark (its model, data set and scenario) with the tails and bands of all the others."""
    rows = open_loop_rows(registry)
    return _held_out(
        registry,
        [
            ([r for r in rows if _benchmark(r) != group], [r for r in rows if _benchmark(r) == group])
            for group in _benchmarks(rows)
        ],
    )


def near_limit_ratios(
    registry: Path, tails: Tails, busy: float, serial: Sequence[float]
) -> list[tuple[str, int, float, list[float]]]:
    """TTFT p95/p50 of each MLPerf benchmark: runs, measured median, and modelled for several shares of prefill in TTFT.

    The modelled replica runs its prefill a share `busy` of the time. How much of the first token is serial prefill
    the logs do not say: the rest is waiting for steps of the running batch.
    """
    lengths = load_lengths(registry / "length_distributions.csv")
    measured: dict[str, list[float]] = defaultdict(list)
    for r in open_loop_rows(registry):
        measured[r["benchmark"]].append(float(r["ttft_p95_ms"]) / float(r["ttft_p50_ms"]))
    rows = []
    for benchmark, ratios in sorted(measured.items()):
        arriving = traffic(lengths[_data_set(benchmark)], tails)
        modelled = []
        for share in serial:
            slots = (1 + arriving.further_tokens) / share  # the prefill is then busy exactly when all slots are
            model = replica(_flat(1.0, 1.0, share, slots), arriving, slots)
            point = at_flight(model, busy * slots)
            modelled.append(point.ttft_ms[2] / point.ttft_ms[0])
        rows.append((benchmark, len(ratios), median(ratios), modelled))
    return rows


def _data_set(benchmark: str) -> str:
    return f"mlperf-{benchmark.replace('.', '-')}"


def _above_median() -> list[tuple[str, float]]:
    return list(zip(NAMES, NORMAL, strict=True))[1:]


def _flat(ttft_ms: float, tpot_ms: float, prefill_ms: float, slots: float) -> ServiceCurve:
    """A curve that does not depend on the load."""
    exact = Bands((1.0, 1.0), (1.0, 1.0))
    return ServiceCurve(
        (1.0, slots), (ttft_ms,) * 2, (tpot_ms,) * 2, prefill_ms, "modelled", (), (), (), bands=exact, outside=exact
    )


def _told(row: Row, tails: Tails, lengths: dict[str, Lengths]) -> OpenLoop:
    """What the engine tells of a run from its means: a curve of one point, without a queue of its own."""
    tokens = float(row["mean_output_tokens"])
    recorded = lengths[_data_set(row["benchmark"])]
    output = fixed(tokens) if row["benchmark"] in FIXED_OUTPUT else recorded.output.scaled_to(tokens)
    ttft = float(row["ttft_mean_ms"])
    curve = _flat(ttft, float(row["tpot_mean_ms"]), ttft, 1.0)
    # The spread of the prompts is in the measured spread of TTFT.
    return at_flight(replica(curve, traffic(Lengths(fixed(recorded.prompt.mean), output), tails), 1), 0.0)


def _held_out(registry: Path, folds: Sequence[tuple[Sequence[Row], Sequence[Row]]]) -> list[TailAccuracy]:
    """Accuracy over all folds of (rows to learn from, rows to tell), with the band of the former on the latter."""
    lengths = load_lengths(registry / "length_distributions.csv")
    errors: dict[Percentile, list[float]] = defaultdict(list)
    ends: dict[Percentile, list[float]] = defaultdict(list)
    for learned, held_out in folds:
        band = tail_bands(learned, lengths)
        for key, found in _errors(learned, held_out, lengths).items():
            errors[key] += found
            ends[key] += [band[key]] * len(found)
    return [_accuracy(*key, found, ends[key]) for key, found in errors.items()]


def tail_bands(rows: Sequence[Row], lengths: dict[str, Lengths]) -> dict[Percentile, float]:
    """The 90 % band of each metric and percentile, as the logarithm of a factor either way.

    Each benchmark is told by all others of these rows. What is told next is a benchmark more, in another round, and
    there are few to learn from: the band is that of a Student t distribution with the root mean square of the
    benchmarks' errors, each benchmark counting alike, and as many degrees of freedom as there are benchmarks.
    """
    from scipy.stats import t as student  # slow to import, and only the test of the tails needs it

    groups = _benchmarks(rows)
    squares: dict[Percentile, list[float]] = defaultdict(list)
    for group in groups:
        inside = [r for r in rows if _benchmark(r) == group]
        others = [r for r in rows if _benchmark(r) != group]
        for key, found in _errors(others or inside, inside, lengths).items():
            squares[key].append(fmean(e * e for e in found))
    end = float(student.ppf(END, len(groups)))
    return {key: end * math.sqrt(fmean(found)) for key, found in squares.items()}


def _errors(learned: Sequence[Row], told: Sequence[Row], lengths: dict[str, Lengths]) -> dict[Percentile, list[float]]:
    """ln(told / measured) of rows by metric and percentile, with the tails of other rows."""
    tails = fitted_tails(learned)
    pairs = [(r, _told(r, tails, lengths)) for r in told]
    return {
        (metric, index): [_log_error(row, found, metric, index) for row, found in pairs]
        for metric in METRICS
        for index in range(len(LEVELS))
    }


def _benchmark(row: Row) -> tuple[str, str]:
    """What runs of one kind share: model and data set, and the limits that they are held to."""
    return row["benchmark"], row["scenario"]


def _benchmarks(rows: Sequence[Row]) -> list[tuple[str, str]]:
    return sorted({_benchmark(r) for r in rows})


def _log_error(row: Row, told: OpenLoop, metric: str, index: int) -> float:
    return math.log(getattr(told, f"{metric}_ms")[index] / float(row[f"{metric}_{NAMES[index]}_ms"]))


def _accuracy(metric: str, index: int, errors: Sequence[float], ends: Sequence[float]) -> TailAccuracy:
    apes = [abs(math.exp(e) - 1) for e in errors]
    n = len(apes)
    held = fmean(abs(e) <= end for e, end in zip(errors, ends, strict=True))
    width = math.exp(2 * median(ends))
    return TailAccuracy(metric, NAMES[index], n, fmean(apes), median(apes), median(errors), held, width)

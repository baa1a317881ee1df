"""The committed measurements held against physics: which of their rows cannot be true, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.benchmarks.community import load_community
from generator.calibrate.points import DRAWN, DRAWN_ORIGINS, INFERENCEMAX_COLUMNS
from generator.calibrate.settings import load_settings
from generator.registry import Registry
from generator.sync.state import State
from generator.tables import read_rows
from wasm_tools.outcomes.points import claim_of
from wasm_tools.performance.plausibility import Claim, implausible, repeated

MLPERF_COLUMNS = (
    "round", "division", "submitter", "system", "accelerator", "gpu", "gpus", "software", "benchmark", "model",
    "scenario", "weight_type", "completed_qps", "tokens_per_s", "ttft_limit_ms", "tpot_limit_ms",
    *(f"{m}_{s}_ms" for m in ("ttft", "tpot", "e2e") for s in ("mean", "p50", "p90", "p95", "p99")),
    "mean_output_tokens", "runs",
)  # fmt: skip
LEVELS = (50, 90, 95, 99)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table in words, with what it says."""

    table: str
    name: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row of a table that cannot be true."""

    table: str
    row: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """How many rows of each table were judged, and which of them cannot be true."""

    rows: dict[str, int]
    doubtful: tuple[Doubtful, ...]


def judged(rows: Iterable[Row]) -> Judged:
    """The rows, judged one by one, and each table as a whole for values that repeat."""
    counts: dict[str, int] = {}
    found: list[Doubtful] = []
    times: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        counts[row.table] = counts.get(row.table, 0) + 1
        found += [Doubtful(row.table, row.name, f.field, f.reason) for f in implausible(row.claim)]
        for metric, mean in row.claim.means.items():
            times.setdefault((row.table, metric), []).append(mean)
        for metric, levels in row.claim.percentiles.items():
            for level, value in levels.items():
                times.setdefault((row.table, f"{metric} p{level}"), []).append(value)
    for (table, metric), values in sorted(times.items()):
        clamp = repeated(values)
        if clamp:
            said = f"{clamp[1]:,} of {len(values):,} rows say exactly {clamp[0]:g} ms: a bound or a placeholder"
            found.append(Doubtful(table, "all rows", metric, said))
    return Judged(counts, tuple(found))


def committed_rows(registry: Registry, state: State, registry_dir: Path) -> Iterator[Row]:
    """Every row of the state, of the imported tables and of the community that can be judged."""
    yield from _silicon(registry, state, registry_dir)
    yield from _inferencemax(registry, registry_dir / "benchmarks" / "inferencemax.csv")
    yield from _mlperf(registry, registry_dir / "benchmarks" / "mlperf.csv")
    for name, outcome in load_community(registry_dir.parent / "benchmarks" / "community").items():
        model, gpu = registry.cards.get(outcome["model"]), registry.gpu_cards.get(outcome["gpu"])
        yield Row("community", name, claim_of(outcome, model, gpu))


def _silicon(registry: Registry, state: State, registry_dir: Path) -> Iterator[Row]:
    known = load_settings(registry_dir / "calibration.toml").checkpoints
    for p in state.points:
        model = registry.cards.get(known.get(p.model) or registry.model_of("", p.model))
        gpu = registry.gpu_cards.get(registry.gpu_of_system.get(p.gpu, ""))
        share = DRAWN if p.origin in DRAWN_ORIGINS else 1.0
        yield Row(
            "state",
            f"{p.model} {p.precision}, {p.tp} × {p.gpu}, {p.engine} {p.engine_version}, {p.isl}→{p.osl},"
            f" {p.concurrency} in flight",
            Claim(
                model.shape if model else None, gpu, p.precision, p.tp, p.tp,
                context=model.context if model else None, prompt=p.isl * share, output=p.osl * share,
                concurrency=float(p.concurrency), means={"ttft": p.ttft_ms, "tpot": p.tpot_ms},
            ),
        )  # fmt: skip


def _inferencemax(registry: Registry, path: Path) -> Iterator[Row]:
    for r in read_rows(path, INFERENCEMAX_COLUMNS):
        tp, answer = int(r["tp"]), float(r["osl"]) * DRAWN
        model, gpu = registry.cards.get(r["model"]), registry.gpu_cards.get(r["gpu"])
        made = float(r["output_tokens_per_s_per_gpu"]) * tp if r["output_tokens_per_s_per_gpu"] else None
        yield Row(
            "inferencemax.csv",
            f"{r['model']} {r['precision']}, {tp} × {r['gpu']}, {r['engine']}, {r['isl']}→{r['osl']},"
            f" {r['concurrency']} in flight",
            Claim(
                model.shape if model else None, gpu, r["precision"], tp, tp,
                context=model.context if model else None, prompt=float(r["isl"]) * DRAWN, output=answer,
                concurrency=float(r["concurrency"]), output_tokens_per_s=made,
                requests_per_s=made / answer if made else None,
                means=_figures(r, "mean"),
                percentiles={
                    m: {50: float(r[f"{m}_median_ms"]), 99: float(r[f"{m}_p99_ms"])}
                    for m in ("ttft", "tpot", "itl", "e2e")
                    if r[f"{m}_median_ms"] and r[f"{m}_p99_ms"]
                },
            ),
        )  # fmt: skip


def _mlperf(registry: Registry, path: Path) -> Iterator[Row]:
    """Whole systems: replicas and precision are not stated, so all GPUs count as one replica of 4-bit weights."""
    for r in read_rows(path, MLPERF_COLUMNS):
        gpus = int(r["gpus"] or 0)
        model, gpu = registry.cards.get(r["model"]), registry.gpu_cards.get(r["gpu"])
        yield Row(
            "mlperf.csv",
            f"{r['round']} {r['submitter']} {r['system']}, {r['benchmark']} {r['scenario']}",
            Claim(
                model.shape if model else None, gpu, "", gpus or None,
                output=_figure(r["mean_output_tokens"]), requests_per_s=_figure(r["completed_qps"]),
                output_tokens_per_s=_figure(r["tokens_per_s"]), means=_figures(r, "mean"),
                percentiles={
                    m: {p: float(r[f"{m}_p{p}_ms"]) for p in LEVELS if r[f"{m}_p{p}_ms"]}
                    for m in ("ttft", "tpot", "e2e")
                },
            ),
        )  # fmt: skip


def _figures(row: dict[str, str], statistic: str) -> dict[str, float]:
    named = {m: _figure(row.get(f"{m}_{statistic}_ms", "")) for m in ("ttft", "tpot", "itl", "e2e")}
    return {m: value for m, value in named.items() if value is not None}


def _figure(text: str) -> float | None:
    return float(text) if text else None

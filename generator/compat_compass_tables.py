"""Loads the frozen tables of Compass and of its simulator from `data/registry/compat`, and its benchmark files."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generator.compat_tables import frozen_rules
from generator.tables import TableError, read_rows
from wasm_tools.compat.compass_first_phase import FirstPhaseRow
from wasm_tools.compat.compass_simulated import Coefficients
from wasm_tools.compat.compass_tables import METRICS, BenchmarkRow, CompassTables, Gpu, Preset, UseCase

_USE_CASES = (
    "use_case", "ttft_min_ms", "ttft_max_ms", "itl_min_ms", "itl_max_ms", "e2e_min_ms", "e2e_max_ms", "distribution",
    "active_fraction", "requests_per_user_minute", "burst", "peak_factor", "class_docs", "class_template",
    "class_extractor",
)  # fmt: skip
_PRESETS = (
    "preset", "use_case", "prompt_tokens", "output_tokens", "ttft_ms", "itl_ms", "e2e_ms", "percentile",
)  # fmt: skip
_CLOUDS = ("aws", "gcp", "azure")
_GPUS = (
    "gpu", "aliases", "memory_gb", "compute_capability", "base_usd_hour", *(f"{c}_usd_hour" for c in _CLOUDS),
    "availability", "since",
)  # fmt: skip
_BLIS = (
    "model", "gpu", "tensor_parallel", "vllm", "alpha0_us", "alpha1_us_per_token", "alpha2_us", "beta0_us",
    "beta1_us_per_token", "beta2_us_per_request", "kv_blocks", "best_loss",
)  # fmt: skip
CLASS_PRESET, CLASS_DOCUMENT = "compass-class", "docs"


def compass_tables(registry: Path) -> CompassTables:
    """Presets, GPUs, names, scores and weights of Compass; raises TableError."""
    folder = registry / "compat"
    rules = frozen_rules(folder / "compass.toml")
    use_cases = {u.name: u for u in map(_use_case, read_rows(folder / "compass_use_cases.csv", _USE_CASES))}
    models = read_rows(folder / "compass_models.csv", ("model", "display_name", "accuracy_group"))
    groups = {r["group"]: r for r in read_rows(folder / "compass_accuracy.csv", ("group", *use_cases))}
    price, complexity = rules["price_score"], rules["complexity_score"]
    return CompassTables(
        use_cases=use_cases,
        presets=_presets(folder, use_cases, rules["classes"]),
        gpus=[_gpu(r) for r in read_rows(folder / "compass_gpus.csv", _GPUS)],
        gpu_words={word: tuple(types) for word, types in rules["gpu_words"].items()},
        display_names={m["model"]: m["display_name"] for m in models},
        accuracy={
            (m["model"], u): int(groups[m["accuracy_group"]][u].partition("+")[0]) for m in models for u in use_cases
        },
        bonus={u: [(word, points) for word, points in words] for u, words in rules["bonus"].items()},
        weights=rules["weights"],
        priority_weights=rules["priority_weights"],
        price_exponent=price["exponent"],
        price_least=price["least"],
        price_all_equal=price["all_equal"],
        price_free=price["free"],
        latency_at_max=rules["latency_score"]["at_max"],
        latency_weights=rules["latency_score"]["weights"],
        complexity_by_gpus=complexity["by_gpus"],
        complexity_each_further=complexity["each_further"],
        complexity_least=complexity["least"],
        replica_steps=[(most, factor) for most, factor in rules["replica_factor"]["steps"]],
        replica_beyond=rules["replica_factor"]["beyond"],
        hours_per_month=rules["hours_per_month"],
        headroom=rules["headroom"],
        minimum_accuracy=rules["minimum_accuracy"],
        listed=rules["listed"],
        by_message=rules["load_by_message"],
    )


def _use_case(r: Mapping[str, str]) -> UseCase:
    return UseCase(
        name=r["use_case"],
        ranges={m: (float(r[f"{m}_min_ms"]), float(r[f"{m}_max_ms"])) for m in METRICS},
        distribution=r["distribution"],
        active_fraction=float(r["active_fraction"]),
        requests_per_user_minute=float(r["requests_per_user_minute"]),
        burst=float(r["burst"]) if r["burst"] else None,
        peak_factor=float(r["peak_factor"]),
        classes={document: r[f"class_{document}"] for document in ("docs", "template", "extractor")},
    )


def _presets(
    folder: Path, use_cases: Mapping[str, UseCase], classes: Mapping[str, Sequence[float]]
) -> dict[tuple[str, str], Preset]:
    presets = {
        (r["preset"], r["use_case"]): Preset(
            prompt_tokens=int(r["prompt_tokens"]),
            output_tokens=int(r["output_tokens"]),
            ttft_ms=float(r["ttft_ms"]),
            itl_ms=float(r["itl_ms"]),
            e2e_ms=float(r["e2e_ms"]),
            percentile=int(r["percentile"]),
        )
        for r in read_rows(folder / "compass_presets.csv", _PRESETS)
    }
    for name, use_case in use_cases.items():
        ttft, itl = classes[use_case.classes[CLASS_DOCUMENT]]
        presets[CLASS_PRESET, name] = Preset(None, None, ttft, itl, None, 95)
    return presets


def _gpu(r: Mapping[str, str]) -> Gpu:
    return Gpu(
        name=r["gpu"],
        aliases=tuple(r["aliases"].split("|")),
        memory_gb=float(r["memory_gb"]),
        base_usd_hour=float(r["base_usd_hour"]),
        provider_usd_hour={c: float(r[f"{c}_usd_hour"]) for c in _CLOUDS if r[f"{c}_usd_hour"]},
        availability=r["availability"],
        since=r["since"],
    )


def compass_benchmarks(path: Path) -> list[BenchmarkRow]:
    """The rows of a Compass benchmark file in file order, under either of its field spellings; raises TableError."""
    try:
        return [_benchmark(r) for r in json.loads(path.read_bytes())["benchmarks"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{path}: not a benchmark file of Compass ({error!r})") from None


def _benchmark(r: Mapping[str, Any]) -> BenchmarkRow:
    row = BenchmarkRow(
        model=r.get("model_hf_repo") or r["model_id"],
        gpu=r.get("hardware") or r.get("hardware_type") or r["gpu_type"],
        count=int(r["hardware_count"]),
        prompt_tokens=int(r["prompt_tokens"]),
        output_tokens=int(r["output_tokens"]),
        ttft_ms=float(r["ttft_p95"]),
        itl_ms=float(r["itl_p95"]),
        e2e_ms=float(r["e2e_p95"]),
        rps=float(r["requests_per_second"]),
    )
    if not all(0 < x < math.inf for x in (row.count, row.ttft_ms, row.itl_ms, row.e2e_ms, row.rps)):
        raise ValueError(f"{row.model} on {row.count} x {row.gpu} has a time, rate or count that is not above 0")
    return row


def first_phase_rows(path: Path) -> list[FirstPhaseRow]:
    """The p90 times of a benchmark file, under either of its field spellings; raises TableError."""
    try:
        return [_first_phase(r) for r in json.loads(path.read_bytes())["benchmarks"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{path}: not a benchmark file of Compass with p90 times ({error!r})") from None


def _first_phase(r: Mapping[str, Any]) -> FirstPhaseRow:
    row = FirstPhaseRow(
        model=r.get("model_hf_repo") or r["model_id"],
        gpu=r.get("hardware") or r.get("hardware_type") or r["gpu_type"],
        count=int(r["hardware_count"]),
        prompt_tokens=int(r["prompt_tokens"]),
        output_tokens=int(r["output_tokens"]),
        ttft_ms=float(r["ttft_p90"]),
        tpot_ms=float(r["tpot_p90"] if "tpot_p90" in r else r["itl_p90"]),
    )
    if not all(0 < x < math.inf for x in (row.count, row.ttft_ms, row.tpot_ms)):
        raise ValueError(f"{row.model} on {row.count} x {row.gpu} has a time or count that is not above 0")
    return row


def blis_coefficients(registry: Path) -> dict[tuple[str, str, int], Coefficients]:
    """The simulator's coefficients by (model, GPU, tensor parallelism); raises TableError."""
    folder = registry / "compat"
    bandwidth = frozen_rules(folder / "compass.toml")["memory_bandwidth_bytes_s"]
    streamed = {
        r["model"]: float(r["streamed_b"]) * 1e9 * int(r["bits"]) / 8
        for r in read_rows(folder / "blis_weights.csv", ("model", "streamed_b", "bits", "source"))
    }
    found = {}
    for r in read_rows(folder / "blis.csv", _BLIS):
        model, gpu, tensor_parallel = r["model"], r["gpu"], int(r["tensor_parallel"])
        read_s = streamed[model] / (tensor_parallel * bandwidth[gpu]) if model in streamed else None
        found[model, gpu, tensor_parallel] = Coefficients(
            model=model,
            gpu=gpu,
            tensor_parallel=tensor_parallel,
            alpha=(float(r["alpha0_us"]), float(r["alpha1_us_per_token"]), float(r["alpha2_us"])),
            beta=(float(r["beta0_us"]), float(r["beta1_us_per_token"]), float(r["beta2_us_per_request"])),
            kv_blocks=int(r["kv_blocks"]),
            loss=float(r["best_loss"]),
            weight_read_ms=None if read_s is None else read_s * 1e3,
        )
    return found

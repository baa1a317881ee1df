"""Benchmark files of Compass as rows to be judged: simulated and interpolated figures that were called measured."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.benchmarks.plausible_tables import Row
from generator.precompute.deployables import load_weights
from generator.registry import Registry
from generator.tables import TableError
from wasm_tools.performance.plausibility import Claim

LEVELS = (50, 90, 95, 99)
METRICS = ("ttft", "itl", "e2e")
GPUS = {
    "h100": "h100-sxm", "h200": "h200-sxm", "b200": "b200-sxm", "a100-80": "a100-sxm-80gb", "a100-40": "a100-sxm-40gb",
}  # fmt: skip


def is_compass(given: Any) -> bool:
    """Whether this is a benchmark file of Compass, under one of its spellings."""
    rows = given.get("benchmarks") if isinstance(given, Mapping) else None
    return isinstance(rows, list) and bool(rows) and isinstance(rows[0], Mapping) and "hardware_count" in rows[0]


def compass_rows(path: Path, registry: Registry, weights: Path) -> Iterator[Row]:
    """The rows of a file. Precision is that of the published weights, else what the repository's name says, else
    unknown. Raises TableError."""
    published = {row.repo.lower(): row.precision for row in load_weights(weights)}
    try:
        for r in json.loads(path.read_bytes())["benchmarks"]:
            yield _row(path.name, r, registry, published)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(f"{path}: not a benchmark file of Compass ({error!r})") from None


def _row(table: str, r: Mapping[str, Any], registry: Registry, published: Mapping[str, str]) -> Row:
    repo = r.get("model_hf_repo") or r["model_id"]
    named = str(r.get("hardware") or r.get("hardware_type") or r["gpu_type"]).lower()
    gpus, prompt, output = int(r["hardware_count"]), float(r["prompt_tokens"]), float(r["output_tokens"])
    model = registry.cards.get(registry.model_of("", repo))
    gpu = registry.gpu_cards.get(GPUS.get(named, "")) or registry.gpu_cards.get(registry.gpu_of(named))
    answered = r.get("responses_per_second") or r.get("requests_per_second")
    return Row(
        table,
        f"{repo}, {gpus} × {named}, {prompt:.0f}→{output:.0f}, {r.get('requests_per_second')} requests/s",
        Claim(
            model.shape if model else None, gpu, published.get(repo.lower()) or _precision(repo), gpus, gpus,
            context=model.context if model else None, prompt=prompt, output=output,
            requests_per_s=None if answered is None else float(answered),
            output_tokens_per_s=_number(r.get("tokens_per_second")),
            means={m: value for m in METRICS if (value := _number(r.get(f"{m}_mean"))) is not None},
            percentiles={
                m: {p: value for p in LEVELS if (value := _number(r.get(f"{m}_p{p}"))) is not None} for m in METRICS
            },
        ),
    )  # fmt: skip


def _precision(repo: str) -> str:
    name = repo.lower()
    marks = (("fp8", "fp8"), ("w8a8", "int8"), ("w4a16", "int4"), ("gpt-oss", "mxfp4"))
    return next((precision for mark, precision in marks if mark in name), "")


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)

"""Tables of the state that hold evidence beside prices: quality scores by source, observed latencies by provider."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from generator.tables import read_rows, rows_text
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation

QUALITY_COLUMNS = ("name", "benchmark", "value", "unit", "date", "self_reported", "setting", "cost_usd", "url")
OBSERVATION_COLUMNS = (
    "sku", "region", "source", "observed", "window_minutes", "requests", "ttft_p50_ms", "ttft_p75_ms", "ttft_p90_ms",
    "ttft_p95_ms", "ttft_p99_ms", "tokens_per_second", "reasoning", "quantization",
)  # fmt: skip


def read_scores(path: Path) -> list[QualityScore]:
    """The scores of one source, whose name the file has; raises TableError naming file and line."""
    return [
        QualityScore(
            name=row["name"],
            benchmark=row["benchmark"],
            value=float(row["value"]),
            unit=row["unit"],
            date=row["date"],
            source=path.stem,
            self_reported=row["self_reported"] == "yes",
            setting=row["setting"],
            cost_usd=_optional(row["cost_usd"]),
            url=row["url"],
        )
        for row in read_rows(path, QUALITY_COLUMNS)
    ]


def read_observations(path: Path) -> list[ApiObservation]:
    """The observations of one provider, whose name the file has; raises TableError naming file and line."""
    return [_observation(path.stem, row) for row in read_rows(path, OBSERVATION_COLUMNS)]


def _observation(provider: str, row: Mapping[str, str]) -> ApiObservation:
    return ApiObservation(
        provider=provider,
        sku=row["sku"],
        region=row["region"],
        source=row["source"],
        observed=row["observed"],
        window_minutes=int(row["window_minutes"]),
        requests=int(row["requests"]),
        ttft_p50_ms=_optional(row["ttft_p50_ms"]),
        ttft_p75_ms=_optional(row["ttft_p75_ms"]),
        ttft_p90_ms=_optional(row["ttft_p90_ms"]),
        ttft_p95_ms=_optional(row["ttft_p95_ms"]),
        ttft_p99_ms=_optional(row["ttft_p99_ms"]),
        tokens_per_second=_optional(row["tokens_per_second"]),
        reasoning=row["reasoning"] == "yes",
        quantization=row["quantization"],
    )


def _optional(text: str) -> float | None:
    return float(text) if text else None


def quality_files(scores: Iterable[QualityScore]) -> dict[str, str]:
    """The text of `quality/<source>.csv` for every source with scores; the same scores give the same bytes."""
    return _files("quality", QUALITY_COLUMNS, ((s.source, s) for s in scores))


def observation_files(observations: Iterable[ApiObservation]) -> dict[str, str]:
    """The text of `observations/<provider>.csv` for every provider that was observed."""
    return _files("observations", OBSERVATION_COLUMNS, ((o.provider, o) for o in observations))


def _files(folder: str, columns: Sequence[str], records: Iterable[tuple[str, object]]) -> dict[str, str]:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for name, record in records:
        rows.setdefault(name, []).append(tuple(_text(getattr(record, column)) for column in columns))
    return {f"{folder}/{name}.csv": rows_text(columns, sorted(found)) for name, found in rows.items()}


def _text(value: object) -> str:
    """Six significant digits are finer than any score or percentile is meant."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)

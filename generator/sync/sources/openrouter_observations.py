"""What OpenRouter's daily table says about the latency of an endpoint: percentiles of one window with its requests.

`p50_latency` … `p99_latency` are ms to the first token, `p50_throughput` is tokens/s. Traps: the throughput percentiles
rise with p, so `p95_throughput` is the fastest twentieth and the slow tail is not given: only the median is read; the
prompts are whatever was routed in that half-hour; below 100 requests no percentile is taken; pictures and speech have
times, too, that are no time to a first token. The documented API states no number of requests, so that nothing is
observed there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from generator.sync.price_fields import number, number_problem
from generator.sync.sources.openrouter_hosts import Endpoint
from wasm_tools.performance.observations import MIN_REQUESTS, ApiObservation


def observation_of(source: str, endpoint: Endpoint, row: Mapping[str, str]) -> ApiObservation | None:
    """What the row of an endpoint says, or None where it saw no request or is no language model."""
    requests, window = (_positive(row.get(key)) for key in ("request_count", "stats_window_minutes"))
    if requests is None or window is None or endpoint.workload != "llm":
        return None
    enough = requests >= MIN_REQUESTS
    p50, p75, p90, p95, p99 = (_positive(row.get(f"p{n}_latency")) if enough else None for n in (50, 75, 90, 95, 99))
    return ApiObservation(
        provider=endpoint.host,
        sku=endpoint.sku,
        region=endpoint.terms.region,
        source=source,
        observed=_minute(row.get("scraped_at", ""), row["scrape_date"]),
        window_minutes=int(window),
        requests=int(requests),
        ttft_p50_ms=p50,
        ttft_p75_ms=p75,
        ttft_p90_ms=p90,
        ttft_p95_ms=p95,
        ttft_p99_ms=p99,
        tokens_per_second=_positive(row.get("p50_throughput")) if enough else None,
        reasoning=row.get("supports_reasoning") == "True",
        quantization=endpoint.facts.quantization,
    )


def _positive(text: str | None) -> float | None:
    value = number(text)
    return float(Decimal(value)) if not number_problem(value) else None  # type: ignore[arg-type]


def _minute(stamp: str, day: str) -> str:
    """The stamp in UTC to the minute, or the day where it is none."""
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    except ValueError:
        return day

"""Measured speed as rows of ready strings: the fastest measured point of each configuration family."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from generator.render.formats import exact, milliseconds, missing, money, significant
from generator.render.plan_words import ENGINES
from generator.render.site_index import SiteIndex
from wasm_tools.planner.catalogue import Curve, CurvePoint
from wasm_tools.planner.plan import price_digits

LONGEST_WAIT_MS = 2000  # the loosest TTFT bound of the experience classes


def output_rate(curve: Curve, point: CurvePoint) -> float:
    """Output tokens per second and GPU with `point.concurrency` requests in flight (Little's law)."""
    seconds = (point.ttft_ms + (curve.output_tokens - 1) * point.tpot_ms) / 1000
    return point.concurrency / seconds * curve.output_tokens / curve.tensor_parallel


def best_point(curve: Curve) -> CurvePoint:
    """The point of most output tokens per second whose first token does not keep a reader waiting.

    Where every point is slower than that, the fastest first token stands for the curve.
    """
    bearable = [p for p in curve.points if p.ttft_ms <= LONGEST_WAIT_MS]
    if not bearable:
        return min(curve.points, key=lambda p: (p.ttft_ms, p.concurrency))
    return max(bearable, key=lambda p: (output_rate(curve, p), -p.concurrency))


def speed_rows(curves: Iterable[Curve], index: SiteIndex, limit: int) -> list[dict[str, Any]]:
    """The fastest `limit` configurations, by lengths."""
    by_lengths = sorted(best_curves(curves)[:limit], key=lambda c: (c.prompt_tokens, c.output_tokens))
    return [speed_row(curve, index) for curve in by_lengths]


def best_curves(curves: Iterable[Curve]) -> list[Curve]:
    """For each model, GPU and pair of lengths the configuration of most tokens per second and GPU, fastest first."""
    best: dict[tuple[str, str, int, int], Curve] = {}
    for curve in curves:
        key = (curve.model, curve.gpu, curve.prompt_tokens, curve.output_tokens)
        other = best.get(key)
        if other is None or output_rate(curve, best_point(curve)) > output_rate(other, best_point(other)):
            best[key] = curve
    return sorted(best.values(), key=lambda c: (-output_rate(c, best_point(c)), c.configuration_id, c.prompt_tokens))


def usd_per_million(usd_per_gpu_hour: Decimal, tokens_per_second: float) -> Decimal:
    """$ per 1M output tokens of a GPU that is busy all the time; the prompt is then paid for with them."""
    return usd_per_gpu_hour * 1_000_000 / (Decimal(repr(tokens_per_second)) * 3600)


def output_cost(curve: Curve, point: CurvePoint, index: SiteIndex) -> Decimal | None:
    """The same at the cheapest on-demand rent that plans use; None where there is none."""
    rental = index.of_models.cheapest_rental(curve.gpu)
    return usd_per_million(rental.price, output_rate(curve, point)) if rental else None


def speed_row(curve: Curve, index: SiteIndex) -> dict[str, Any]:
    """One configuration at its best point; what its output tokens cost is computed from a rental price."""
    point = best_point(curve)
    cost = output_cost(curve, point, index)
    return {
        "usd": missing("no on-demand price that plans use") if cost is None else money(cost),
        "usd_exact": "" if cost is None else price_digits(cost),
        "model": index.model_name(curve.model),
        "model_href": f"models/{curve.model}/",
        "gpu": index.gpu_name(curve.gpu),
        "gpu_href": f"gpus/{curve.gpu}/",
        "lengths": f"{curve.prompt_tokens:,} → {curve.output_tokens:,}",
        "gpus": curve.tensor_parallel,
        "set_up": f"{curve.precision}, {ENGINES.get(curve.engine, curve.engine)} {curve.engine_version}".strip(),
        "concurrency": point.concurrency,
        "rate": significant(output_rate(curve, point)),
        "rate_exact": exact(output_rate(curve, point)),
        "per_user": significant(1000 / point.tpot_ms),
        "per_user_exact": exact(1000 / point.tpot_ms),
        "ttft": milliseconds(point.ttft_ms),
        "ttft_exact": exact(point.ttft_ms),
        "measured": point.measured or missing("the source states no date"),
    }

"""Measured speed as a published table: the best point of each configuration family, as the pages show it."""

from collections.abc import Iterable

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.site_index import SiteIndex
from generator.render.speeds import best_curves, best_point, output_cost, output_rate
from wasm_tools.planner.catalogue import Curve
from wasm_tools.planner.plan import price_digits, significant

SPEED_COLUMNS = (
    Column("model", "text", "canonical model; id in models.json"),
    Column("gpu", "text", "canonical GPU; id in gpus.json"),
    Column("gpus", "integer", "GPUs that work as one"),
    Column("prompt_tokens", "integer", "prompt length", "tokens"),
    Column("output_tokens", "integer", "length of the answer", "tokens"),
    Column("precision", "text", "bits of a weight"),
    Column("engine", "text", "serving engine"),
    Column("engine_version", "text", "its version; empty when not stated"),
    Column("concurrency", "integer", "requests in flight at the best point", "requests"),
    Column("tokens_per_second_per_gpu", "number", "output of one GPU", "output tokens/s"),
    Column("tokens_per_second_per_user", "number", "output of one stream", "output tokens/s"),
    Column("ttft_ms", "number", "time to first token, mean", "ms"),
    Column("measured", "date", "date of the run; empty when not stated"),
    Column("usd_per_million_output", "decimal", "at the lowest on-demand rent that plans use", "USD per 1M tokens"),
)


def speed_part(curves: Iterable[Curve], index: SiteIndex) -> ApiTable:
    """The best point for each model, GPU and pair of lengths, the fastest first."""
    rows: list[tuple[Cell, ...]] = []
    for curve in best_curves(curves):
        point = best_point(curve)
        cost = output_cost(curve, point, index)
        rows.append(
            (
                curve.model,
                curve.gpu,
                curve.tensor_parallel,
                curve.prompt_tokens,
                curve.output_tokens,
                curve.precision,
                curve.engine,
                curve.engine_version,
                point.concurrency,
                significant(output_rate(curve, point)),
                significant(1000 / point.tpot_ms),
                significant(point.ttft_ms),
                point.measured,
                "" if cost is None else price_digits(cost),
            )
        )
    says = "most output tokens per second and GPU with a mean TTFT up to 2 s, by lengths"
    return ApiTable("speeds", "Measured speed", says, SPEED_COLUMNS, rows)

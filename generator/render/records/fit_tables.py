"""What fits into GPUs, as tables: the sets that hold a model, the models that a GPU holds, and predicted speed."""

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.fitting_models import AT_ONCE, LENGTH, models_that_fit
from generator.render.memory_sets import GpuSet, gpu_sets
from generator.render.predicted_speed import IN_FLIGHT, OUTPUT, PROMPT, fastest_by_gpu
from generator.render.site_index import SiteIndex
from wasm_tools.performance.memory import weight_bytes
from wasm_tools.planner.plan import significant
from wasm_tools.pricing.meters import price_text

SET_COLUMNS = (
    Column("precision", "text", "bits of a weight, as published"),
    Column("repo", "text", "the weights"),
    Column("weight_bytes", "number", "size of the weights", "bytes"),
    Column("request_tokens", "integer", "prompt and answer of a request together", "tokens"),
    Column("at_once", "integer", "requests of this length at a time", "requests"),
    Column("fewest_gpu", "text", "GPU of the smallest set of one machine; id in gpus.json, empty where none holds it"),
    Column("fewest_gpus", "integer", "GPUs of that set", "GPUs"),
    Column("cheapest_gpu", "text", "GPU of the set that is rented for least on demand; empty where nobody rents one"),
    Column("cheapest_gpus", "integer", "GPUs of that set", "GPUs"),
    Column("paid_gpus", "integer", "GPUs that are paid for, more where machines are rented whole", "GPUs"),
    Column("usd_per_hour", "decimal", "rent of the paid GPUs", "USD per hour"),
)
PREDICTION_COLUMNS = (
    Column("gpu", "text", "canonical GPU; id in gpus.json"),
    Column("gpus", "integer", "GPUs that work as one", "GPUs"),
    Column("precision", "text", "bits of a weight"),
    Column("engine", "text", "serving engine"),
    Column("engine_version", "text", "its version; empty where nobody measured"),
    Column("tokens_per_second_per_gpu", "number", "output of one GPU", "output tokens/s"),
    Column("tokens_per_second_per_user", "number", "output of one stream", "output tokens/s"),
    Column("ttft_ms", "number", "mean time to first token", "ms"),
    Column("ttft_band_low", "number", "low end of its 90 % band, as a factor of it"),
    Column("ttft_band_high", "number", "high end of its 90 % band, as a factor of it"),
    Column("itl_ms", "number", "mean time between tokens", "ms"),
    Column("itl_band_low", "number", "low end of its 90 % band, as a factor of it"),
    Column("itl_band_high", "number", "high end of its 90 % band, as a factor of it"),
    Column("evidence", "text", "interpolated, anchored or modelled"),
)
FIT_COLUMNS = (
    Column("precision", "text", "bits of a weight, as published"),
    Column("gpus", "text", "alone, or more GPUs of one machine"),
    Column("count", "integer", "models that fit", "models"),
)
FITTING_COLUMNS = (
    Column("model", "text", "canonical model; id in models.json"),
    Column("precision", "text", "bits of a weight, as published"),
    Column("weight_bytes", "number", "size of the weights", "bytes"),
    Column("gpus", "integer", "fewest GPUs of one machine that hold it", "GPUs"),
)


def set_part(model: str, index: SiteIndex) -> ApiTable:
    """The smallest and the cheapest sets of GPUs that hold a model."""
    rows: list[tuple[Cell, ...]] = []
    for f in gpu_sets(model, index):
        asked = (f.form.precision, f.form.repo, f.weight_bytes, f.length, f.at_once)
        cheapest: tuple[Cell, ...] = ("", None, None, "")
        if f.cheapest is not None and f.cheapest.usd_per_hour is not None:
            cheapest = (*_set(f.cheapest), f.cheapest.paid, price_text(f.cheapest.usd_per_hour))
        rows.append((*asked, *_set(f.fewest), *cheapest))
    says = "sets of GPUs of one machine that hold weights and KV cache; computed, not measured"
    return ApiTable("gpu_sets", "Smallest GPU sets that hold it", says, SET_COLUMNS, rows)


def _set(found: GpuSet | None) -> tuple[str, int | None]:
    return (found.gpu.id, found.count) if found else ("", None)


def prediction_part(model: str, index: SiteIndex) -> ApiTable:
    """Predicted speed by GPU at one load."""
    rows: list[tuple[Cell, ...]] = []
    for p in fastest_by_gpu(model, index):
        d, ttft, itl = p.deployable, p.bands.first_token, p.bands.tpot
        times = (p.ttft_ms, ttft[0], ttft[1], p.itl_ms, itl[0], itl[1])
        speeds = tuple(map(significant, (p.rate, 1000 / p.itl_ms, *times)))
        rows.append((d.gpu, d.tensor_parallel, d.precision, d.engine, d.engine_version, *speeds, p.evidence))
    says = f"{PROMPT} prompt and {OUTPUT} output tokens, {IN_FLIGHT} requests in flight; of each GPU the fastest set-up"
    return ApiTable("predictions", "Predicted speed", says, PREDICTION_COLUMNS, rows)


def fit_parts(gpu: str, index: SiteIndex) -> tuple[ApiTable, ApiTable]:
    """How many open models a GPU holds, and which."""
    counts: list[tuple[Cell, ...]] = []
    models: list[tuple[Cell, ...]] = []
    for precision, found in models_that_fit(gpu, index).items():
        alone = sum(size == 1 for _, _, size in found)
        for words, count in (("1", alone), ("more", len(found) - alone)):
            if count:
                counts.append((precision, words, count))
        models += [(form.model, precision, weight_bytes(shape, precision), size) for form, shape, size in found]
    says = f"published weights and {AT_ONCE} request of {LENGTH} tokens; computed, not measured"
    return (
        ApiTable("fits", "Open models that fit", says, FIT_COLUMNS, counts),
        ApiTable("fitting_models", "Which models fit", "the largest first, by precision", FITTING_COLUMNS, models),
    )

"""Predicted speed of a model by GPU: one deployable configuration each, with the band and evidence of the times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from generator.render.formats import exact, milliseconds, significant, time_exact
from generator.render.plan_words import ENGINES, band_words
from generator.render.site_index import SiteIndex
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.memory import max_concurrency
from wasm_tools.performance.prediction import Refusal, service_curve
from wasm_tools.performance.service_curve import Bands, at, bands_at, evidence_at
from wasm_tools.planner.catalogue import Catalogue, Deployable

PROMPT, OUTPUT, IN_FLIGHT = 1024, 1024, 16  # the question behind the table, which its caption states
SHOWN = 7


@dataclass(frozen=True, slots=True)
class Predicted:
    """The mean times of one configuration at the load of the table, in ms, and output tokens/s of each GPU."""

    deployable: Deployable
    ttft_ms: float
    itl_ms: float
    rate: float
    evidence: str
    bands: Bands


def predicted(deployable: Deployable, catalogue: Catalogue) -> Predicted | None:
    """The prediction of a configuration; None where there is none, or where so many requests do not fit."""
    d, book = deployable, catalogue.book
    shape, gpu = book.shapes.get(d.model), book.gpus.get(d.gpu)
    if shape is None or gpu is None:
        return None
    held = max_concurrency(
        shape, d.precision, gpu, d.tensor_parallel, PROMPT + OUTPUT, kv_precision=d.kv_cache,
        expert_parallel=d.expert_parallel, runtime=catalogue.policy.runtime,
    )  # fmt: skip
    if held < IN_FLIGHT:
        return None
    configuration = ServingConfiguration(d.model, d.gpu, d.precision, d.engine, d.tensor_parallel, d.expert_parallel)
    curve = service_curve(configuration, PROMPT, OUTPUT, 0.0, book)
    if isinstance(curve, Refusal):
        return None
    ttft, itl = at(curve, IN_FLIGHT)
    rate = IN_FLIGHT * OUTPUT / ((ttft + (OUTPUT - 1) * itl) / 1000) / d.tensor_parallel
    return Predicted(d, ttft, itl, rate, evidence_at(curve, IN_FLIGHT), bands_at(curve, IN_FLIGHT))


def speed_predictions(model: str, index: SiteIndex) -> list[dict[str, Any]]:
    """The fastest GPUs as rows."""
    return [prediction_row(p, index) for p in fastest_by_gpu(model, index)[:SHOWN]]


def fastest_by_gpu(model: str, index: SiteIndex) -> Sequence[Predicted]:
    """Of each GPU the configuration of a model of most output tokens per second and GPU, the fastest GPUs first."""
    known = index.of_models.found
    if ("predicted", model) not in known:
        deployables = index.of_models.deployables.get(model, ())
        known["predicted", model] = _fastest(deployables, index.data.results.catalogue)
    found: Sequence[Predicted] = known["predicted", model]
    return found


def _fastest(deployables: Iterable[Deployable], catalogue: Catalogue) -> Sequence[Predicted]:
    best: dict[str, Predicted] = {}
    for d in deployables:
        found = predicted(d, catalogue)
        if found and (d.gpu not in best or found.rate > best[d.gpu].rate):
            best[d.gpu] = found
    return sorted(best.values(), key=lambda p: (-p.rate, p.deployable.gpu))


def prediction_row(found: Predicted, index: SiteIndex) -> dict[str, Any]:
    """One configuration as ready strings."""
    d = found.deployable
    return {
        "gpu": index.gpu_name(d.gpu),
        "gpu_href": f"gpus/{d.gpu}/",
        "gpus": d.tensor_parallel,
        "set_up": f"{d.precision}, {ENGINES.get(d.engine, d.engine)} {d.engine_version}".strip(),
        "ttft": milliseconds(found.ttft_ms),
        "ttft_band": band_words(found.ttft_ms, found.bands.first_token),
        "ttft_exact": time_exact(found.ttft_ms, found.bands.first_token),
        "itl": milliseconds(found.itl_ms),
        "itl_band": band_words(found.itl_ms, found.bands.tpot),
        "itl_exact": time_exact(found.itl_ms, found.bands.tpot),
        "per_user": significant(1000 / found.itl_ms),
        "per_user_exact": exact(1000 / found.itl_ms),
        "rate": significant(found.rate),
        "rate_exact": exact(found.rate),
        "evidence": found.evidence,
    }

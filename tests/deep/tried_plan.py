"""The plan that is deployed in the live test, and the pace of the engine that makes its prediction come true.

`plan.json` has the form of any plan of the atlas. Its figures are made for two processors that carry client, server,
engine and Prometheus at once: few tokens a second, and bounds that the jitter of a busy machine does not reach.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from generator.precompute.manifest_book import manifest_book
from generator.registry import load_registry
from wasm_tools.manifests.deployment import ManifestBook, deployment
from wasm_tools.manifests.numbers import plan_numbers
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.manifests.serving_spec import ServingSpec

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
DOCUMENT = json.loads((Path(__file__).parent / "plan.json").read_text(encoding="utf-8"))
LOAD_FACTOR = 1.6  # by which prompts and tokens take longer when all sequences are busy
_UNITS_MS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0}


@cache
def book() -> ManifestBook:
    """What plans are deployed from."""
    return manifest_book(load_registry(REGISTRY), REGISTRY)


@cache
def spec() -> ServingSpec:
    """What the plan deploys."""
    return deployment(DOCUMENT, book())


@cache
def files() -> Mapping[str, str]:
    """All files of the plan by path, as they are published and downloaded."""
    return plan_files(DOCUMENT, book()).files


def engine_timing() -> dict[str, float]:
    """The stub's pace in milliseconds: that of the bundle's own simulator at the load of the plan.

    Little's law gives the share of busy sequences at that load; an idle engine is faster by what this share costs.
    """
    numbers, targets = plan_numbers(spec()), spec().targets
    assert targets is not None
    in_flight = targets.peak_qps / spec().replicas * targets.predicted_e2e_ms / 1000
    slower = 1 + (LOAD_FACTOR - 1) * in_flight / spec().max_num_seqs
    return {
        "prefill_overhead_ms": _milliseconds(numbers.simulator_overhead) / slower,
        "prefill_ms_per_token": _milliseconds(numbers.simulator_per_token) / slower,
        "itl_ms": _milliseconds(numbers.simulator_itl) / slower,
        "load_factor": LOAD_FACTOR,
    }


def _milliseconds(duration: str) -> float:
    return float(duration[:-2]) * _UNITS_MS[duration[-2:]]

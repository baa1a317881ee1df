"""Manifests of the plans: one KServe file for each distinct deployment that the grid or a use case ranks.

What such a file deploys does not depend on who rents out the GPUs or on today's price, so plans that differ in these
only share one. What cannot be deployed as it was planned has no manifest, and the reason is said beside the plan.
"""

from collections.abc import Iterator
from functools import cache

from generator.places import checkout
from generator.precompute.manifest_book import manifest_book
from generator.registry import load_registry
from generator.render.page import SiteData
from wasm_tools.manifests.deployment import ManifestBook, shared_deployment
from wasm_tools.manifests.kserve import bundle
from wasm_tools.manifests.runtimes import ManifestError
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.planner.plan import Configuration, Plan, plan_record

FOLDER = "api/v1/manifests"


def manifest_path(plan: Plan) -> str | None:
    """The site path of a plan's manifest; None for an API plan and for a plan that cannot be deployed as planned."""
    spec = deployed_or_reason(plan)
    return None if isinstance(spec, str) else f"{FOLDER}/{spec.plan_id}/inferenceservice.yaml"


def manifest_refusal(plan: Plan) -> str:
    """Why a self-hosted plan has no manifest; empty when it has one and for API plans."""
    if plan.configuration is None:
        return ""
    spec = deployed_or_reason(plan)
    return spec if isinstance(spec, str) else ""


def manifest_files(data: SiteData) -> Iterator[tuple[str, str]]:
    """Path and text of every manifest of the grid and the use cases, each once, sorted by path."""
    specs = {}
    for plan in ranked_everywhere(data):
        spec = deployed_or_reason(plan) if plan.configuration else ""
        if isinstance(spec, ServingSpec):
            specs[f"{FOLDER}/{spec.plan_id}/inferenceservice.yaml"] = spec
    for path, spec in sorted(specs.items()):
        (text,) = bundle(spec, book().runtimes).values()
        yield path, text


def ranked_everywhere(data: SiteData) -> Iterator[Plan]:
    """Every plan of the grid and of the use cases, repeated as often as it is ranked."""
    rankings = [r for cell in data.results.cells for r in cell.rankings.values()]
    rankings += [case.ranking for case in data.results.cases]
    for ranking in rankings:
        for _, plan in ranking.plans:
            yield plan


_deployed: dict[tuple[object, ...], ServingSpec | str] = {}


def deployed_or_reason(plan: Plan) -> ServingSpec | str:
    """What a plan deploys, or why it cannot be; an API plan deploys nothing."""
    c = plan.configuration
    if c is None or plan.prediction is None:
        return "an API plan deploys nothing"
    key = (plan.model, c, plan.prediction)
    if key not in _deployed:
        _deployed[key] = _spec_or_reason(plan, c)
    return _deployed[key]


def _spec_or_reason(plan: Plan, c: Configuration) -> ServingSpec | str:
    try:
        spec = shared_deployment(plan_record(plan), c.prompt_tokens, c.output_tokens, book())
        bundle(spec, book().runtimes)
    except ManifestError as error:
        return str(error)
    return spec


@cache
def book() -> ManifestBook:
    """What the manifests of this checkout are made from."""
    registry_dir = checkout().registry
    return manifest_book(load_registry(registry_dir), registry_dir)

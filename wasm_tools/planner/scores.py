"""The quality score of a plan: a figure of one named benchmark, and where it comes from in words."""

from wasm_tools.models.quality import quality_of
from wasm_tools.planner.catalogue import Catalogue


def plan_score(catalogue: Catalogue, use_case: str, model: str, quantised: str = "") -> tuple[float | None, str]:
    """The score in the first benchmark of a use case, and what has to be known about it; nothing without a use case.

    `quantised` is the precision of weights that were quantised further than published.
    """
    if use_case not in catalogue.quality.use_cases:
        return None, ""
    quality = quality_of(catalogue.quality, model, use_case, quantised)
    if quality is None or quality.primary is None:
        benchmark = catalogue.quality.use_cases[use_case].primary
        return None, f"no published score in {benchmark}"
    s = quality.primary
    said = "the developer's own figure" if s.self_reported else "measured by others"
    words = f"{quality.benchmark} {s.value:g}, {said}, {s.source} {s.date}"
    return quality.value, "; ".join(filter(None, (words, s.setting, quality.assumption)))

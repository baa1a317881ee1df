"""The community's measurements as points of the calibration: those that can be true and can be built on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.benchmarks.community import load_community
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.outcomes.points import claim_of, point_of
from wasm_tools.performance.added_measurements import AddedPoint
from wasm_tools.performance.plausibility import implausible


@dataclass(frozen=True, slots=True)
class CommunityPoints:
    """Points that are used, and the others with the reason."""

    points: tuple[AddedPoint, ...]
    left_out: tuple[tuple[str, str], ...]


def community_points(folder: Path, shapes: Mapping[str, ModelShape], gpus: Mapping[str, GpuCard]) -> CommunityPoints:
    """The points of the folder in the order of their names; raises CommunityError for a file changed by hand."""
    points, left = [], []
    for name, outcome in load_community(folder).items():
        model, gpu = outcome["model"], gpus.get(outcome["gpu"])
        card = ModelCard(model, model, "", None, None, shape=shapes.get(model))
        wrong = next(implausible(claim_of(outcome, card, gpu)), None)
        point = point_of(outcome)
        if card.shape is None or gpu is None:
            left.append((name, "no architecture or GPU of this id is registered"))
        elif wrong:
            left.append((name, f"it cannot be true: {wrong}"))
        elif isinstance(point, str):
            left.append((name, point))
        else:
            points.append(point)
    return CommunityPoints(tuple(points), tuple(left))

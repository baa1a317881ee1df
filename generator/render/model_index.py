"""What pages of models and GPUs look up beside prices: weights, GPUs that run them, rents, scores, configurations."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from generator.places import checkout
from generator.precompute.deployables import WeightsRow, load_serving, load_weights
from generator.precompute.quality import quality_models, resolved_scores
from generator.render.page import SiteData
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.quality import QualityScore
from wasm_tools.planner.catalogue import Deployable
from wasm_tools.planner.rentals import Rental


@dataclass(frozen=True)
class ModelIndex:
    """The look-ups of one site. Computed once, read by all views."""

    data: SiteData

    @cached_property
    def found(self) -> dict[tuple[str, ...], Any]:
        """What is costly to compute and asked for twice, by what it is: a page shows it, its data file holds it."""
        return {}

    @cached_property
    def weights(self) -> Mapping[str, tuple[WeightsRow, ...]]:
        """Published weights by model."""
        found: dict[str, tuple[WeightsRow, ...]] = {}
        for row in load_weights(checkout().registry / "weights.csv"):
            found[row.model] = (*found.get(row.model, ()), row)
        return found

    @cached_property
    def _gpus_by_storage(self) -> Mapping[str, tuple[GpuCard, ...]]:
        cards = self.data.registry.gpu_cards
        found: dict[str, tuple[GpuCard, ...]] = {}
        for gpu, storages in sorted(load_serving(checkout().registry / "gpu_serving.csv").items()):
            for storage in storages if gpu in cards else ():
                found[storage] = (*found.get(storage, ()), cards[gpu])
        return found

    def gpus_that_run(self, storage: str) -> tuple[GpuCard, ...]:
        """The GPUs on which the engine runs weights that are stored so."""
        return self._gpus_by_storage.get(storage, ())

    @cached_property
    def _on_demand(self) -> Mapping[str, tuple[Rental, ...]]:
        found: dict[str, dict[int, Rental]] = {}
        for r in self.data.results.catalogue.rentals:  # ascending in price
            if r.kind == "rented":
                found.setdefault(r.gpu, {}).setdefault(r.count, r)
        return {gpu: tuple(rows.values()) for gpu, rows in found.items()}

    def cheapest_rental(self, gpu: str) -> Rental | None:
        """The on-demand price of a GPU that plans would use first: with its machine, not stale, not suspect."""
        return min(self._on_demand.get(gpu, ()), key=lambda r: (r.price, r.provider, r.instance), default=None)

    def rent(self, gpu: str, count: int) -> tuple[Decimal, int] | None:
        """The least that `count` GPUs cost on demand in $ per hour, and how many are paid for: machines are whole."""
        offers = [
            (r.price * paid, paid) for r in self._on_demand.get(gpu, ()) if (paid := -(-count // r.count) * r.count)
        ]
        return min(offers, default=None)

    @cached_property
    def scores(self) -> Mapping[str, tuple[QualityScore, ...]]:
        """Published quality scores by model."""
        reviewed = quality_models(checkout().registry / "quality_models.csv")
        found: dict[str, tuple[QualityScore, ...]] = {}
        for score in resolved_scores(self.data.registry, self.data.state.quality, reviewed).scores:
            found[score.model] = (*found.get(score.model, ()), score)
        return found

    @cached_property
    def deployables(self) -> Mapping[str, tuple[Deployable, ...]]:
        """The configurations that can be planned with by model."""
        found: dict[str, list[Deployable]] = {}
        for d in self.data.results.catalogue.deployables:
            found.setdefault(d.model, []).append(d)
        return {model: tuple(rows) for model, rows in found.items()}

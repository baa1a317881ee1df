"""The grades of published prices on one date, with what their sources disagree about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generator.grades import NOTHING, Grade, GradeLimits, Grader, grade_limits, grader
from generator.registry import Registry
from generator.sync.disputes import Agreement, Dispute, OfferKey, disputes
from generator.sync.state import State
from wasm_tools.pricing.offers import GpuOffer, Offer


@dataclass(frozen=True)
class OfferGrades:
    """Grades by the limits in the registry's `folder`. `offers` are the published API prices."""

    registry: Registry
    state: State
    offers: Sequence[Offer]
    as_of: str
    folder: Path

    @property
    def agreement(self) -> Agreement:
        """When two prices agree."""
        return self._limits.agreement

    @cached_property
    def disputes(self) -> Mapping[OfferKey, Dispute]:
        """What sources of different families disagree about, by offer key."""
        registry, snapshots = self.registry, self.state.snapshots
        return disputes(
            self.offers,
            registry.source,
            snapshots,
            self.agreement,
            registry.acknowledged,
            registry.is_moving,
            self.as_of,
        )

    def grade(self, offer: Offer | GpuOffer) -> Grade:
        """The grade of a published price."""
        if isinstance(offer, GpuOffer):
            return self._grader(offer.price, offer.evidence, NOTHING, "", False)
        dispute = self.disputes.get(offer.key)
        explained = dispute.explained_sources if dispute else NOTHING
        unsettled = bool(dispute and dispute.swapped and not dispute.acknowledged)
        return self._grader(offer.price, offer.evidence, explained, offer.effective_from, unsettled)

    @cached_property
    def _limits(self) -> GradeLimits:
        return grade_limits(self.folder / "grades.toml")

    @cached_property
    def _grader(self) -> Grader:
        return grader(self.registry.source, self.state.snapshots, self._limits, self.as_of)

"""Candidates on GPUs: sized configurations on every way to have the machines they need."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from wasm_tools.models.cards import capability_rank
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.holding import Holding, bought, owned, rented, serverless
from wasm_tools.planner.hosted_plan import hosted_plan, run_name
from wasm_tools.planner.load import Load, load_of
from wasm_tools.planner.pairs import Groups, Models, Pair, chosen_pairs
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.policy import Risks, overload_premium, price_error, price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import Rental, place_name
from wasm_tools.planner.sizing import Sized, of_model

SERVERLESS = "serverless"


@dataclass(slots=True)  # not frozen: an answer makes thousands, and freezing takes most of that time
class Chosen:
    """A configuration that may stand in a list, its behaviour at the planned load, and its risks on any offer."""

    sized: Sized
    load: Load
    gpus: int  # to pay for
    run: str  # how the model runs, as part of an id
    risks: Risks
    overrun: float  # share of replicas that there may have to be more, at the far end of the band
    quality: int
    score: float | None


def hosted_candidates(
    question: Question, catalogue: Catalogue, groups: Groups, excluded: Exclusions
) -> Iterator[Candidate]:
    """Candidates that may stand in a list; other possible plans are counted as such."""
    maker = _Maker(question, catalogue, excluded)
    shown: set[tuple[str, int, int]] = set()
    for models, kind, pair in chosen_pairs(question, catalogue, groups, excluded):
        *_, plain, sized, _ = pair
        if (kind, id(plain), id(sized)) not in shown:
            shown.add((kind, id(plain), id(sized)))
            yield from maker.on_offer(models, kind, pair)


class _Maker:
    """Makes the candidates of one question, remembering what those of one configuration share.

    Models that serve alike share all but their names and scores.
    """

    def __init__(self, question: Question, catalogue: Catalogue, excluded: Exclusions) -> None:
        self.question, self.catalogue, self.excluded = question, catalogue, excluded
        self.scores, self.budget = catalogue.scores(question.wishes.use_case), question.budget
        self.loads: dict[int, Load] = {}  # models of one shape share what replicas serve
        self.known: dict[tuple[int, int], Sequence[Chosen]] = {}
        self.describe = self.plan

    def on_offer(self, models: Models, kind: str, pair: Pair) -> Iterable[Candidate]:
        """The candidates of a pair: of some offers there are several ways to use them."""
        question, catalogue, excluded = self.question, self.catalogue, self.excluded
        usd, provider, _, plain, sized, gpus = pair
        chosen = self.chosen(models, sized, gpus)
        if plain is None:
            own = list(bought(question, catalogue, sized) if kind == "bought" else owned(question, catalogue, sized))
            if not own:
                excluded.needless("inventory", len(models))
            return self.priced(chosen, own)
        if kind == SERVERLESS:
            return self.priced(chosen, serverless(question, catalogue, sized, chosen[0].load, plain.rental))
        if question.pattern is not None:
            return self.priced(chosen, rented(question, catalogue, sized, plain.rental))
        if usd <= self.budget:
            usd = round(usd, 6)
            return self.candidates(chosen, kind, provider, usd, plain.place, plain.risks, plain.error, plain.rental)
        excluded.price("over_budget", provider, number=len(models))
        return ()

    def priced(self, chosen: Sequence[Chosen], holdings: Iterable[Holding]) -> Iterator[Candidate]:
        """The candidates of ways to have the machines whose price has been worked out."""
        policy = self.catalogue.policy
        for h in holdings:
            usd = round(float(h.usd_per_month), 6)
            if h.breaks:
                self.excluded.price("cold_start", h.provider, number=len(chosen))
            elif usd <= self.budget:
                place = f"{h.kind}:{h.provider}:{place_name(h.sku, h.region, h.variant)}"
                risks = price_risks(h.families, h.age_days, policy)
                error = price_error(h.families, policy)
                yield from self.candidates(chosen, h.kind, h.provider, usd, place, risks, error, h)
            else:
                self.excluded.price("over_budget", h.provider, number=len(chosen))

    def candidates(
        self,
        chosen: Sequence[Chosen],
        kind: str,
        provider: str,
        usd: float,
        place: str,
        risks: Risks,
        error: float,
        held: Holding | Rental,
    ) -> list[Candidate]:
        """One candidate a model; `place` is the part of its id that is of the offer, the two next of its price."""
        one = chosen[0]
        load, misses, dependable = one.load, one.sized.served.misses, kind in self.catalogue.policy.recommendable
        risk, error = math.fsum([premium for _, premium in (*one.risks, *risks)]), one.overrun + error
        return [
            Candidate(
                usd, place + c.run, kind, c.sized.deployable.model, provider, load.status, dependable, risk, error,
                load.ttft_ms, load.e2e_ms, c.quality, c.score, c.gpus, misses, self.describe, (c, held, risks),
            )
            for c in chosen
        ]  # fmt: skip

    def plan(self, candidate: Candidate) -> Plan:
        """The described plan; machines that are kept all the time are priced in full only now."""
        chosen, held, risks = candidate.of
        question, catalogue, sized = self.question, self.catalogue, chosen.sized
        if isinstance(held, Rental):
            held = next(rented(question, catalogue, sized, held))
        return hosted_plan(question, catalogue, sized, chosen.load, held, (*chosen.risks, *risks))

    def chosen(self, models: Models, sized: Sized, gpus: int) -> Sequence[Chosen]:
        """A configuration on so many GPUs, which several offers share, of each model."""
        known = self.known.get((id(sized), gpus))
        if known is None:
            known = self.known[id(sized), gpus] = list(self._chosen(models, sized, gpus))
        return known

    def _chosen(self, models: Models, sized: Sized, gpus: int) -> Iterator[Chosen]:
        catalogue, policy = self.catalogue, self.catalogue.policy
        load = self.loads.get(id(sized.served))
        if load is None:
            load = self.loads[id(sized.served)] = load_of(self.question, policy, sized)
        worst = math.ceil(load.needed * load.bands.tpot[1] - 1e-9) / sized.carrying
        found = (
            ("evidence", policy.evidence[load.evidence]),
            ("overload", overload_premium(sized.served.capacity.utilisation * load.share, policy)),
            ("complexity", policy.gpu_doubling * math.log2(max(1, gpus))),
        )
        risks, overrun = tuple([premium for premium in found if premium[1]]), max(0.0, worst - 1)
        for model in models:
            own = of_model(sized, model, catalogue)
            quality = capability_rank(catalogue.models[model].capability)
            score = _quantised_score(catalogue, own.deployable, self.scores.get(model))
            yield Chosen(own, load, gpus, run_name(own.deployable), risks, overrun, quality, score)


def _quantised_score(catalogue: Catalogue, deployable: Deployable, score: float | None) -> float | None:
    """The score of weights that were quantised further than published: with the documented loss, or none."""
    if score is None or not deployable.quantised:
        return score
    factor = catalogue.quality.penalties.get(deployable.quantised)
    return None if factor is None else score * factor

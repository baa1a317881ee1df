"""Candidates on GPUs: sized configurations on every way to have the machines they need."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wasm_tools.models.cards import capability_rank
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.holding import Holding, bought, owned, rented, serverless
from wasm_tools.planner.hosted_plan import hosted_plan, run_name
from wasm_tools.planner.load import Load, load_of
from wasm_tools.planner.pairs import Groups, Pair, chosen_pairs
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.policy import Policy, Risks, overload_premium, price_error, price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import Rental, place_name
from wasm_tools.planner.sizing import Sized

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
    for model, kind, pair in chosen_pairs(question, catalogue, groups, excluded):
        *_, plain, sized, _ = pair
        if (kind, id(plain), id(sized)) not in shown:
            shown.add((kind, id(plain), id(sized)))
            yield from maker.on_offer(model, kind, pair)


class _Maker:
    """Makes the candidates of one question, remembering what those of one configuration share."""

    def __init__(self, question: Question, catalogue: Catalogue, excluded: Exclusions) -> None:
        self.question, self.catalogue, self.excluded = question, catalogue, excluded
        self.scores = catalogue.scores(question.wishes.use_case)
        self.loads: dict[int, Load] = {}  # models of one shape share what replicas serve
        self.known: dict[tuple[int, int], Chosen] = {}
        self.describe = self.plan

    def on_offer(self, model: str, kind: str, pair: Pair) -> Iterable[Candidate]:
        """The candidates of a pair: of some offers there are several ways to use them."""
        question, catalogue, excluded = self.question, self.catalogue, self.excluded
        usd, provider, _, plain, sized, gpus = pair
        chosen = self.chosen(model, sized, gpus)
        if plain is None:
            own = list(bought(question, catalogue, sized) if kind == "bought" else owned(question, catalogue, sized))
            if not own:
                excluded.needless("inventory")
            return self.priced(chosen, own)
        if kind == SERVERLESS:
            return self.priced(chosen, serverless(question, catalogue, sized, chosen.load, plain.rental))
        if question.pattern is not None:
            return self.priced(chosen, rented(question, catalogue, sized, plain.rental))
        if question.affordable(usd):
            usd = round(usd, 6)
            return [self.candidate(chosen, kind, provider, usd, plain.place, plain.risks, plain.error, plain.rental)]
        excluded.price("over_budget", provider)
        return ()

    def priced(self, chosen: Chosen, holdings: Iterable[Holding]) -> Iterator[Candidate]:
        """The candidates of ways to have the machines whose price has been worked out."""
        policy = self.catalogue.policy
        for h in holdings:
            usd = round(float(h.usd_per_month), 6)
            if h.breaks:
                self.excluded.price("cold_start", h.provider)
            elif self.question.affordable(usd):
                place = f"{h.kind}:{h.provider}:{place_name(h.sku, h.region, h.variant)}"
                risks = price_risks(h.families, h.age_days, policy)
                yield self.candidate(chosen, h.kind, h.provider, usd, place, risks, price_error(h.families, policy), h)
            else:
                self.excluded.price("over_budget", h.provider)

    def candidate(
        self,
        chosen: Chosen,
        kind: str,
        provider: str,
        usd: float,
        place: str,
        risks: Risks,
        error: float,
        held: Holding | Rental,
    ) -> Candidate:
        """One candidate; `place` is the part of its id that is of the offer, `risks` and `error` those of its price."""
        load, sized = chosen.load, chosen.sized
        return Candidate(
            usd,
            place + chosen.run,
            kind,
            sized.deployable.model,
            provider,
            load.status,
            kind in self.catalogue.policy.recommendable,
            math.fsum([premium for _, premium in (*chosen.risks, *risks)]),
            chosen.overrun + error,
            load.ttft_ms,
            load.e2e_ms,
            chosen.quality,
            chosen.score,
            chosen.gpus,
            sized.served.misses,
            self.describe,
            (chosen, held, risks),
        )

    def plan(self, candidate: Candidate) -> Plan:
        """The described plan; machines that are kept all the time are priced in full only now."""
        chosen, held, risks = candidate.of
        question, catalogue, sized = self.question, self.catalogue, chosen.sized
        if isinstance(held, Rental):
            held = next(rented(question, catalogue, sized, held))
        return hosted_plan(question, catalogue, sized, chosen.load, held, (*chosen.risks, *risks))

    def chosen(self, model: str, sized: Sized, gpus: int) -> Chosen:
        """A configuration on so many GPUs, which several offers share."""
        known = self.known.get((id(sized), gpus))
        if known is None:
            policy = self.catalogue.policy
            load = self.loads.get(id(sized.served))
            if load is None:
                load = self.loads[id(sized.served)] = load_of(self.question, policy, sized)
            quality = capability_rank(self.catalogue.models[model].capability)
            score = _quantised_score(self.catalogue, sized.deployable, self.scores.get(model))
            known = self.known[id(sized), gpus] = _chosen(sized, load, gpus, policy, quality, score)
        return known


def _chosen(sized: Sized, load: Load, gpus: int, policy: Policy, quality: int, score: float | None) -> Chosen:
    worst = math.ceil(load.needed * load.bands.tpot[1] - 1e-9) / sized.carrying
    found = (
        ("evidence", policy.evidence[load.evidence]),
        ("overload", overload_premium(sized.served.capacity.utilisation * load.share, policy)),
        ("complexity", policy.gpu_doubling * math.log2(max(1, gpus))),
    )
    risks = tuple([premium for premium in found if premium[1]])
    return Chosen(sized, load, gpus, run_name(sized.deployable), risks, max(0.0, worst - 1), quality, score)


def _quantised_score(catalogue: Catalogue, deployable: Deployable, score: float | None) -> float | None:
    """The score of weights that were quantised further than published: with the documented loss, or none."""
    if score is None or not deployable.quantised:
        return score
    factor = catalogue.quality.penalties.get(deployable.quantised)
    return None if factor is None else score * factor

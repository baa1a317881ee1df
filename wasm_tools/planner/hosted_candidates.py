"""Candidates on GPUs: sized configurations on every way to have the machines they need.

Thousands of pairs of configuration and offer are possible and a list shows few of them, so pairs are plain numbers
first; only what may stand in a list is looked at closely.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from wasm_tools.models.cards import capability_rank
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.holding import Holding, bought, bought_roughly, machine_variant, owned, rented, serverless
from wasm_tools.planner.hosted_plan import hosted_plan, run_name
from wasm_tools.planner.hosting import paid_gpus
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.policy import Policy, overload_premium, price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.sizing import Load, Sized, arrivals, load_of
from wasm_tools.workload.traffic import HOURS_PER_MONTH

OFFERS = 3  # of a model and kind, one a provider: a list shows no more
CHEAPEST = 120  # pairs of all models and kinds that are looked at whatever else is cheap
FASTEST = 3  # GPUs of a model whose quickest configuration is looked at whatever it costs
SERVERLESS, ON_DEMAND = "serverless", "rented"
Risks = tuple[tuple[str, float], ...]
Offers = Mapping[str, Mapping[str, Sequence[tuple[float, Rental]]]]  # by GPU and kind, with USD per GPU and month
Groups = Mapping[tuple[str, str, bool], Sequence[Sized]]  # by model, GPU, and whether the target is only nearly met
# USD a month when kept all the time, provider, instance, then the offer (none for own hardware), configuration, GPUs.
Pair = tuple[float, str, str, Rental | None, Sized, int]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A configuration that may stand in a list, its behaviour at the planned load, and its risks on any offer."""

    sized: Sized
    load: Load
    gpus: int  # to pay for
    run: str  # how the model runs, as part of an id
    risks: Risks
    overrun: float  # share of replicas that there may have to be more, at the far end of the band


def hosted_candidates(
    question: Question, catalogue: Catalogue, groups: Groups, excluded: Exclusions
) -> Iterator[Candidate]:
    """Candidates that may stand in a list; other possible plans are counted as such."""
    arriving, policy = arrivals(question, catalogue), catalogue.policy
    scores = catalogue.scores(question.wishes.use_case)
    offers = wanted_rentals(question, catalogue, excluded)
    varied = [
        (place, model, kind, pair)
        for (model, kind, _), found in priced_pairs(question, catalogue, groups, offers, excluded).items()
        for place, pair in enumerate(one_a_provider(found, excluded))
    ]
    dearest = sorted(pair[0] for *_, pair in varied)[:CHEAPEST][-1:]
    pairs = []
    for place, model, kind, pair in varied:
        if place == 0 or [pair[0]] <= dearest:
            pairs.append((model, kind, pair))
        else:
            excluded.possible(pair[1])
    pairs += ((model, ON_DEMAND, pair) for model, pair in fastest_pairs(question, groups, offers))
    seen: dict[tuple[int, int], Chosen] = {}
    shown: set[tuple[str, int, int]] = set()
    for model, kind, pair in pairs:
        *_, rental, sized, gpus = pair
        if (kind, id(rental), id(sized)) in shown:
            continue
        shown.add((kind, id(rental), id(sized)))
        chosen = seen.get((id(sized), gpus))
        if chosen is None:
            load = load_of(question, policy, arriving, sized)
            chosen = seen[id(sized), gpus] = _chosen(sized, load, gpus, policy)
        quality = capability_rank(catalogue.models[model].capability)
        make = partial(_candidate, question, catalogue, quality, scores.get(model), chosen)
        yield from _on_offer(question, catalogue, make, pair, kind, chosen, excluded)


def priced_pairs(
    question: Question, catalogue: Catalogue, groups: Groups, offers: Offers, excluded: Exclusions
) -> dict[tuple[str, str, bool], list[Pair]]:
    """By model, kind and nearness, the configuration of fewest GPUs on each offer of each GPU."""
    found: dict[tuple[str, str, bool], list[Pair]] = {}
    own_gpus = dict(question.inventory)
    for (model, gpu, near), sizes in groups.items():
        kinds = offers.get(gpu, {})
        if not kinds:
            excluded.configuration("no_rental", gpu)
        fewest: dict[int, tuple[int, Sized] | None] = {}
        for kind, rentals in kinds.items():
            pairs = found.setdefault((model, kind, near), [])
            for month, r in rentals:
                if r.count not in fewest:
                    fewest[r.count] = fewest_gpus(sizes, r.count)
                best = fewest[r.count]
                if best is None:
                    excluded.price("machine_small", r.provider)
                else:
                    pairs.append((month * best[0], r.provider, r.instance, r, best[1], best[0]))
        if question.allows("bought") and not (question.limits.confirmed_only or question.limits.providers):
            for usd, sized in bought_roughly(catalogue, sizes, gpu):
                found.setdefault((model, "bought", near), []).append((usd, gpu, "", None, sized, sized.busy_gpus))
        if gpu in own_gpus and question.allows("owned"):
            _, own = fewest_gpus(sizes, 1) or (0, sizes[0])
            found.setdefault((model, "owned", near), []).append((0.0, gpu, "", None, own, own.busy_gpus))
    return found


def fastest_pairs(question: Question, groups: Groups, offers: Offers) -> Iterator[tuple[str, Pair]]:
    """Of each model the configurations within the target that answer a lone request first, on its cheapest offer."""
    further = question.workload.output_tokens - 1
    timed: dict[str, list[tuple[float, Pair]]] = {}
    for (model, gpu, near), sizes in groups.items():
        for month, r in () if near else offers.get(gpu, {}).get(ON_DEMAND, ())[:1]:
            curves = ((s.served.curve, s) for s in sizes)
            ms, n = min((c.first_token_ms[0] + further * c.tpot_ms[0], n) for n, (c, _) in enumerate(curves))
            quick = sizes[n]
            gpus = paid_gpus(quick.replicas, quick.deployable.tensor_parallel, r.count)
            if gpus is not None:
                timed.setdefault(model, []).append((ms, (month * gpus, r.provider, r.instance, r, quick, gpus)))
    for model, pairs in timed.items():
        pairs.sort(key=lambda t: (t[0], *t[1][:3]))
        for _, pair in pairs[:FASTEST]:
            yield model, pair


def wanted_rentals(question: Question, catalogue: Catalogue, excluded: Exclusions) -> Offers:
    """The cheapest offers that the question allows: of each GPU, kind and machine size, one a provider."""
    found: dict[str, dict[str, list[tuple[float, Rental]]]] = {}
    numbers: dict[tuple[str, str, int], int] = {}
    for r in catalogue.rentals:  # ascending in price
        if not question.allows(r.kind):
            excluded.price("kind_filtered", r.provider)
        elif reason := question.unwanted(r.provider, r.region):
            excluded.price(reason, r.provider)
        elif question.limits.confirmed_only:  # no source states how many machines are free
            excluded.price("unconfirmed", r.provider)
        else:
            key = (r.gpu, r.kind, r.count)
            numbers[key] = numbers.get(key, 0) + 1
            if numbers[key] <= OFFERS:
                found.setdefault(r.gpu, {}).setdefault(r.kind, []).append((float(r.price) * HOURS_PER_MONTH, r))
            else:
                excluded.possible(r.provider)
    return found


def fewest_gpus(sizes: Sequence[Sized], machine: int) -> tuple[int, Sized] | None:
    """The configuration of fewest GPUs on machines of one size, of several the one with most to spare; or none."""
    best: tuple[int, float] | None = None
    found = None
    for s in sizes:
        gpus = paid_gpus(s.count.total, s.deployable.tensor_parallel, machine)
        if gpus is not None:
            order = (gpus, -s.served.capacity.rate * s.count.total)
            if best is None or order < best:
                best, found = order, s
    return None if best is None or found is None else (best[0], found)


def one_a_provider(pairs: list[Pair], excluded: Exclusions) -> Iterator[Pair]:
    """The cheapest pairs, one a provider; the others are counted as possible."""
    pairs.sort(key=itemgetter(0, 1, 2))
    providers: set[str] = set()
    for pair in pairs:
        if pair[1] not in providers and len(providers) < OFFERS:
            providers.add(pair[1])
            yield pair
        else:
            excluded.possible(pair[1])


def _on_offer(
    question: Question,
    catalogue: Catalogue,
    make: Callable[..., Candidate],
    pair: Pair,
    kind: str,
    chosen: Chosen,
    excluded: Exclusions,
) -> Iterator[Candidate]:
    usd, provider, _, rental, sized, _ = pair
    if rental is None:
        own = list(bought(question, catalogue, sized) if kind == "bought" else owned(question, catalogue, sized))
        if not own:
            excluded.needless("inventory")
        yield from _priced(question, make, own, excluded)
    elif kind == SERVERLESS:
        yield from _priced(question, make, serverless(question, catalogue, sized, chosen.load, rental), excluded)
    elif question.pattern is not None:
        yield from _priced(question, make, rented(question, catalogue, sized, rental), excluded)
    elif question.affordable(usd):
        place = (rental.instance, rental.region, machine_variant(rental.count))
        kept = partial(_kept, question, catalogue, sized, rental)
        yield make(kind, provider, round(usd, 6), place, (rental.families, rental.age_days), kept)
    else:
        excluded.price("over_budget", provider)


def _kept(question: Question, catalogue: Catalogue, sized: Sized, rental: Rental) -> Holding:
    return next(iter(rented(question, catalogue, sized, rental)))


def _priced(
    question: Question, make: Callable[..., Candidate], holdings: Iterable[Holding], excluded: Exclusions
) -> Iterator[Candidate]:
    for h in holdings:
        usd = round(float(h.usd_per_month), 6)
        place = (h.sku, h.region, h.variant)
        if h.breaks:
            excluded.price("cold_start", h.provider)
        elif question.affordable(usd):
            yield make(h.kind, h.provider, usd, place, (h.families, h.age_days), partial(_same, h))
        else:
            excluded.price("over_budget", h.provider)


def _same(holding: Holding) -> Holding:
    return holding


def _chosen(sized: Sized, load: Load, gpus: int, policy: Policy) -> Chosen:
    worst = math.ceil(load.needed * load.bands.tpot[1] - 1e-9) / sized.count.carrying
    found = (
        ("evidence", policy.evidence[load.evidence]),
        ("overload", overload_premium(sized.served.capacity.utilisation * load.share, policy)),
        ("complexity", policy.gpu_doubling * math.log2(max(1, gpus))),
    )
    risks = tuple((name, premium) for name, premium in found if premium)
    return Chosen(sized, load, gpus, run_name(sized.deployable), risks, max(0.0, worst - 1))


def _candidate(
    question: Question,
    catalogue: Catalogue,
    quality: int,
    score: float | None,
    chosen: Chosen,
    kind: str,
    provider: str,
    usd: float,
    place: tuple[str, str, str],
    price: tuple[int, int],
    holding: Callable[[], Holding],
) -> Candidate:
    policy, load = catalogue.policy, chosen.load
    families, age_days = price
    risks = (*chosen.risks, *price_risks(families, age_days, policy))
    return Candidate(
        usd_per_month=usd,
        id=":".join(filter(None, (kind, provider, *place, chosen.run))),
        kind=kind,
        model=chosen.sized.deployable.model,
        provider=provider,
        status=load.status,
        dependable=kind in policy.recommendable,
        risk=math.fsum(premium for _, premium in risks),
        cost_error=chosen.overrun + (policy.price_error if families < 2 else policy.agreed_price_error),
        ttft_ms=load.ttft_ms,
        e2e_ms=load.e2e_ms,
        quality=quality,
        score=_quantised_score(catalogue, chosen.sized.deployable, score),
        gpus=chosen.gpus,
        misses=chosen.sized.served.misses,
        described=partial(_described, question, catalogue, chosen, holding, risks),
    )


def _quantised_score(catalogue: Catalogue, deployable: Deployable, score: float | None) -> float | None:
    """The score of weights that were quantised further than published: with the documented loss, or none."""
    if score is None or not deployable.quantised:
        return score
    factor = catalogue.quality.penalties.get(deployable.quantised)
    return None if factor is None else score * factor


def _described(
    question: Question, catalogue: Catalogue, chosen: Chosen, holding: Callable[[], Holding], risks: Risks
) -> Plan:
    return hosted_plan(question, catalogue, chosen.sized, chosen.load, holding(), risks)

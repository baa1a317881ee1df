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
from wasm_tools.planner.load import Load, load_of
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.policy import Policy, overload_premium, price_risks
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.sizing import Sized

OFFERS = 3  # of a model and kind, one a provider: a list shows no more
CHEAPEST = 120  # pairs of all models and kinds that are looked at whatever else is cheap
FASTEST = 3  # GPUs of a model whose quickest configuration is looked at whatever it costs
SERVERLESS, ON_DEMAND = "serverless", "rented"
Risks = tuple[tuple[str, float], ...]
# By GPU, kind and GPUs of a machine, with USD per GPU and month.
Offers = Mapping[str, Mapping[str, Mapping[int, Sequence[tuple[float, Rental]]]]]
Groups = Mapping[tuple[str, str, bool], Sequence[Sized]]  # by model, GPU, and whether the target is only nearly met
# USD a month when kept all the time, provider, instance, then the offer (none for own hardware), configuration, GPUs.
Pair = tuple[float, str, str, Rental | None, Sized, int]


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
    policy = catalogue.policy
    scores = catalogue.scores(question.wishes.use_case)
    offers = wanted_rentals(question, catalogue, excluded)
    varied = [
        (place, model, kind, pair)
        for (model, kind, _), found in priced_pairs(question, catalogue, groups, offers, excluded).items()
        for place, pair in enumerate(one_a_provider(found, excluded))
    ]
    dearest = sorted([pair[0] for *_, pair in varied])[:CHEAPEST][-1:]
    pairs = []
    for place, model, kind, pair in varied:
        if place == 0 or [pair[0]] <= dearest:
            pairs.append((model, kind, pair))
        else:
            excluded.possible(pair[1])
    pairs += ((model, ON_DEMAND, pair) for model, pair in fastest_pairs(question, groups, offers))
    loads: dict[int, Load] = {}
    seen: dict[tuple[int, int], Chosen] = {}
    shown: set[tuple[str, int, int]] = set()
    for model, kind, pair in pairs:
        *_, rental, sized, gpus = pair
        if (kind, id(rental), id(sized)) in shown:
            continue
        shown.add((kind, id(rental), id(sized)))
        chosen = seen.get((id(sized), gpus))
        if chosen is None:
            load = loads.get(id(sized))
            if load is None:
                load = loads[id(sized)] = load_of(question, policy, sized)
            quality = capability_rank(catalogue.models[model].capability)
            score = _quantised_score(catalogue, sized.deployable, scores.get(model))
            chosen = seen[id(sized), gpus] = _chosen(sized, load, gpus, policy, quality, score)
        yield from _on_offer(question, catalogue, pair, kind, chosen, excluded)


def priced_pairs(
    question: Question, catalogue: Catalogue, groups: Groups, offers: Offers, excluded: Exclusions
) -> dict[tuple[str, str, bool], list[Pair]]:
    """By model, kind and nearness, the configuration of fewest GPUs on each offer of each GPU."""
    found: dict[tuple[str, str, bool], list[Pair]] = {}
    own_gpus, buys = dict(question.inventory), question.allows("bought")
    buys = buys and not (question.limits.confirmed_only or question.limits.providers)
    for (model, gpu, near), sizes in groups.items():
        kinds = offers.get(gpu, {})
        if not kinds:
            excluded.configuration("no_rental", gpu)
        fewest: dict[int, tuple[int, Sized] | None] = {}
        for kind, sizes_of_machines in kinds.items():
            pairs = found.setdefault((model, kind, near), [])
            for machine, rentals in sizes_of_machines.items():
                if machine not in fewest:
                    fewest[machine] = fewest_gpus(sizes, machine)
                best = fewest[machine]
                if best is None:
                    for _, r in rentals:
                        excluded.price("machine_small", r.provider)
                else:
                    gpus, sized = best
                    pairs += [(month * gpus, r.provider, r.instance, r, sized, gpus) for month, r in rentals]
        if buys:
            for usd, sized in bought_roughly(catalogue, sizes, gpu):
                found.setdefault((model, "bought", near), []).append((usd, gpu, "", None, sized, sized.busy_gpus))
        if gpu in own_gpus and question.allows("owned"):
            _, own = fewest_gpus(sizes, 1) or (0, sizes[0])
            found.setdefault((model, "owned", near), []).append((0.0, gpu, "", None, own, own.busy_gpus))
    return found


def fastest_pairs(question: Question, groups: Groups, offers: Offers) -> Iterator[tuple[str, Pair]]:
    """Of each model the configurations within the target that answer a lone request first, on its cheapest offer."""
    further = question.workload.output_tokens - 1
    cheapest = {gpu: next(iter(offers[gpu][ON_DEMAND].values()))[0] for gpu in offers if ON_DEMAND in offers[gpu]}
    timed: dict[str, list[tuple[float, Pair]]] = {}
    for (model, gpu, near), sizes in groups.items():
        if near or gpu not in cheapest:
            continue
        month, r = cheapest[gpu]
        curves = [s.served.replica.curve for s in sizes]
        lone = [c.first_token_ms[0] + further * c.tpot_ms[0] for c in curves]
        ms = min(lone)
        quick = sizes[lone.index(ms)]
        gpus = paid_gpus(quick.replicas, quick.deployable.tensor_parallel, r.count)
        if gpus is not None:
            timed.setdefault(model, []).append((ms, (month * gpus, r.provider, r.instance, r, quick, gpus)))
    for model, pairs in timed.items():
        pairs.sort(key=lambda t: (t[0], *t[1][:3]))
        for _, pair in pairs[:FASTEST]:
            yield model, pair


def wanted_rentals(question: Question, catalogue: Catalogue, excluded: Exclusions) -> Offers:
    """The cheapest offers that the question allows: of each GPU, kind and machine size, one a provider."""
    found: dict[str, dict[str, dict[int, list[tuple[float, Rental]]]]] = {}
    for month, r in catalogue.rentals_by_month:  # ascending in price
        if not question.allows(r.kind):
            excluded.price("kind_filtered", r.provider)
        elif reason := question.unwanted(r.provider, r.region):
            excluded.price(reason, r.provider)
        elif question.limits.confirmed_only:  # no source states how many machines are free
            excluded.price("unconfirmed", r.provider)
        else:
            rentals = found.setdefault(r.gpu, {}).setdefault(r.kind, {}).setdefault(r.count, [])
            if len(rentals) < OFFERS:
                rentals.append((month, r))
            else:
                excluded.possible(r.provider)
    return found


def fewest_gpus(sizes: Sequence[Sized], machine: int) -> tuple[int, Sized] | None:
    """The configuration of fewest GPUs on machines of one size, of several the one with most to spare; or none."""
    best: tuple[int, float] | None = None
    found = None
    for s in sizes:
        gpus = s.busy_gpus if machine == 1 else paid_gpus(s.replicas, s.deployable.tensor_parallel, machine)
        if gpus is not None and (best is None or gpus <= best[0]):
            order = (gpus, -s.served.capacity.rate * s.replicas)
            if best is None or order < best:
                best, found = order, s
    return None if best is None or found is None else (best[0], found)


def one_a_provider(pairs: list[Pair], excluded: Exclusions) -> Iterator[Pair]:
    """The cheapest pairs, one a provider; the others are counted as possible."""
    pairs.sort(key=itemgetter(0, 1, 2))
    providers: set[str] = set()
    for n, pair in enumerate(pairs):
        if len(providers) == OFFERS:
            excluded.all_possible([p[1] for p in pairs[n:]])
            return
        if pair[1] in providers:
            excluded.possible(pair[1])
        else:
            providers.add(pair[1])
            yield pair


def _on_offer(
    question: Question, catalogue: Catalogue, pair: Pair, kind: str, chosen: Chosen, excluded: Exclusions
) -> Iterator[Candidate]:
    usd, provider, _, rental, sized, _ = pair
    if rental is None:
        own = list(bought(question, catalogue, sized) if kind == "bought" else owned(question, catalogue, sized))
        if not own:
            excluded.needless("inventory")
        yield from _priced(question, catalogue, chosen, own, excluded)
    elif kind == SERVERLESS:
        held = serverless(question, catalogue, sized, chosen.load, rental)
        yield from _priced(question, catalogue, chosen, held, excluded)
    elif question.pattern is not None:
        yield from _priced(question, catalogue, chosen, rented(question, catalogue, sized, rental), excluded)
    elif question.affordable(usd):
        place = place_name(rental.instance, rental.region, machine_variant(rental.count))
        kept = partial(_kept, question, catalogue, sized, rental)
        price = (rental.families, rental.age_days)
        yield _candidate(question, catalogue, chosen, kind, provider, round(usd, 6), place, price, kept)
    else:
        excluded.price("over_budget", provider)


def _kept(question: Question, catalogue: Catalogue, sized: Sized, rental: Rental) -> Holding:
    return next(iter(rented(question, catalogue, sized, rental)))


def _priced(
    question: Question, catalogue: Catalogue, chosen: Chosen, holdings: Iterable[Holding], excluded: Exclusions
) -> Iterator[Candidate]:
    for h in holdings:
        usd = round(float(h.usd_per_month), 6)
        place, price = place_name(h.sku, h.region, h.variant), (h.families, h.age_days)
        if h.breaks:
            excluded.price("cold_start", h.provider)
        elif question.affordable(usd):
            yield _candidate(question, catalogue, chosen, h.kind, h.provider, usd, place, price, partial(_same, h))
        else:
            excluded.price("over_budget", h.provider)


def _same(holding: Holding) -> Holding:
    return holding


def _chosen(sized: Sized, load: Load, gpus: int, policy: Policy, quality: int, score: float | None) -> Chosen:
    worst = math.ceil(load.needed * load.bands.tpot[1] - 1e-9) / sized.carrying
    found = (
        ("evidence", policy.evidence[load.evidence]),
        ("overload", overload_premium(sized.served.capacity.utilisation * load.share, policy)),
        ("complexity", policy.gpu_doubling * math.log2(max(1, gpus))),
    )
    risks = tuple([premium for premium in found if premium[1]])
    return Chosen(sized, load, gpus, run_name(sized.deployable), risks, max(0.0, worst - 1), quality, score)


def _candidate(
    question: Question,
    catalogue: Catalogue,
    chosen: Chosen,
    kind: str,
    provider: str,
    usd: float,
    place: str,
    price: tuple[int, int],
    holding: Callable[[], Holding],
) -> Candidate:
    policy, load, sized = catalogue.policy, chosen.load, chosen.sized
    families, age_days = price
    risks = (*chosen.risks, *price_risks(families, age_days, policy))
    return Candidate(
        usd,
        f"{kind}:{provider}:{place}{chosen.run}",
        kind,
        sized.deployable.model,
        provider,
        load.status,
        kind in policy.recommendable,
        math.fsum([premium for _, premium in risks]),
        chosen.overrun + (policy.price_error if families < 2 else policy.agreed_price_error),
        load.ttft_ms,
        load.e2e_ms,
        chosen.quality,
        chosen.score,
        chosen.gpus,
        sized.served.misses,
        partial(_described, question, catalogue, chosen, holding, risks),
    )


def place_name(*parts: str) -> str:
    """SKU, region and variant as a part of an id, the empty ones left out."""
    return "".join([f"{part}:" for part in parts if part])


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

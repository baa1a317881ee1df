"""Pairs of a sized configuration and an offer of the machines it needs: which of them may stand in a list.

Thousands of pairs are possible and a list shows few of them, so the offers of one GPU and machine size are compared by
their cheapest, and only what may stand in a list is looked at pair by pair; the others are counted.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.holding import bought_roughly
from wasm_tools.planner.hosting import paid_gpus
from wasm_tools.planner.question import Question
from wasm_tools.planner.rentals import PlainRental
from wasm_tools.planner.sizing import NOTHING, Sized

OFFERS = 3  # of a model and kind, one a provider: a list shows no more
CHEAPEST = 120  # pairs of all models and kinds that are looked at whatever else is cheap
FASTEST = 3  # GPUs of a model whose quickest configuration is looked at whatever it costs
ON_DEMAND = "rented"

# By GPU, then by kind and GPUs of a machine: the offers, ascending in price.
Offers = Mapping[str, Mapping[tuple[str, int], Sequence[PlainRental]]]
Models = tuple[str, ...]  # that serve alike, see `sizing.Alike`
Groups = Mapping[tuple[Models, str, bool], Sequence[Sized]]  # by models, GPU, and whether the target is only nearly met
# USD a month when kept all the time, provider, instance, then the offer (none for own hardware), configuration, GPUs.
Pair = tuple[float, str, str, PlainRental | None, Sized, int]
# The same of the cheapest offer of several, all for machines of one size.
Bundle = tuple[float, str, str, Sequence[PlainRental], Sized, int]
# Of the offers of one kind and machine size: both, then USD per GPU, provider and instance of the cheapest, and all.
Head = tuple[str, int, float, str, str, Sequence[PlainRental]]
Fits = Mapping[int, tuple[int, Sized] | None]  # by machine size: the fewest GPUs, and what runs on them
ORDER = itemgetter(0, 1, 2)


@dataclass(slots=True)
class _Ways:
    """The ways to have the machines that the configurations of models need, as far as they have been looked at."""

    first: dict[str, Bundle]  # by kind, the cheapest
    fitting: list[tuple[str, Fits]]  # by GPU: of each offer the configuration of fewest GPUs
    own: list[tuple[str, Bundle]]  # hardware that is bought or there, by kind


def chosen_pairs(
    question: Question, catalogue: Catalogue, groups: Groups, excluded: Exclusions
) -> list[tuple[Models, str, Pair]]:
    """Models, kind and pair of all that may stand in a list; other possible pairs are counted as such.

    Of each model and kind that is the cheapest, of those cheap among all models the next providers too, and of each
    model what answers first.
    """
    offers = wanted_rentals(question, catalogue, excluded)
    heads = {
        gpu: [(*key, of[0].month, of[0].provider, of[0].instance, of) for key, of in of_gpu.items()]
        for gpu, of_gpu in offers.items()
    }
    found, possible = _ways(question, catalogue, groups, heads, excluded)
    costs = [bundle[0] for (models, _), ways in found.items() for bundle in ways.first.values() for _ in models]
    bound = sorted(costs)[CHEAPEST - 1] if len(costs) >= CHEAPEST else math.inf
    varied = []  # no pair above the bound can be among the cheapest of all
    for (models, _), ways in found.items():
        for kind, bundle in ways.first.items():
            if bundle[0] > bound:
                varied.append((models, kind, 0, _pairs(bundle)[0]))
            else:
                cheap = _one_a_provider(_within(bound, kind, ways, heads))
                varied += [(models, kind, place, pair) for place, pair in enumerate(cheap)]
    costs = [pair[0] for models, *_, pair in varied for _ in models]
    dearest = max(sorted(costs)[:CHEAPEST], default=0.0)
    chosen = [(models, kind, pair) for models, kind, place, pair in varied if place == 0 or pair[0] <= dearest]
    possible.subtract([pair[1] for models, _, pair in chosen for _ in models])
    excluded.all_possible(+possible)
    chosen += ((models, ON_DEMAND, pair) for models, pair in _fastest_pairs(question, groups, offers))
    return chosen


def wanted_rentals(question: Question, catalogue: Catalogue, excluded: Exclusions) -> Offers:
    """The cheapest offers that the question allows, of each GPU, kind and machine size."""
    found: dict[str, dict[tuple[str, int], list[PlainRental]]] = {}
    for plain in catalogue.plain_rentals:  # ascending in price
        r = plain.rental
        if not question.allows(r.kind):
            excluded.price("kind_filtered", r.provider)
        elif reason := question.unwanted(r.provider, r.region):
            excluded.price(reason, r.provider)
        elif question.limits.confirmed_only:  # no source states how many machines are free
            excluded.price("unconfirmed", r.provider)
        else:
            rentals = found.setdefault(r.gpu, {}).setdefault((r.kind, r.count), [])
            if len(rentals) < OFFERS:
                rentals.append(plain)
            else:
                excluded.possible(r.provider)
    return found


def _ways(
    question: Question, catalogue: Catalogue, groups: Groups, heads: Mapping[str, Sequence[Head]], excluded: Exclusions
) -> tuple[dict[tuple[Models, bool], _Ways], Counter[str]]:
    """By models and nearness the cheapest way of each kind. Beside them the number of all pairs by provider.

    Only the cheapest is made a record: of six thousand ways four in five are too dear to be looked at again.
    """
    found: dict[tuple[Models, bool], _Ways] = {}
    able: Counter[tuple[str, int]] = Counter()  # groups with a configuration that fits, by GPU and machine size
    unable: Counter[tuple[str, int]] = Counter()
    possible: Counter[str] = Counter()
    own_gpus, buys = dict(question.inventory), question.allows("bought")
    buys = buys and not (question.limits.confirmed_only or question.limits.providers)
    machines = {gpu: {head[1] for head in of_gpu} for gpu, of_gpu in heads.items()}
    for (models, gpu, near), sizes in groups.items():
        ways = found.get((models, near))
        if ways is None:
            ways = found[models, near] = _Ways({}, [], [])
        if gpu not in heads:
            excluded.configuration("no_rental", gpu, number=len(models))
        else:
            fits = {machine: fewest_gpus(sizes, machine) for machine in machines[gpu]}
            for machine, fit in fits.items():
                (able if fit else unable)[gpu, machine] += len(models)
            ways.fitting.append((gpu, fits))
            first = ways.first
            for kind, machine, month, provider, instance, rentals in heads[gpu]:
                fit = fits[machine]
                if fit is not None:
                    usd, best = month * fit[0], first.get(kind)
                    if best is None or (usd <= best[0] and (usd, provider, instance) < best[:3]):
                        first[kind] = (usd, provider, instance, rentals, fit[1], fit[0])
        if buys:
            for usd, sized in bought_roughly(catalogue, sizes, gpu):
                possible[gpu] += len(models)
                ways.own.append(("bought", (usd, gpu, "", (), sized, sized.busy_gpus)))
        if gpu in own_gpus and question.allows("owned"):
            _, own = fewest_gpus(sizes, 1) or (0, sizes[0])
            possible[gpu] += len(models)
            ways.own.append(("owned", (0.0, gpu, "", (), own, own.busy_gpus)))
    for ways in found.values():
        for kind, bundle in ways.own:
            ways.first[kind] = min(ways.first.get(kind, bundle), bundle, key=ORDER)
    for gpu, of_gpu in heads.items():
        for _, machine, *_, rentals in of_gpu:
            for plain in rentals:
                possible[plain.provider] += able[gpu, machine]
                if unable[gpu, machine]:
                    excluded.price("machine_small", plain.provider, number=unable[gpu, machine])
    return found, possible


def _within(bound: float, kind: str, ways: _Ways, heads: Mapping[str, Sequence[Head]]) -> list[Pair]:
    """The pairs of one kind that cost no more than `bound`."""
    found: list[Pair] = []
    for gpu, fits in ways.fitting:
        for own_kind, machine, month, _, _, rentals in heads[gpu]:
            if own_kind == kind and (fit := fits[machine]) is not None and month * fit[0] <= bound:
                gpus, sized = fit
                found += [_pair(plain, sized, gpus) for plain in rentals if plain.month * gpus <= bound]
    for own_kind, bundle in ways.own:
        if own_kind == kind and bundle[0] <= bound:
            found += _pairs(bundle)
    return found


def _pair(plain: PlainRental, sized: Sized, gpus: int) -> Pair:
    return plain.month * gpus, plain.provider, plain.instance, plain, sized, gpus


def _pairs(bundle: Bundle) -> list[Pair]:
    usd, gpu, _, rentals, sized, gpus = bundle
    return [_pair(plain, sized, gpus) for plain in rentals] or [(usd, gpu, "", None, sized, gpus)]


def _one_a_provider(pairs: list[Pair]) -> list[Pair]:
    """The cheapest pairs, one a provider."""
    found: dict[str, Pair] = {}
    for pair in sorted(pairs, key=ORDER):
        found.setdefault(pair[1], pair)
        if len(found) == OFFERS:
            break
    return list(found.values())


def _fastest_pairs(question: Question, groups: Groups, offers: Offers) -> Iterator[tuple[Models, Pair]]:
    """Of models the configurations within the target that answer a lone request first, on its cheapest offer."""
    further = question.workload.output_tokens - 1
    cheapest: dict[str, PlainRental] = {}
    for gpu, of_gpu in offers.items():
        for (kind, _), rentals in of_gpu.items():
            if kind == ON_DEMAND:
                cheapest.setdefault(gpu, rentals[0])
    timed: dict[Models, list[tuple[float, Pair]]] = {}
    for (models, gpu, near), sizes in groups.items():
        if near or gpu not in cheapest:
            continue
        plain = cheapest[gpu]
        curves = [s.served.replica.curve for s in sizes]
        lone = [c.first_token_ms[0] + further * c.tpot_ms[0] for c in curves]
        ms = min(lone)
        quick = sizes[lone.index(ms)]
        gpus = paid_gpus(quick.replicas, quick.deployable.tensor_parallel, plain.rental.count)
        if gpus is not None:
            timed.setdefault(models, []).append((ms, _pair(plain, quick, gpus)))
    for models, pairs in timed.items():
        pairs.sort(key=lambda t: (t[0], *t[1][:3]))
        for _, pair in pairs[:FASTEST]:
            yield models, pair


def fewest_gpus(sizes: Sequence[Sized], machine: int) -> tuple[int, Sized] | None:
    """The configuration of fewest GPUs on machines of one size, of several the one with most to spare; or none."""
    found, least, spare = None, NOTHING, 0.0
    for s in sizes:
        gpus = s.busy_gpus if machine == 1 else paid_gpus(s.replicas, s.deployable.tensor_parallel, machine)
        if gpus is not None and gpus <= least:
            served = s.served.capacity.rate * s.replicas
            if gpus < least or served > spare:
                found, least, spare = s, gpus, served
    return None if found is None else (least, found)

"""The planner's catalogue out of state and registry: rated API rates, rentable GPUs, measured curves."""

import statistics
import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.calibrate.tails import load_tails
from generator.exchange import in_usd
from generator.precompute.deployables import deployables, load_serving, load_weights
from generator.precompute.hosting import hosting_facts
from generator.precompute.hosting_offers import rentals
from generator.precompute.observations import observations_of_rates
from generator.precompute.presets import question_presets
from generator.precompute.quality import quality_benchmarks, quality_models, quality_table, resolved_scores
from generator.precompute.token_prices import token_price
from generator.registry import Registry
from generator.sync.facts import facts_of_skus
from generator.sync.state import Snapshot, State
from generator.sync.statements import SkuFacts
from generator.traffic_tables import load_node_availability
from wasm_tools.performance.calibration import read_calibration
from wasm_tools.performance.points import BenchmarkPoint
from wasm_tools.performance.prediction import book
from wasm_tools.performance.runtime_memory import DEFAULT
from wasm_tools.planner.catalogue import ApiRate, Catalogue, Curve, CurvePoint
from wasm_tools.planner.lists import Weights
from wasm_tools.planner.policy import Policy
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Evidence, Offer, evidence_text

RISKS = (
    "single_source", "aging", "overload", "overload_free", "gpu_doubling", "price_error", "agreed_price_error",
)  # fmt: skip
WEIGHTS = ("cost", "latency", "quality", "simplicity")


@dataclass(frozen=True, slots=True)
class PlannerConstants:
    """data/registry/planner.toml."""

    policy: Policy
    suspect_share: Decimal
    suspect_providers: int
    suspect_of_developer: Decimal
    disputed_ratio: int
    stale_days: int
    rental_stale_days: int


def planner_constants(path: Path) -> PlannerConstants:
    """The planner's constants from their registry file."""
    with path.open("rb") as file:
        raw = tomllib.load(file, parse_float=Decimal)
    return PlannerConstants(
        planner_policy(raw, path),
        raw["suspect"]["share_of_median"],
        raw["suspect"]["minimum_providers"],
        raw["suspect"]["share_of_developer"],
        raw["suspect"]["disputed_ratio"],
        raw["suspect"]["stale_days"],
        raw["suspect"]["rental_stale_days"],
    )


def planner_policy(raw: Mapping[str, Any], path: Path) -> Policy:
    """The planner's judgements from the parsed file at `path`."""
    capacity, risk = raw["capacity"], raw["risk"]
    runtime = raw["runtime"]
    return Policy(
        utilisation_cap=float(capacity["utilisation_cap"]),
        headroom=float(capacity["headroom"]),
        node_availability=load_node_availability(path.parent / "availability.toml").share,
        runtime=replace(DEFAULT, utilisation=float(runtime["utilisation"]), max_sequences=runtime["max_sequences"]),
        recommendable=tuple(risk["recommendable"]),
        evidence={tier: float(premium) for tier, premium in risk["evidence"].items()},
        **{name: float(risk[name]) for name in RISKS},
        priorities={p["id"]: Weights(*(float(p[n]) for n in WEIGHTS)) for p in raw["priority"]},
    )


def current_offers(offers: Iterable[Offer], as_of: str) -> list[Offer]:
    """The offers in force on `as_of`: not ended, begun, and of several begun ones of a key the latest."""
    current: dict[tuple[str, str, Meter, str, str], Offer] = {}
    for o in offers:
        if o.effective_from > as_of or (o.effective_to and o.effective_to <= as_of):
            continue
        if o.key not in current or o.effective_from > current[o.key].effective_from:
            current[o.key] = o
    return list(current.values())


def published_offers(registry: Registry, offers: Iterable[Offer], as_of: str) -> list[Offer]:
    """The offers in force on `as_of` in US dollars: what pages, plans, bills and downloads all read."""
    return list(in_usd(current_offers(offers, as_of), registry.exchange_rates, as_of))


def planner_catalogue(
    registry: Registry, state: State, folder: Path, as_of: str, regions: Collection[str] = ()
) -> Catalogue:
    """Everything the planner reads, limited to models that have a capability class; `folder` is the registry's.

    With `regions`, only prices of these regions are taken; without, each provider's cheapest region of a GPU.
    """
    constants = planner_constants(folder / "planner.toml")
    unplanned: Counter[str] = Counter()
    facts = facts_of_skus(state.facts, registry.source)
    offers = published_offers(registry, state.offers, as_of)
    priced = tuple(_rates(registry, (o for o in offers if _within(o.region, regions)), facts, as_of, unplanned))
    rates = _marked_suspect(priced, registry, constants, state.snapshots, as_of)
    curves = tuple(_curves(registry, state.points, unplanned))
    hosting = hosting_facts(folder)
    rentable = (o for o in state.gpu_offers if _within(o.region, regions))
    stale = constants.rental_stale_days
    found = rentals(registry, rentable, state.snapshots, hosting.terms, stale, as_of, unplanned)
    in_price_order = tuple(sorted(found, key=lambda r: (r.price, r.provider, r.instance, r.kind, r.count)))
    gpus = {r.gpu for r in in_price_order} | {c.gpu for c in curves} | set(hosting.purchase)
    weights, serving = load_weights(folder / "weights.csv"), load_serving(folder / "gpu_serving.csv")
    possible = deployables(registry, curves, weights, serving, gpus)
    models = {r.model for r in rates} | {c.model for c in curves} | {d.model for d in possible}
    cards = {m: registry.cards[m] for m in sorted(models)}
    gpu_cards = {g: registry.gpu_cards[g] for g in sorted(gpus) if g in registry.gpu_cards}
    shapes = {m: card.shape for m, card in cards.items() if card.shape is not None}
    scores = resolved_scores(registry, state.quality, quality_models(folder / "quality_models.csv")).scores
    keys = [(r.provider, r.sku, r.region) for r in rates]
    return Catalogue(
        as_of=as_of,
        models=cards,
        gpus=gpu_cards,
        rates=rates,
        rentals=in_price_order,
        curves=curves,
        deployables=possible,
        book=book(read_calibration(state.calibration), shapes, gpu_cards),
        tails=load_tails(folder / "tails.toml"),
        policy=constants.policy,
        hosting=hosting,
        observations=observations_of_rates(registry, state.observations, keys),
        quality=quality_table(quality_benchmarks(folder / "quality_benchmarks.toml"), scores, cards),
        unplanned=dict(sorted(unplanned.items())),
        presets=question_presets(registry, folder),
    )


def _within(region: str, regions: Collection[str]) -> bool:
    return not regions or region in regions


@dataclass(frozen=True, slots=True)
class Side:
    """The base price of one direction and who says so."""

    price: Decimal
    evidence: tuple[Evidence, ...]

    def sources(self) -> set[str]:
        """The sources that have this price field in their last payload."""
        return {e.source for e in self.evidence if not e.absent_since}

    def disputed(self, ratio: int) -> bool:
        """Whether the published price rests on one source while another one has `ratio` times as much."""
        said = [e.price for e in self.evidence]
        return sum(price == self.price for price in said) == 1 and max(said) >= ratio * self.price

    def agreeing(self, registry: Registry, age: Mapping[str, int]) -> tuple[str, ...]:
        """Sources whose price is the published one within 1 %, of each family the one read last."""
        near = [e for e in self.evidence if not e.absent_since and abs(e.price - self.price) * 100 <= self.price]
        near.sort(key=lambda e: -age[e.source])
        return tuple({registry.source[e.source].family: e.source for e in near}.values())


@dataclass(frozen=True, slots=True)
class PricedRate:
    """A rate with both of its directions, of which the pack carries the evidence of the input only."""

    rate: ApiRate
    sides: tuple[Side, Side]


def _rates(
    registry: Registry,
    offers: Iterable[Offer],
    facts: Mapping[tuple[str, str], SkuFacts],
    as_of: str,
    unplanned: Counter[str],
) -> Iterable[PricedRate]:
    by_sku: dict[tuple[str, str, str], list[Offer]] = {}
    for o in offers:
        if o.workload == "llm":
            by_sku.setdefault((o.provider, o.sku, o.region), []).append(o)
    for (provider, sku, region), group in sorted(by_sku.items()):
        price = token_price(group)
        if not price.bands:
            unplanned["no price for both input and output tokens"] += 1
            continue
        row = registry.provider.get(provider)
        model = registry.model_of(provider, sku)
        known = facts.get((provider, sku))
        if not model or not registry.cards[model].capability:
            unplanned["unrated model"] += 1
        elif row is None:
            unplanned["provider not reviewed"] += 1
        elif row.kind == "subscription":
            unplanned["subscription plan, not a price per token"] += 1
        elif not price.bands[0].input or not price.bands[0].output:
            unplanned["free tier"] += 1
        elif known and known.retires_on and known.retires_on <= as_of:
            unplanned["retired by the provider"] += 1
        elif known and known.status == "dead":
            unplanned["no longer answers"] += 1
        else:
            note = "the price depends on the time of day; the dearest hours are counted" if price.timed else ""
            longest = known.max_output if known else None
            evidence = _compact(price.evidence)
            rate = ApiRate(provider, sku, model, region, price.prices, evidence, note, max_output=longest)
            first = price.bands[0]
            yield PricedRate(rate, (Side(first.input, price.evidence), Side(first.output, price.output_evidence)))


def _marked_suspect(
    priced: tuple[PricedRate, ...],
    registry: Registry,
    constants: PlannerConstants,
    snapshots: Mapping[str, Snapshot],
    as_of: str,
) -> tuple[ApiRate, ...]:
    """The rates, with the reason on those that may not win: a price that nobody else confirms and that looks wrong.

    Six cases: no source has it any more; another source has a multiple of this price and nobody confirms it; the
    provider publishes its own list and that list does not have the id; and, on the word of a single source family, a
    price that has not been read for long, one below the developer's own price of a closed model, or one far below
    everybody else's. The direction with less support decides: an input price that all confirm says nothing of the
    output price.
    """
    rates = tuple(p.rate for p in priced)
    own = {s.id for s in registry.sources if s.complete}
    listed = {p.rate.provider for p in priced if any(own & side.sources() for side in p.sides)}
    totals: dict[str, dict[str, Decimal]] = {}
    for r in rates:
        total = r.bands[0].input + r.bands[0].output
        of_model = totals.setdefault(r.model, {})
        of_model[r.provider] = min(total, of_model.get(r.provider, total))

    developers = {
        model: min(prices)
        for model, of_model in totals.items()
        if (prices := [t for p, t in of_model.items() if registry.provider[p].kind == "first_party"])
    }

    age = {name: (date.fromisoformat(as_of) - date.fromisoformat(s.observed_at)).days for name, s in snapshots.items()}

    def reason(p: PricedRate) -> str:
        r = p.rate
        if r.provider in listed and not all(own & side.sources() for side in p.sides):
            return "not in the provider's own price list"
        if any(side.disputed(constants.disputed_ratio) for side in p.sides):
            return "another source has a multiple of this price"
        agreeing = min((side.agreeing(registry, age) for side in p.sides), key=len)
        if len(agreeing) > 1:
            return ""
        if not agreeing:
            return "the last payload of every source lacks it"
        lone = [found for side in p.sides if len(found := side.agreeing(registry, age)) == 1]
        if any(age[source] > constants.stale_days for (source,) in lone):
            return f"seen by one source only, and not for more than {constants.stale_days} days"
        total = r.bands[0].input + r.bands[0].output
        developer = developers.get(r.model)
        closed = registry.cards[r.model].open_weights is False
        if closed and developer is not None and total < constants.suspect_of_developer * developer:
            return "closed model below its developer's own price, seen by one source only"
        others = [t for provider, t in totals[r.model].items() if provider != r.provider]
        enough = len(others) >= constants.suspect_providers
        if enough and total < constants.suspect_share * statistics.median(others):
            return "far below all other providers and seen by one source only"
        return ""

    def stated(p: PricedRate) -> tuple[int, int]:
        """Source families that state both prices alike, and days since; of the direction with less support."""
        ages = [min((age[e.source] for e in side.evidence if e.price == side.price), default=0) for side in p.sides]
        return min(len(side.agreeing(registry, age)) for side in p.sides), max(ages)

    marked = []
    for p in priced:
        families, days = stated(p)
        marked.append(replace(p.rate, suspect=reason(p), families=families, age_days=days))
    return tuple(marked)


def _compact(evidence: Iterable[Evidence]) -> str:
    """Evidence for the data pack, without the names of payload fields."""
    return evidence_text(replace(e, field="") for e in evidence)


def _curves(registry: Registry, points: Iterable[BenchmarkPoint], unplanned: Counter[str]) -> Iterable[Curve]:
    groups: dict[tuple[str, ...], list[BenchmarkPoint]] = {}
    for p in points:
        shape = (p.model, p.precision, p.gpu, p.engine, p.engine_version)
        groups.setdefault((*shape, *(f"{n:09}" for n in (p.tp, p.ep, p.isl, p.osl))), []).append(p)
    for _, group in sorted(groups.items()):
        first = group[0]
        model, gpu = registry.model_of("", first.model), registry.gpu_of_system.get(first.gpu, "")
        if not model or not gpu or not registry.cards[model].capability:
            unplanned["measured model or GPU not registered"] += 1
            continue
        measured = tuple(
            CurvePoint(p.concurrency, p.ttft_ms, p.tpot_ms, p.measured)
            for p in sorted(group, key=lambda p: p.concurrency)
        )
        yield Curve(
            model, first.precision, gpu, first.engine, first.engine_version, first.tp, first.ep, first.isl, first.osl,
            first.model, _curve_note(first), measured,
        )  # fmt: skip


def _curve_note(point: BenchmarkPoint) -> str:
    """What has to be known about a measured curve: InferenceX draws lengths at 80-100 % of the nominal ones."""
    drawn = "prompts and answers were drawn at 80–100 % of these lengths" if point.origin == "infx" else ""
    return "; ".join(part for part in (point.note, drawn) if part)

"""What many pages look up: SKUs, rentals, curves and plans by the thing they belong to, names, and grades."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from generator.exchange import Listed, listed_prices
from generator.grades import Grade
from generator.groups import grouped
from generator.offer_grades import OfferGrades
from generator.places import checkout
from generator.precompute.catalogue import current_offers
from generator.precompute.usage import usage_packs
from generator.render.model_index import ModelIndex
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.plan_words import Names
from generator.render.sku_facts import KnownFacts, known_facts
from generator.sync.disputes import Agreement, Dispute, OfferKey
from generator.sync.state import Quarantined
from generator.tables import read_rows
from wasm_tools.planner.catalogue import Curve
from wasm_tools.planner.plan import Plan
from wasm_tools.planner.usage import UsageBook, read_usage_book
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import GpuOffer, Offer

OWN_HARDWARE = Grade("D", "an estimate of what the hardware costs; nobody publishes a price", (), (), "")
CACHE_READ = Meter("input", "text", "token", cache="read")
CACHE_WRITE = Meter("input", "text", "token", cache="write")
BATCH_INPUT = Meter("input", "text", "token", tier="batch")
BATCH_OUTPUT = Meter("output", "text", "token", tier="batch")


@dataclass(frozen=True, slots=True)
class Sku:
    """All prices of one model id at one provider in one region."""

    provider: str
    sku: str
    region: str
    model: str
    workload: str
    offers: tuple[Offer, ...]

    def offer(self, meter: Meter) -> Offer | None:
        """The offer of exactly this meter."""
        return next((o for o in self.offers if o.meter == meter), None)

    def price(self, meter: Meter) -> Decimal | None:
        """The price of exactly this meter; None where there is none."""
        offer = self.offer(meter)
        return offer.price if offer else None


@dataclass(frozen=True, slots=True)
class PlanUse:
    """A page on which a plan of a model is ranked."""

    title: str
    path: str
    rank: int
    plan: Plan


@dataclass(frozen=True)
class SiteIndex:
    """The look-ups of one site. Computed once, read by all views."""

    data: SiteData

    @cached_property
    def skus(self) -> tuple[Sku, ...]:
        """Every SKU of every provider, sorted by provider, id and region."""
        groups: defaultdict[tuple[str, str, str], list[Offer]] = defaultdict(list)
        for o in self.data.offers:
            groups[(o.provider, o.sku, o.region)].append(o)
        return tuple(
            Sku(*key, group[0].model, group[0].workload, tuple(sorted(group, key=lambda o: o.meter)))
            for key, group in sorted(groups.items())
        )

    @cached_property
    def skus_of_provider(self) -> Mapping[str, list[Sku]]:
        """SKUs by provider."""
        return grouped((s.provider, s) for s in self.skus)

    @cached_property
    def skus_of_model(self) -> Mapping[str, list[Sku]]:
        """SKUs by resolved model."""
        return grouped((s.model, s) for s in self.skus if s.model)

    @cached_property
    def rentals_of_gpu(self) -> Mapping[str, list[GpuOffer]]:
        """Rental prices by resolved GPU, cheapest first."""
        return grouped((r.gpu, r) for r in sorted(self.data.rentals, key=lambda r: (r.price, r.key)) if r.gpu)

    @cached_property
    def rentals_of_provider(self) -> Mapping[str, list[GpuOffer]]:
        """Rental prices by provider, cheapest first."""
        return grouped((r.provider, r) for r in sorted(self.data.rentals, key=lambda r: (r.price, r.key)))

    @cached_property
    def curves_of_model(self) -> Mapping[str, list[Curve]]:
        """Measured curves by model."""
        return grouped((c.model, c) for c in self.data.results.catalogue.curves)

    @cached_property
    def curves_of_gpu(self) -> Mapping[str, list[Curve]]:
        """Measured curves by GPU."""
        return grouped((c.gpu, c) for c in self.data.results.catalogue.curves)

    @cached_property
    def uses_of_model(self) -> Mapping[str, list[PlanUse]]:
        """The use cases that rank a plan of a model: its best one each, cheapest rank first."""
        uses: list[tuple[str, PlanUse]] = []
        for case in self.data.results.cases:
            best: dict[str, PlanUse] = {}
            for rank, plan in case.ranking.plans:
                use = PlanUse(case.case.title, f"use-cases/{case.case.id}/", rank, plan)
                best.setdefault(plan.model, use)
            uses += best.items()
        return grouped(sorted(uses, key=lambda u: (u[1].rank, u[1].path)))

    @cached_property
    def suspects(self) -> Mapping[tuple[str, str, str], str]:
        """Why a SKU's price may not win, by provider, id and region: what the planner decided."""
        rates = self.data.results.catalogue.rates
        return {(r.provider, r.sku, r.region): r.suspect for r in rates if r.suspect}

    @cached_property
    def facts(self) -> Mapping[tuple[str, str], KnownFacts]:
        """What sources say beside prices, by provider and SKU."""
        return known_facts(self.data.state.facts, self.data.registry.source)

    @cached_property
    def of_models(self) -> ModelIndex:
        """Weights, rents, scores and configurations."""
        return ModelIndex(self.data)

    @cached_property
    def usage_packs(self) -> Mapping[str, Mapping[str, Any]]:
        """The prices of the workloads that are ranked by use, with the grades of this site, as packs by workload."""
        data = self.data
        return usage_packs(
            data.registry, data.state, checkout().registry, data.as_of, grade=lambda o: self.grade(o).letter
        )

    @cached_property
    def usage_books(self) -> Mapping[str, UsageBook]:
        """The same as the engine reads them."""
        return {workload: read_usage_book(pack) for workload, pack in self.usage_packs.items()}

    def ended(self, sku: Sku) -> bool:
        """Whether nobody can buy a SKU any more: retired by its provider, or its endpoint does not answer."""
        known = self.facts.get((sku.provider, sku.sku))
        return known is not None and (known.dead or known.retired(self.data.as_of))

    @cached_property
    def listed(self) -> Mapping[OfferKey, Listed]:
        """What the vendor lists behind each price that is converted into dollars, by offer key."""
        offers = current_offers(self.data.state.offers, self.data.as_of)
        return listed_prices(offers, self.data.registry.exchange_rates, self.data.as_of)

    @cached_property
    def held_back_of_provider(self) -> Mapping[str, list[Quarantined]]:
        """Statements that are held back by provider, in the order of the health page."""
        return grouped((q.provider, q) for q in self.held_back)

    @cached_property
    def held_back_of_model(self) -> Mapping[str, list[Quarantined]]:
        """Statements that are held back by resolved model."""
        model_of = self.data.registry.model_of
        return grouped((m, q) for q in self.held_back if (m := model_of(q.provider, q.sku)))

    @cached_property
    def held_back(self) -> tuple[Quarantined, ...]:
        """All statements that are held back, by source and name."""
        order = ("source", "provider", "sku", "meter", "region")
        return tuple(sorted(self.data.state.quarantine, key=lambda q: tuple(getattr(q, name) for name in order)))

    @property
    def agreement(self) -> Agreement:
        """When two prices agree."""
        return self.grades.agreement

    @cached_property
    def providers(self) -> tuple[str, ...]:
        """Every provider with a price or a rental, reviewed or not."""
        return tuple(sorted({s.provider for s in self.skus} | set(self.rentals_of_provider)))

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Every registered model that has a price or a measured curve; each has a page."""
        known = self.skus_of_model.keys() | self.curves_of_model.keys()
        return tuple(m.id for m in self.data.registry.models if m.id in known)

    @cached_property
    def sellers_of_model(self) -> Mapping[str, int]:
        """How many providers sell a model."""
        return {model: len({s.provider for s in skus}) for model, skus in self.skus_of_model.items()}

    def provider_name(self, provider: str) -> str:
        """The name of a provider; its id while nobody has reviewed it."""
        row = self.data.registry.provider.get(provider)
        return row.name if row else provider

    @cached_property
    def _developers(self) -> Mapping[str, str]:
        columns = ("id", "name")
        return {r["id"]: r["name"] for r in read_rows(checkout().registry / "developers.csv", columns)}

    def developer_name(self, developer: str) -> str:
        """The name of a developer; its id while it has none."""
        return self._developers.get(developer, developer)

    def model_name(self, model: str) -> str:
        """The name of a registered model."""
        return self.data.registry.model[model].name

    def gpu_name(self, gpu: str) -> str:
        """The name of a GPU without its vendor, which its page says: `H100 SXM 80GB`."""
        row = self.data.registry.gpu[gpu]
        return row.name.removeprefix(row.vendor).strip() or row.name

    @cached_property
    def plan_names(self) -> Names:
        """The names that plans are described with."""
        catalogue = self.data.results.catalogue
        providers = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
        return Names(
            models={m: card.name for m, card in catalogue.models.items()},
            providers={p: self.provider_name(p) for p in sorted(providers)},
            gpus={g: self.gpu_name(g) for g in catalogue.gpus},
        )

    @cached_property
    def grades(self) -> OfferGrades:
        """The grades of all prices."""
        data = self.data
        return OfferGrades(data.registry, data.state, data.offers, data.as_of, checkout().registry)

    @property
    def disputes(self) -> Mapping[OfferKey, Dispute]:
        """What sources of different families disagree about, by offer key."""
        return self.grades.disputes

    def grade(self, offer: Offer | GpuOffer) -> Grade:
        """The grade of a published price on the date of the build."""
        return self.grades.grade(offer)

    @cached_property
    def _priced(self) -> Mapping[tuple[str, str, str, str], list[Offer | GpuOffer]]:
        """The offers behind a plan by its provider, SKU, region and kind."""
        found: list[tuple[tuple[str, str, str, str], Offer | GpuOffer]] = []
        for o in self.data.offers:
            if o.meter in (TEXT_INPUT, TEXT_OUTPUT):
                found.append(((o.provider, o.sku, o.region, "api"), o))
        kinds = self.plan_kinds
        for r in self.data.rentals:
            if r.commitment in kinds:
                found.append(((r.provider, r.instance, r.region, kinds[r.commitment]), r))
        return grouped(found)

    @property
    def plan_kinds(self) -> dict[str, str]:
        """The kind of plan that each form of renting makes."""
        return {t.commitment: t.kind for t in self.data.results.catalogue.hosting.terms.values()}

    def grade_of_plan(self, plan: Plan) -> Grade:
        """The worst grade of the prices that a plan is computed from."""
        return self.grade_of_price(plan.provider, plan.sku, plan.region, plan.kind)

    def grade_of_price(self, provider: str, sku: str, region: str, kind: str) -> Grade:
        """The worst grade of the standard prices of an offer; `kind` is that of the plans made of it."""
        offers = self._priced.get((provider, sku, region, kind))
        if not offers:
            return OWN_HARDWARE
        return max((self.grade(o) for o in offers), key=lambda g: g.letter)


@once
def site_index(data: SiteData) -> SiteIndex:
    """The look-ups of a site: every page kind asks."""
    return SiteIndex(data)

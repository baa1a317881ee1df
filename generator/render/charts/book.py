"""All charts of a site by the page that shows them; each is made once, for its page and for its files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from generator.change_kinds import Change
from generator.precompute.grid import CasePlan, Cell
from generator.precompute.load_costs import LoadCost, load_costs
from generator.regions.spreads import RENTAL
from generator.registry import GpuRow
from generator.render.change_index import change_index
from generator.render.charts.activity import activity
from generator.render.charts.break_even import break_even, costs_of_case, costs_of_model
from generator.render.charts.evidence import sources_named
from generator.render.charts.plan_latency import plan_latency
from generator.render.charts.predictions import prediction_charts
from generator.render.charts.price_history import ChangesOf, price_history
from generator.render.charts.provider_map import provider_map
from generator.render.charts.provider_prices import provider_prices
from generator.render.charts.quality_price import Priced, priced_models, quality_price, scored_models, unit_costs
from generator.render.charts.record import Chart
from generator.render.charts.region_spread import region_spread
from generator.render.charts.rental_changes import rental_changes
from generator.render.charts.rental_spread import rental_spread, spread_of_gpus
from generator.render.comparable import cheapest_by_provider, rankable
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.plan_rows import class_words, length_words
from generator.render.region_rows import regions_of, representative
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import DEFAULT, language, of_registry, speaking, text

Charts = tuple[Chart, ...]
POINTS_SOURCE = "aiconfigurator"  # of the points that are held out
STANDARD = "1024-1024/conversational/"
WIDELY_SCORED = ("gpqa", 3_000, 1_000)  # benchmark and tokens of a request for the chart of all models
PAGES = ("accuracy", "gpus", "history", "models", "providers", "regions")  # entities that are one page


@dataclass(frozen=True)
class ChartBook:
    """The charts of one site. An entity is the place of its files below /api/v1/charts/: `models/o3`, `gpus`."""

    index: SiteIndex

    def of(self, entity: str) -> Charts:
        """The charts of an entity in the language that is spoken; none where there is nothing to draw."""
        if language() != DEFAULT:
            return self._spoken(entity)
        with speaking(DEFAULT):
            folder, _, name = entity.partition("/")
            if not name:
                return self._page(entity)
            by_folder = {"models": self._models, "gpus": self._gpus, "plans": self._cells, "use-cases": self._cases}
            return by_folder[folder].get(entity, ())

    def _spoken(self, entity: str) -> Charts:
        """Drawn anew, for a page of another language: files are English."""
        folder, _, name = entity.partition("/")
        cases = [c for c in self.index.data.results.cases if folder == "use-cases" and c.case.id == name]
        return drawn(self._of_case(cases[0])) if cases else self._drawn_page(entity)

    @cached_property
    def entities(self) -> Mapping[str, Charts]:
        """Every entity that has a chart, in order."""
        parts = (self._models, self._gpus, self._cells, self._cases)
        pages = ((name, self._page(name)) for name in PAGES)
        return {e: charts for e, charts in sorted(chain(*(p.items() for p in parts), pages)) if charts}

    @cached_property
    def _models(self) -> Mapping[str, Charts]:
        return {f"models/{m}": drawn(self._of_model(m)) for m in self.index.models}

    def _of_model(self, model: str) -> Iterator[Chart | None]:
        index, name, cell = self.index, self.index.model_name(model), self._standard
        skus = index.skus_of_model.get(model, [])
        cheapest = cheapest_by_provider([s for s in skus if rankable(s, index)])
        developer = index.data.registry.model[model].developer
        own = sorted(
            (s for s in skus if s.provider == developer and s.region == "global"), key=lambda s: (len(s.sku), s.sku)
        )
        yield provider_prices(name, cheapest, index)
        yield price_history(name, own, cheapest, self._changes, index)
        if cell:
            costs = costs_of_model(self._load_costs.get(model, {}), index.plan_names)
            setting = (
                f"{length_words(cell.profile)}, {cell.slo_class.title.lower()}. {text('charts.break_even.caveat')}"
            )
            yield break_even(text("charts.break_even.title", case=name), costs, setting, index.data.as_of)

    @property
    def _standard(self) -> Cell | None:
        """The cell of the grid whose lengths and target the charts of all models share."""
        return next((c for c in self.index.data.results.cells if c.path.startswith(STANDARD)), None)

    @cached_property
    def _load_costs(self) -> Mapping[str, Mapping[str, Sequence[LoadCost]]]:
        cell = self._standard
        if cell is None:
            return {}
        prompt, output = cell.profile.prompt_tokens, cell.profile.output_tokens
        return load_costs(self.index.data.results.catalogue, prompt, output, cell.slo, cell.load.peak_factor)

    @cached_property
    def _gpus(self) -> Mapping[str, Charts]:
        return {f"gpus/{gpu.id}": drawn(self._of_gpu(gpu)) for gpu in self.index.data.registry.gpus}

    def _of_gpu(self, gpu: GpuRow) -> Iterator[Chart | None]:
        rentals = self.index.rentals_of_gpu.get(gpu.id, [])
        yield rental_spread(gpu.name, rentals, self.index)
        yield rental_changes(gpu.name, rentals, self._changes, self.index)

    @cached_property
    def _changes(self) -> ChangesOf:
        found: dict[tuple[str, str, str, str], list[Change]] = {}
        for change in change_index(self.index.data).changes:
            e = change.event
            found.setdefault((e.provider, e.sku, e.region, e.meter), []).append(change)
        return {key: sorted(changes, key=lambda c: c.event.date) for key, changes in found.items()}

    @cached_property
    def _cells(self) -> Mapping[str, Charts]:
        names, as_of = self.index.plan_names, self.index.data.as_of
        return {
            f"plans/{c.path}": drawn([plan_latency(c.rankings.values(), c.slo.e2e_ms, names, as_of)])
            for c in self.index.data.results.cells
        }

    @cached_property
    def _cases(self) -> Mapping[str, Charts]:
        return {f"use-cases/{case.case.id}": drawn(self._of_case(case)) for case in self.index.data.results.cases}

    def _of_case(self, case: CasePlan) -> Iterator[Chart | None]:
        index, results, profile = self.index, self.index.data.results, case.profile
        names, as_of = index.plan_names, index.data.as_of
        slo = of_registry("slo_classes", case.slo_class, "title")
        setting = text(
            "charts.break_even.setting",
            lengths=length_words(profile),
            slo=slo[:1].lower() + slo[1:],
            name=class_words(case.case.minimum_class),
            caveat=text("charts.break_even.caveat"),
        )
        title = text("charts.break_even.title", case=of_registry("use_cases", case.case, "title"))
        costs = costs_of_case(case, results.cells, names)
        yield break_even(title, costs, setting, as_of)
        yield plan_latency([case.ranking], case.slo.e2e_ms, names, as_of)
        quality = results.catalogue.quality.use_cases.get(case.case.id)
        if quality:
            yield self._quality(quality.primary, profile.prompt_tokens, profile.output_tokens)

    @cached_property
    def _priced(self) -> Sequence[Priced]:
        return priced_models(self.index)

    def _quality(self, benchmark: str, prompt: int, output: int) -> Chart | None:
        scores = self.index.data.results.catalogue.quality.scores
        models = scored_models(scores, benchmark, unit_costs(self._priced, prompt, output))
        return quality_price(benchmark, models, prompt, output, self.index)

    def _page(self, name: str) -> Charts:
        if name not in self._pages:
            self._pages[name] = self._drawn_page(name)
        return self._pages[name]

    @cached_property
    def _pages(self) -> dict[str, Charts]:
        return {}

    def _drawn_page(self, name: str) -> Charts:
        data = self.index.data
        if name == "accuracy":
            if "accuracy.json" not in data.state.model_texts:
                return ()
            sources = sources_named("Measurements of", [POINTS_SOURCE], self.index)
            return prediction_charts(data.state.accuracy["points"], sources, data.as_of)
        if name == "models":
            return drawn([self._quality(*WIDELY_SCORED)])
        if name == "gpus":
            return drawn([spread_of_gpus(self.index)])
        if name == "regions":
            rented = [s for s in regions_of(data).compared.spreads if s.product.kind == RENTAL]
            return drawn([region_spread([s for s, _ in representative(rented)], self.index)])
        return drawn([provider_map(self.index) if name == "providers" else activity(change_index(data), data.as_of)])


def drawn(charts: Iterator[Chart | None] | Sequence[Chart | None]) -> Charts:
    """Those charts for which there was something to draw."""
    return tuple(c for c in charts if c is not None)


@once
def chart_book(data: SiteData) -> ChartBook:
    """The charts of a site: pages and files ask."""
    return ChartBook(site_index(data))

"""The audit of one setup, or of the steps of a pipeline, each by its own levers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wasm_tools.audit.api_levers import api_baseline, api_levers
from wasm_tools.audit.finding import SAVES, Finding, Priced
from wasm_tools.audit.fleet_levers import fleet_baseline, fleet_levers, stated_usd
from wasm_tools.audit.gaps import Gap, data_gaps
from wasm_tools.audit.plans import alternatives
from wasm_tools.audit.setup import LLM, Load, Setup, load_of
from wasm_tools.audit.usage_levers import priced_entry, usage_baseline, usage_levers, usage_ranking
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form import named_fields
from wasm_tools.planner.question import checked_names
from wasm_tools.planner.usage import UsageBook
from wasm_tools.workload.traffic import InputError

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found. `now` is today's setup at catalogue prices, `stated` what is paid by the reader's own words.

    Savings of different levers overlap and are never added: `best` is the lever that saves most by itself.
    """

    setup: Setup
    stated: float | None
    now: Priced | None
    why_not: str  # why there is no baseline of the catalogue
    assumed: tuple[str, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    alternatives: tuple[Priced, ...]

    @property
    def best(self) -> Finding | None:
        """The lever with the largest saving that is sure; None where none is."""
        sure = [f for f in self.findings if f.verdict == SAVES and f.saving is not None]
        return max(sure, key=lambda f: (f.saving or 0.0, f.lever), default=None)


def audit(setup: Setup, catalogue: Catalogue, books: Mapping[str, UsageBook]) -> Audit:
    """The audit of one setup; InputError names a field that contradicts the catalogue."""
    with named_fields():
        return _of_use(setup, catalogue, books) if setup.workload != LLM else _of_text(setup, catalogue)


def pipeline_audit(setups: Sequence[Setup], catalogue: Catalogue, books: Mapping[str, UsageBook]) -> tuple[Audit, ...]:
    """The audits of the steps of a pipeline, each with its own spend and load: nothing is split evenly."""
    if not setups:
        raise InputError("steps", "give at least one step")
    return tuple(audit(s, catalogue, books) for s in setups)


def _of_text(setup: Setup, catalogue: Catalogue) -> Audit:
    sellers = {*(r.provider for r in catalogue.rates), *(r.provider for r in catalogue.rentals)}
    for field, name, known in (
        ("model", setup.model, catalogue.models), ("gpu", setup.gpu, catalogue.gpus),
        ("slo", setup.slo, catalogue.presets.slo_classes), ("traffic", setup.traffic, catalogue.presets.patterns),
        ("provider", setup.provider, sellers),
    ):  # fmt: skip
        if name is not None:
            checked_names(field, (name,), known)
    load = load_of(setup, catalogue.presets)
    found: tuple[Finding, ...] = ()
    now, why_not = None, ""
    if setup.deployment == "gpus":
        now = fleet_baseline(setup, catalogue)
        if now is not None:
            found = tuple(fleet_levers(setup, load.form if load else None, now, catalogue))
        else:
            why_not = _no_fleet(setup)
    elif setup.model is None or load is None:
        why_not = "the model and the tokens of a month, of both directions, are needed for a price"
    else:
        priced = api_baseline(setup, load.form, catalogue)
        if priced is None:
            where = f" at {setup.provider}" if setup.provider else ""
            why_not = f"no API price of {setup.model}{where} is in the catalogue"
        else:
            now = priced[0]
            found = tuple(api_levers(setup, load.form, *priced, catalogue))
    others = alternatives(load.form, setup.model, catalogue, SHOWN) if load and setup.model else ()
    return Audit(setup, stated_usd(setup), now, why_not, _assumed(setup, load), found, data_gaps(setup), others)


def _assumed(setup: Setup, load: Load | None) -> tuple[str, ...]:
    said = list(load.assumed) if load else []
    if setup.provider is None:
        said.append("today's price is the lowest of the catalogue, as no provider is named")
    return tuple(said)


def _no_fleet(setup: Setup) -> str:
    if setup.gpu is None or setup.gpu_count is None:
        return "the GPU and their number are needed for a price"
    where = f" at {setup.provider}" if setup.provider else ""
    return f"no price of {setup.gpu}{where}, paid {setup.procurement or 'on demand'}, is in the catalogue"


def _of_use(setup: Setup, catalogue: Catalogue, books: Mapping[str, UsageBook]) -> Audit:
    book = books.get(setup.workload)
    if book is None:
        raise InputError("workload", f"{setup.workload!r} is not one of {', '.join((LLM, *sorted(books)))}")
    ranking = usage_ranking(setup, book)
    policy = catalogue.policy
    now = usage_baseline(setup, ranking, policy) if ranking else None
    if ranking is None or setup.model is None:
        why_not = "the model and the use of a month are needed for a price"
    else:
        where = f" at {setup.provider}" if setup.provider else ""
        why_not = "" if now else f"no price of {setup.model}{where} by this unit is in the catalogue"
    found = tuple(usage_levers(setup, ranking, now, policy)) if ranking and now else ()
    model = now.model if now else setup.model
    same = [e for e in ranking.entries if e.product.first.model == model] if ranking else []
    others = [e for e in ranking.entries if e not in same] if ranking else []
    shown = (
        *(priced_entry(e, policy) for e in same[:SHOWN]),
        *(_another_model(priced_entry(e, policy)) for e in others[: SHOWN - len(same[:SHOWN])]),
    )
    return Audit(setup, setup.spend_usd, now, why_not, _assumed(setup, None), found, data_gaps(setup), shown)


def _another_model(priced: Priced) -> Priced:
    return replace(priced, what=f"{priced.what} (another model)")

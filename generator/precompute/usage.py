"""Usage packs out of state and registry: the prices of workloads that are not language models, one pack a workload."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from generator.grades import NOTHING, grade_limits, grader
from generator.overlay import SOURCE as OVERLAY
from generator.precompute.catalogue import published_offers
from generator.precompute.usage_marks import Context, fits, set_aside, suspicion, usage_rules
from generator.registry import Registry
from generator.sync.facts import facts_of_skus
from generator.sync.state import State
from wasm_tools.planner.usage.book import BOOK_VERSION, COLUMNS
from wasm_tools.pricing.meters import price_text
from wasm_tools.pricing.offers import Offer

GradeOf = Callable[[Offer], str]


def usage_packs(
    registry: Registry, state: State, registry_dir: Path, as_of: str, grade: GradeOf | None = None
) -> dict[str, dict[str, Any]]:
    """The pack objects by workload; `wasm_tools.planner.usage.read_usage_book` reads each.

    `grade` gives the letter of an offer; by default that of its evidence alone, without explained disputes.
    """
    rules = usage_rules(registry_dir)
    if grade is None:
        of_evidence = grader(registry.source, state.snapshots, grade_limits(registry_dir / "grades.toml"), as_of)
        grade = lambda o: of_evidence(o.price, o.evidence, NOTHING, o.effective_from, False).letter  # noqa: E731
    by_workload: dict[str, list[Offer]] = {name: [] for name in rules.workloads}
    for o in published_offers(registry, state.offers, as_of):
        if o.workload in by_workload:
            by_workload[o.workload].append(o)
    context = Context(registry, rules, state.snapshots, facts_of_skus(state.facts, registry.source), as_of)
    return {name: _pack(context, grade, name, sorted(offers, key=_order)) for name, offers in by_workload.items()}


def _order(offer: Offer) -> tuple[str, str, str, str]:
    return (offer.provider, offer.sku, offer.region, str(offer.meter))


def _pack(context: Context, grade: GradeOf, workload: str, offers: Sequence[Offer]) -> dict[str, Any]:
    rules, registry = context.rules, context.registry
    rows = list(_rows(context, grade, workload, offers))
    units = {row["meter"].partition(";")[0].rpartition(".")[2] for row in rows} | {"gpu_second", "provisioned_second"}
    presets = {p["id"]: p for name in ("*", workload) for p in rules.presets["preset"] if p["workload"] == name}
    limits = rules.comparators["outlier"]
    return {
        "kind": "usage",
        "version": BOOK_VERSION,
        "workload": workload,
        "as_of": context.as_of,
        "default": next(w["default"] for w in rules.comparators["workload"] if w["id"] == workload),
        "comparators": [_comparator(c) for c in rules.of("comparator", workload)],
        "conversions": [
            {**_but(c, "workload"), "parts": [_part(p) for p in c["parts"]]} for c in rules.of("conversion", workload)
        ],
        "tiers": [_but(t, "workload", "source") for t in rules.of("tier", workload)],
        "throughputs": [_but(t, "workload") for t in rules.of("throughput", workload)],
        "outlier": {name: str(limits[name]) for name in ("of_model", "of_ranking", "of_developer", "providers")},
        "multipliers": {name: str(value) for name, value in rules.presets["grades"].items()},
        "presets": [
            {name: value if name == "id" else str(value) for name, value in _but(p, "workload").items()}
            for p in presets.values()
        ],
        "default_preset": rules.presets["default"],
        "units": [asdict(unit) for name, unit in registry.units.units.items() if name in units],
        "rows": {name: _coded([row[name] for row in rows]) for name in COLUMNS},
    }


def _but(block: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name not in names}


def _comparator(raw: Mapping[str, Any]) -> dict[str, Any]:
    optional = {"unless": [], "limit": "", "note": ""}
    return {**optional, **_but(raw, "workload"), "usage": str(raw["usage"]), "parts": [_part(p) for p in raw["parts"]]}


def _part(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, **raw}


def _coded(texts: Sequence[str]) -> dict[str, Any]:
    values = sorted(set(texts))
    code = {text: number for number, text in enumerate(values)}
    return {"values": values, "codes": [code[text] for text in texts]}


def _rows(context: Context, grade: GradeOf, workload: str, offers: Sequence[Offer]) -> Iterable[dict[str, str]]:
    registry, rules = context.registry, context.rules
    suspect_of = suspicion(context, offers)
    uncounted = rules.of("uncounted", workload)

    @cache
    def without_ranking(meter: str) -> tuple[str, str]:
        return next(((u["kind"], u["why"]) for u in uncounted if fits(u["meters"], meter)), ("not_comparable", ""))

    for offer in offers:
        aside, why = set_aside(context, workload, offer)
        agreeing, suspect = suspect_of(offer)
        meter = _meter(rules.of("sku_variant", workload), offer)
        uncounted_kind, uncounted_why = without_ranking(meter)
        known = context.facts.get((offer.provider, offer.sku))
        row, model = registry.provider.get(offer.provider), registry.model_of(offer.provider, offer.sku)
        sources = sorted({e.source for e in offer.evidence if not e.absent_since})
        dates = [context.snapshots[s].observed_at for s in agreeing if s in context.snapshots]
        yield {
            "provider": offer.provider,
            "sku": offer.sku,
            "model": model,
            "meter": meter,
            "region": offer.region,
            "price": price_text(offer.price),
            "grade": grade(offer),
            "seen": max(dates, default=""),
            "sources": " ".join(sources),
            "first_party": _flag(row is not None and row.kind == "first_party"),
            "closed": _flag(model in registry.cards and registry.cards[model].open_weights is False),
            "alone": _flag(len(agreeing) < 2 and OVERLAY not in agreeing),
            "suspect": suspect,
            "aside": aside,
            "why": why,
            "uncounted": uncounted_kind,
            "uncounted_why": uncounted_why,
            "requests_per_minute": _text(known.requests_per_minute if known else None),
            "tokens_per_minute": _text(known.tokens_per_minute if known else None),
        }


def _flag(value: bool) -> str:
    return "yes" if value else ""


def _text(value: int | None) -> str:
    return str(value) if value else ""


def _meter(rules: Iterable[Mapping[str, Any]], offer: Offer) -> str:
    """The meter with the variant that the name of the SKU holds."""
    for rule in rules:
        found = re.fullmatch(rule["sku"], offer.sku)
        if found and str(offer.meter) == rule["meter"]:
            return str(replace(offer.meter, variant=found.expand(rule["variant"])))
    return str(offer.meter)

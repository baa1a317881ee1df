"""What the planner's form offers: standard values, options, names of the catalogue, and defaults to show."""

from collections.abc import Iterable, Mapping
from typing import Any

from generator.precompute.presets import number
from generator.registry import Registry
from generator.render.formats import count
from generator.render.plan_words import ENGINES, KINDS, OWN, STATUSES, Names, kind_words, status_words
from generator.render.texts import of_registry, text
from wasm_tools.models.cards import CAPABILITY_CLASSES, DOMAINS
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form import ACTIVE, PER_MINUTE, USERS
from wasm_tools.planner.form_fields import FIELDS, MONEY, SITE_VALUES, TIERS
from wasm_tools.planner.hosting_facts import HostingFacts
from wasm_tools.planner.presets import START, Presets
from wasm_tools.planner.question import PRIORITIES
from wasm_tools.workload.traffic import PERCENTILES

Options = list[dict[str, str]]


def choices(registry: Registry, catalogue: Catalogue) -> dict[str, Options]:
    """The options of every field with a few of them, in the language that is spoken; "" is the default."""
    areas = sorted({area for pair in catalogue.hosting.latencies for area in pair})
    percent = [{"id": str(p), "title": text("planner.of_requests", percent=p)} for p in PERCENTILES]
    profiles = (
        (p.id, f"{of_registry('profiles', p, 'title')}, {count(p.prompt_tokens)} → {count(p.output_tokens)}")
        for p in registry.profiles
    )
    return {
        "use_case": _titled("planner.own_values", "use_cases", registry.use_cases),
        "industry": _titled("planner.no_industry", "industries", registry.industries),
        "profile": _led("planner.own_lengths", profiles),
        "lengths": _led("planner.no_recorded", ((name, name) for name in catalogue.presets.lengths)),
        "load": _titled("planner.own_rate", "loads", registry.loads),
        "pattern": _led("planner.no_pattern", ((p, text(f"planner.pattern.{p}")) for p in catalogue.presets.patterns)),
        "slo": _titled("planner.own_bounds", "slo_classes", registry.slo_classes),
        "percentile": percent,
        "other_percentile": [{"id": "", "title": text("planner.as_above")}, *percent],
        "area": _led("planner.no_way", ((area, area) for area in areas)),
        "class": [{"id": c, "title": text(f"words.class.{c}")} for c in CAPABILITY_CLASSES],
        "domains": [{"id": d, "title": text(f"words.domain.{d}")} for d in DOMAINS],
        "precisions": [{"id": p, "title": p} for p in WEIGHT_BYTES],
        "kinds": [{"id": k, "title": kind_words(k)} for k in KINDS],
        "tier": [{"id": "" if t == TIERS[0] else t, "title": text(f"planner.tier.{t}")} for t in TIERS],
        "priority": [
            {"id": "" if p == PRIORITIES[0] else p, "title": text(f"planner.priority.{p}")} for p in PRIORITIES
        ],
    }


def industries(registry: Registry) -> Options:
    """What each template assumes, and where it comes from."""
    return [
        {
            "title": of_registry("industries", i, "title"),
            "reason": of_registry("industries", i, "reason"),
            "source": i.source if i.basis == "recorded" else "",
        }
        for i in registry.industries
    ]


def id_words(catalogue: Catalogue, names: Names) -> dict[str, Mapping[str, str]]:
    """The words for the ids of a plan's record, as wasm_tools/web/plan_words.mjs takes them."""
    return {
        "models": names.models,
        "classes": {m: card.capability for m, card in catalogue.models.items()},
        "providers": names.providers,
        "gpus": names.gpus,
        "kinds": {k: kind_words(k) for k in KINDS},
        "engines": ENGINES,
        "statuses": {s: status_words(s) for s in STATUSES},
        "own": {k: text(f"plan.own.{k}") for k in OWN},
    }


def _titled(first: str, kind: str, rows: Iterable[Any]) -> Options:
    return _led(first, ((row.id, of_registry(kind, row, "title")) for row in rows))


def _led(first: str, rows: Iterable[tuple[str, str]]) -> Options:
    return [{"id": "", "title": text(first)}, *({"id": name, "title": title} for name, title in rows)]


def placeholders(facts: HostingFacts) -> dict[str, str]:
    """What an empty field stands for, by its name."""
    limits = {f.name: text("planner.no_limit") for f in FIELDS if f.group == MONEY and f.kind == "number"}
    limits |= {name: text("planner.no_limit") for name in ("max_gpus", "max_tp")}
    free = {f.name: text("planner.any") for f in FIELDS if f.kind == "names"}
    free |= {f.name: text("planner.none") for f in FIELDS if f.kind == "names" and f.name.startswith("without_")}
    free |= {name: text("planner.any") for name in ("context", "min_quality", "tokens_per_second", "availability")}
    own = {f.name: f"{f.default:g}" for f in FIELDS if f.kind in ("whole", "number") and f.default is not None}
    site = {name: f"{facts.values[name].value.normalize():f}" for name in SITE_VALUES}
    price = facts.electricity[facts.place]
    users = {"users": str(USERS), "active": str(ACTIVE), "per_minute": str(PER_MINUTE)}
    return limits | free | own | site | users | {"usd_per_kwh": f"{price.usd_per_kwh:f}", "place": facts.place}


def known_names(catalogue: Catalogue) -> dict[str, list[Any]]:
    """Names that may be searched for, where the words for ids do not have them."""
    regions = {r.region for r in catalogue.rates} | {r.region for r in catalogue.rentals}
    sellers = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
    return {
        "regions": sorted(regions),
        "providers": sorted(sellers),
        "gpus": sorted(catalogue.gpus),
        "places": [[e.code, e.name] for e in catalogue.hosting.electricity.values()],
    }


def grid_settings(registry: Registry, presets: Presets) -> dict[str, Any]:
    """Standard values and the table of fields as the script needs them; the numbers are exactly those of the grid."""
    loads = []
    for load in registry.loads:
        qps = number(load.requests_per_second)
        peak = number(repr(round(qps * load.peak_factor, 6)))
        loads.append({"id": load.id, "qps": qps, "peak_qps": peak, "peak_factor": load.peak_factor})
    cases = [
        {
            "id": c.id,
            "profile": c.profile,
            "slo": c.slo,
            "class": c.minimum_class,
            "users": c.users,
            "active": c.active,
            "per_minute": c.per_minute,
            "peak_factor": c.peak_factor,
        }
        for c in presets.use_cases.values()
    ]
    return {
        "profiles": [p.model_dump(include={"id", "prompt_tokens", "output_tokens"}) for p in registry.profiles],
        "slo_classes": [s.model_dump(include={"id", "ttft_ms", "itl_ms", "e2e_factor"}) for s in registry.slo_classes],
        "loads": loads,
        "use_cases": cases,
        "industries": [i.model_dump(include={"id", "use_case", "pattern", "lengths"}) for i in registry.industries],
        "patterns": [{"id": p.id, "peak_factor": p.peak_factor} for p in presets.patterns.values()],
        "lengths": [
            {"id": name, "prompt": one.prompt.mean, "output": one.output.mean} for name, one in presets.lengths.items()
        ],
        "users": {"users": USERS, "active": ACTIVE, "per_minute": PER_MINUTE},
        "classes": CAPABILITY_CLASSES,
        "fields": [{"name": f.name, "kind": f.kind} for f in FIELDS],
        "default": START,
    }

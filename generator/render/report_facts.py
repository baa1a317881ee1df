"""What a report on a plan names beside the planner's catalogue, and the build of data and engine that it rests on."""

import hashlib
from collections.abc import Mapping

from generator.digests import folder_digest
from generator.places import checkout
from generator.precompute.run import pack_text
from generator.render.once import once
from generator.render.page import SiteData
from generator.render.site_index import OWN_HARDWARE, SiteIndex, site_index
from wasm_tools.plan_report.facts import Facts, PriceSource
from wasm_tools.planner import Catalogue
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT

BUILD_DIGITS = 12


@once
def report_facts(data: SiteData) -> Facts:
    """Names of sellers and sources, the grade of each price, and the build."""
    index = site_index(data)
    snapshots = data.state.snapshots
    read = {s.id: snapshots[s.id].observed_at if s.id in snapshots else "" for s in data.registry.sources}
    return Facts(
        build=data_build(data.results.catalogue),
        own_grade=OWN_HARDWARE.letter,
        providers=index.plan_names.providers,
        sources={s.id: PriceSource(s.title, read[s.id]) for s in data.registry.sources},
        grades={key: letter for letter, keys in price_grades(index).items() for key in keys},
    )


def data_build(catalogue: Catalogue) -> str:
    """What an answer follows from beside its question: the planner's data and the engine, as 12 hexadecimal digits."""
    engine = folder_digest([checkout().root / "wasm_tools"], "*.py")
    return hashlib.sha256(f"{engine}\n{pack_text(catalogue)}".encode()).hexdigest()[:BUILD_DIGITS]


def price_grades(index: SiteIndex) -> Mapping[str, list[str]]:
    """Prices that plans are computed from, `kind:provider:sku:region`, by grade; of several the worst counts."""
    worst: dict[str, str] = {}
    for o in index.data.offers:
        if o.meter in (TEXT_INPUT, TEXT_OUTPUT):
            key = f"api:{o.provider}:{o.sku}:{o.region}"
            worst[key] = max(worst.get(key, ""), index.grade(o).letter)
    for r in index.data.rentals:
        kind = index.plan_kinds.get(r.commitment)
        if kind:
            key = f"{kind}:{r.provider}:{r.instance}:{r.region}"
            worst[key] = max(worst.get(key, ""), index.grade(r).letter)
    planned = {f"api:{r.provider}:{r.sku}:{r.region}" for r in index.data.results.catalogue.rates}
    letters: dict[str, list[str]] = {}
    for key, letter in sorted(worst.items()):
        if not key.startswith("api:") or key in planned:
            letters.setdefault(letter, []).append(key)
    return letters

"""What is known of a model: the registry's own facts, and what its sellers' ids add to them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from generator.registry import CapabilityRow, ModelRow
from generator.render.formats import listed, missing, plural, significant
from generator.render.site_index import SiteIndex, Sku
from generator.render.sku_facts import KnownFacts, span
from generator.render.texts import text
from wasm_tools.models.cards import size_bucket

UNKNOWN_DEVELOPER = "unknown"
NAMED, DATES = 3, 6  # providers of one date, and dates, that are spelled out


def open_words(row: ModelRow) -> str:
    """Whether the weights are published; empty where nobody says so."""
    return text(f"models.open.{row.open_weights}") if row.open_weights else ""


def model_facts(
    row: ModelRow, capability: CapabilityRow | None, skus: Sequence[Sku], index: SiteIndex
) -> list[dict[str, Any]]:
    """The facts of a model in terms and values; what nobody stated is a dash with the reason."""
    unknown = missing("no source states it")
    shape = next((s for s in index.data.registry.shapes if s.model == row.id), None)
    known = [index.facts[k] for k in sorted({(s.provider, s.sku) for s in skus}) if k in index.facts]
    found: list[dict[str, Any]] = [
        {"term": "Developer", "value": index.developer_name(row.developer) or unknown,
         "href": f"models/by/{row.developer or UNKNOWN_DEVELOPER}/"},
        {"term": "Weights", "value": open_words(row) or unknown},
        {"term": "Licence", "value": row.licence or unknown},
        {"term": "Context", "value": f"{row.context:,} tokens" if row.context else unknown},
        {"term": "Longest answer",
         "value": f"{row.max_output:,} tokens" if row.max_output else longest_answers(known) or unknown},
        {"term": "Reads", "value": listed(list(row.input_modalities)) or unknown},
        {"term": "Writes", "value": listed(list(row.output_modalities)) or unknown},
        {"term": "Released", "value": row.released or unknown},
        {"term": "Knowledge until", "value": row.knowledge or unknown},
    ]  # fmt: skip
    if row.deprecated:
        found.append({"term": "Deprecated", "value": row.deprecated})
    if ends := provider_dates(known, index):
        found.append({"term": "At providers", "value": ends})
    if row.open_weights == "yes" and (served := served_as(known)):
        found.append({"term": "Served as", "value": served})
    if seen := observed_speed(known):
        found.append({"term": "Observed", "value": seen})
    if shape:
        active = f", {significant(shape.active_b)} B active" if shape.active_b != shape.parameters_b else ""
        bucket = size_bucket(shape.shape.parameters)
        found.append({"term": "Parameters", "value": f"{significant(shape.parameters_b)} B{active} (bucket {bucket})"})
    if said := next((d for d in index.data.registry.domains if d.model == row.id), None):
        words = listed([domain_words(name) for name in said.domains])
        found.append({"term": "Made for", "value": f"{words}, as said in {said.source}"})
    if capability:
        basis = f"({capability.source}; reviewed {capability.reviewed})"
        why = f"{capability.class_.capitalize()}. {capability.reason} {basis}"
        found.append({"term": "Capability class", "value": why})
    else:
        found.append({"term": "Capability class", "value": missing("nobody has reviewed it, so no plan ranks it")})
    return found


def domain_words(domain: str) -> str:
    """What a model is said to be made for, in words."""
    return text(f"words.domain.{domain}")


def longest_answers(known: Iterable[KnownFacts]) -> str:
    """The range of the longest answers that providers allow; empty where nobody states one."""
    words = span([k.best.max_output for k in known if not k.longer_than_context], "tokens")
    return f"{words}, by provider" if "–" in words else words


def provider_dates(known: Iterable[KnownFacts], index: SiteIndex) -> str:
    """Since when providers tell people to leave the model, and when they switch it off, the earliest day first."""
    found: dict[tuple[str, str], set[str]] = {}
    for k in known:
        for verb, day in (("deprecated", k.best.deprecated_on), ("retired", k.best.retires_on)):
            if day:
                words = "retires" if verb == "retired" and day > index.data.as_of else verb
                found.setdefault((day, words), set()).add(index.provider_name(k.best.provider))
    ordered = sorted((day, words, sorted(names, key=str.casefold)) for (day, words), names in found.items())
    said = [f"{words} {day} at {listed(names[:NAMED])}{f' and {len(names) - NAMED} more' if len(names) > NAMED else ''}"
            for day, words, names in ordered]  # fmt: skip
    more = len(said) - DATES
    return "; ".join(said[:DATES]) + (f"; {plural(more, 'more date')} in the table below" if more > 0 else "")


def served_as(known: Iterable[KnownFacts]) -> str:
    """In which forms providers serve the weights: `fp8 at 12 providers, bf16 at 1 provider`."""
    providers = Counter(form for _, form in {(k.best.provider, k.best.quantization) for k in known} if form)
    ordered = sorted(providers.items(), key=lambda p: (-p[1], p[0]))
    return ", ".join(f"{form} at {plural(n, 'provider')}" for form, n in ordered)


def observed_speed(known: Iterable[KnownFacts]) -> str:
    """The range of speeds that sources observed at providers; each row has its own with the number of requests."""
    seen = {k.best.provider: k.best.tokens_per_second for k in known if k.best.tokens_per_second}
    words = span([round(v) for v in seen.values() if v], "tokens/s")
    return f"{words} at {plural(len(seen), 'provider')}" if words else ""

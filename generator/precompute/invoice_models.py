"""What a bill's pack says of models beside prices: names, weights, lengths, modalities, precisions, scores."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from generator.precompute.quality import quality_models, resolved_scores
from generator.registry import ModelRow, Registry
from generator.sync.facts import facts_of_skus
from generator.sync.state import State
from wasm_tools.invoice.models import HOST_COLUMNS, MODEL_COLUMNS, SCORE_COLUMNS
from wasm_tools.models.quality import QualityScore, best_score
from wasm_tools.pricing.offers import Offer


def invoice_models(registry: Registry, models: Collection[str]) -> dict[str, Any]:
    """Rows under MODEL_COLUMNS of the registered models that have a price."""
    rows = [_model(registry.model[m]) for m in sorted(models) if m in registry.model]
    return {"columns": list(MODEL_COLUMNS), "rows": rows}


def _model(row: ModelRow) -> list[Any]:
    modalities = ("|".join(row.input_modalities), "|".join(row.output_modalities))
    return [row.id, row.name, row.developer, row.open_weights, row.context, row.deprecated, *modalities]


def invoice_hosts(registry: Registry, state: State, offers: Iterable[Offer]) -> dict[str, Any]:
    """Rows under HOST_COLUMNS of open weights whose precision at this host is known."""
    facts = facts_of_skus(state.facts, registry.source)
    rows = []
    for provider, sku in sorted({(o.provider, o.sku) for o in offers if o.model}):
        model = registry.plain_model_of(provider, sku)
        known = facts.get((provider, sku))
        precision = registry.name_of(provider, sku).quantization or (known.quantization if known else "")
        if model and precision and registry.model[model].open_weights == "yes":
            seen = (known.context, known.tokens_per_second, known.ttft_ms) if known else (None, None, None)
            rows.append([provider, sku, precision, *seen])
    return {"columns": list(HOST_COLUMNS), "rows": rows}


def invoice_scores(registry: Registry, state: State, models: Collection[str], folder: Path) -> dict[str, Any]:
    """Rows under SCORE_COLUMNS: of each model with a price and each benchmark the score that stands for it."""
    scores = resolved_scores(registry, state.quality, quality_models(folder / "quality_models.csv")).scores
    grouped: dict[tuple[str, str], list[QualityScore]] = {}
    for s in scores:
        if s.model in models:
            grouped.setdefault((s.model, s.benchmark), []).append(s)
    best = (best_score(found, benchmark) for (_, benchmark), found in sorted(grouped.items()))
    rows = [
        [s.model, s.benchmark, repr(s.value), s.date, s.source, int(s.self_reported)] for s in best if s is not None
    ]
    return {"columns": list(SCORE_COLUMNS), "rows": rows}


def naming(registry: Registry) -> dict[str, Any]:
    """The reviewed rules by which a bill's name becomes one of the catalogue: prefixes, versions, families by date."""
    rules = registry.naming
    prefixes: Mapping[str, Any] = rules.prefixes
    shared = [p.text for p in rules.everywhere]
    return {
        "prefixes": {
            "": shared,
            **{p: [x.text for x in found if x.text not in shared] for p, found in sorted(prefixes.items())},
        },
        "versions": [s.text for s in rules.suffixes if s.kind == "version" and not s.of],
        "each_date_a_model": sorted(base for base, suffix in rules.snapshots if suffix == "*"),
    }

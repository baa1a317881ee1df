"""What is known of models and of those who serve their weights, beside prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MODEL_COLUMNS = ("id", "name", "developer", "open_weights", "context", "deprecated", "inputs", "outputs")
HOST_COLUMNS = ("provider", "sku", "precision", "context", "tokens_per_second", "ttft_ms")
SCORE_COLUMNS = ("model", "benchmark", "value", "date", "source", "self_reported")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model. `open_weights` is yes, no or `''`; `deprecated` an ISO day or `''`; modalities are those of the API."""

    id: str
    name: str
    developer: str = ""
    open_weights: str = ""
    context: int | None = None
    deprecated: str = ""
    inputs: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HostFacts:
    """How one provider serves open weights. Speeds are what a source observed: medians of one stream."""

    precision: str
    context: int | None = None
    tokens_per_second: float | None = None
    ttft_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a model on a benchmark, in percent."""

    value: Decimal
    date: str
    source: str
    self_reported: bool


@dataclass(frozen=True, slots=True)
class ModelBook:
    """Models by id, hosts by (provider, SKU), scores by model and benchmark."""

    models: Mapping[str, ModelFacts]
    hosts: Mapping[tuple[str, str], HostFacts]
    scores: Mapping[str, Mapping[str, Score]]


def read_models(
    models: Sequence[Sequence[Any]], hosts: Sequence[Sequence[Any]], scores: Sequence[Sequence[Any]]
) -> ModelBook:
    """The book from rows under MODEL_COLUMNS, HOST_COLUMNS and SCORE_COLUMNS."""
    by_model: dict[str, dict[str, Score]] = {}
    for model, benchmark, value, date, source, own in scores:
        by_model.setdefault(model, {})[benchmark] = Score(Decimal(value), date, source, bool(own))
    return ModelBook(
        {
            id: ModelFacts(id, name, developer, weights, context, deprecated, _words(inputs), _words(outputs))
            for id, name, developer, weights, context, deprecated, inputs, outputs in models
        },
        {(provider, sku): HostFacts(*facts) for provider, sku, *facts in hosts},
        by_model,
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split("|")))

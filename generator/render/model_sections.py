"""The sections of a model page beside its table of sellers, and how many elements they take of the page's room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generator.registry import ModelRow
from generator.render.memory_sets import AT_ONCE, memory_rows
from generator.render.model_plans import changes, plan_uses
from generator.render.predicted_speed import IN_FLIGHT, OUTPUT, PROMPT, speed_predictions
from generator.render.price_matrix import matrix
from generator.render.quality_rows import quality_rows
from generator.render.row_choice import PricedRow
from generator.render.site_index import SiteIndex, Sku

SET, SCORE, PREDICTION, USE = 12, 9, 14, 6  # elements of one row each
SECTION = 20  # heading, caption and head of a table


@dataclass(frozen=True, slots=True)
class Sections:
    """What the template lays out, and the elements that it makes of it."""

    context: dict[str, Any]
    elements: int


def model_sections(row: ModelRow, priced: Sequence[PricedRow], ranked: Sequence[Sku], index: SiteIndex) -> Sections:
    """The sections of one model. `priced` are all its sellers in the order of the page, `ranked` those that compare."""
    known = index.of_models
    prices = matrix(priced, row.developer, index)
    sets = memory_rows(row.id, index)
    scores = quality_rows(known.scores.get(row.id, ()), index.data.results.catalogue.quality, index)
    predictions = speed_predictions(row.id, index)
    uses, change = plan_uses(index.uses_of_model.get(row.id, []), index), changes(ranked, index)
    tables = ((sets, SET), (scores, SCORE), (predictions, PREDICTION), (uses, USE))
    taken = sum(SECTION + len(rows) * each for rows, each in tables if rows) + matrix_elements(prices) + len(change)
    context = {
        "matrix": prices,
        "memory": sets,
        "at_once": AT_ONCE,
        "quality": scores,
        "predictions": predictions,
        "prediction_of": f"{PROMPT:,} → {OUTPUT:,} tokens, {IN_FLIGHT} requests in flight",
        "uses": uses,
        "changes": change,
    }
    return Sections(context, taken)


def matrix_elements(found: dict[str, Any] | None) -> int:
    """How many elements the matrix of prices has."""
    if not found:
        return 0
    columns = len(found["columns"])
    return SECTION + 2 * columns + sum(8 + len(g["rows"]) * (columns + 3) for g in found["groups"])

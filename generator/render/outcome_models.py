"""The pydantic model of outcome files, made from the fields of the engine's table."""

from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from generator.render.schemas import OPEN, Record, told
from wasm_tools.outcomes.fields import (
    DATE,
    NUMBER,
    OUTCOME_FIELDS,
    PREDICTION,
    SCHEMA,
    TIMES,
    WHOLE,
    OutcomeField,
)


class OutcomeTimes(Record):
    """One kind of time."""

    mean: float | None = told("mean, ms; null where it is not known")
    percentiles: dict[str, float] = told("ms by percentile")
    between: dict[str, tuple[float | None, float | None]] = told(
        "of a histogram the ends between which a percentile lies, ms; the upper one null in the open bucket"
    )
    method: str = told("how the percentiles were computed")


class PredictedTime(Record):
    """A predicted time with its 90 % band."""

    percentile: int = told("of the requests")
    predicted: float = told("ms")
    low: float = told("lower end of the band, ms")
    high: float = told("upper end of the band, ms")


class OutcomeTimesByMetric(Record):
    """The times by metric; those that a tool does not tell are absent."""

    ttft: OutcomeTimes | None = Field(None, description="time to first token")
    itl: OutcomeTimes | None = Field(None, description="every gap between two tokens")
    tpot: OutcomeTimes | None = Field(None, description="mean time per further token of a request")
    e2e: OutcomeTimes | None = Field(None, description="the whole request")


def _typed(field: OutcomeField) -> Any:
    says = f"{field.says} ({field.unit})" if field.unit else field.says
    if field.kind == TIMES:
        return Annotated[OutcomeTimesByMetric, Field(description=says)]
    if field.kind == PREDICTION:
        return Annotated[dict[str, PredictedTime] | None, Field(description=says)]
    if field.kind in (WHOLE, NUMBER):
        kind: Any = Annotated[int if field.kind == WHOLE else float, Field(ge=field.least)]
        return Annotated[kind if field.needed else kind | None, Field(description=says)]
    if field.choices:
        return Annotated[Literal[field.choices], Field(description=says)]
    pattern = r"^\d{4}-\d\d-\d\d$" if field.kind == DATE else None
    return Annotated[str, Field(description=says, min_length=1 if field.needed else None, pattern=pattern)]


_FIELDS: dict[str, Any] = {f.name: (_typed(f), ...) for f in OUTCOME_FIELDS}
OutcomeRecord: Any = create_model(
    "Outcome", __config__=OPEN, __doc__="One window of load on one deployment.", **_FIELDS
)


class OutcomeFile(Record):
    """What deployments really did: an outcome file, and the measurements of the community."""

    as_of: str | None = Field(None, description="date on which a published file holds")
    form: Literal[SCHEMA] = Field(alias="schema", description="name of this form")  # type: ignore[valid-type]
    outcomes: list[OutcomeRecord] = told("an outcome each")

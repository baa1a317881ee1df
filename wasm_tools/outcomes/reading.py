"""Outcome files read strictly: every field of its kind, every refusal with the field's name."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.outcomes.fields import (
    DATE,
    METRICS,
    MOST_TEXT,
    NUMBER,
    OUTCOME_FIELD,
    OUTCOME_FIELDS,
    PREDICTION,
    SCHEMA,
    SIMULATED,
    TIMES,
    WHOLE,
    OutcomeField,
)
from wasm_tools.planner.plan import significant
from wasm_tools.workload.traffic import InputError

MOST = 1000  # outcomes in a file
LARGEST = 1e12
MOST_CHARACTERS = 20_000_000
KINDS = "mean", "percentiles", "between", "method"


def outcome_text(outcomes: list[dict[str, Any]]) -> str:
    """A file of outcomes: the same outcomes give the same bytes."""
    text = json.dumps({"schema": SCHEMA, "outcomes": outcomes}, indent=1, ensure_ascii=False, allow_nan=False)
    return text + "\n"


def read_outcomes(text: str) -> list[dict[str, Any]]:
    """The outcomes in a file, every field checked; InputError names the field and the remedy."""
    if len(text) > MOST_CHARACTERS:
        raise InputError("outcome", f"more than {MOST_CHARACTERS:,} characters; give fewer outcomes")
    try:
        given = loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise InputError("outcome", "this is no JSON, or only a part of it; give the whole file") from None
    if not isinstance(given, Mapping) or given.get("schema") != SCHEMA or not isinstance(given.get("outcomes"), list):
        raise InputError(
            "outcome", f"this is no outcome file ({SCHEMA}); `atlas observe FILE --outcome OUT` writes one"
        )
    rows = given["outcomes"]
    if not 0 < len(rows) <= MOST:
        raise InputError("outcomes", f"the file holds {len(rows):,} outcomes; give 1 to {MOST}")
    return [checked_outcome(row, f"outcomes[{place}].") for place, row in enumerate(rows)]


def checked_outcome(given: Any, where: str) -> dict[str, Any]:
    """An outcome with its fields in order, each of its kind; InputError names the field. Plausibility is not judged."""
    if not isinstance(given, Mapping):
        raise InputError(where.rstrip(".") or "outcome", "this is no outcome")
    for name in given:
        if name not in OUTCOME_FIELD:
            raise InputError(f"{where}{str(name)[:40]}", "no field of an outcome has this name; leave it out")
    return {f.name: _checked(f, given.get(f.name), where + f.name) for f in OUTCOME_FIELDS}


def is_simulated(outcome: Mapping[str, Any]) -> bool:
    """Whether a simulator answered."""
    return bool(outcome["tier"] == SIMULATED)


def nothing_known(field: OutcomeField) -> Any:
    return "" if field.kind not in (WHOLE, NUMBER, PREDICTION) else None


def _checked(field: OutcomeField, value: Any, where: str) -> Any:
    if value in (None, "", {}):
        if field.needed:
            raise InputError(where, f"is missing: {field.says}" + (f" ({field.flag})" if field.flag else ""))
        return nothing_known(field)
    if field.kind == TIMES:
        return _times(value, where)
    if field.kind == PREDICTION:
        return _prediction(value, where)
    if field.kind in (WHOLE, NUMBER):
        return _amount(value, where, field.least, field.kind == WHOLE, field.needed)
    if not isinstance(value, str) or len(value) > MOST_TEXT or not value.isprintable():
        raise InputError(where, f"give a text of one line and up to {MOST_TEXT} signs")
    if field.choices and value not in field.choices:
        raise InputError(where, f"{value!r} is not one of {', '.join(field.choices)}")
    if field.kind == DATE:
        return _day(value, where)
    return value


def _day(value: str, where: str) -> str:
    from datetime import date  # imported here: the browser's first answer needs no dates

    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise InputError(where, f"{value!r} is no day like 2026-11-27") from None


def _amount(value: Any, where: str, least: float, is_whole: bool, above: bool) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= LARGEST:
        raise InputError(where, f"{str(value)[:40]!r} is no number from {least:g} up")
    if is_whole:
        if value != int(value):
            raise InputError(where, f"{value:g} is not whole")
        return int(value)
    if above and not value:
        raise InputError(where, "0 says nothing; give the measured value")
    return significant(float(value))


def _times(given: Any, where: str) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(where, f"give the times by {', '.join(METRICS)}")
    found = {}
    for metric in METRICS:  # in this order whatever the file's
        of = given.get(metric)
        if of is None:
            continue
        if not isinstance(of, Mapping) or not set(of) <= set(KINDS):
            raise InputError(f"{where}.{metric}", f"give an object with {', '.join(KINDS)}")
        mean = of.get("mean")
        at = f"{where}.{metric}"
        found[metric] = {
            "mean": None if mean is None else _amount(mean, f"{at}.mean", 0, False, False),
            "percentiles": {str(p): _amount(v, f"{at}.p{p}", 0, False, False) for p, v in _levels(of, at)},
            "between": {str(p): _ends(v, f"{at}.p{p}") for p, v in _levels(of, at, "between")},
            "method": str(of.get("method") or "")[:MOST_TEXT],
        }
    unknown = next((name for name in given if name not in METRICS), None)
    if unknown is not None:
        raise InputError(f"{where}.{str(unknown)[:40]}", f"is not one of {', '.join(METRICS)}")
    return found


def _levels(of: Mapping[str, Any], where: str, name: str = "percentiles") -> list[tuple[int, Any]]:
    rows = of.get(name) or {}
    if not isinstance(rows, Mapping):
        raise InputError(f"{where}.{name}", "give values by percentile")
    found = []
    for key, value in rows.items():
        level = int(key) if isinstance(key, str) and len(key) < 3 and key.isdecimal() else 0
        if not level:
            raise InputError(f"{where}.{name}", f"{str(key)[:20]!r} is no percentile from 1 to 99")
        found.append((level, value))
    return sorted(found, key=lambda pair: pair[0])


def _ends(given: Any, where: str) -> list[float | None]:
    if not isinstance(given, list) or len(given) != 2:
        raise InputError(where, "give the two ends between which it lies")
    return [None if end is None else _amount(end, where, 0, False, False) for end in given]


def _prediction(given: Any, where: str) -> dict[str, Any]:
    names = ("percentile", "predicted", "low", "high")
    if not isinstance(given, Mapping):
        raise InputError(where, "give predicted times by name")
    found = {}
    for name, of in given.items():
        if name not in ("ttft_ms", "itl_ms", "e2e_ms") or not isinstance(of, Mapping) or set(of) != set(names):
            raise InputError(f"{where}.{str(name)[:20]}", f"give ttft_ms, itl_ms or e2e_ms with {', '.join(names)}")
        found[name] = {n: _amount(of[n], f"{where}.{name}.{n}", 0, n == "percentile", False) for n in names}
    return found

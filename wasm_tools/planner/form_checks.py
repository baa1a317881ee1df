"""The check of a form record: every value of its kind and within its bounds, every refusal with the field's name."""

import math
from collections.abc import Mapping
from typing import Any

from wasm_tools.planner.form_fields import FIELD, FormField
from wasm_tools.workload.traffic import InputError

MAX_NAMES = 500


def checked_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """The values that a record states; None and empty ones state nothing. Names are checked by the catalogue later.

    Raises InputError that names the field and the remedy; of an unknown field the nearest known ones.
    """
    for name in record:
        if name not in FIELD:
            from difflib import get_close_matches  # imported here: only a refusal needs it

            near = get_close_matches(name, FIELD, 2, 0.6)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            raise InputError("form", f"{name[:80]!r} is not a field of the form{hint}")
    stated = {name: value for name, value in record.items() if value not in (None, "", [], {})}
    checked = {name: _checked(FIELD[name], value) for name, value in stated.items()}
    _refuse_combinations(checked)
    return checked


def _checked(field: FormField, value: Any) -> Any:
    if field.kind in ("whole", "number"):
        return number(field.name, value, field.least, field.most, field.above, field.kind == "whole")
    if field.kind == "switch":
        if not isinstance(value, bool):
            raise InputError(field.name, f"{value!r} is neither true nor false")
        return value
    if field.kind == "choice":
        if field.choices and (isinstance(value, bool) or value not in field.choices):
            raise InputError(field.name, f"{value!r} is not one of {', '.join(map(str, field.choices))}")
        return value if field.choices else _text(field.name, value)
    if field.kind == "names":
        return _names(field, value)
    if field.kind == "counts":
        return _counts(field, value)
    if field.kind == "quantiles":
        return _quantiles(field, value)
    wanted = Mapping if field.kind == "object" else list
    if not isinstance(value, wanted):
        raise InputError(field.name, f"this is not {'an object' if field.kind == 'object' else 'a list'}")
    return value


def number(
    field: str, value: Any, least: float, most: float, above: bool = False, whole: bool = False
) -> Any:  # int or float
    """A number within its bounds; InputError names the field and the bounds."""
    what = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        shown = f"{value!r} is not {what}; " if isinstance(value, str) else ""
        raise InputError(field, f"{shown}enter {what} {_bounds(least, most, above)}")
    if whole and isinstance(value, float):
        if not value.is_integer():
            raise InputError(field, f"{value:g} is not whole; enter {what} {_bounds(least, most, above)}")
        value = int(value)
    if value > most or value < least or (above and value == least):
        raise InputError(field, f"{value:,g} is out of bounds; enter {what} {_bounds(least, most, above)}")
    return value


def _bounds(least: float, most: float, above: bool) -> str:
    low = f"above {least:,.10g}" if above else f"from {least:,.10g}"
    return low if most >= 1e9 else f"{low} {'up to' if above else 'to'} {most:,.10g}"


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise InputError(field, f"{value!r} is not a name")
    return value


def _names(field: FormField, value: Any) -> tuple[str, ...]:
    given = value.split() if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given):
        raise InputError(field.name, f"{value!r} is not a list of names")
    if len(given) > MAX_NAMES:
        raise InputError(field.name, f"{len(given):,} names are more than {MAX_NAMES}")
    if field.choices:
        for name in given:
            if name not in field.choices:
                raise InputError(field.name, f"{name!r} is not one of {', '.join(field.choices)}")
    return tuple(dict.fromkeys(given))


def _counts(field: FormField, value: Any) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, Mapping):
        raise InputError(field.name, "give each GPU with its number, like h100-sxm=8")
    if len(value) > MAX_NAMES:
        raise InputError(field.name, f"{len(value):,} GPUs are more than {MAX_NAMES}")
    return tuple((name, number(field.name, n, field.least, field.most, whole=True)) for name, n in value.items())


def _quantiles(field: FormField, value: Any) -> tuple[float, ...]:
    """Mean, coefficient of variation, p50, p90, p95 and p99."""
    if not isinstance(value, list | tuple) or len(value) != 6:
        raise InputError(field.name, "give mean, variation, p50, p90, p95 and p99: six numbers")
    return tuple(float(number(field.name, v, 0, field.most)) for v in value)


def _refuse_combinations(stated: Mapping[str, Any]) -> None:
    """Refuse what contradicts itself, at the field that has to give way."""
    has = stated.__contains__
    for side in ("prompt", "output"):
        median, high = f"{side}_p50", f"{side}_p95"
        if has(median) != has(high):
            given, missing = (median, "p95") if has(median) else (high, "p50")
            raise InputError(given, f"{missing} is missing beside it")
        others = [name for name in (f"{side}_tokens", f"{side}_spread", "lengths") if has(name)]
        if has(median) and others:
            raise InputError(median, f"the lengths follow from p50 and p95; clear {others[0]}")
    users = [name for name in ("users", "active", "per_minute") if has(name)]
    rates = [name for name in ("qps", "load") if has(name)]
    if users and rates:
        raise InputError(users[0], f"the load is given twice; clear it or {rates[0]}")
    here, there = has("from_area"), has("to_area")
    own = has("inventory")
    refusals = (
        (has("min_quality") and not has("use_case"), "min_quality", "which benchmark counts is known by use case;"
         " choose one"),
        (stated.get("retries", 0) != 0 and stated.get("success_rate", 1) == 1, "retries", "what never fails is never"
         " tried again; lower the success rate"),
        (has("usd_per_kwh") and has("place"), "usd_per_kwh", "your own price and that of a place exclude each other;"
         " clear one"),
        (stated.get("confirmed_only", False) and not own, "confirmed_only", "no source states free machines or rate"
         " limits, so only your own GPUs are certain; enter them"),
        ("owned" in stated.get("kinds", ()) and not own, "kinds", "owned needs the GPUs that you have; enter them"),
        (here != there, "from_area" if here else "to_area", "a way has two ends; choose the other, too"),
    )  # fmt: skip
    for wrong, field, message in refusals:
        if wrong:
            raise InputError(field, message)

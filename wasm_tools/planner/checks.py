"""Checks of what a reader may enter: each refuses with the field's name and what would be accepted."""

import math
from decimal import Decimal

from wasm_tools.workload.traffic import InputError

Number = int | float | Decimal


def above_zero(field: str, value: Number, what: str = "number") -> None:
    """Refuse what is not a finite number above 0; InputError names the field."""
    if not _number(value) or value <= 0:
        raise InputError(field, f"{value!r} is not a {what} above 0")


def not_negative(field: str, value: Number, what: str = "number") -> None:
    """Refuse what is not a finite number of 0 or more; InputError names the field."""
    if not _number(value) or value < 0:
        raise InputError(field, f"{value!r} is not a {what} of 0 or more")


def share(field: str, value: Number, above: bool = False) -> None:
    """Refuse what is not a share from 0 to 1 (above 0 on request); InputError names the field."""
    if not _number(value) or not 0 <= value <= 1 or (above and value == 0):
        raise InputError(field, f"{value!r} is not a share {'above' if above else 'from'} 0 and up to 1")


def count(field: str, value: int, least: int = 1) -> None:
    """Refuse what is not a whole number of `least` or more; InputError names the field."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(field, f"{value!r} is not a whole number of {least} or more")


def _number(value: object) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool) and math.isfinite(value)

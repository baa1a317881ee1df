"""Numbers as bills write them: currency signs, thousands, parentheses, decimal commas. Never a silent zero.

A decimal comma is read only in files whose delimiter is the semicolon, and only when the numbers of the file leave no
doubt: at least one of them can be read in no other way ("2,5", "1.234,56"), and none of them only with a decimal
point. Without such a number, "1,000" in a semicolon file may be a thousand or one and is refused.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

LARGEST = Decimal("1e15")
FINEST = -30  # decimal exponent; sums stay exact
_MISSING = frozenset({"", "-", "--", "null", "none", "n/a", "na"})
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")
_USD = r"(?:us\$|\$|usd)?"
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<before>[+-])?\s*{_USD}\s*(?P<inner>[+-])?\s*"
    rf"(?P<digits>[0-9.,][0-9., ]*(?:e[+-]?[0-9]{{1,9}})?)\s*{_USD}\s*(?P<behind>-)?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"[€£¥₹]|(?<![a-z])(?:eur|gbp|jpy|cny|inr|chf|cad|aud|sek|nok|dkk|pln|brl)(?![a-z])", re.IGNORECASE
)
_SHORT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,9})?"
_POINT = re.compile(rf"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}")
_POINT_GROUPED = re.compile(r"[0-9]{1,3}([, ])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_COMMA = re.compile(rf"(?:[0-9]+(?:,[0-9]*)?|,[0-9]+){_EXPONENT}")
_COMMA_GROUPED = re.compile(r"[0-9]{1,3}([. ])[0-9]{3}(?:\1[0-9]{3})*(?:,[0-9]*)?")
_LONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")  # 1,000 or 1.000: both readings are possible


class NumberProblem(ValueError):
    """Why a cell is not a usable number, in words that follow the column name."""


def number(text: str, decimal_comma: bool | None = False) -> Decimal:
    """The value of a cell; `decimal_comma` None means that the file leaves open how commas are meant.

    Raises NumberProblem.
    """
    if not decimal_comma and _SHORT.fullmatch(text):  # nearly every cell; too short to be out of bounds
        return Decimal(text)
    negative, digits = _unsigned(text)
    if decimal_comma is None and _LONE_GROUP.fullmatch(digits) and "," in digits:
        raise NumberProblem("may be a thousand or have a decimal comma")
    if decimal_comma:
        if not (_COMMA.fullmatch(digits) or _COMMA_GROUPED.fullmatch(digits)):
            raise NumberProblem("is not a number")
        digits = digits.replace(".", "").replace(",", ".")
    elif not (_POINT.fullmatch(digits) or _POINT_GROUPED.fullmatch(digits)):
        raise NumberProblem("is not a number")
    value = Decimal(digits.replace(",", "").replace(" ", ""))
    return _bounded(value.copy_negate() if negative else value)


def decimal_comma_in(cells: Iterable[str]) -> bool | None:
    """Whether the numbers of a semicolon file use a decimal comma: yes, no, or None when they leave it open."""
    comma = point = lone_comma = False
    for cell in cells:
        try:
            _, digits = _unsigned(cell)
        except NumberProblem:
            continue
        if _LONE_GROUP.fullmatch(digits):
            lone_comma |= "," in digits
            continue
        as_comma = bool(_COMMA.fullmatch(digits) or _COMMA_GROUPED.fullmatch(digits))
        as_point = bool(_POINT.fullmatch(digits) or _POINT_GROUPED.fullmatch(digits))
        comma |= as_comma and not as_point
        point |= as_point and not as_comma
    if comma != point:
        return comma
    return None if lone_comma or comma else False


def _unsigned(text: str) -> tuple[bool, str]:
    """Whether the cell is negative, and its digits without currency sign, parentheses and outer blanks."""
    cell = text.translate(_SPACES).strip().replace("\u2212", "-")
    if cell.casefold() in _MISSING:
        raise NumberProblem("is missing")
    match = _CELL.fullmatch(cell)
    if match is None:
        if cell.casefold().lstrip("+-") in _NOT_FINITE:
            raise NumberProblem("is not finite")
        raise NumberProblem("is not in US dollars" if _FOREIGN.search(cell) else "is not a number")
    signs = [s for s in match.group("before", "inner", "behind") if s]
    if bool(match["open"]) != bool(match["close"]) or len(signs) + bool(match["open"]) > 1:
        raise NumberProblem("is not a number")
    return bool(match["open"]) or "-" in signs, match["digits"].strip()


def _bounded(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if value.copy_abs() > LARGEST:
        raise NumberProblem("is larger than any bill (more than 1e15)")
    if not isinstance(exponent, int) or exponent < FINEST:
        raise NumberProblem(f"has more than {-FINEST} decimal places")
    return value

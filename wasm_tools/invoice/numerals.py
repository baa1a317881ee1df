"""Numbers as bills write them: currency signs, thousands, parentheses, decimal commas. Never a silent zero.

How commas are meant is decided for a whole column. Its own numbers decide when one of them can be read in one way only
("2,5", "1.234,56", "0.25"); else those of the other columns, when they agree; else the comma separates thousands. In a
file whose cells are separated by semicolons, as countries with a decimal comma do, "1,000" is then left unread.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

LARGEST = Decimal("1e15")
FINEST = -30  # decimal exponent; sums stay exact
_HALF_CENT = Decimal("0.005")
_MISSING = frozenset({"", "-", "--", "null", "none", "n/a", "na"})
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f"), " ")
CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}  # that are of one currency where nothing else is said
_SIGNS = {
    "USD": r"us\$|\$|usd", "EUR": "€|eur", "GBP": "£|gbp", "JPY": "¥|jpy", "CNY": "¥|cny|rmb", "INR": "₹|inr",
    "CHF": "chf|fr\\.", "CAD": r"ca\$|c\$|\$|cad", "AUD": r"a\$|au\$|\$|aud", "SEK": "kr|sek", "NOK": "kr|nok",
    "DKK": "kr\\.?|dkk", "PLN": "zł|pln", "BRL": r"r\$|brl",
}  # fmt: skip
_FOREIGN = re.compile(r"[€£¥₹]|(?<![a-z])(?:" + "|".join(c.lower() for c in _SIGNS) + ")(?![a-z])", re.IGNORECASE)
# Whether a text is plain digits, too few to be out of bounds: Decimal reads it as it stands.
is_plain = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,30})?").fullmatch
_EXPONENT = r"(?:[eE][+-]?[0-9]{1,9})?"
_POINT = re.compile(rf"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}")
_POINT_GROUPED = re.compile(r"[0-9]{1,3}([, ])[0-9]{3}(?:\1[0-9]{3})*(?:\.[0-9]*)?")
_COMMA = re.compile(rf"(?:[0-9]+(?:,[0-9]*)?|,[0-9]+){_EXPONENT}")
_COMMA_GROUPED = re.compile(r"[0-9]{1,3}([. ])[0-9]{3}(?:\1[0-9]{3})*(?:,[0-9]*)?")
_LONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")  # 1,000 or 1.000: both readings are possible


class NumberProblem(ValueError):
    """Why a cell is not a usable number, in words that follow the column name."""


class MissingNumber(NumberProblem):
    """A cell that says that there is no number."""


def number(text: str, decimal_comma: bool | None = False, currency: str = "USD") -> Decimal:
    """The value of a cell, which may bear the sign of `currency`; `decimal_comma` None leaves open what commas mean.

    Raises NumberProblem.
    """
    if decimal_comma is False and is_plain(text):
        return Decimal(text)
    negative, digits = _unsigned(text, currency)
    if decimal_comma is None and _LONE_GROUP.fullmatch(digits):
        raise NumberProblem("may be a thousand or have a decimal comma")
    if decimal_comma:
        if not (_COMMA.fullmatch(digits) or _COMMA_GROUPED.fullmatch(digits)):
            raise NumberProblem("is not a number")
        digits = digits.replace(".", "").replace(",", ".")
    elif not (_POINT.fullmatch(digits) or _POINT_GROUPED.fullmatch(digits)):
        raise NumberProblem("is not a number")
    value = Decimal(digits.replace(",", "").replace(" ", ""))
    return bounded(value.copy_negate() if negative else value)


def is_missing(text: str) -> bool:
    """Whether a cell says that it has no value: empty, a dash, NULL, None, N/A."""
    return text.strip().casefold() in _MISSING


def decimal_commas(columns: Mapping[str, Iterable[str]], semicolon: bool) -> dict[str, bool | None]:
    """Of each column of cells: whether its numbers have a decimal comma; None when the file leaves it open."""
    own: dict[str, set[bool]] = {}
    for name, cells in columns.items():
        own[name] = set()
        for cell in cells:
            if len(own[name]) < 2:
                own[name] |= _evidence(cell)
    everywhere = set[bool]().union(*own.values())
    otherwise = None if semicolon else False
    pooled = everywhere.pop() if len(everywhere) == 1 else otherwise
    return {
        name: said.copy().pop() if len(said) == 1 else (otherwise if said else pooled) for name, said in own.items()
    }


def _evidence(cell: str) -> set[bool]:
    """{True} when a cell can only be read with a decimal comma, {False} when only with a point, else nothing."""
    if cell.isdigit():
        return set()
    try:
        _, digits = _unsigned(cell, "")
    except NumberProblem:
        return set()
    if _LONE_GROUP.fullmatch(digits):
        return set()
    as_comma = bool(_COMMA.fullmatch(digits) or _COMMA_GROUPED.fullmatch(digits))
    as_point = bool(_POINT.fullmatch(digits) or _POINT_GROUPED.fullmatch(digits))
    return {as_comma} if as_comma != as_point else set()


def _unsigned(text: str, currency: str) -> tuple[bool, str]:
    """Whether the cell is negative, and its digits without currency sign, parentheses and outer blanks."""
    cell = text.translate(_SPACES).strip().replace("\u2212", "-")
    if cell.casefold() in _MISSING:
        raise MissingNumber("is missing")
    match = _cell(currency).fullmatch(cell)
    if match is None:
        if cell.casefold().lstrip("+-") in _NOT_FINITE:
            raise NumberProblem("is not finite")
        dollars = "US dollars" if currency == "USD" else currency
        raise NumberProblem(f"is not in {dollars}" if _FOREIGN.search(cell) else "is not a number")
    signs = [s for s in match.group("before", "inner", "behind") if s]
    if bool(match["open"]) != bool(match["close"]) or len(signs) + bool(match["open"]) > 1:
        raise NumberProblem("is not a number")
    return bool(match["open"]) or "-" in signs, match["digits"].strip()


@lru_cache(maxsize=64)
def _cell(currency: str) -> re.Pattern[str]:
    """A number with the signs of one currency; with those of all when the currency is `''`."""
    signs = _SIGNS.get(currency, re.escape(currency)) if currency else "|".join(_SIGNS.values())
    return re.compile(
        rf"(?P<open>\()?\s*(?P<before>[+-])?\s*(?:{signs})?\s*(?P<inner>[+-])?\s*"
        rf"(?P<digits>[0-9.,][0-9., ]*(?:e[+-]?[0-9]{{1,9}})?)\s*(?:{signs})?\s*(?P<behind>-)?\s*(?P<close>\))?",
        re.IGNORECASE,
    )


def bounded(value: Decimal) -> Decimal:
    """The same number when it can stand on a bill; raises NumberProblem for what would break exact sums."""
    exponent = value.as_tuple().exponent
    if value.copy_abs() > LARGEST:
        raise NumberProblem("is larger than any bill (more than 1e15)")
    if not isinstance(exponent, int) or exponent < FINEST:
        raise NumberProblem(f"has more than {-FINEST} decimal places")
    return value


def rounding_of(amount: Decimal) -> Decimal:
    """What rounding may have added to an amount of money: half of its last written digit, half a cent at most.

    An amount of `5` was not rounded to whole dollars; one of `0.0125` was not rounded to cents.
    """
    exponent = amount.as_tuple().exponent
    return _HALF_CENT if not isinstance(exponent, int) or exponent > -2 else Decimal(5).scaleb(exponent - 1)

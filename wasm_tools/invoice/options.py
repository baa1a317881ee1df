"""What the user decides, read strictly from plain data: answers for reading, shares, and how names are shown."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wasm_tools.invoice.choices import CACHED_INPUTS, DATE_ORDERS, Choices
from wasm_tools.invoice.mapping import parse_mapping, require_usable
from wasm_tools.invoice.opportunities.other_models import DELTA
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.report import Options
from wasm_tools.invoice.usage import InvoiceError

_OPTIONS = ("choices", "files", "shares", "delta", "names")
_CHOICES = ("reader", "date_order", "cached_input", "mapping", "providers", "units", "models", "rates")
_NAMES = ("masked", "clear")
_HIGHEST_RATE = Decimal(1_000)


def read_options(record: Mapping[str, Any]) -> Options:
    """Options from {"choices": {…}, "files": {name: {…}}, "shares": {id: share}, "delta": points, "names": …}.

    Numbers may be texts. Raises InvoiceError naming the field. Shares are checked where they are used.
    """
    _require_fields("options", record, _OPTIONS)
    files = {name: read_choices(said) for name, said in _object("files", record.get("files")).items()}
    choices = read_choices(record.get("choices"), files)
    shares = {
        name: read_number(f"share {name}", said) for name, said in _object("shares", record.get("shares")).items()
    }
    names = record.get("names", _NAMES[0])
    if names not in _NAMES:
        raise InvoiceError(f"names is {names!r}, expected one of {', '.join(_NAMES)}")
    return Options(choices, shares, read_number("delta", record.get("delta", DELTA)), names == "clear")


def read_choices(said: Any, files: Mapping[str, Choices] | None = None) -> Choices:
    """Answers from plain data; a mapping may be a text (see mapping.py). Raises InvoiceError naming the field."""
    given = _object("choices", said)
    _require_fields("choices", given, _CHOICES)
    readers = [r.id for r in READERS]
    return Choices(
        _one_of("reader", given.get("reader"), readers),
        _one_of("date_order", given.get("date_order"), DATE_ORDERS),
        _one_of("cached_input", given.get("cached_input"), CACHED_INPUTS),
        _mapping(given.get("mapping")),
        _names("providers", given.get("providers"), lambda name: name.strip().lower()),
        _names("units", given.get("units"), normal_name),
        _names("models", given.get("models"), lambda name: name.strip().lower()),
        dict(_rate(name, text) for name, text in _object("rates", given.get("rates")).items() if text != ""),
        files or {},
    )


def read_number(name: str, said: Any) -> Decimal:
    """A finite number from a number or a text; raises InvoiceError."""
    try:
        value = Decimal(str(said)) if not isinstance(said, bool) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise InvoiceError(f"{name} is {said!r}, expected a number")
    return value


def _rate(currency: str, said: Any) -> tuple[str, Decimal]:
    code = currency.strip().upper()
    rate = read_number(f"rate of {currency}", said.replace(",", ".") if isinstance(said, str) else said)
    if len(code) != 3 or not code.isascii() or not code.isalpha() or code == "USD":
        raise InvoiceError(f"rate of {currency!r}: expected the code of another currency than USD, like EUR")
    if not 0 < rate <= _HIGHEST_RATE:
        raise InvoiceError(
            f"rate of {code} is {said!r}, expected the US dollars for one {code}, above 0 and up to {_HIGHEST_RATE}"
        )
    return code, rate


def _mapping(said: Any) -> dict[str, str] | None:
    if said is None or said == "":
        return None
    if isinstance(said, str):
        return parse_mapping(said)
    found = _object("mapping", said)
    if not all(isinstance(value, str) for value in found.values()):
        raise InvoiceError("mapping: expected the name of a column beside each role")
    require_usable(found)
    return dict(found)


def _names(name: str, said: Any, normal: Callable[[str], str]) -> dict[str, str]:
    found = {}
    for key, value in _object(name, said).items():
        if not isinstance(value, str):
            raise InvoiceError(f"{name}: {key!r} is {value!r}, expected a name")
        if value.strip():
            found[normal(key)] = value.strip()
    return found


def _one_of(name: str, said: Any, allowed: Sequence[str]) -> str:
    if said is None or said == "":
        return ""
    if said not in allowed:
        raise InvoiceError(f"{name} is {said!r}, expected one of {', '.join(allowed)}")
    return str(said)


def _object(name: str, said: Any) -> Mapping[str, Any]:
    if said is None:
        return {}
    if not isinstance(said, Mapping):
        raise InvoiceError(f"{name} is {said!r}, expected an object with names and values")
    return said


def _require_fields(name: str, record: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(record) - set(known))
    if unknown:
        raise InvoiceError(f"{name} has no field {', '.join(unknown)}; the fields are {', '.join(known)}")

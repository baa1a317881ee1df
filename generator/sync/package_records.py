"""Records in a Python module, as JSON: `providers = [Provider(id='x', …)]` becomes `[{"id":"x",…}]`.

The module is parsed and never run. Only what a table of records needs is understood: lists, dicts, constants,
`Decimal('…')`, `datetime.date(…)`, `datetime.time(…)` and calls with keyword arguments, which become objects.
Decimals keep the digits of their text. Values of None and the `extractors` of a provider, which say how to read usage
and not what it costs, are left out: the result has the shape of the v2 data file of genai-prices.
"""

import ast
import json
from decimal import Decimal, InvalidOperation

TABLE = "providers"
LEFT_OUT = frozenset({"extractors"})


class RecordsError(ValueError):
    """A module that is not a plain table of records; the message names the line."""


def json_records(source: bytes) -> bytes:
    """The table of the module `source` as JSON bytes; raises RecordsError."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RecordsError(f"is not a Python module ({error})") from None
    for node in tree.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name == TABLE:
                return _json(value).encode()
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == TABLE:
                return _json(value).encode()
    raise RecordsError(f"has no table called {TABLE}")


def _json(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=None | bool() | int() | str()):
            return json.dumps(node.value)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return "[" + ",".join(map(_json, items)) + "]"
        case ast.Dict(keys=keys, values=values):
            pairs = (f"{_text(k)}:{_json(v)}" for k, v in zip(keys, values, strict=True))
            return "{" + ",".join(pairs) + "}"
        case ast.Call(func=ast.Name(id="Decimal"), args=[ast.Constant(value=str() | int() as number)], keywords=[]):
            return _number(number, node)
        case ast.Call(func=ast.Attribute(attr="date"), args=[_, _, _] as parts, keywords=[]):
            year, month, day = (_whole(p) for p in parts)
            return json.dumps(f"{year:04}-{month:02}-{day:02}")
        case ast.Call(func=ast.Attribute(attr="time"), args=parts, keywords=[ast.keyword(arg="tzinfo", value=zone)]):
            if not (isinstance(zone, ast.Attribute) and zone.attr in ("UTC", "utc")):
                raise RecordsError(f"line {node.lineno}: a time of day that is not in UTC")
            hour, minute, second = [*(_whole(p) for p in parts), 0, 0, 0][:3]
            return json.dumps(f"{hour:02}:{minute:02}:{second:02}Z")
        case ast.Call(func=ast.Name(), args=[], keywords=fields):
            return _object(fields)
        case _:
            raise RecordsError(f"line {node.lineno}: {type(node).__name__} is not part of a table of records")


def _object(fields: list[ast.keyword]) -> str:
    parts = []
    for field in fields:
        if field.arg is None:
            raise RecordsError(f"line {field.value.lineno}: ** is not part of a table of records")
        name = field.arg.rstrip("_")  # or_ and and_ stand for the JSON names or and and
        missing = isinstance(field.value, ast.Constant) and field.value.value is None
        if name not in LEFT_OUT and not missing:
            parts.append(f"{json.dumps(name)}:{_json(field.value)}")
    return "{" + ",".join(parts) + "}"


def _number(number: str | int, node: ast.expr) -> str:
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise RecordsError(f"line {node.lineno}: {number!r} is not a number")
    return format(value, "f")


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return json.dumps(node.value)
    raise RecordsError("a key that is not a text is not part of a table of records")


def _whole(node: ast.expr) -> int:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    raise RecordsError(f"line {node.lineno}: expected a whole number")

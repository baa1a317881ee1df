"""The shapes of providers' replies, from `reply_shapes.toml`, ready to read with."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Step = tuple[str, str, tuple[str, str, str] | None]  # a field, its other spelling, the item to take of a list
Route = tuple[Step, ...]
Sum = tuple[tuple[bool, int], ...]  # whether it is added, and which count
Conditions = tuple[tuple[Route, tuple[str, ...]], ...]  # what lies there is one of the words; no words: is there
Counts = tuple[
    tuple[Step, int, "Counts"], ...
]  # a field, the number of the count that it is or -1, and those inside it
_STEP = re.compile(r"(\w+)(?:\[(\w+)=(\w+)\])?$")


class Form(NamedTuple):
    """One way in which a shape shows itself: as a whole reply, or as an event of a stream (`part`)."""

    when: Conditions
    inside: Route
    part: bool
    tier: str


class Shape(NamedTuple):
    """A block of the file. `tokens` are sums of the counts that `counts` finds in the usage."""

    name: str
    provider: str
    packages: frozenset[str]
    endpoint: str
    only_named: bool
    forms: tuple[Form, ...]
    model: tuple[Route, ...]
    request_id: tuple[Route, ...]
    tier: tuple[Route, ...]
    cost: tuple[Route, ...]
    usage: tuple[Route, ...]
    counts: Counts
    tokens: tuple[tuple[str, Sum], ...]


def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order of the file."""
    return _table()[1]


def tier_words() -> Mapping[str, str]:
    """What providers' words for a tier mean."""
    return _table()[0]


@cache
def _table() -> tuple[dict[str, str], tuple[Shape, ...]]:
    import tomllib

    table = tomllib.loads((Path(__file__).parent / "reply_shapes.toml").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in table["shapes"]}
    return table["tiers"], tuple(_shape(_whole(row, rows)) for row in table["shapes"])


def _whole(row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A block with what it takes over from the one that it is like."""
    if "like" not in row:
        return row
    model = _whole(rows[row["like"]], rows)
    return {**model, **row, "tokens": {**model["tokens"], **row.get("tokens", {})}}


def _shape(row: Mapping[str, Any]) -> Shape:
    camel = row.get("camel", False)
    numbers: dict[str, int] = {}
    sums = {name: _sum(text, numbers) for name, text in row["tokens"].items()}

    def routes(name: str) -> tuple[Route, ...]:
        return tuple(_route(path, camel) for path in row.get(name, ()))

    return Shape(
        name=row["name"],
        provider=row["provider"],
        packages=frozenset(row["packages"]),
        endpoint=row["endpoint"],
        only_named=row.get("only_named", False),
        forms=tuple(_form(form, camel) for form in row["forms"]),
        model=routes("model"),
        request_id=routes("request_id"),
        tier=routes("tier"),
        cost=routes("cost"),
        usage=routes("usage"),
        counts=_counts([(_route(path, camel), number) for path, number in numbers.items()]),
        tokens=tuple(sums.items()),
    )


def _form(row: Mapping[str, Any], camel: bool) -> Form:
    when = tuple(
        (_route(path, camel), () if value is True else tuple([value] if isinstance(value, str) else value))
        for path, value in row["when"].items()
    )
    return Form(when, _route(row.get("inside", ""), camel), row.get("part", False), row.get("tier", ""))


def _sum(text: str, numbers: dict[str, int]) -> Sum:
    """`a.b - c + d`: each path gets a number."""
    words = f"+ {text}".split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return tuple((sign == "+", numbers.setdefault(path, len(numbers))) for sign, path in pairs)


def _counts(routes: Sequence[tuple[Route, int]]) -> Counts:
    """Routes with a common beginning as one field with those inside it."""
    first: dict[Step, list[tuple[Route, int]]] = {}
    for route, number in routes:
        first.setdefault(route[0], []).append((route[1:], number))
    return tuple(
        (step, next((n for rest, n in inside if not rest), -1), _counts([pair for pair in inside if pair[0]]))
        for step, inside in first.items()
    )


def _route(path: str, camel: bool) -> Route:
    steps: list[Step] = []
    for part in path.split(".") if path else ():
        match = _STEP.match(part)
        if match is None:
            raise ValueError(f"reply_shapes.toml: {part!r} in {path!r} is not a name or name[field=word]")
        name, field, word = match.groups()
        item = (field, _other(field, camel), word) if field else None
        steps.append((name, _other(name, camel), item))
    return tuple(steps)


def _other(name: str, camel: bool) -> str:
    """The camelCase spelling of a name, '' where it is the same or not used."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest) if camel and rest else ""

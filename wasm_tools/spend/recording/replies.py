"""What a provider's reply says about a call: model, id, tier and tokens by class, from objects and dicts alike.

Only the paths that `reply_shapes.toml` names are ever looked at, so no prompt, answer or header can be read. A reply of
no known shape, and usage that contradicts itself, gives no tokens: the call is then recorded without a price.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

Step = tuple[str, str, tuple[str, str, str] | None]  # a field, its other spelling, the item to take of a list
Route = tuple[Step, ...]
Sum = tuple[tuple[bool, int], ...]  # whether it is added, and which leaf
Conditions = tuple[tuple[Route, tuple[str, ...]], ...]  # what lies there is one of the words; no words: is there
_STEP = re.compile(r"(\w+)(?:\[(\w+)=(\w+)\])?$")
_STANDARD = "standard"
_MARKS: tuple[Route, ...] = ((("object", "", None),), (("type", "", None),))  # by which most forms differ


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a shape shows itself: as a whole reply, or as an event of a stream (`part`)."""

    when: Conditions
    inside: Route
    part: bool
    tier: str


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A block of `reply_shapes.toml`, ready to read with."""

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
    leaves: tuple[Route, ...]
    tokens: tuple[tuple[str, Sum], ...]


class Reading:
    """What has been read of one call so far. Events of a stream are taken one by one: what is told later holds."""

    __slots__ = ("_leaves", "cost_reported", "model", "provider", "request_id", "shape", "tier", "whole")

    def __init__(self, provider: str = "") -> None:
        self.provider = provider  # that the program named
        self.shape: Shape | None = None
        self.model = self.request_id = self.tier = self.cost_reported = ""
        self.whole = False  # whether a whole reply has been taken
        self._leaves: dict[int, int] = {}

    def take(self, reply: object) -> bool:
        """Read a reply or an event; False when its shape is not known, or not that of what was read before."""
        package = "" if isinstance(reply, dict) else type(reply).__module__.partition(".")[0]
        marks = tuple([_plain(_at(reply, route)) for route in _MARKS])
        for shape, form, conditions in _candidates(package, self.provider, marks):
            if (self.shape is None or self.shape is shape) and _hold(reply, conditions):
                self._read(shape, form, reply)
                return True
        return False

    def tokens(self) -> dict[str, int]:
        """Tokens by class; empty when nothing is known or the usage contradicts itself."""
        counts: dict[str, int] = {}
        known = self._leaves
        for name, parts in self.shape.tokens if self.shape else ():
            total, said = 0, False
            for added, leaf in parts:
                count = known.get(leaf)
                if count is not None:
                    total += count if added else -count
                    said = said or added
            if total < 0:
                return {}
            if said:
                counts[name] = total
        return counts

    def _read(self, shape: Shape, form: Form, reply: object) -> None:
        found = _at(reply, form.inside) if form.inside else reply
        self.shape, self.whole = shape, not form.part
        self.model = _text(found, shape.model) or self.model
        self.request_id = _text(found, shape.request_id) or self.request_id
        self.tier = form.tier or _tier(found, shape.tier) or self.tier
        self.cost_reported = _amount(found, shape.cost) or self.cost_reported
        usage = next((at for at in (_at(found, route) for route in shape.usage) if at is not None), None)
        if usage is not None:
            for number, route in enumerate(shape.leaves):
                count = _at(usage, route)
                if count is None:
                    continue
                if type(count) is not int:
                    count = _whole_number(count)
                if count is not None and count >= 0:
                    self._leaves[number] = count


def _hold(reply: object, conditions: Conditions) -> bool:
    for route, words in conditions:
        value = _at(reply, route)
        if value is None or (words and not (isinstance(value, str) and value in words)):
            return False
    return True


def _at(value: Any, route: Route) -> Any:
    """What lies at a route, or None."""
    for name, other, item in route:
        if value is None:
            return None
        whole, is_dict = value, isinstance(value, dict)
        value = whole.get(name) if is_dict else getattr(whole, name, None)
        if value is None and other:
            value = whole.get(other) if is_dict else getattr(whole, other, None)
        if item is not None:
            of, other_of, word = item
            listed = value if isinstance(value, list | tuple) else ()
            value = next((x for x in listed if _plain(_at(x, ((of, other_of, None),))) == word), None)
    return value


def _plain(value: object) -> str:
    """Text as it is, also of an enumeration; '' for anything else."""
    return str.__str__(value) if isinstance(value, str) else ""


def _text(found: object, routes: tuple[Route, ...]) -> str:
    for route in routes:
        text = _plain(_at(found, route))
        if text:
            return text
    return ""


def _tier(found: object, routes: tuple[Route, ...]) -> str:
    said = ""
    for route in routes:
        text = _plain(_at(found, route)).lower()
        tier = _words().get(text, text)
        if tier and tier != _STANDARD:
            return tier
        said = tier or said
    return said


def _amount(found: object, routes: tuple[Route, ...]) -> str:
    """A cost as decimal text."""
    for route in routes:
        cost = _at(found, route)
        if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost < 1e9:
            return f"{cost:.12f}".rstrip("0").rstrip(".")
    return ""


def _whole_number(value: object) -> int | None:
    """Cohere counts in numbers with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else None


@lru_cache(maxsize=256)
def _candidates(package: str, provider: str, marks: tuple[str, ...]) -> tuple[tuple[Shape, Form, Conditions], ...]:
    """What to try, and what is still to hold: first what the named provider, the package, then a mark speaks for."""
    told = dict(zip(_MARKS, marks, strict=True))
    found = []
    for shape in shapes():
        if shape.only_named and shape.provider != provider and package not in shape.packages:
            continue
        for form in shape.forms:
            marked = [words for route, words in form.when if words and route in told and told[route] in words]
            rest = tuple((route, words) for route, words in form.when if words not in marked)
            if not any(words and route in told for route, words in rest):
                order = (shape.provider != provider or not provider, package not in shape.packages, not marked)
                found.append((order, (shape, form, rest)))
    return tuple(candidate for _, candidate in sorted(found, key=lambda pair: pair[0]))


@cache
def _table() -> tuple[dict[str, str], tuple[Shape, ...]]:
    import tomllib

    table = tomllib.loads((Path(__file__).parent / "reply_shapes.toml").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in table["shapes"]}
    return table["tiers"], tuple(_shape(_whole(row, rows)) for row in table["shapes"])


def shapes() -> tuple[Shape, ...]:
    """All shapes, in the order of the file."""
    return _table()[1]


def _words() -> dict[str, str]:
    return _table()[0]


def _whole(row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A block with what it takes over from the one that it is like."""
    if "like" not in row:
        return row
    model = _whole(rows[row["like"]], rows)
    return {**model, **row, "tokens": {**model["tokens"], **row.get("tokens", {})}}


def _shape(row: Mapping[str, Any]) -> Shape:
    camel = row.get("camel", False)
    leaves: dict[str, int] = {}
    sums = {name: _sum(text, leaves) for name, text in row["tokens"].items()}

    def routes(name: str) -> tuple[Route, ...]:
        return tuple(_route(path, camel) for path in row.get(name, ()))

    return Shape(
        row["name"],
        row["provider"],
        frozenset(row["packages"]),
        row["endpoint"],
        row.get("only_named", False),
        tuple(_form(form, camel) for form in row["forms"]),
        routes("model"),
        routes("request_id"),
        routes("tier"),
        routes("cost"),
        routes("usage"),
        tuple(_route(path, camel) for path in leaves),
        tuple(sums.items()),
    )


def _form(row: Mapping[str, Any], camel: bool) -> Form:
    when = tuple(
        (_route(path, camel), () if value is True else tuple([value] if isinstance(value, str) else value))
        for path, value in row["when"].items()
    )
    return Form(when, _route(row.get("inside", ""), camel), row.get("part", False), row.get("tier", ""))


def _sum(text: str, leaves: dict[str, int]) -> Sum:
    """`a.b - c + d`: each path gets a number in `leaves`."""
    words = f"+ {text}".split()
    return tuple(
        (sign == "+", leaves.setdefault(path, len(leaves)))
        for sign, path in zip(words[::2], words[1::2], strict=True)
    )  # fmt: skip


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

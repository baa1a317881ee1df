"""What a provider's reply says about a call: model, id, tier and tokens by class, from objects and dicts alike.

Only the paths that `reply_shapes.toml` names are ever looked at, so no prompt, answer or header can be read. A reply of
no known shape, and usage that contradicts itself, gives no tokens: the call is then recorded without a price.
"""

from functools import lru_cache
from typing import Any

from wasm_tools.spend.recording.shapes import Conditions, Counts, Form, Route, Shape, Step, shapes, tier_words

_STANDARD = "standard"
_MARKS: tuple[Route, ...] = ((("object", "", None),), (("type", "", None),))  # by which most forms differ


class Reading:
    """What has been read of one call so far. Events of a stream are taken one by one: what is told later holds."""

    __slots__ = ("_counts", "cost_reported", "model", "provider", "request_id", "shape", "tier", "whole")

    def __init__(self, provider: str = "") -> None:
        self.provider = provider  # that the program named
        self.shape: Shape | None = None
        self.model = self.request_id = self.tier = self.cost_reported = ""
        self.whole = False  # whether a whole reply has been taken
        self._counts: dict[int, int] = {}

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
        found: dict[str, int] = {}
        known = self._counts
        for name, parts in self.shape.tokens if self.shape else ():
            total, said = 0, False
            for added, number in parts:
                count = known.get(number)
                if count is not None:
                    total += count if added else -count
                    said = said or added
            if total < 0:
                return {}
            if said:
                found[name] = total
        return found

    def _read(self, shape: Shape, form: Form, reply: object) -> None:
        found = _at(reply, form.inside) if form.inside else reply
        self.shape, self.whole = shape, not form.part
        self.model = _text(found, shape.model) or self.model
        self.request_id = _text(found, shape.request_id) or self.request_id
        self.tier = form.tier or _tier(found, shape.tier) or self.tier
        self.cost_reported = _amount(found, shape.cost) or self.cost_reported
        for route in shape.usage:
            usage = _at(found, route)
            if usage is not None:
                _count(usage, shape.counts, self._counts)
                break


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


def _hold(reply: object, conditions: Conditions) -> bool:
    for route, words in conditions:
        value = _at(reply, route)
        if value is None or (words and not (isinstance(value, str) and value in words)):
            return False
    return True


def _at(value: Any, route: Route) -> Any:
    """What lies at a route, or None."""
    for step in route:
        if value is None:
            return None
        name, other, item = step
        value = value.get(name) if type(value) is dict and not other and item is None else _inside(value, step)
    return value


def _inside(whole: Any, step: Step) -> Any:
    """A field, of which `step` may want one item."""
    name, other, item = step
    if isinstance(whole, dict):
        value = whole.get(name)
        if value is None and other:
            value = whole.get(other)
    else:
        value = getattr(whole, name, None)
        if value is None and other:
            value = getattr(whole, other, None)
    if item is None:
        return value
    of, other_of, word = item
    field = (of, other_of, None)
    for one in value if isinstance(value, list | tuple) else ():
        if _inside(one, field) == word:
            return one
    return None


def _count(usage: Any, counts: Counts, into: dict[int, int]) -> None:
    """The counts in a usage object. Cohere's are whole numbers with a point."""
    for step, number, inside in counts:
        value = _inside(usage, step)
        if value is None:
            continue
        if inside:
            _count(value, inside, into)
        if number >= 0:
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if type(value) is int and value >= 0:
                into[number] = value


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
        tier = tier_words().get(text, text)
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

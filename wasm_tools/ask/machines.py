"""Names of a turn as limits: models, GPUs and providers that are wanted, left out or owned, and how many GPUs."""

from collections.abc import Iterator, Mapping

from wasm_tools.ask.amounts import Amount
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.names import Named
from wasm_tools.ask.text import Text

_FILLERS = frozenset({"a", "an", "the", "on", "using", "use", "from", "to", "at", "in", "and", "our", "of"})
_HOLDING = frozenset({"with", "of", "each", "having", "has", "that", "have", "holding", "containing", ",", "(", ":"})
FIELDS = {"model": "models", "gpu": "gpus", "provider": "providers"}


def named_mentions(text: Text, book: AskBook, amounts: Mapping[int, Amount], owned: bool) -> Iterator[Mention]:
    """The fields that names fill. `amounts` are the numbers by the word behind them."""
    for n, named in enumerate(text.names):
        first = text.place_of(n)
        if not named.ids or any(m.first <= first < m.last for m in text.found("vendor")):
            continue
        negated = first in text.negated
        if _measured_by(text, first):
            if not negated and named.kind == "model":
                yield Mention("like", named.ids, named.start, named.end)
            continue
        if named.kind == "gpu" and not negated:
            counted = _count(text, book, first, amounts)
            if owned:
                yield from _own(text, named, counted, book)
                continue
            if counted is not None:
                number, at = counted
                start = text.chars(at, first + 1)[0]
                yield Mention("max_gpus", number, start, named.end, IMPLIED, "as many GPUs as were named")
        rule = "every one that is called so" if named.family else ""
        yield Mention(
            FIELDS[named.kind], named.ids, named.start, named.end, IMPLIED if rule else STATED, rule, left_out=negated,
            adds=True,
        )  # fmt: skip


def _measured_by(text: Text, first: int) -> bool:
    """Whether a name stands behind "like" or "we currently use": it limits nothing."""
    for group in ("like", "today"):
        for match in text.found(group):
            between = range(match.last, first)
            if match.last <= first and all(n in text.name_words or text.texts[n] in _FILLERS for n in between):
                return True
    last = max(w for w, of in text.name_words.items() if of == text.name_words[first])
    return any(m.first == last + 1 for m in text.found("behind"))


def _count(text: Text, book: AskBook, first: int, amounts: Mapping[int, Amount]) -> tuple[int, int] | None:
    """How many of a GPU are said, and the word where that begins: 8x H100, 4 of our H100, 2 servers with 8 H100."""
    at = first
    while at > 0 and text.texts[at - 1] in ("x", "×", "*", "of", "our", "own", "nvidia", "amd", "used", "new", "times"):
        at -= 1
    of_them = [a for a in amounts.values() if text.texts[a.q.last : a.q.last + 2] in (["of", "them"], ["of", "those"])]
    found = amounts.get(at) or next(iter(of_them), None)
    if found is None or found.q.currency or not float(found.q.value).is_integer() or not 1 <= found.q.value <= 100_000:
        return None
    number, at = int(found.q.value), found.q.first
    for a in amounts.values():
        between = set(text.texts[a.q.last + 1 : at])
        if a.q.last < at and text.singles[a.q.last] in book.servers and between <= _HOLDING:
            return number * int(a.q.value), a.q.first
    return number, at


def _own(text: Text, named: Named, counted: tuple[int, int] | None, book: AskBook) -> Iterator[Mention]:
    """GPUs that the reader has: their form is asked about where several are called so."""
    ids = named.ids
    if counted is None:
        yield Mention("owned_gpus", list(ids), named.start, named.end, UNSURE, "how many was not said")
        return
    number, at = counted
    chosen = ids[0] if len(ids) == 1 else next((own for own in book.own_form.values() if own in ids), ids[0])
    readings = tuple(({i: number}, i) for i in ids) if len(ids) > 1 else ()
    state, rule = (UNSURE, "the most common form in data centres") if readings else (STATED, "")
    start = min(text.chars(at, at + 1)[0], named.start)
    yield Mention("inventory", {chosen: number}, start, named.end, state, rule, readings, adds=True)


def group_mentions(text: Text, book: AskBook, plannable: Mapping[str, object]) -> Iterator[Mention]:
    """Groups by their makers: "no Chinese models", "GPUs from AMD"."""
    for match in text.found("group"):
        developers = book.groups[match.meaning]
        ids = tuple(m for m in plannable if m in book.cards and book.cards[m].developer in developers)
        start, end = text.chars(match.first, match.last)
        negated = _left_out(text, match.first, book)
        yield Mention("models", ids, start, end, IMPLIED, f"models of {match.meaning}", left_out=negated, adds=True)
    for match in text.found("vendor"):
        start, end = text.chars(match.first, match.last)
        negated = _left_out(text, match.first, book)
        yield Mention(
            "gpus", book.vendors[match.meaning], start, end, IMPLIED, f"every GPU of {match.meaning}", left_out=negated,
            adds=True,
        )  # fmt: skip


def _left_out(text: Text, first: int, book: AskBook) -> bool:
    return any(w in book.negators for w in text.texts[max(0, first - 3) : first])

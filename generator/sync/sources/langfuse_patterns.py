"""The model patterns of langfuse: the ids that a regular expression stands for, where it is a list of literal ids.

A pattern is understood when it is built of literal characters, `.` (written for a dot), escaped characters, groups,
alternatives and `?` only: then it stands for a finite list. Classes and repetitions make it stand for ids that nobody
has written down; such a pattern gives no ids, unless they are in an optional group (a version after `@`): the ids
without the group are literal.
"""

from collections.abc import Iterator

_LITERAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:/@ .")
_ESCAPED = frozenset("./-")
MOST = 200  # ids; a pattern of more is no list that somebody wrote


class _NotALiteralList(Exception):
    """A pattern that stands for more than a list of literal ids."""


def literal_ids(pattern: str) -> list[str]:
    """All ids that a pattern matches, in its order, or none when it is not a list of literal ids."""
    body = pattern.removeprefix("(?i)")
    if not body.startswith("^") or not body.endswith("$"):
        return []
    try:
        ids, rest = _alternatives(body[1:-1])
    except _NotALiteralList:
        return []
    return list(dict.fromkeys(ids)) if not rest else []


def _alternatives(text: str) -> tuple[list[str], str]:
    """The ids of `a|b|c` up to the end or an unopened `)`, and what follows."""
    found: list[str] = []
    while True:
        ids, text = _sequence(text)
        found += ids
        if not text.startswith("|"):
            return found, text
        text = text[1:]


def _sequence(text: str) -> tuple[list[str], str]:
    """The ids of one alternative, and what follows it."""
    ids = [""]
    while text and text[0] not in "|)":
        parts, text = _atom(text)
        if text.startswith("?"):
            parts, text = ["", *parts], text[1:]
        if text[:1] in ("*", "+", "{", "?") and text:
            raise _NotALiteralList
        ids = list(_joined(ids, parts))
        if len(ids) > MOST:
            raise _NotALiteralList
    return ids, text


def _joined(heads: list[str], tails: list[str]) -> Iterator[str]:
    for head in heads:
        for tail in tails:
            yield head + tail


def _atom(text: str) -> tuple[list[str], str]:
    """The ids of a character or a group, and what follows it."""
    if text[0] == "(":
        if text.startswith("(?"):
            raise _NotALiteralList
        try:
            ids, rest = _alternatives(text[1:])
        except _NotALiteralList:
            return [""], _after_optional_group(text)
        if not rest.startswith(")"):
            raise _NotALiteralList
        return ids, rest[1:]
    if text[0] == "\\" and text[1:2] and text[1] in _ESCAPED:
        return [text[1]], text[2:]
    if text[0] in _LITERAL:
        return [text[0]], text[1:]
    raise _NotALiteralList


def _after_optional_group(text: str) -> str:
    """What follows the group at the start of `text`, from its `?` on; only an optional group can be left out."""
    depth = 0
    for place, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            if text[place + 1 : place + 2] != "?":
                raise _NotALiteralList
            return text[place + 1 :]
    raise _NotALiteralList

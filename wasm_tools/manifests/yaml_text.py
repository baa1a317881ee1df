"""YAML text of plain objects: block style, every string double-quoted, the same bytes in every Python.

Quoting everything is the point: plain `off`, `1e-05` or `12:30:00` are a boolean, a string and 45000 to one reader and
something else to the next. A JSON string is a double-quoted YAML scalar, except for characters that YAML 1.1 readers
fold or refuse; those are refused here. Comments stand beside the object, not in it, so that a reader of the text gets
the object.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

type Plain = dict[str, Plain] | list[Plain] | str | int | bool | Decimal | None

# C0 controls but tab and line feed (written as \t and \n), DEL and C1 with U+0085, line and paragraph separator,
# surrogates, byte order mark, non-characters.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_YAML_1_1_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_QUOTE = json.JSONEncoder(ensure_ascii=False).encode
_NO_COMMENTS: Mapping[str, str] = {}


class YamlError(ValueError):
    """A value that cannot be written; the message names the path to it."""


class _Refusal(ValueError):
    """Why one value cannot be written; where it stands is found only then."""


def yaml_text(document: Plain, comments: Mapping[str, str] = _NO_COMMENTS) -> str:
    """One document without markers, two spaces a level, ending in a line feed; raises YamlError.

    `comments` are lines to put above fields, by the path to the field without list positions (`spec.ports.name`);
    an item `--flag=value` of a list has the path of its list and the flag (`args.--flag`).
    """
    lines: list[str] = []
    try:
        for comment in comments.values():
            if "\n" in comment or _REFUSED.search(comment):
                raise YamlError(f"the comment {comment!r} is not one line of text")
        if isinstance(document, dict | list) and document:
            _write(document, "", "", lines, comments)
        else:
            lines.append(_scalar(document))
    except _Refusal:
        _explain(document, "")
        raise
    lines.append("")
    return "\n".join(lines)


def _write(
    value: dict[str, Plain] | list[Plain], indent: str, path: str, lines: list[str], comments: Mapping[str, str]
) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            head = f"{indent}{_key(key)}:"
            where = f"{path}.{key}" if path else key
            if where in comments:
                lines.append(f"{indent}# {comments[where]}")
            if isinstance(item, dict | list) and item:
                lines.append(head)
                _write(item, indent + "  ", where, lines, comments)
            else:
                lines.append(f"{head} {_scalar(item)}")
        return
    for item in value:
        if isinstance(item, dict | list) and item:
            first = len(lines)
            _write(item, indent + "  ", path, lines, comments)
            while lines[first].startswith(indent + "  #"):  # of the first field: above the dash
                lines[first] = indent + lines[first][len(indent) + 2 :]
                first += 1
            lines[first] = f"{indent}- {lines[first][len(indent) + 2 :]}"
        else:
            if comments and isinstance(item, str) and item.startswith("--"):
                comment = comments.get(f"{path}.{item.partition('=')[0]}")
                if comment is not None:
                    lines.append(f"{indent}# {comment}")
            lines.append(f"{indent}- {_scalar(item)}")


@lru_cache(maxsize=4096)
def _key(key: object) -> str:
    if not isinstance(key, str):
        raise _Refusal(f"key {key!r} is not a text")
    if _PLAIN_KEY.fullmatch(key) and key.lower() not in _YAML_1_1_WORDS:
        return key
    return _scalar(key)


def _scalar(value: object) -> str:
    if isinstance(value, str):
        found = _REFUSED.search(value)
        if found is not None:
            raise _Refusal(f"the character U+{ord(found.group()):04X} is not allowed; remove it")
        return _QUOTE(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"  # never with an exponent, which is a text to YAML 1.1 readers
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise _Refusal(f"a {type(value).__name__} cannot be written; give numbers with a fraction as text")


def _explain(value: object, path: str) -> None:
    """Raises YamlError with the path to the first value that cannot be written."""
    try:
        if isinstance(value, dict):
            for key, item in value.items():
                _key(key)
                _explain(item, f"{path}.{key}" if path else str(key))
        elif isinstance(value, list):
            for number, item in enumerate(value):
                _explain(item, f"{path}[{number}]")
        else:
            _scalar(value)
    except _Refusal as refusal:
        raise YamlError(f"{path or 'the document'}: {refusal}") from None

"""YAML text of plain objects: block style, every string double-quoted, the same bytes in every Python.

Quoting everything is the point: plain `off`, `1e-05` or `12:30:00` are a boolean, a string and 45000 to one reader and
something else to the next. A JSON string is a double-quoted YAML scalar, except for characters that YAML 1.1 readers
fold or refuse; those are refused here.
"""

import json
import re
from collections.abc import Iterator

type Plain = dict[str, Plain] | list[Plain] | str | int | bool | None

# C0 controls but tab and line feed (written as \t and \n), DEL and C1 with U+0085, line and paragraph separator,
# surrogates, byte order mark, non-characters.
_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_YAML_1_1_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


class YamlError(ValueError):
    """A value that cannot be written; the message names the path to it."""


def yaml_text(document: Plain) -> str:
    """One document without markers, two spaces a level, ending in a line feed; raises YamlError."""
    return "\n".join(_block(document, "", "")) + "\n"


def _block(value: object, indent: str, path: str) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            yield from _entry(f"{indent}{_key(key, path)}:", item, indent, where)
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            where = f"{path}[{number}]"
            if isinstance(item, dict | list) and item:
                first, *rest = _block(item, indent + "  ", where)
                yield f"{indent}- {first[len(indent) + 2 :]}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(item, where)}"
    else:
        yield indent + _scalar(value, path)


def _entry(head: str, item: object, indent: str, path: str) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield head
        yield from _block(item, indent + "  ", path)
    else:
        yield f"{head} {_scalar(item, path)}"


def _key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise YamlError(f"{path or 'the document'}: key {key!r} is not a text")
    if _PLAIN_KEY.fullmatch(key) and key.lower() not in _YAML_1_1_WORDS:
        return key
    return _quoted(key, path)


def _scalar(value: object, path: str) -> str:
    if isinstance(value, str):
        return _quoted(value, path)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise YamlError(f"{path}: a {type(value).__name__} cannot be written; give numbers with a fraction as text")


def _quoted(text: str, path: str) -> str:
    found = _REFUSED.search(text)
    if found is not None:
        raise YamlError(f"{path}: the character U+{ord(found.group()):04X} is not allowed; remove it")
    return json.dumps(text, ensure_ascii=False)

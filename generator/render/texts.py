"""The texts of the pages: read from content/texts/<language>/<part>.toml, held against each other, filled in.

A text is found by its key, `home.heading`: the file and the entry in it. `{name}` is a placeholder; an entry with
plural forms is a table by the categories of its language (`one`, `other`), chosen by the placeholder `n`. Texts of
templates may hold HTML; what is filled in is escaped. Which language is spoken is ambient, as everywhere in programs of
several languages: views and templates ask for a text, and `speaking` says in which.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from string import Formatter
from typing import Any

from babel import Locale
from babel.dates import format_date
from markupsafe import Markup

from generator.failure import Failure
from generator.places import checkout

DEFAULT = "en"
LANGUAGES = (DEFAULT, "de")
OTHERS = LANGUAGES[1:]
OWN = "registry"  # the part that only other languages have: in English these texts stand in data/registry/
_TAG = re.compile(r"<(/?[a-z][a-z0-9]*)")


class TextsError(Failure):
    """A text that is missing, or does not fit the other language or its use; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its forms by plural category (`""` for the only one) and the names of its placeholders."""

    forms: Mapping[str, str]
    names: frozenset[str]


Texts = Mapping[str, Text]
_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT)


def language() -> str:
    """The language that is spoken: `en` or `de`."""
    return _spoken.get()


@contextmanager
def speaking(spoken: str) -> Iterator[None]:
    """Everything in the block is said in this language."""
    before = _spoken.set(spoken)
    try:
        yield
    finally:
        _spoken.reset(before)


def text(key: str, **values: Any) -> str:
    """A text as plain words; Markup where something that is filled in is Markup. TextsError for what does not fit."""
    pattern = _pattern(key, values)
    if any(isinstance(v, Markup) for v in values.values()):
        return Markup(escape(pattern, quote=False)).format(**_written(values))
    return pattern.format(**_written(values))


def html(key: str, **values: Any) -> Markup:
    """A text that may hold HTML, for templates; what is filled in is escaped. TextsError for what does not fit."""
    return Markup(_pattern(key, values)).format(**_written(values))


def of_registry(kind: str, row: Any, field: str) -> str:
    """A text of a registry row, `of_registry("use_cases", case, "title")`, in the language that is spoken."""
    if language() == DEFAULT:
        return str(getattr(row, field))
    return text(f"{OWN}.{kind}.{row.id}.{field}")


def label(words: str) -> str:
    """The label of a unit in data/registry/ (`1M tokens`) in the language that is spoken."""
    return words if language() == DEFAULT else text(f"{OWN}.labels.{words}")


def english(words: str) -> str:
    """Words that exist in English alone, marked as such in a page of another language."""
    if language() == DEFAULT or not words:
        return words
    return Markup('<span lang="{}">{}</span>').format(DEFAULT, words)


def phrase(words: str) -> str:
    """A fixed phrase of the engine where the language has it, else in English and marked so."""
    own = None if language() == DEFAULT else all_texts()[language()].get(f"{OWN}.phrases.{words}")
    return own.forms[""] if own else english(words)


def in_english(say: Callable[[], str]) -> str:
    """What is said, in English whatever language is spoken: for a part of a page that `english_only` marks."""
    with speaking(DEFAULT):
        return say()


def html_in_english(key: str, **values: Any) -> Markup:
    """The English text of a key, for templates, in a part of a page that `english_only` marks."""
    with speaking(DEFAULT):
        return html(key, **values)


def english_only() -> str:
    """The attribute of an element that holds English in a page of another language."""
    return "" if language() == DEFAULT else Markup(' lang="{}"').format(DEFAULT)


def number_text(number: str) -> str:
    """A number as English writes it, `1,234.5`, in the language that is spoken."""
    spoken = language()
    return number if spoken == DEFAULT else number.translate(_signs(spoken))


def country_name(code: str) -> str:
    """A country by its ISO 3166 code in the language that is spoken; the code itself where it has no name."""
    return str(_locale(language()).territories.get(code.upper(), code))


def long_date(day: str) -> str:
    """An ISO date for a sentence: `20. November 2026`; as it is in English, whose pages write ISO dates."""
    spoken = language()
    return day if spoken == DEFAULT or not day else format_date(date.fromisoformat(day), "long", locale=spoken)


def texts_for_scripts(spoken: str, parts: Iterable[str]) -> dict[str, str | Mapping[str, str]]:
    """The texts of some parts (`report.script`) by key, with their placeholders, as texts.mjs fills them in."""
    starts = tuple(f"{part}." for part in parts)
    found = {key: t.forms for key, t in all_texts()[spoken].items() if key.startswith(starts)}
    return {key: forms.get("", forms) for key, forms in found.items()}


def _pattern(key: str, values: Mapping[str, Any]) -> str:
    spoken = language()
    found = all_texts()[spoken].get(key)
    if found is None:
        raise TextsError(f"{_place(spoken, key)} is missing")
    if values.keys() != found.names and values.keys() - {"n"} != found.names:
        given, wanted = sorted(values), sorted(found.names)
        raise TextsError(f"{_place(spoken, key)} has the placeholders {wanted}, and is given {given}")
    if "" in found.forms:
        return found.forms[""]
    return found.forms[_locale(spoken).plural_form(values["n"])]


def _written(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {k: number_text(f"{v:,}") if isinstance(v, int) else v for k, v in values.items()}


@cache
def _locale(spoken: str) -> Locale:
    return Locale.parse(spoken)


@cache
def _signs(spoken: str) -> dict[int, str]:
    symbols = _locale(spoken).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


@cache
def all_texts() -> Mapping[str, Texts]:
    """The texts of the site by language."""
    return read_texts(checkout().root / "content" / "texts")


def read_texts(folder: Path) -> Mapping[str, Texts]:
    """The texts of a folder by language; TextsError where the languages differ in keys, placeholders or elements."""
    texts = {spoken: dict(_texts_of(folder / spoken, spoken)) for spoken in LANGUAGES}
    first = texts[DEFAULT]
    for spoken in OTHERS:
        other = {key: found for key, found in texts[spoken].items() if not key.startswith(f"{OWN}.")}
        for key in sorted(first.keys() ^ other.keys()):
            lacking = spoken if key in first else DEFAULT
            raise TextsError(f"{_place(lacking, key)} is missing; the other language has it")
        for key, found in other.items():
            if found.names != first[key].names:
                names = sorted(found.names), sorted(first[key].names)
                raise TextsError(f"{_place(spoken, key)} has the placeholders {names[0]}; in {DEFAULT} {names[1]}")
            if _elements(found) != _elements(first[key]):
                raise TextsError(f"{_place(spoken, key)} has other HTML elements than in {DEFAULT}")
    return texts


def _elements(found: Text) -> set[tuple[str, ...]]:
    """The HTML elements of the forms, whatever their order: a sentence may turn round."""
    return {tuple(sorted(_TAG.findall(form))) for form in found.forms.values()}


def _texts_of(folder: Path, spoken: str) -> Iterator[tuple[str, Text]]:
    for file in sorted(folder.glob("*.toml")):
        for key, entry in _entries(tomllib.loads(file.read_text(encoding="utf-8")), file.stem):
            forms = entry if isinstance(entry, dict) else {"": entry}
            wanted = set(_locale(spoken).plural_form.tags) | {"other"}
            if isinstance(entry, dict) and set(forms) != wanted:
                raise TextsError(f"{_place(spoken, key)} has the plural forms {sorted(forms)}, not {sorted(wanted)}")
            named = [_placeholders(form) for form in forms.values()]
            names = frozenset[str]().union(*named)
            if any(names - {"n"} != one - {"n"} for one in named):
                raise TextsError(f"{_place(spoken, key)}: its plural forms have different placeholders")
            yield key, Text(forms, names | ({"n"} if isinstance(entry, dict) else frozenset()))


def _placeholders(form: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(form) if name is not None)


def _entries(table: Mapping[str, Any], start: str) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = f"{start}.{name}"
        if isinstance(value, dict) and "other" not in value:
            yield from _entries(value, key)
        else:
            yield key, value


def _place(spoken: str, key: str) -> str:
    part, _, rest = key.partition(".")
    return f"content/texts/{spoken}/{part}.toml: {rest}"

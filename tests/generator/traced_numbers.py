"""The numbers of a page and the numbers of its data files, so that a test can look one up in the other.

A number stands in a cell of class `n`, in an element of class `figure`, or in one with `data-usd` or `data-value`.
These hold the exact values where the text is rounded or scaled; without them the number counts as it is written.
"""

import csv
import io
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from itertools import permutations
from typing import Any

NUMBER = re.compile(r"(?<![\w./])\d[\d,]*+(?:\.\d+)?+(?=[kM]?(?!\w))")
TOKEN = re.compile(r"[\s=|;:!,()]+")
VOID = {"br", "img", "input", "meta", "link", "hr", "col", "source", "wbr"}
ROW_ENDS = {"tr", "table", "dl", "section"}


@dataclass
class Shown:
    """One place with numbers: its exact values, its text, and the id that its row names."""

    values: list[Decimal]
    text: str
    row_id: str = ""
    where: str = ""


@dataclass
class _Open:
    tag: str
    counts: bool
    exact: list[Decimal] | None
    identifies: bool
    text: list[str] = field(default_factory=list)


class _Numbers(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[_Open] = []
        self.found: list[Shown] = []
        self.row: list[Shown] = []
        self.row_id = ""
        self.silent = 0
        self.caption = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        exact = given.get("data-usd") or given.get("data-value")
        counts = ("n" in classes and tag == "td") or "figure" in classes or exact is not None
        if tag == "tr":
            self._end_row()
        if tag == "table":
            self.caption = given.get("id", "")
        self.silent += "heard" in classes
        values = [Decimal(v) for v in exact.split()] if exact else None
        self.open.append(_Open(tag, counts, values, tag == "td" and "id" in classes))
        if "heard" in classes:
            self.open[-1].tag = f"{tag} heard"

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self.open:
            element = self.open.pop()
            heard = element.tag.endswith(" heard")
            self.silent -= heard
            text = "".join(element.text)
            if element.identifies and not heard:
                self.row_id = text.partition("\n")[0].strip()
            if element.counts:
                values = element.exact if element.exact is not None else [number(n) for n in NUMBER.findall(text)]
                if values:
                    self.row.append(Shown(values, text.strip(), where=self.caption))
            if element.tag.removesuffix(" heard") == tag:
                break
        if tag in ROW_ENDS:
            self._end_row()
            if tag == "table":
                self.caption = ""

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        inner = self.open[-1].tag if self.open else ""
        for element in self.open:
            if element.counts or (element.identifies and inner != "b"):
                element.text.append(data)

    def _end_row(self) -> None:
        for shown in self.row:
            shown.row_id = self.row_id
        self.found += self.row
        self.row, self.row_id = [], ""

    def close(self) -> None:
        super().close()
        self._end_row()


# A text may give a value in thousands, millions, per cent, seconds, GiB or tera.
SCALES = tuple(map(Decimal, ("1", "1e-3", "1e-6", "100", "1e-12"))) + tuple(1 / Decimal(2**n) for n in (10, 20, 30))
ROUNDED = Decimal("0.0051")  # three significant digits


def says(shown: Shown) -> bool:
    """Whether the text of a place gives its exact values, rounded: each by itself, as a product (the ends of a band are
    factors of the estimate), or as a ratio of two."""
    values = shown.values
    pairs = [v for a, b in permutations(values, 2) for v in ((a * b, a / b) if b else (a * b,))]
    told = [number(n) for n in NUMBER.findall(shown.text)]
    return all(n in values or _near(n, (v * scale for v in (*values, *pairs) for scale in SCALES)) for n in told)


def _near(told: Decimal, candidates: Iterable[Decimal]) -> bool:
    exponent = told.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2
    return any(abs(told - abs(c)) <= max(step, abs(c) * ROUNDED) for c in candidates)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def shown_numbers(html: str) -> list[Shown]:
    """Every place with numbers of a page, in order."""
    parser = _Numbers()
    parser.feed(html)
    parser.close()
    return parser.found


@dataclass
class Published:
    """The numbers of the data files of a page, and the records that hold an id, each with its own numbers."""

    numbers: set[Decimal] = field(default_factory=set)
    by_id: dict[str, set[Decimal]] = field(default_factory=dict)

    def add(self, record: Any) -> None:
        """Take in everything of a JSON value."""
        if isinstance(record, Mapping):
            own = set().union(*(numbers_of(v) for v in record.values())) if record else set()
            self.numbers |= own
            for value in record.values():
                if isinstance(value, str):
                    self.by_id.setdefault(value, set()).update(own)
            for value in record.values():
                if isinstance(value, Mapping | list):
                    self.add(value)
        elif isinstance(record, list):
            for item in record:
                self.add(item) if isinstance(item, Mapping | list) else self.numbers.update(numbers_of(item))

    def holds(self, shown: Shown) -> bool:
        """Whether every value of a place is published; where its row names an id, in a record with this id."""
        of_row = self.by_id.get(shown.row_id) if shown.row_id else None
        return all(v.normalize() in (self.numbers if of_row is None else of_row) for v in shown.values)


def numbers_of(value: Any) -> set[Decimal]:
    """The numbers that a JSON value is or names."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int | float):
        return {Decimal(str(value)).normalize()}
    if isinstance(value, str):
        return {n for token in TOKEN.split(value) if (n := _decimal(token)) is not None}
    return set()


def _decimal(token: str) -> Decimal | None:
    if not token or not (token[0].isdigit() or token[0] == "-"):
        return None
    try:
        return Decimal(token).normalize()
    except InvalidOperation:
        return None


def data_files(html: str, path: str) -> Iterator[str]:
    """The site paths of the JSON and CSV forms that a page names in its head."""
    for tag in re.findall(r"<link[^>]*>", html):
        kind = re.search(r'type="([^"]+)"', tag)
        href = re.search(r'href="([^"]+)"', tag)
        if 'rel="alternate"' in tag and kind and href and kind[1] in ("application/json", "text/csv"):
            yield posixpath.normpath(posixpath.join(path, href[1]))


def published_numbers(paths: list[str], read: Callable[[str], bytes]) -> Published:
    """What these files publish."""
    found = Published()
    for path in paths:
        body = read(path)
        if path.endswith(".json"):
            found.add(json.loads(body))
        else:
            for row in csv.DictReader(io.StringIO(body.decode())):
                found.add(dict(row))
    return found

"""What a report consists of, before it is Markdown, HTML or anything else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of sentences."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a head. `figures` are the places of columns with numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as an SVG element made by us, and what it shows in words, which is all that a text can give of it."""

    svg: str
    words: str


Part = Text | Lines | Table | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `id` follows from its inputs, `facts` are pairs that head it, `figure` is the main number."""

    id: str
    title: str
    note: str
    figure: str
    figure_words: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def section(title: str, parts: Iterable[Part | None]) -> Section | None:
    """A section of the parts that say something; None where none does."""
    kept = tuple(part for part in parts if part is not None and _says(part))
    return Section(title, kept) if kept else None


def _says(part: Part) -> bool:
    if isinstance(part, Text | Drawing):
        return bool(part.words)
    return bool(part.lines if isinstance(part, Lines) else part.rows)


def report_record(report: Report) -> dict[str, Any]:
    """The report as JSON, for a page that lays it out itself."""
    return {
        "id": report.id,
        "title": report.title,
        "note": report.note,
        "figure": report.figure,
        "figure_words": report.figure_words,
        "facts": [list(pair) for pair in report.facts],
        "sections": [{"title": s.title, "parts": [_part_record(p) for p in s.parts]} for s in report.sections],
    }


def _part_record(part: Part) -> dict[str, Any]:
    if isinstance(part, Text | Drawing):
        return {"text": part.words}
    if isinstance(part, Lines):
        return {"lines": list(part.lines)}
    return {"head": list(part.head), "rows": [list(row) for row in part.rows], "figures": list(part.figures)}

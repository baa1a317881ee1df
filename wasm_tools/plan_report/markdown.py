"""A report as Markdown (GitHub's tables). Every text is data: no sign in it can make a link, a heading or HTML."""

import re
from collections.abc import Iterable, Iterator

from wasm_tools.plan_report.parts import Drawing, Lines, Part, Report, Table, Text

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&])")
_FIRST = re.compile(r"^(\d*)([#+\-=.)])(?=\s|$|[#=-])")  # what would begin a list, a heading or a rule
_ADDRESS = re.compile(r"(https?|ftp)://|www\.|@", re.IGNORECASE)


def markdown(report: Report) -> str:
    """The whole report, ending in a new line."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}"
    yield ""
    if report.note:
        for line in report.note.split("\n"):
            yield f"> {begun(line)}"
        yield ""
    yield f"**{escaped(report.figure)}** {escaped(report.figure_words)}"
    yield ""
    yield from (f"- {begun(name)}: {escaped(value)}" for name, value in report.facts)
    for section in report.sections:
        yield ""
        yield f"## {escaped(section.title)}"
        for part in section.parts:
            yield ""
            yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Text | Drawing):
        yield begun(part.words)
    elif isinstance(part, Lines):
        yield from (f"- {begun(line)}" for line in part.lines)
    elif isinstance(part, Table):
        yield _row(part.head)
        yield _row("---:" if place in part.figures else "---" for place in range(len(part.head)))
        yield from (_row(map(escaped, row)) for row in part.rows)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def begun(text: str) -> str:
    """The text where it begins a line."""
    return _FIRST.sub(r"\1\\\2", escaped(text))


def escaped(text: str) -> str:
    """The text as Markdown that shows exactly it, in one line."""
    line = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return _ADDRESS.sub(lambda found: re.sub(r"([:.@])", r"\\\1", found[0]), line)

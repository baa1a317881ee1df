"""A report as one HTML file that needs nothing else: no script, no address to load, a policy that forbids both."""

import base64
import hashlib
from collections.abc import Iterator

from wasm_tools.plan_report.parts import Drawing, Lines, Part, Report, Section, Table, Text

WHOLE_WIDTH = 2  # sections on paper: answer and alternatives
STYLE = """
:root { color-scheme: light dark; --ink: #1a1c1f; --soft: #5a6068; --line: #d9dce1; --paper: #fff; --accent: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --soft: #a6adb7; --line: #3a3f47; --paper: #16181c; --accent: #8ab4f8; }
}
body { margin: 0 auto; max-width: 52rem; padding: 2rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 .4rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p, ul { margin: .4rem 0; }
ul { padding-left: 1.2rem; }
blockquote { margin: 0 0 1rem; padding-left: .8rem; border-left: 3px solid var(--line); color: var(--soft);
  white-space: pre-line; }
.figure { margin: 0 0 .75rem; }
.figure strong { font-size: 2rem; line-height: 1.2; color: var(--accent); }
.figure span { display: block; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .1rem 1rem; margin: 0; font-size: .875rem; }
dt { color: var(--soft); }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 .8rem; font-size: .875rem; overflow-wrap: break-word; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); }
.n { text-align: right; white-space: nowrap; }
figure { margin: .4rem 0 .8rem; break-inside: avoid; } figcaption { font-size: .875rem; color: var(--soft); }
@media (max-width: 600px) { table { display: block; overflow-x: auto; } dl { grid-template-columns: 1fr; } }
@page { size: A4; margin: 11mm 13mm; }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --accent: #000; }
  body { max-width: none; padding: 0; font-size: 7.3pt; line-height: 1.28; }
  .rest, .answer { columns: 2; column-gap: 8mm; }
  .answer h2 { column-span: all; }
  .answer :is(table, ul) { break-inside: avoid; }
  blockquote { margin: 0 0 4pt; }
  h1 { font-size: 13pt; } .figure strong { font-size: 17pt; }
  h2 { font-size: 9.5pt; margin: 6pt 0 2pt; padding-top: 3pt; }
  p, ul, table, .figure { margin: 2pt 0; } dl, table { font-size: 7pt; } th, td { padding: 1pt 6pt 1pt 0; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""


def html(report: Report) -> str:
    """The whole file."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="robots" content="noindex">'
    yield f"<title>{escape(report.title)}</title>"
    yield f"<style>{STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(report.title)}</h1>"
    if report.note:
        yield f"<blockquote>{escape(report.note)}</blockquote>"
    words = escape(report.figure_words)
    yield f'<p class="figure"><strong>{escape(report.figure)}</strong> <span>{words}</span></p>'
    yield "<dl>"
    yield from (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report.facts)
    yield "</dl>"
    for section in report.sections[:WHOLE_WIDTH]:
        yield from _section(section)
    yield '<div class="rest">'  # on paper in two columns
    for section in report.sections[WHOLE_WIDTH:]:
        yield from _section(section)
    yield "</div>\n</main>\n</body>\n</html>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section class="{section.title.lower().replace(" ", "-")}">\n<h2>{escape(section.title)}</h2>'
    for part in section.parts:
        yield from _part(part)
    yield "</section>"


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Text):
        yield f"<p>{escape(part.words)}</p>"
    elif isinstance(part, Lines):
        yield "<ul>"
        yield from (f"<li>{escape(line)}</li>" for line in part.lines)
        yield "</ul>"
    elif isinstance(part, Drawing):
        yield f"<figure>{part.svg}<figcaption>{escape(part.words)}</figcaption></figure>"
    elif isinstance(part, Table):
        yield "<table>\n<thead>" + _row("th", part.head, part) + "</thead>\n<tbody>"
        yield from (_row("td", row, part) for row in part.rows)
        yield "</tbody>\n</table>"


def _row(tag: str, cells: tuple[str, ...], table: Table) -> str:
    made = []
    for place, cell in enumerate(cells):
        kind = ' class="n"' if place in table.figures else ""
        scope = ' scope="col"' if tag == "th" else ""
        made.append(f"<{tag}{scope}{kind}>{escape(cell)}</{tag}>")
    return f"<tr>{''.join(made)}</tr>"


def escape(text: str) -> str:
    """The text as HTML that shows exactly it, in an element or in an attribute. Without the module `html`, which would
    be 2,000 names more in the page's Python."""
    for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
        text = text.replace(sign, name)
    return text

"""Which reader a file is for: the one whose required names are all there, or a sentence that says what was found."""

from collections.abc import Sequence

from wasm_tools.invoice.choices import Choices, Question
from wasm_tools.invoice.column_roles import unknown_table
from wasm_tools.invoice.documents import Document, JsonDocument
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.readers.mapped import mapped_reader
from wasm_tools.invoice.readers.reader import Reader
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.usage import InvoiceError

_SHOWN = 12  # names that a message quotes


def recognised(found: Sequence[Document], choices: Choices) -> tuple[Reader, Document]:
    """The reader of a file and the form of the file that it reads.

    A format whose required names include all those of another is the more specific and wins. A mapping of columns
    that the file has goes before all formats. Raises Question when several are left, or for a table that none fits.
    """
    readers: Sequence[Reader] = [r for r in READERS if choices.reader in ("", r.id)]
    mapped = (mapped_reader(choices.mapping),) if choices.mapping is not None else ()
    best = _best(mapped, found) or _best(readers, found)
    if not best:
        message = _nothing_fits(mapped or readers, found)
        if isinstance(found[0], Table) and readers:
            raise Question("mapping", (), message, unknown_table(found[0]))
        raise InvoiceError(message)
    if len(best) > 1:
        raise Question(
            "reader",
            tuple(r.id for r, _, _ in best),
            f"the file may be one of several formats: {', '.join(r.title for r, _, _ in best)}; say which",
        )
    reader, document, _ = best[0]
    if isinstance(document, Table):
        twice = sorted({name for name in document.header if name and document.header.count(name) > 1})
        if twice:
            raise InvoiceError(f"the header names {', '.join(twice)} more than once: keep one of each")
    return reader, document


def _best(readers: Sequence[Reader], found: Sequence[Document]) -> list[tuple[Reader, Document, frozenset[str]]]:
    """The readers that fit, those left out that need only a part of what another one needs."""
    fitting = [(r, d, s) for r in readers for d in found if _kind(d) == r.kind and (s := r.recognised(d.names))]
    return [match for match in fitting if not any(match[2] < other for _, _, other in fitting)]


def _kind(document: Document) -> str:
    return "table" if isinstance(document, Table) else "json"


def _nothing_fits(readers: Sequence[Reader], found: Sequence[Document]) -> str:
    """What the nearest format still needs, and what the file has."""
    kind = _kind(found[0])
    candidates = [(r, s, d) for r in readers if r.kind == kind for s in r.signatures() for d in found]
    if not candidates:
        return f"no format of {'JSON records' if kind == 'json' else 'tables'} is known by that name"
    reader, needed, document = max(candidates, key=lambda c: len(c[1] & c[2].names) / len(c[1]))
    names = document.header if isinstance(document, Table) else tuple(sorted(document.names))
    if isinstance(document, JsonDocument) and not names:
        return "the JSON holds no records: export a period in which something was used"
    named = "columns" if kind == "table" else "fields"
    quoted = ", ".join(name[:40] for name in names[:_SHOWN] if name) + (", …" if len(names) > _SHOWN else "")
    missing = ", ".join(sorted(needed - document.names))
    return (
        f"missing {named}: {missing}. The nearest known format is {reader.title}, which needs "
        f"{', '.join(sorted(needed))} in any order; the file has {quoted or 'none that can be read'}"
    )

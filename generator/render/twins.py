"""Other forms of the pages: a Markdown twin beside each data page, and the links to it and to the data of a page."""

from collections.abc import Iterator, Mapping

from generator.render.once import once
from generator.render.page import Alternate, SiteData
from generator.render.records.all_records import records_of
from generator.render.records.entity import Document, twin
from generator.render.records.markdown import markdown_text
from generator.render.records.page_documents import page_documents

NAMES = {"text/markdown": "Markdown", "application/json": "JSON", "text/csv": "CSV"}


def twin_files(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Site path and content of every twin."""
    for document in documents(data):
        yield twin(document.page), markdown_text(document, data.as_of).encode()


@once
def documents(data: SiteData) -> tuple[Document, ...]:
    """The document of every page that has one: links and twins both need them."""
    return (*page_documents(data), *(record.document for record in records_of(data).all()))


def forms(data: SiteData) -> Mapping[str, tuple[Alternate, ...]]:
    """The other forms of each page by its path."""
    return {d.page: tuple(_forms(d)) for d in documents(data)}


def _forms(document: Document) -> Iterator[Alternate]:
    found = {"text/markdown": twin(document.page), "application/json": document.path}
    csv = next((path for path in document.links.values() if path.endswith(".csv")), "")
    for kind, path in (found | ({"text/csv": csv} if csv else {})).items():
        yield Alternate(kind, path, f"This page as {NAMES[kind]}")

"""A report record as files: tables, JSON, Markdown and a page to print. What they say comes from the record alone."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.invoice.exports.contents import bill_report
from wasm_tools.invoice.exports.focus import focus_csv
from wasm_tools.invoice.exports.sheets import cells_csv, savings_csv
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.plan_report.html import html
from wasm_tools.plan_report.markdown import markdown

CSV = "text/csv"
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")  # of damaged files; no form may hold them


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: what it is called, and how it is written."""

    title: str
    name: str
    media_type: str
    text: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Export:
    """A file to save."""

    name: str
    media_type: str
    text: str


def _json(record: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in record.items() if name != "questions"}
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


FORMS = {
    "savings_csv": Form("Savings as CSV", "invoice_savings_recommendations.csv", CSV, savings_csv),
    "cells_csv": Form("Audited lines as CSV", "invoice_lines.csv", CSV, cells_csv),
    "focus_csv": Form("Lines in the shape of FOCUS 1.2", "invoice_focus.csv", CSV, focus_csv),
    "json": Form("Report as JSON", "invoice_report.json", "application/json", _json),
    "markdown": Form("Report as Markdown", "invoice_report.md", "text/markdown", lambda r: markdown(bill_report(r))),
    "html": Form("Report to print", "invoice_report.html", "text/html", lambda r: html(bill_report(r))),
}
EXPORTS = {name: form.title for name, form in FORMS.items()}


def export(record: Mapping[str, Any], name: str) -> Export:
    """The report in the form of that name; raises InvoiceError for another one."""
    form = FORMS.get(name)
    if form is None:
        raise InvoiceError(f"format is {name!r}, expected one of {', '.join(FORMS)}")
    return Export(form.name, form.media_type, _CONTROL.sub("\ufffd", form.text(record)))

"""A spend report as files: single calls and tables as CSV, FOCUS, JSON and Markdown."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.invoice.exports.sheets import sheet_text
from wasm_tools.invoice.usage import InvoiceError, decimal_text
from wasm_tools.plan_report.markdown import markdown
from wasm_tools.spend.focus_export import focus_csv
from wasm_tools.spend.ledger_lines import CLASSES
from wasm_tools.spend.options import SpendOptions
from wasm_tools.spend.report_text import spend_report
from wasm_tools.spend.single_calls import CallBook, numbers_of
from wasm_tools.spend.spend_record import to_record
from wasm_tools.spend.spent import Spend
from wasm_tools.spend.view import selected

CALLS = (
    "ts", "provider", "model", "endpoint", "tier", "status", *CLASSES, "requests", "latency_ms", "usd", "tags",
    "request_id", "file", "row",
)  # fmt: skip
ROWS = ("table", "name", "provider", "calls", "input_tokens", "output_tokens", "usd", "unpriced_calls")


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file: what it is called, and how it is written."""

    title: str
    name: str
    media_type: str
    text: Callable[[Spend, SpendOptions], str]


def calls_csv(spend: Spend, options: SpendOptions) -> str:
    """Every call of the view in the order of files and lines, with its cost; empty cells are not known."""
    return sheet_text(CALLS, _calls(spend, options))


def _calls(spend: Spend, options: SpendOptions) -> Iterator[list[object]]:
    book = CallBook(spend)
    for number in numbers_of(spend, selected(spend, options.view)):
        call = book.call(number)
        what = call.entry.what
        tags = ";".join(f"{name}={value}" for name, value in what.tags)
        yield [
            call.ts, call.entry.provider, call.entry.model, what.endpoint, what.tier, what.status,
            *(call.tokens.get(name) for name in CLASSES), call.requests, call.latency_ms,
            None if call.usd is None else decimal_text(call.usd), tags, call.request_id, call.file, call.row,
        ]  # fmt: skip


def tables_csv(record: Mapping[str, Any]) -> str:
    """Every table of a record, one below the other."""
    return sheet_text(
        ROWS, ([table, *(row.get(name) for name in ROWS[1:])] for table, rows in record["by"].items() for row in rows)
    )


FORMS = {
    "csv": Form("Tables as CSV", "spend.csv", "text/csv", lambda s, o: tables_csv(to_record(s, o))),
    "calls": Form("Single calls as CSV", "spend_calls.csv", "text/csv", calls_csv),
    "focus": Form(
        "Days in the shape of FOCUS 1.2",
        "spend_focus.csv",
        "text/csv",
        lambda s, o: focus_csv(s.rates, selected(s, o.view)),
    ),
    "json": Form(
        "Report as JSON",
        "spend.json",
        "application/json",
        lambda s, o: json.dumps(to_record(s, o), ensure_ascii=False, indent=1) + "\n",
    ),
    "markdown": Form(
        "Report as Markdown", "spend.md", "text/markdown", lambda s, o: markdown(spend_report(to_record(s, o)))
    ),
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file to save."""

    name: str
    media_type: str
    text: str


def export(spend: Spend, options: SpendOptions, form: str) -> Export:
    """The spend in the form of that name; raises InvoiceError for another one."""
    found = FORMS.get(form)
    if found is None:
        raise InvoiceError(f"format is {form!r}, it has to be one of {', '.join(FORMS)}")
    return Export(found.name, found.media_type, found.text(spend, options))

"""Bills and usage exports held against the list prices of each day, in steps: see `invoice_step`."""

from collections.abc import Iterable, MutableMapping
from dataclasses import asdict
from typing import Any

from wasm_tools.invoice.charts import charts
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.prepared import Progress, preparing
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.report import Options, assessed, to_record
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_bills import Reading, begin, book_in, catalogue_in, keep, step
from wasm_tools.planner import Catalogue
from wasm_tools.workload.traffic import InputError

ASSESSING, WRITING = "assessing", "writing"  # phases that follow those of the reading


def answer(params: MutableMapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:
    """Begin to read `files` (name, bytes) with `options`, see `read_options`; returns what `invoice_step` does.

    At its end stands the `record` of the report with its `charts`, without the rows of its cells: those come from
    `invoice_cells`.
    InputError says what is wrong.
    """
    files = params.pop("files", None)
    if not files:
        raise InputError("file", "choose a bill first")
    try:
        options = read_options(params.get("options") or {})
    except InvoiceError as error:
        raise InputError("options", str(error)) from None
    begin(_reading(files, book_in(packs).dated, options, catalogue_in(packs)))
    return step()


def _reading(
    files: Iterable[tuple[str, bytes]], book: PriceBook, options: Options, catalogue: Catalogue | None
) -> Reading:
    try:
        prepared = yield from _told(files, book, options)
        yield {"progress": asdict(Progress(ASSESSING))}
        found = assessed(prepared, options, catalogue)
    except InvoiceError as error:
        raise InputError("file", str(error)) from None
    yield {"progress": asdict(Progress(WRITING))}
    record = to_record(found)
    keep(found, record)
    cells = {"columns": record["cells"]["columns"], "rows": [], "count": len(record["cells"]["rows"])}
    return {"record": {**record, "charts": charts(record), "cells": cells}}


def _told(files: Iterable[tuple[str, bytes]], book: PriceBook, options: Options) -> Any:
    """The reading, with its progress as plain data."""
    steps = preparing(files, book, options.choices)
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            return end.value
        yield {"progress": asdict(progress)}

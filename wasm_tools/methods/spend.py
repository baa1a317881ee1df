"""Ledgers, bills and usage exports read for the spend page; what was read stays for the other methods of it."""

from collections.abc import MutableMapping
from typing import Any

from wasm_tools.invoice.asked import questions
from wasm_tools.invoice.choices import Question
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.prepared import Progress, prepare
from wasm_tools.invoice.report_record import refused_record
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_bills import book_in
from wasm_tools.methods.kept_spend import forget, keep, options_in, with_charts
from wasm_tools.spend.spend_record import to_record
from wasm_tools.spend.spent import read_spend
from wasm_tools.workload.traffic import InputError


def answer(params: MutableMapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:
    """The record of `files` (name, bytes) under `options`, and the `questions` that bills leave open.

    `answers` are those of the reader, `choices` and `files` of `read_options`. The page hears of each part that was
    read. Without an answer to a question that stands in the way of all files there is no more than that question.
    InputError says what is wrong.
    """
    files = params.pop("files", None)
    if not files:
        raise InputError("file", "choose a ledger or a bill first")
    options, report = options_in(params), packs.get("report")

    def heard(progress: Progress) -> None:
        if report is not None:
            report(progress.file, progress.rows, progress.of)

    forget(packs)
    book = book_in(packs).dated
    try:
        choices = read_options(params.get("answers") or {}).choices
        try:
            spend = read_spend(files, book, choices, options.tag_files, heard)
        except Question:  # no file can be read until the reader answers
            bills = prepare(files, book, choices)
            refused = [refused_record(r) for r in bills.refused]
            return {"files": [], "refused": refused, "questions": questions(bills)}
        record = {**with_charts(to_record(spend, options)), "questions": questions(spend.bills)}
    except InvoiceError as error:
        raise InputError("file", str(error)) from None
    keep(packs, spend)
    return record

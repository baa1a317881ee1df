"""The cost audit: a set-up by fields and words, with the prices of its workload where that is no language model."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.conversation import conversation
from wasm_tools.ask.record import conversation_record
from wasm_tools.audit.audit import audit
from wasm_tools.audit.record import COLUMNS, audit_markdown, audit_record, lever_rows
from wasm_tools.audit.said import setup_of_form
from wasm_tools.audit.setup import LLM, read_setup
from wasm_tools.methods.ask import book_in
from wasm_tools.methods.plan import catalogue_in
from wasm_tools.methods.rank import book_of
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The record of an audit of `params["setup"]`, with its levers as `rows` of CSV and the report as `markdown`.

    `words` are read as by Ask, and hold where no field says otherwise. `pack` is the text of the prices of a workload.
    """
    given, words = params.get("setup"), params.get("words")
    if not isinstance(given, Mapping):
        raise InputError("setup", "give an object with the fields of an audit")
    catalogue = catalogue_in(packs)
    said: dict[str, Any] = {}
    if isinstance(words, str) and words.strip():
        book, turns = book_in(packs), [{"text": words}]
        asked = conversation_record(conversation(turns, book, catalogue), turns, book, catalogue)
        said = setup_of_form(asked["form"], catalogue)
    books = {}
    if given.get("workload", LLM) != LLM:
        book_found = book_of(params.get("pack"))
        books = {book_found.workload: book_found}
    record = audit_record(audit(read_setup({**said, **given}, books), catalogue, books), catalogue.as_of)
    rows = [list(row) for row in lever_rows(record)]
    return record | {"columns": list(COLUMNS), "rows": rows, "markdown": audit_markdown([record])}

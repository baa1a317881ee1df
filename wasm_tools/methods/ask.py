"""Ask: a conversation in plain words as a specification, the form record of the planner, and what is asked back."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.book import AskBook, read_ask_book
from wasm_tools.ask.conversation import conversation
from wasm_tools.ask.record import conversation_record, relevant_rows
from wasm_tools.methods.plan import catalogue_in
from wasm_tools.workload.traffic import InputError

_read: dict[int, tuple[Any, AskBook]] = {}  # of the pack that was read last


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The record of the conversation in `params["turns"]`; with `examples` the nine example requests instead.

    With `relevant` the record has the offers that matter to it under `relevant`, at most 40.
    """
    book = book_in(packs)
    if params.get("examples"):
        return {"examples": [dict(e) for e in book.examples]}
    turns = params.get("turns")
    if not isinstance(turns, list):
        raise InputError("turns", "give the turns of the conversation as a list")
    catalogue = catalogue_in(packs)
    made = conversation(turns, book, catalogue)
    record = conversation_record(made, turns, book, catalogue)
    return record | ({"relevant": relevant_rows(made, book, catalogue)} if params.get("relevant") else {})


def book_in(packs: Mapping[str, Any]) -> AskBook:
    """The vocabulary among the packs, read once; InputError when it is not there yet."""
    pack = packs.get("ask")
    if not isinstance(pack, Mapping):
        raise InputError("pack", "the words are not loaded yet")
    known = _read.get(0)
    if known is None or known[0] is not pack:
        _read[0] = known = (pack, read_ask_book(pack))
    return known[1]

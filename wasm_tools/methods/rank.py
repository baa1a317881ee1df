"""Rank the offers of a workload by what a month of use costs; the page gives the prices with the call."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.usage_ranking import usage_as_asked
from wasm_tools.planner.usage import UsageBook, read_usage_book, usage_record
from wasm_tools.workload.traffic import InputError

SHOWN = 20
_read: dict[str, UsageBook] = {}  # by the text of the pack that was read last


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """The record of the ranking for `params["usage"]`, as Ask gives it, with the pack of its workload as text."""
    asked = params.get("usage")
    if not isinstance(asked, Mapping):
        raise InputError("usage", "give the use of a month as Ask reads it")
    return usage_record(usage_as_asked(asked, book_of(params.get("pack"))), SHOWN)


def book_of(pack: object) -> UsageBook:
    """The prices of a workload out of the text of their pack, read once."""
    if not isinstance(pack, str):
        raise InputError("pack", "give the prices of the workload")
    if pack not in _read:
        _read.clear()
        _read[pack] = read_usage_book(json.loads(pack))
    return _read[pack]

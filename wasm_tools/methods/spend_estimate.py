"""What a project costs that is described on the spend page; no file is read."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_bills import book_in
from wasm_tools.spend.estimates import estimate
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:
    """The record of `plan`, as `atlas spend init --json` prints it, with the day of the prices as `as_of`."""
    book = book_in(packs)
    try:
        return {**estimate(params["plan"], book), "as_of": book.as_of}
    except InvoiceError as error:
        raise InputError("plan", str(error)) from None

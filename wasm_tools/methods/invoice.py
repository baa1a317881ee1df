"""A bill held against the list prices."""

import base64
from collections.abc import MutableMapping
from typing import Any

from wasm_tools.invoice.pack import OfferBook, bill_record, read_price_book
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.workload.traffic import InputError


def answer(params: MutableMapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:
    """The analysis of a bill given as `text` or as `base64` bytes. The price book is read once and kept in `packs`."""
    book = packs.get("invoice")
    if book is None:
        raise InputError("pack", "the price data are not loaded yet")
    if not isinstance(book, OfferBook):
        book = packs["invoice"] = read_price_book(book)
    text, packed = params.get("text"), params.get("base64")
    if isinstance(text, str) == isinstance(packed, str):
        raise InputError("file", "give either the text of a bill or its bytes as base64")
    try:
        return bill_record(text.encode() if isinstance(text, str) else base64.b64decode(str(packed)), book)
    except InvoiceError as error:
        raise InputError("file", str(error)) from None

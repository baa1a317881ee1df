"""The spend report in its view as a file, the same bytes as the command writes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_spend import kept, options_in
from wasm_tools.spend.exports import export
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """`name`, `media_type` and `text` of the view of `options` in one of the forms of `exports.FORMS`."""
    try:
        return asdict(export(kept(packs), options_in(params), str(params.get("form", ""))))
    except InvoiceError as error:
        raise InputError("form", str(error)) from None

"""The report on bills as a file."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wasm_tools.invoice.exports import export
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_bills import kept
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """`name`, `media_type` and `text` of the report that is kept, in one of the forms of `exports.FORMS`."""
    try:
        return asdict(export(kept()[1], str(params.get("form", ""))))
    except InvoiceError as error:
        raise InputError("form", str(error)) from None

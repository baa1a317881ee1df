"""What was read on the spend page in another view: filters, budgets, periods and shares change, no file is read."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_spend import kept, options_in, with_charts
from wasm_tools.spend.spend_record import to_record
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The record of what is kept under `options`."""
    try:
        return with_charts(to_record(kept(packs), options_in(params)))
    except InvoiceError as error:
        raise InputError("options", str(error)) from None

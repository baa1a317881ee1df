"""The opportunities of the bill for other shares of the work: nothing is read again."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.report import assessed, with_tiers
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_bills import catalogue_in, keep, kept
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """The tiers of the report that is kept, by the shares and the delta among its `options`."""
    report, record = kept()
    try:
        report = assessed(report.read, read_options(params.get("options") or {}), catalogue_in(packs))
    except InvoiceError as error:
        raise InputError("shares", str(error)) from None
    record = with_tiers(record, report)
    keep(report, record)
    return {"opportunities": record["opportunities"]}

"""A page of the single calls of the ledgers that were read."""

from collections.abc import Mapping, MutableMapping
from decimal import InvalidOperation
from typing import Any

from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.kept_spend import kept, options_in, outliers_in
from wasm_tools.spend.spend_record import call_page, query_from
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:
    """The page of `query` in the view of `options`: `columns`, `rows`, `matching`, `start`."""
    try:
        options, query = options_in(params), query_from(params.get("query") or {})
        return call_page(kept(packs), options, query, outliers_in(packs, options))
    except InvalidOperation:
        raise InputError("min_usd", "the least amount is not a number") from None
    except InvoiceError as error:
        raise InputError("query", str(error)) from None

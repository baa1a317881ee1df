"""What a described project will cost: calls a day and lengths of each model, at the latest prices of the offers."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.invoice.pack import OfferBook
from wasm_tools.spend.options import plan_from
from wasm_tools.spend.priced import Rates
from wasm_tools.spend.record_parts.plans import plan


def estimate(planned: Mapping[str, Any], book: OfferBook) -> dict[str, Any]:
    """The cost of a plan in US dollars, a day, a month and in all: None where a price is missing, with the reason.

    `planned` is a plan as plain data, with its entries. Raises InvoiceError for what cannot be a plan.
    """
    return plan(plan_from(planned), Rates(book.dated), (), book.as_of)

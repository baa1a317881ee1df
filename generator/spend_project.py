"""A project before it starts: what it will cost, and the `atlas.toml` that says so."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.invoice.pack import OfferBook
from wasm_tools.spend.options import options_from, plan_from
from wasm_tools.spend.priced import Rates
from wasm_tools.spend.record_parts.plans import plan

PLAN = "A project to plan"
PRICE_FILE = "price-book.json.gz"


def estimate(planned: Mapping[str, Any], book: OfferBook) -> dict[str, Any]:
    """The cost of a plan at the latest prices, a day, a month and in all. Raises InvoiceError."""
    return plan(plan_from(planned), Rates(book.dated), (), book.as_of)


def toml_text(ledger: str, planned: Mapping[str, Any] | None, budget: str, prices: bool) -> str:
    """The settings as TOML. Raises InvoiceError for a budget that no command would read."""
    lines = ["[spend]", f"ledger = {_value(ledger)}"]
    if prices:
        lines.append(f"prices = {_value(PRICE_FILE)}")
    if budget:
        row = {"amount": budget, "per": "month"}
        options_from({"budgets": [row]})
        lines += ["", "[[spend.budgets]]", *(f"{name} = {_value(value)}" for name, value in row.items())]
    if planned:
        lines += ["", "[spend.plan]"]
        lines += [f"{name} = {_value(value)}" for name, value in planned.items() if value and name != "entries"]
        entries = [f"  {{ {', '.join(f'{k} = {_value(v)}' for k, v in e.items())} }}," for e in planned["entries"]]
        lines += ["entries = [", *entries, "]"]
    return "\n".join(lines) + "\n"


def _value(value: str | float) -> str:
    """A text or a number; what JSON escapes in a text, TOML does alike."""
    return json.dumps(value, ensure_ascii=False)

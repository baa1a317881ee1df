"""The `atlas.toml` of a project before it starts."""

import json
from collections.abc import Mapping
from typing import Any

from wasm_tools.spend.options import options_from

PLAN = "A project to plan"
PRICE_FILE = "price-book.json.gz"


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

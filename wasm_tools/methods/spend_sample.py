"""The sample ledger of the spend page, the same bytes as the file beside the page."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.spend.sample import sample_budgets, sample_ledger


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """`text` of the ledger up to `day` with calls of `models` (provider and model), and its `budgets`."""
    models = [(str(provider), str(model)) for provider, model in params["models"]]
    text = sample_ledger(str(params["day"]), models).decode("ascii")
    return {"text": text, "budgets": sample_budgets()}

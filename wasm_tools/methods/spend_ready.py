"""Have the modules and the prices of the spend page in memory before the reader chooses a file."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from wasm_tools.methods import spend, spend_calls  # noqa: F401 - what a first file would wait for
from wasm_tools.methods.kept_bills import book_in


def answer(params: Mapping[str, Any], packs: MutableMapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """Nothing; the price book is read."""
    book_in(packs)
    return {}

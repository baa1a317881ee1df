"""The next step of a bill that is being read."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.kept_bills import step


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """`progress` while it is being read, `record` at its end: see `invoice`."""
    return step()

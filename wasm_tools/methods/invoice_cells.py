"""Some rows of the cells of the bill, so that a page takes in thousands of them without standing still."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.methods.kept_bills import kept

MOST = 5_000


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """`rows` from the number `start` on, at most `count`."""
    start, count = int(params.get("start", 0)), min(int(params.get("count", MOST)), MOST)
    return {"rows": kept()[1]["cells"]["rows"][start : start + count]}

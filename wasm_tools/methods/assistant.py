"""The assistant that a reader may connect: what it is told, and its reply held against that; the page asks it."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.assistant_request import assistant_request
from wasm_tools.ask.checked_reply import checked_reply
from wasm_tools.methods import ask
from wasm_tools.workload.traffic import InputError


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:
    """`{"system", "user", "rows"}` for the conversation in `params["turns"]`; with `reply` the record of its check."""
    record = ask.answer({"turns": params.get("turns"), "relevant": True}, packs)
    rows = record["relevant"]
    reply, question = params.get("reply"), params.get("question", "")
    if not isinstance(question, str):
        raise InputError("question", "give the question as text")
    if reply is None:
        return {**assistant_request(question, record["fields"], rows, record["as_of"]), "rows": len(rows)}
    if not isinstance(reply, str):
        raise InputError("reply", "give the reply as text")
    return checked_reply(reply, record["fields"], rows, record["as_of"])

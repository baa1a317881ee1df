"""Exports of the earlier trackers LLMLab and forecost (JSON): their calls with the tokens, without a cost.

Which columns they have and why their costs are left out: wasm_tools.spend.earlier_exports.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import records
from wasm_tools.invoice.readers.ledger import call_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine
from wasm_tools.spend.earlier_exports import FORMATS, Format, call_of

UNKNOWN = "the cache state of the input is not known, the costs of the tracker are left out"
NO_CALL = "answered without a call, or without tokens"
FIRST, *OTHERS = (frozenset(one.required) for one in FORMATS)


class CallKeys(Remembered[tuple[str, str, str], LineKey]):
    """From provider, model and token class to the key of such tokens."""

    def __init__(self) -> None:
        super().__init__(lambda said: call_key(said[0], said[1], "", "", said[2]))


def format_of(names: Collection[str]) -> Format:
    """The format that has these columns."""
    return next(one for one in FORMATS if one.required <= set(names))


def call_lines(number: int, row: Mapping[str, Any], found: Format, keys: CallKeys) -> list[UsageLine]:
    """The tokens of a call by class, none where no call was made; raises ValueError for a row that cannot be read."""
    if found.is_answered(row):
        return []
    call = call_of(row, found)
    counts = [(name, count) for name, count in call.tokens.items() if count]
    group = tuple(sorted(call.tags.items()))
    return [
        UsageLine(
            number, call.ts[:10], keys[call.provider, call.model, name], Decimal(count), None, None,
            None if at else call.requests, group,
        )
        for at, (name, count) in enumerate(counts)
    ]  # fmt: skip


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each call as a line a class of tokens."""
    context.note(UNKNOWN)
    found, keys = format_of(document.names), CallKeys()
    quoted = tuple(sorted(found.required))
    for fields in records(document, context):
        try:
            if fields.problem:
                raise ValueError(fields.problem)
            lines = call_lines(fields.number, fields.values, found, keys)
        except ValueError as error:
            yield fields.excluded("parse_error", str(error), quoted)
            continue
        yield from lines
        if not lines:
            yield fields.excluded("no_quantity", NO_CALL, quoted)


READER = Reader(
    "earlier_trackers", "LLMLab or forecost: calls (JSON)", "json", FIRST, reading, estimate=True, also=tuple(OTHERS)
)

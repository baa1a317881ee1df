"""ElevenLabs' usage statistics (API): credits by day and whatever they were asked to be broken down by.

What a credit costs depends on the plan, so there is no money in the file and no price to check.
"""

from decimal import Decimal

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, Fields
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.usage import LineKey, UsageLine

CREDITS = "the file counts credits, whose price depends on the plan: nothing in it can be compared"
_ALL = "all"
_KEY = LineKey(
    provider="elevenlabs",
    host="elevenlabs",
    developer="elevenlabs",
    workload="text-to-speech",
    line_class="characters",
    unit_raw="credits",
)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each period as one line a name; `time` and the lists in `usage` run side by side."""
    context.note(CREDITS)
    row = 0
    for record in document.records():
        times, usage = record.fields.get("time"), record.fields.get("usage")
        sound = isinstance(times, list) and isinstance(usage, dict) and not record.problem
        for at, time in enumerate(times if sound and isinstance(times, list) and times else (None,)):
            row += 1
            context.rows += 1
            fields = Fields(row, {"time": time})
            if not sound or not isinstance(usage, dict):
                yield fields.excluded("parse_error", record.problem or "time and usage do not fit", ("time",))
                continue
            try:
                day = fields.day("time")
                found = [(name, _count(row, name, counts, at)) for name, counts in usage.items()]
            except FieldProblem as error:
                yield fields.excluded("parse_error", str(error), ("time",))
                continue
            counted = [(name, count) for name, count in found if count]
            if not counted:
                yield fields.excluded("empty_period", "a period without use", ("time",))
            for name, count in counted:
                group = () if name.casefold() == _ALL else (("breakdown", name),)
                yield UsageLine(row, day, _KEY, count, None, group=group)


def _count(row: int, name: str, counts: object, at: int) -> Decimal | None:
    if not isinstance(counts, list) or at >= len(counts):
        raise FieldProblem(f"usage has no count of {name[:40]} for this time")
    return Fields(row, {"usage": counts[at]}).amount("usage")


READER = Reader("elevenlabs", "ElevenLabs usage (API)", "json", frozenset({"time", "usage"}), reading)

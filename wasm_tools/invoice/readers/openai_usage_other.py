"""OpenAI's usage CSV of the other endpoints: embeddings, moderation, images, speech, searches, sessions, storage."""

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.openai_tokens import COUNTED, input_class, usage_key
from wasm_tools.invoice.readers.openai_usage import NOT_ALL, group_of
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

_TOKENS = ("start_time", "model", "num_model_requests", "input_tokens")
_TEXTS = ("model", "batch", "project_id", "api_key_id", "user_id")


def reading(table: Table, context: Context) -> Entries:
    """Each row as the one quantity that its endpoint counts."""
    context.note(NOT_ALL)
    column = next((name for name in COUNTED if Sheet(table, context, ("start_time",)).has(name)), "input_tokens")
    sheet = Sheet(
        table, context, ("start_time", column), (*_TEXTS, "num_model_requests"), (column, "num_model_requests")
    )
    start_at, quantity_at, requests_at = map(sheet.at, ("start_time", column, "num_model_requests"))
    quantity_of, requests_of, day_of = (
        sheet.numbers(column),
        sheet.numbers("num_model_requests"),
        sheet.days("start_time"),
    )
    said = sheet.cells(*_TEXTS)

    def meaning(cells: tuple[str, ...]) -> tuple[LineKey, tuple[tuple[str, str], ...]]:
        model, batch, *groups = map(str.strip, cells)
        line_class, unit = COUNTED.get(column) or (input_class(model), "token")
        return usage_key(model, batch, "", line_class, unit, ""), group_of(*groups)

    meaning_of = Remembered(meaning)
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        named = column
        try:
            quantity = quantity_of[cells[quantity_at]]
            named = "num_model_requests"
            requests = requests_of[cells[requests_at]]
            named = "start_time"
            day = day_of[cells[start_at]]
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{named} {error}")
            continue
        if not quantity:
            reason = "no_quantity" if requests else "empty_period"
            yield sheet.excluded(number, cells, reason, "nothing is counted")
            continue
        key, group = meaning_of[said(cells)]
        yield UsageLine(number, day, key, quantity, None, None, None if requests is None else int(requests), group)


READER = Reader(
    "openai_usage_other",
    "OpenAI usage of other endpoints (CSV)",
    "table",
    frozenset(_TOKENS),
    reading,
    also=tuple(frozenset({"start_time", "end_time", column}) for column in COUNTED),
)

"""Helicone's requests as JSON or JSON lines: tokens and a cost that is an estimate. Bodies are not read."""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.call_lines import ESTIMATE, CallKeys, call_lines, input_class
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey

_COUNTS = ("prompt_tokens", "prompt_cache_read_tokens", "prompt_cache_write_tokens", "completion_tokens")
_MODELS = ("model", "response_model", "model_override", "request_model")
_QUOTED = ("request_created_at", *_MODELS, "cost", "costUSD", *_COUNTS)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each request as its tokens and its estimated cost."""
    context.note(ESTIMATE)
    keys = CallKeys()
    key_of: Remembered[tuple[str, str], LineKey] = Remembered(lambda words: request_key(*words))
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("cost") if fields.value("cost") is not None else fields.amount("costUSD")
            if cost is not None:
                context.money("USD", cost)
            inputs, read, written, output = map(fields.amount, _COUNTS)
            total, day = fields.amount("total_tokens"), fields.day("request_created_at")
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        first, notes = input_class(total, inputs, output, (read, written))
        counts = ((first, inputs), ("cache_read", read), ("cache_write", written), ("output", output))
        key = key_of[_model(fields), fields.text("provider").casefold()]
        lines = call_lines(fields.number, day, key, counts, cost, keys, 1, notes=notes)
        yield from lines
        if not lines:
            yield fields.excluded("no_quantity", "the request has no tokens", _QUOTED)


def request_key(model: str, provider: str) -> LineKey:
    """The key of the estimated cost of a request."""
    return LineKey(provider=provider, model_raw=model, line_class="blended", cost_basis="estimated", currency="USD")


def _model(fields: Fields) -> str:
    return next((text for name in _MODELS if (text := fields.text(name))), "")


READER = Reader(
    "helicone",
    "Helicone requests (JSON)",
    "json",
    frozenset({"request_created_at", "prompt_tokens", "completion_tokens"}),
    reading,
    estimate=True,
)

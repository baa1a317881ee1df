"""The report of Vercel's AI Gateway (API): cost and tokens by day and model.

The format does not say whether the input contains the cached tokens; where there are any, the user is asked. Rows
without a cost but with a market cost were paid elsewhere with the reader's own key.
"""

from dataclasses import replace

from wasm_tools.invoice.choices import INCLUDED
from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.call_lines import CallKeys, CountsProblem, call_lines, input_class, taken_out
from wasm_tools.invoice.readers.fields import FieldProblem, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey

_COUNTS = ("input_tokens", "cached_input_tokens", "cache_creation_input_tokens", "output_tokens")
_GROUPS = (("user", "user"), ("tag", "tag"), ("key", "credential_type"))
_QUOTED = ("day", "model", "total_cost", "market_cost", *_COUNTS)


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each result as its tokens and its cost; reasoning tokens are part of the output."""
    keys = CallKeys()
    key_of: Remembered[tuple[str, str], LineKey] = Remembered(lambda words: _key(*words))
    own_of: Remembered[LineKey, LineKey] = Remembered(lambda key: replace(key, kind="byok"))
    for fields in records(document, context):
        cost = None
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            cost = fields.amount("total_cost")
            if cost is None:
                raise FieldProblem("total_cost is missing")
            context.money("USD", cost)
            market, calls, day = fields.amount("market_cost"), fields.amount("request_count"), fields.day("day")
            inputs, read, written, output = map(fields.amount, _COUNTS)
            first, notes = input_class(None, inputs, output, (read, written))
            said = context.choices.cached_input
            if first == "input" and said:
                first, notes = "input_uncached", ()
                inputs = taken_out(inputs, read, written) if said == INCLUDED else inputs
        except (FieldProblem, CountsProblem) as error:
            yield fields.excluded("parse_error", str(error), _QUOTED, cost, "USD")
            continue
        counts = ((first, inputs), ("cache_read", read), ("cache_write", written), ("output", output))
        key = key_of[fields.text("model"), fields.text("provider")]
        if not cost and market:
            key = own_of[key]
        group = tuple((name, text) for name, path in _GROUPS if (text := fields.text(path)))
        yield from call_lines(fields.number, day, key, counts, cost, keys, calls, market, group, notes)


def _key(model: str, provider: str) -> LineKey:
    return LineKey(
        provider="vercel",
        host=provider,
        developer=model.partition("/")[0] if "/" in model else "",
        model_raw=model,
        line_class="blended",
        cost_basis="invoiced",
        currency="USD",
        join=(("vercel_model", model),) if model else (),
    )


READER = Reader(
    "vercel",
    "Vercel AI Gateway report (API)",
    "json",
    frozenset({"total_cost", "market_cost"}),
    reading,
    "superset",
    asks_cached=True,
)

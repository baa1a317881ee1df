"""The project's own ledger: one call a line, tokens by class and no price, so that it can be priced by its dates.

`reasoning` is part of `output` and makes no line of its own. A cost that the provider reported covers the whole call:
it is a line without classes, an estimate. A torn last line is a failure, like any line that is not JSON.
"""

from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.readers.fields import FieldProblem, Fields, records
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine
from wasm_tools.spend.ledger import CACHED_MODALITIES, TOKEN_CLASSES, VERSION

TIERS = {"default": "standard", "standard": "standard", "batch": "batch", "flex": "flex", "priority": "priority"}
_QUOTED = ("ts", "provider", "model", "status")


def reading(document: JsonDocument, context: Context) -> Entries:
    """Each call as one line a class; the first carries the number of requests and all the tags as groups."""
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: call_key(*words))
    for fields in records(document, context):
        try:
            if fields.problem:
                raise FieldProblem(fields.problem)
            found = list(_lines(fields, keys, context))
        except FieldProblem as error:
            yield fields.excluded("parse_error", str(error), _QUOTED)
            continue
        if not found:
            yield fields.excluded("no_quantity", "the call has no tokens", _QUOTED)
        yield from found


def _lines(fields: Fields, keys: Remembered[tuple[str, ...], LineKey], context: Context) -> Entries:
    version = fields.amount("v")
    if version != VERSION:
        raise FieldProblem(f"v is {fields.text('v') or 'missing'}, this reader knows {VERSION}")
    day, calls = fields.day("ts"), fields.count("requests")
    counts = [(name, fields.amount(f"tokens.{name}")) for name in TOKEN_CLASSES]
    cost = fields.amount("cost_reported")
    tags = fields.value("tags")
    named = tags.items() if isinstance(tags, dict) else ()
    group = tuple(sorted((str(name), value) for name, value in named if isinstance(value, str) and value))
    words = (fields.text("provider"), fields.text("model"), fields.text("endpoint"), fields.text("tier"))
    for line_class, quantity in counts:
        if quantity:
            yield UsageLine(fields.number, day, keys[(*words, line_class)], quantity, None, None, calls, group)
            calls = None
    if cost is not None:
        context.money("USD", cost)
        yield UsageLine(fields.number, day, keys[(*words, "blended")], None, cost, None, calls, group)


def call_key(provider: str, model: str, endpoint: str, tier: str, line_class: str) -> LineKey:
    """What tokens of one class of a call are on a bill; "blended" is what the provider reported of the whole call."""
    priced = line_class == "blended"
    line_class, modality = CACHED_MODALITIES.get(line_class, (line_class, ""))
    if line_class == "input_uncached" and "embedding" in endpoint:
        line_class = "embedding"
    return LineKey(
        provider=provider,
        model_raw=model,
        line_class=line_class,
        unit="" if priced else "token",
        unit_evidence="none" if priced else "stated",
        unit_raw="" if priced else "tokens",
        tier=TIERS.get(tier.casefold(), "unknown"),
        cost_basis="estimated" if priced else "none",
        currency="USD" if priced else "",
        join=(("modality", modality),) if modality else (),
    )


READER = Reader(
    "ledger", "ledger of calls (JSONL)", "json", frozenset({"v", "tokens"}), reading, "disjoint", estimate=True
)

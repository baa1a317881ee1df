"""The usage CSV of Anthropic's console: tokens of one day or hour by class, no money. The classes are disjoint."""

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.anthropic_cost import group_of
from wasm_tools.invoice.readers.anthropic_words import anthropic_key
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

COLUMNS = ("usage_date_utc", "model_version", "usage_input_tokens_no_cache", "usage_output_tokens")
COUNTS = {  # column: token type and cost type of the cost file
    "usage_input_tokens_no_cache": ("input_no_cache", "token"),
    "usage_input_tokens_cache_read": ("input_cache_read", "token"),
    "usage_input_tokens_cache_write_5m": ("input_cache_write_5m", "token"),
    "usage_input_tokens_cache_write_1h": ("input_cache_write_1h", "token"),
    "usage_output_tokens": ("output", "token"),
    "web_search_count": ("", "web_search"),
}
_WORDS = ("model_version", "usage_type", "context_window", "inference_geo", "speed")
_GROUPS = ("workspace", "api_key")
Keys = tuple[LineKey, ...]


def keys_of(model: str, usage_type: str, context_window: str, geo: str, speed: str) -> Keys:
    """The keys of the counts of a row, in the order of COUNTS."""
    return tuple(
        anthropic_key(model, usage_type, context_window, token_type, cost_type, geo, speed, "")
        for token_type, cost_type in COUNTS.values()
    )


def reading(table: Table, context: Context) -> Entries:
    """Each row as up to six lines."""
    sheet = Sheet(table, context, COLUMNS, (*_WORDS, *_GROUPS, *COUNTS), tuple(COUNTS))
    day_at, day_of = sheet.at("usage_date_utc"), sheet.days("usage_date_utc")
    counts = [(name, sheet.at(name), sheet.numbers(name)) for name in COUNTS if sheet.has(name)]
    places = [list(COUNTS).index(name) for name, _, _ in counts]
    words = sheet.cells(*_WORDS, *_GROUPS)
    keys: Remembered[tuple[str, ...], Keys] = Remembered(lambda cells: keys_of(*cells))

    def meaning(cells: tuple[str, ...]) -> tuple[Keys, tuple[tuple[str, str], ...]]:
        found = keys[cells[: len(_WORDS)]]
        return tuple(found[place] for place in places), group_of(*cells[len(_WORDS) :])

    meaning_of = Remembered(meaning)
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        column, quantities = "usage_date_utc", []
        try:
            day = day_of[cells[day_at]]
            for column, at, count_of in counts:  # noqa: B007 (named in the message)
                quantities.append(count_of[cells[at]])
        except (NumberProblem, DateProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", f"{column} {error}")
            continue
        found, group = meaning_of[words(cells)]
        if not any(quantities):
            yield sheet.excluded(number, cells, "no_quantity", "no tokens are counted")
            continue
        for key, quantity in zip(found, quantities, strict=True):
            if quantity:
                yield UsageLine(number, day, key, quantity, None, None, None, group)


READER = Reader("anthropic_usage", "Anthropic usage (CSV)", "table", frozenset(COLUMNS), reading, "disjoint")

"""OpenAI's completions usage CSV: tokens by model, key and period, no money. Its input contains what was cached.

A usage file is not the whole bill: tools, storage and other endpoints have files of their own.
"""

from decimal import Decimal
from functools import partial

from wasm_tools.invoice.dates import DateProblem
from wasm_tools.invoice.numerals import NumberProblem
from wasm_tools.invoice.readers.numbers import Numbers
from wasm_tools.invoice.readers.openai_tokens import (
    MIXED,
    MODAL,
    TOTALS,
    ZERO,
    Tokens,
    TokensProblem,
    mixed_tokens,
    text_tokens,
    usage_key,
)
from wasm_tools.invoice.readers.reader import Context, Entries, Reader
from wasm_tools.invoice.readers.sheet import Sheet
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import LineKey, UsageLine

COLUMNS = ("start_time", "model", "num_model_requests", "input_tokens", "output_tokens", "input_cached_tokens")
_TEXTS = ("batch", "service_tier", "project_id", "api_key_id", "user_id")
_COUNTS = (*TOTALS, *MIXED, *MODAL, "input_text_tokens", "num_model_requests")
NOT_ALL = "a usage file is not the whole bill: tools, storage and other endpoints are counted elsewhere"


def reading(table: Table, context: Context) -> Entries:
    """Each row as one line a class of tokens; the first of them carries the number of requests."""
    context.note(NOT_ALL)
    sheet = Sheet(table, context, COLUMNS, (*_TEXTS, *_COUNTS), _COUNTS)
    start_at, model_at, requests_at = map(sheet.at, ("start_time", "model", "num_model_requests"))
    day_of, counts = sheet.days("start_time"), {name: sheet.numbers(name) for name in _COUNTS}
    at = {name: sheet.at(name) for name in _COUNTS}
    total_of, output_of, cached_of, written_of = (counts[name] for name in TOTALS)
    total_at, output_at, cached_at, written_at = (at[name] for name in TOTALS)
    requests_of, mixed = counts["num_model_requests"], sheet.cells(*MIXED)
    said = sheet.cells("model", *_TEXTS)
    keys: Remembered[tuple[str, ...], LineKey] = Remembered(lambda words: usage_key(*words))
    meaning_of = Remembered(_meaning)

    def is_plain(cells: tuple[str, ...]) -> bool:
        return not any(counts[name][cell] for name, cell in zip(MIXED, cells, strict=True))

    plain = Remembered(is_plain)
    for number, cells, problem in sheet.rows():
        if problem:
            yield sheet.broken(number, cells, problem)
            continue
        if not cells[model_at] and not cells[total_at]:
            yield sheet.excluded(number, cells, "empty_period", "a period without use")
            continue
        note = ""
        try:
            day = day_of[cells[start_at]]
            requests = requests_of[cells[requests_at]]
            if plain[mixed(cells)]:
                tokens = text_tokens(
                    total_of[cells[total_at]] or ZERO,
                    output_of[cells[output_at]] or ZERO,
                    cached_of[cells[cached_at]] or ZERO,
                    written_of[cells[written_at]] or ZERO,
                )
            else:
                tokens, note = mixed_tokens(partial(_count, cells, at, counts))
        except (NumberProblem, DateProblem, TokensProblem) as error:
            yield sheet.excluded(number, cells, "parse_error", _named(error, cells, at, counts))
            continue
        words, group = meaning_of[said(cells)]
        if not tokens:
            yield sheet.excluded(number, cells, "no_quantity", "no tokens are counted")
        yield from lines(number, day, tokens, words, keys, requests, group, note)


def lines(
    number: int, day: str, tokens: Tokens, words: tuple[str, str, str],
    keys: Remembered[tuple[str, ...], LineKey], requests: Decimal | None,
    group: tuple[tuple[str, str], ...], note: str,
) -> Entries:  # fmt: skip
    """One line a class; the requests stand on the first, so that they can be added up."""
    notes = (note,) if note else ()
    calls = None if requests is None else int(requests)
    for line_class, modality, quantity in tokens:
        yield UsageLine(
            number, day, keys[(*words, line_class, "token", modality)], quantity, None, None, calls, group, notes
        )
        calls = None


def group_of(project_id: str, api_key_id: str, user_id: str) -> tuple[tuple[str, str], ...]:
    """The group of a line."""
    named = (("project", project_id), ("key", api_key_id), ("user", user_id))
    return tuple((name, value) for name, value in named if value)


def _meaning(cells: tuple[str, ...]) -> tuple[tuple[str, str, str], tuple[tuple[str, str], ...]]:
    model, batch, service_tier, *groups = map(str.strip, cells)
    return (model, batch, service_tier), group_of(*groups)


def _count(cells: list[str], at: dict[str, int], counts: dict[str, Numbers], name: str) -> Decimal:
    return counts[name][cells[at[name]]] or ZERO


def _named(error: ValueError, cells: list[str], at: dict[str, int], counts: dict[str, Numbers]) -> str:
    """What is wrong, with the column of a number: looked for only now, because nearly every row is sound."""
    if isinstance(error, NumberProblem):
        for name in counts:
            try:
                _count(cells, at, counts, name)
            except NumberProblem as found:
                return f"{name} {found}"
    return str(error) if isinstance(error, TokensProblem) else f"start_time {error}"


READER = Reader("openai_usage", "OpenAI completions usage (CSV)", "table", frozenset(COLUMNS), reading, "superset")

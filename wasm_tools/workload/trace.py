"""A recorded trace of requests, reduced to what a plan needs: spread of lengths, mean rate, how far peaks stand out.

CSV with a header, or one JSON object a line. Lengths are found by the usual names of their columns (`ContextTokens` and
`GeneratedTokens` of Azure, `input_length` of Mooncake, `Request tokens` of BurstGPT, …), arrivals by those of a time:
dates, or numbers of seconds or milliseconds.
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.performance.lengths import TokenSpread
from wasm_tools.workload.traffic import MAX_TOKENS, PERCENTILES, InputError

MAX_ROWS = 2_000_000
LEAST_ROWS = 20  # fewer say nothing about p95
WINDOW_S = 60  # peaks are those of a minute
LEAST_WINDOWS = 10
PROMPT = (
    "contexttokens", "inputlength", "requesttokens", "prompttokens", "inputtokens", "prefilltokens", "numprompttokens",
    "promptlen", "promptlength", "inputlen", "isl", "prompt", "input",
)  # fmt: skip
OUTPUT = (
    "generatedtokens", "outputlength", "responsetokens", "outputtokens", "completiontokens", "decodetokens",
    "numoutputtokens", "outputlen", "osl", "completion", "output",
)  # fmt: skip
TIME = ("timestamp", "arrivaltimestamp", "arrivaltime", "arrivedat", "starttime", "createdat", "time", "date", "ts")
DATE_LENGTH = 26  # of an ISO date with microseconds; finer digits are cut off


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """What a trace says. Rate (requests/s) and peak factor are None where it names no times, or too short a time."""

    requests: int
    prompt: TokenSpread
    output: TokenSpread
    qps: float | None
    peak_factor: float | None
    seconds: float | None
    milliseconds: bool  # whether bare numbers were taken for milliseconds


def read_trace(text: str) -> TraceSummary:
    """The summary of a trace; InputError says in words what is missing."""
    prompts: list[int] = []
    outputs: list[int] = []
    times: list[float] = []
    columns: tuple[str, str, str | None] | None = None
    for number, row in enumerate(_rows(text), 1):
        if number > MAX_ROWS:
            raise InputError("trace", f"more than {MAX_ROWS:,} requests; give a part of them")
        columns = columns or _columns(row)
        prompt, output, time = columns
        prompts.append(_tokens(row.get(prompt), number, prompt))
        outputs.append(_tokens(row.get(output), number, output))
        if time is not None:
            times.append(_seconds(row.get(time), number, time))
    if len(prompts) < LEAST_ROWS:
        raise InputError("trace", f"{len(prompts)} requests say nothing about how lengths spread; give {LEAST_ROWS}")
    if not any(prompts) or not any(outputs):
        raise InputError("trace", "all lengths are 0; name the columns of prompt and output tokens")
    in_ms = bool(times) and _in_milliseconds(times, columns[2] if columns else None)
    arrivals = _arrivals([t / 1000 for t in times] if in_ms else times)
    return TraceSummary(len(prompts), _spread(prompts), _spread(outputs), *arrivals, in_ms)


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    text = text.removeprefix("\ufeff").lstrip()
    if text.startswith("["):
        yield from _checked_rows(_json(text, "the file"))
    elif text.startswith("{"):
        lines = (line for line in text.splitlines() if line.strip())
        yield from _checked_rows(_json(line, f"line {n}") for n, line in enumerate(lines, 1))
    else:
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            yield from csv.DictReader(io.StringIO(text), delimiter=delimiter)
        except csv.Error as error:
            raise InputError("trace", f"this is no CSV: {error}") from None


def _json(text: str, where: str) -> Any:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        raise InputError("trace", f"{where} is not JSON") from None


def _checked_rows(rows: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        if not isinstance(row, dict):
            raise InputError("trace", "each request must be an object with its tokens")
        yield row


def _columns(row: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """The columns of prompt, output and time in the first row."""
    plain = {"".join(c for c in str(name).lower() if c.isalnum()): name for name in row if name is not None}
    prompt, output, time = (next((plain[n] for n in names if n in plain), None) for names in (PROMPT, OUTPUT, TIME))
    if prompt is None or output is None:
        missing = "prompt" if prompt is None else "output"
        seen = ", ".join(str(name)[:30] for name in list(row)[:8] if name is not None)
        raise InputError(
            "trace", f"no column of {missing} tokens is among {seen or 'nothing'}; call it {missing}_tokens"
        )
    return prompt, output, time


def _tokens(value: Any, number: int, column: str) -> int:
    try:
        tokens = float(value)
    except (TypeError, ValueError):
        tokens = math.nan
    if not 0 <= tokens <= MAX_TOKENS:
        raise InputError("trace", f"request {number}: {str(value)[:30]!r} in {column} is no number of tokens")
    return round(tokens)


def _seconds(value: Any, number: int, column: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    said = str(value).strip()
    try:
        if "." in said and not said.endswith("Z") and "+" not in said:
            said = said[:DATE_LENGTH]
        return datetime.fromisoformat(said).timestamp() if _zoned(said) else _naive(said)
    except (ValueError, OverflowError, OSError):
        raise InputError("trace", f"request {number}: {said[:30]!r} in {column} is no time") from None


def _zoned(said: str) -> bool:
    return datetime.fromisoformat(said).tzinfo is not None


def _naive(said: str) -> float:
    """Seconds since 1970 of a date without a zone, taken as UTC: only differences count."""
    return (datetime.fromisoformat(said) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001


def _arrivals(times: Sequence[float]) -> tuple[float | None, float | None, float | None]:
    """Mean rate, peak of a minute over the mean, and the time that the trace covers, where it says so."""
    if not times or not all(map(math.isfinite, times)):
        return None, None, None
    begin = min(times)
    span = max(times) - begin
    if span <= 0:
        return None, None, None
    qps = (len(times) - 1) / span
    windows = int(span // WINDOW_S)
    if windows < LEAST_WINDOWS:
        return qps, None, span
    counts = Counter(int((t - begin) // WINDOW_S) for t in times)
    busiest = max(counts[n] for n in range(windows))
    return qps, max(1.0, busiest / WINDOW_S / qps), span


def _in_milliseconds(times: Sequence[float], column: str | None) -> bool:
    """Whether bare numbers are milliseconds: by the column's name, as epochs of 13 digits, or as whole numbers whose
    gaps of more than 50 would be long in seconds. The words of the answer say what was taken."""
    begin, gap = min(times), (max(times) - min(times)) / len(times)
    if (column or "").lower().endswith("ms") or begin > 1e11:
        return True
    return begin < 1e8 and gap > 50 and all(t == math.floor(t) for t in times if math.isfinite(t))


def _spread(values: Sequence[int]) -> TokenSpread:
    """Mean, variation and quantiles (nearest rank) of lengths."""
    ordered, n = sorted(values), len(values)
    mean = math.fsum(ordered) / n
    cv = math.sqrt(math.fsum((v - mean) ** 2 for v in ordered) / n) / mean
    p50, p90, p95, p99 = (float(ordered[min(n - 1, math.ceil(n * p / 100) - 1)]) for p in PERCENTILES)
    return TokenSpread(mean, cv, (p50, p90, p95, p99))

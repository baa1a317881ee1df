"""Aider publishes what it measured of models that edit code: the share of exercises solved in at most two attempts.

Two boards are read, `polyglot` (225 exercises in six languages) and `edit` (133 Python exercises), as generated YAML: a
list of flat records, one `key: value` a line, read line by line. Aider runs the models itself, so nothing here is
self-reported. Traps: `total_cost` 0 means that it is not known; one row of the polyglot kind stands in the edit board,
and some runs broke off early: a run over another number of exercises is no score of the board; an architect run is two
models; effort and thinking often hide in the name (`o3 (high)`), which only a reviewed table takes apart.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from generator.sync.price_fields import folder_payload, number
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.models.quality import QualityScore
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "aider"
PAGE = "https://aider.chat/docs/leaderboards/"
BOARDS = {"polyglot": ("aider-polyglot", 225), "edit": ("aider-edit", 133)}  # name and exercises of each
COMPLETE = Decimal("0.98")  # a few exercises may fail to run
_LINE = re.compile(r"(- |  )(\w+): *(.*?)(?: +#.*)?$")
_KEYS = frozenset({
    "model", "edit_format", "pass_rate_2", "date", "test_cases", "total_cost", "reasoning_effort", "thinking_tokens",
    "editor_model", "editor_edit_format", "dirname", "commit_hash", "pass_rate_1", "pass_num_1", "pass_num_2",
    "percent_cases_well_formed", "error_outputs", "num_malformed_responses", "num_with_malformed_responses",
    "user_asks", "lazy_comments", "syntax_errors", "indentation_errors", "exhausted_context_windows", "test_timeouts",
    "total_tests", "command", "versions", "seconds_per_case", "prompt_tokens", "completion_tokens", "released",
    "_released",
})  # fmt: skip
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def parse(body: bytes, _units: UnitRegistry) -> Parsed:
    """The scores of all boards; raises PayloadError when none of the files is one of them."""
    parsed = Parsed()
    for name, text in folder_payload(SOURCE, body).items():
        board = BOARDS.get(name)
        if board is None:
            parsed.reject("file of a board that is not read", name)
            continue
        for record in _records(parsed, name, text):
            parsed.entries += 1
            parsed.expect(record, _KEYS)
            _state_score(parsed, record, *board)
    if not parsed.scores:
        raise PayloadError(f"{SOURCE}: none of the files is a board with scores")
    return parsed


def _records(parsed: Parsed, name: str, text: str) -> Iterator[dict[str, str]]:
    record: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            parsed.reject("line that is no field of a record", f"{name}: {line[:60]}")
            continue
        start, key, value = found.groups()
        if start == "- " and record:
            yield record
            record = {}
        record[key] = value.strip("\"'")
    if record:
        yield record


def _state_score(parsed: Parsed, record: Mapping[str, str], benchmark: str, exercises: int) -> None:
    model, day = record.get("model", ""), record.get("date", "")
    solved, cases, cost = (_number(record.get(key)) for key in ("pass_rate_2", "test_cases", "total_cost"))
    if not model or not _DAY.fullmatch(day):
        parsed.reject("record without a model or a date", str(record)[:80])
    elif record.get("edit_format") == "architect" or "editor_model" in record:
        parsed.reject("two models work together", model)
    elif solved is None or not 0 <= solved <= 100:
        parsed.reject("pass_rate_2: not a percentage", model)
    elif cases is None or not COMPLETE * exercises <= cases <= exercises:
        parsed.reject(f"another number of exercises than the {exercises} of {benchmark}", f"{model}: {cases}")
    else:
        parsed.as_of = max(parsed.as_of, day)
        parsed.scores.append(
            QualityScore(
                name=model,
                benchmark=benchmark,
                value=float(solved),
                unit="percent",
                date=day,
                source=SOURCE,
                self_reported=False,
                setting="; ".join(_setting(record)),
                cost_usd=float(cost) if cost else None,  # zero is no cost that anybody had
                url=PAGE,
            )
        )


def _number(text: str | None) -> Decimal | None:
    value = number(text)
    return value if isinstance(value, Decimal) and value.is_finite() and value >= 0 else None


def _setting(record: Mapping[str, str]) -> Iterator[str]:
    if record.get("edit_format"):
        yield f"edit format {record['edit_format']}"
    if record.get("reasoning_effort"):
        yield f"reasoning effort {record['reasoning_effort']}"
    if record.get("thinking_tokens"):
        yield (
            "no thinking" if record["thinking_tokens"] == "0" else f"{int(record['thinking_tokens']):,} thinking tokens"
        )

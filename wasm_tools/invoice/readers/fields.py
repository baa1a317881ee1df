"""Fields of JSON records as texts, numbers and days; and the results in the buckets of billing APIs, one by one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any

from wasm_tools.invoice.dates import DateProblem, iso_day
from wasm_tools.invoice.documents import JsonDocument
from wasm_tools.invoice.numerals import MissingNumber, NumberProblem, bounded, number
from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.readers.sheet import RAW_LENGTH
from wasm_tools.invoice.usage import Excluded

_day = lru_cache(maxsize=4_096)(iso_day)  # the results of a bucket have one day


class FieldProblem(ValueError):
    """What is wrong with a field, named by its path."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one record. Paths name fields in fields: "amount.value"; "^currency" is one of the page."""

    number: int  # of the record, counted from 1
    values: Mapping[str, Any]
    problem: str = ""
    page: Mapping[str, Any] = field(default_factory=dict)  # of the page around the record

    def value(self, path: str) -> Any:
        """The value as it stands in the file; None where it is absent."""
        if "." not in path and path[0] != "^":
            return self.values.get(path)
        found: Any = self.page if path.startswith("^") else self.values
        for name in path.removeprefix("^").split("."):
            if not isinstance(found, dict):
                return None
            found = found.get(name)
        return found

    def text(self, path: str) -> str:
        """A text, `''` where it is absent or null; numbers become their digits."""
        found = self.value(path)
        if found is None or isinstance(found, (dict, list)):
            return ""
        text = str(found)
        return (text if text.isascii() else text.encode("utf-8", "replace").decode()).strip()

    def json(self, path: str) -> str:
        """An object as JSON text, or the text that stands there in its place."""
        found = self.value(path)
        return json.dumps(found, default=str, sort_keys=True) if isinstance(found, dict) else self.text(path)

    def amount(self, path: str) -> Decimal | None:
        """A number, written as one or as text; None where it is absent. Raises FieldProblem."""
        found = self.value(path)
        try:
            if found is None:
                return None
            if isinstance(found, Decimal):
                return bounded(found)
            if isinstance(found, str):
                return number(found)
        except MissingNumber:
            return None
        except NumberProblem as error:
            raise FieldProblem(f"{path} {error}") from None
        raise FieldProblem(f"{path} is not a number")

    def count(self, path: str) -> int | None:
        """A number as a whole one. Raises FieldProblem."""
        found = self.amount(path)
        return None if found is None else int(found)

    def day(self, path: str) -> str:
        """The ISO day of a date, a time or an epoch; `''` where it is absent. Raises FieldProblem."""
        try:
            text = self.text(path)
            return _day(text) if text else ""
        except DateProblem as error:
            raise FieldProblem(f"{path} {error}") from None

    def excluded(
        self, reason: str, detail: str, quoted: tuple[str, ...], cost: Decimal | None = None, currency: str = ""
    ) -> Excluded:
        """The record as excluded, quoted by some of its fields."""
        raw = ", ".join(f"{path}={text}" for path in quoted if (text := self.text(path)))
        raw = raw if len(raw) <= RAW_LENGTH else raw[: RAW_LENGTH - 1] + "…"
        return Excluded(self.number, raw, reason, cost, currency, detail)


def records(document: JsonDocument, context: Context) -> Iterator[Fields]:
    """The records of a file, counted."""
    for record in document.records():
        context.rows += 1
        yield Fields(record.number, record.fields, record.problem, record.page)


def without_result(bucket: Fields, result: Fields | None, start: str) -> Excluded:
    """A bucket without results as a period without use, a broken one or a broken result as a failure."""
    problem = bucket.problem or (result.problem if result else "")
    reason, detail = ("parse_error", problem) if problem else ("empty_period", "a period without use")
    return bucket.excluded(reason, detail, (start,))


def results(
    document: JsonDocument, context: Context, start: str, held: str = "results"
) -> Iterator[tuple[Fields, Fields | None]]:
    """Each bucket with each of its results, counted and numbered by results; None for a bucket without any.

    `start` is the field in which a bucket says when it begins; a record without it is a broken one. `held` is the
    field that holds the results.
    """
    row = 0
    for record in document.records():
        found = record.fields.get(held)
        problem = record.problem or ("" if start in record.fields else f"{start} is missing")
        if not problem and not isinstance(found, list):
            problem = f"{held} is not a list"
        for result in found if isinstance(found, list) and found and not problem else (None,):
            row += 1
            context.rows += 1
            bucket = Fields(row, record.fields, problem, record.page)
            if result is None:
                yield bucket, None
            elif isinstance(result, dict):
                yield bucket, Fields(row, result)
            else:
                yield bucket, Fields(row, {}, "the result is not an object")

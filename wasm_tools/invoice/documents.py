"""What a file is: a table under one of several delimiters, or JSON records, one object a line or pages of an API.

Numbers of JSON become Decimal from their text: a float would lose the last cents.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import InvalidOperation
from itertools import islice
from typing import Any

from wasm_tools.invoice.json_stream import DECODER, DIGITS, DamagedJson, walk
from wasm_tools.invoice.records import Table, normal_name, tables
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.json_text import refuse_deep

WHOLE = 16_000_000  # bytes up to which a JSON file is held as objects, some eight times its size
_SAMPLE = 200  # records whose fields are compared with those of the known formats
_DEPTH = 4  # levels of fields that tell formats apart
_LISTS = ("data", "results", "items", "daily", "records")  # where a page or report keeps its records
_BUCKET = frozenset({"start_time", "starting_at"})  # a period with `results` of its own is one record


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a JSON file: its number, its fields, and those of the page around it; or what is wrong with it."""

    number: int
    fields: Mapping[str, Any]
    page: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON file. One object a line is read line by line, a long page (`around` not None) element by element; of both
    `content` is None. Everything else is held as a whole.
    """

    data: bytes  # UTF-8
    content: Any
    names: frozenset[str]  # the fields of its first records as paths: "results[].amount.value"
    around: Mapping[str, Any] | None = None  # the fields of a long page beside its list

    @property
    def lines(self) -> int:
        """Physical lines where each is a record, else 0."""
        return self.data.count(b"\n") + 1 if self.content is None and self.around is None else 0

    def records(self) -> Iterator[Record]:
        """The records in the order of the file, those of all pages one after another."""
        if self.content is not None or self.around is not None:
            found = _unwrapped(self.content) if self.around is None else _streamed(self.data, self.around)
            for number, (fields, page) in enumerate(found, 1):
                yield _record(number, fields, page)
            return
        for number, line in enumerate(io.TextIOWrapper(io.BytesIO(self.data), "utf-8"), 1):
            if not line.strip():
                continue
            try:
                unwrapped = list(_unwrapped(_loads(line)))
            except (ValueError, RecursionError):
                yield Record(number, {}, {}, "the line is not valid JSON")
                continue
            for fields, page in unwrapped:
                yield _record(number, fields, page)


Document = Table | JsonDocument
BOUNDLESS = "a number with an exponent that is beyond all measure"


def documents(data: bytes) -> tuple[Document, ...]:
    """What a file in UTF-8 may be, the most likely first; raises InvoiceError with the place of an error."""
    start = data[: 1 << 16].lstrip()[:1]
    return (_json_document(data),) if start in (b"{", b"[") else tables(data)


def _json_document(data: bytes) -> JsonDocument:
    lines = [line for line in islice(io.BytesIO(data), 8) if line.strip()][:2]
    content = around = None
    if len(lines) < 2 or not _is_object(lines[0]):
        try:
            refuse_deep(data)
            around = _around(data) if len(data) > WHOLE else None
            content = (
                DECODER.decode(data.decode()) if around is None else None
            )  # of bytes, json would guess the encoding anew
        except InvalidOperation:
            raise InvoiceError(f"the JSON holds {BOUNDLESS}: export it again") from None
        except RecursionError:
            raise InvoiceError("the JSON is nested too deeply for a bill") from None
        except DamagedJson as error:
            raise InvoiceError(f"the JSON is damaged near byte {error.about}: export it again") from None
        except json.JSONDecodeError as error:
            raise InvoiceError(
                f"the JSON is damaged at line {error.lineno}, character {error.colno} ({error.msg}): export it again"
            ) from None
    document = JsonDocument(data, content, frozenset(), around)
    names: set[str] = set()
    for record in islice(document.records(), _SAMPLE):
        _collect(record.fields, "", names, _DEPTH)
        _collect(record.page, "^", names, 1)
    return JsonDocument(data, content, frozenset(names), around)


def _around(data: bytes) -> dict[str, Any] | None:
    """The fields beside the list of a page, or none for a list; None for an object that is no page.

    Numbers among them are their digits: this reading of the whole file only finds where it is damaged.
    """
    fields: dict[str, Any] = {}
    held = None
    for name, value in walk(data, _LISTS, DIGITS):
        if name and value is None and name in _LISTS:
            held = name
        elif name:
            fields[name] = value
        elif held is None:
            held = ""
    return fields if held == "" or (held and _list_of({**fields, held: []}) == held) else None


def _streamed(data: bytes, around: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Records with the fields of the page around them, one page or a list of pages."""
    paged = False
    for name, value in walk(data, _LISTS):
        if name:
            paged = paged or value is None
        elif paged:
            yield value, around
        else:
            yield from _unwrapped(value)


def _loads(text: str) -> Any:
    refuse_deep(text)
    try:
        return DECODER.decode(text)
    except InvalidOperation:
        raise ValueError(BOUNDLESS) from None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(_loads(line.decode()), dict)
    except (ValueError, RecursionError):
        return False


def _unwrapped(content: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Records with the fields of the page they were on; what is no page is a record itself."""
    for page in content if isinstance(content, list) else (content,):
        held = _list_of(page)
        if held:
            around = {name: value for name, value in page.items() if name != held}
            yield from ((item, around) for item in page[held])
        else:
            yield page, {}


def _list_of(content: Any) -> str:
    """The name of the list of records that a page holds; `''` for a record."""
    if not isinstance(content, dict) or not _BUCKET.isdisjoint(content):
        return ""
    return next((name for name in _LISTS if isinstance(content.get(name), list)), "")


def _record(number: int, fields: Any, page: Mapping[str, Any]) -> Record:
    if isinstance(fields, dict):
        return Record(number, fields, page)
    return Record(number, {}, page, "the record is not an object")


def _collect(value: Any, path: str, names: set[str], depth: int) -> None:
    """The paths of all fields: "amount.value" for objects in objects, "results[].model" for lists of them."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{normal_name(name)}" if path and path != "^" else path + normal_name(name)
            names.add(here)
            if depth > 1:
                _collect(inner, here, names, depth - 1)
    elif isinstance(value, list):
        for inner in value[:_SAMPLE]:
            if isinstance(inner, dict):
                _collect(inner, path + "[]", names, depth)

"""Values that the reader writes into the fields of the specification, instead of saying them in words."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import STATED
from wasm_tools.ask.merging import EACH, LOADS
from wasm_tools.ask.specification import BY_HAND, Specification, Value
from wasm_tools.planner.form_fields import FIELD
from wasm_tools.workload.traffic import InputError


def set_by_hand(spec: Specification, given: Any, n: int, book: AskBook) -> Specification:
    """Fields that the reader set: those of the form, or any that is there already; None clears one."""
    if not isinstance(given, Mapping):
        raise InputError(f"turns[{n}]", "set needs an object of fields")
    for name, value in given.items():
        where = "task" if name == "use_case" else name
        if name not in FIELD and where != "task" and where not in spec.fields:
            raise InputError(f"turns[{n}]", f"{str(name)[:40]!r} is not a field of the form")
        if where == "task" and value is not None and value not in book.tasks:
            raise InputError("task", f"{str(value)[:40]!r} is none of {', '.join(book.tasks)}")
        if name not in FIELD and value is not None and not _alike(value, spec.value(where, value)):
            raise InputError(str(name), f"{str(value)[:40]!r} is no value of {book.labels.get(where, where)}")
        replaced = {"users": set(LOADS) - set(EACH), "qps": set(LOADS)}.get(str(name), set())
        clears = dict.fromkeys(replaced)
        spec = spec.having(**{**clears, where: None if value is None else Value(value, STATED, BY_HAND)})
    return spec


def _alike(a: Any, b: Any) -> bool:
    """Whether two values are of one kind: a number is none of the words."""
    if isinstance(b, int | float) and not isinstance(b, bool):
        return isinstance(a, int | float) and not isinstance(a, bool) and a >= 0
    return isinstance(a, type(b))

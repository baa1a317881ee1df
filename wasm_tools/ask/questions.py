"""Follow-up questions: what is decisive and missing, and what was said in a way that can be read in two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.form_record import within_bounds
from wasm_tools.ask.mentions import CONTRADICTION
from wasm_tools.ask.merging import LOADS
from wasm_tools.ask.specification import Specification, Value
from wasm_tools.planner.catalogue import Catalogue

TASK, USERS, USAGE = "task", "users", "usage"
_ORDER = (TASK, USERS, USAGE, "qps", "owned_gpus", "inventory", "budget", "ttft_ms", "e2e_ms", "priority")
_OF_USAGE = frozenset({TASK, USAGE, "unit", "budget", "providers"})
_TIMES = ("ttft_ms", "e2e_ms")


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its words, and the fields that it sets; None clears one."""

    label: str
    sets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `unknown` says what "I don't know" means, `default` is the value that is then taken, if one is."""

    id: str
    field: str
    text: str
    why: str
    options: Sequence[Option]
    unknown: str
    default: Any = None
    decisive: bool = False


def open_questions(spec: Specification, intent: str, book: AskBook, catalogue: Catalogue) -> list[Asked]:
    """The questions that are open, the most decisive first."""
    found: list[Asked] = []
    if TASK not in spec.fields and TASK not in spec.given_up and intent != "catalogue":
        found.append(_task(book))
    if intent == "plan" and not any(n in spec.fields for n in LOADS) and TASK in spec.fields:
        found.append(_users(spec, book, catalogue))
    if intent == "usage" and USAGE not in spec.fields and USAGE not in spec.given_up:
        found.append(_usage(spec, book))
    wanted = spec.fields if intent != "usage" else {n: v for n, v in spec.fields.items() if n in _OF_USAGE}
    for name, value in wanted.items():
        if value.open and name not in spec.given_up:
            found.append(_reading(name, value, book))
    if intent == "plan" and "owned" in spec.value("kinds", ()) and not {"inventory", "owned_gpus"} & spec.fields.keys():
        row = book.questions["owned_gpus"]
        if "owned_gpus" not in spec.given_up:
            found.append(Asked("owned_gpus", "owned_gpus", row["text"], row["why"], (), row["unknown"]))
    place = {name: n for n, name in enumerate(_ORDER)}
    return sorted(found, key=lambda q: place.get(q.id, len(_ORDER)))


def _task(book: AskBook) -> Asked:
    row = book.questions[TASK]
    options = tuple(Option(t.title, {TASK: t.id}) for t in book.tasks.values())
    return Asked(TASK, TASK, row["text"], row["why"], options, row["unknown"], None, True)


def _users(spec: Specification, book: AskBook, catalogue: Catalogue) -> Asked:
    row = book.questions[USERS]
    case = catalogue.presets.use_cases.get(str(spec.value(TASK)))
    default = case.users if case else 1000
    options = tuple(Option(label, {USERS: value}) for label, value in row["options"])
    return Asked(
        USERS, USERS, row["text"], row["why"], options, row["unknown"].format(users=f"{default:,}"), default, True
    )


def _usage(spec: Specification, book: AskBook) -> Asked:
    row = book.questions[USAGE]
    amount, unit, _ = book.usage[str(spec.value(TASK))]
    options = tuple(
        Option(f"{value:,.10g} {unit.replace('_', ' ')}", {USAGE: value, "unit": unit})
        for value in (amount / 10, amount, amount * 10)
    )
    unknown = row["unknown"].format(usage=f"{amount:,.10g}", unit=unit.replace("_", " "))
    return Asked(USAGE, USAGE, row["text"], row["why"], options, unknown, None, True)


def _reading(name: str, value: Value, book: AskBook) -> Asked:
    """The question about a field that can be read in several ways."""
    either = book.questions["*"]
    row = book.questions.get("ttft_ms" if name in _TIMES else name, either)
    if not value.readings and (row is either or value.value is None or not within_bounds(name, value.value)):
        row = book.questions["?"]
    elif value.state == CONTRADICTION or any(read is None for read, _ in value.readings):
        row = either
    shown = f"the {book.labels[name].lower()}" if value.value is None else _shown(value.value)
    shown += " ms" if name in _TIMES else ""
    options: list[Option] = []
    for read, label in value.readings:
        if name in _TIMES and isinstance(read, str):
            clears: dict[str, Any] = {t: None for t in _TIMES if t != read}
            options.append(Option(label, {**clears, read: value.value}))
        elif name == "owned_gpus":
            continue
        else:
            clears = {other: None for other in LOADS if other != name} if name in LOADS else {}
            options.append(Option(_label(read, label), {**clears, name: read}))
    both = " or ".join(label for _, label in value.readings)
    text, unknown = row["text"].format(value=both if row is either else shown), row["unknown"]
    if name in (USERS, USAGE):  # what was said is kept then, not a standard
        unknown = either["unknown"]
    if name == USERS and row is book.questions[USERS]:
        text = "How many people is it?"
    unknown = unknown.format(value=shown, first=shown)
    return Asked(name, name, text, row["why"], tuple(options), unknown)


def _label(read: Any, label: str) -> str:
    return f"{read:,.6g} ({label})" if isinstance(read, float) and not label[:1].isdigit() else label


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{n} × {gpu}" for gpu, n in value.items())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.6g}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

"""A conversation as a value: turns in, a specification and what is asked out. The same turns give the same answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.by_hand import set_by_hand
from wasm_tools.ask.form_record import form_of, within_bounds
from wasm_tools.ask.mentions import DEFAULT, IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.merging import LOADS, merged, multiplied
from wasm_tools.ask.queries import query_of
from wasm_tools.ask.questions import Asked, open_questions
from wasm_tools.ask.reading import Reading, read_turn
from wasm_tools.ask.specification import Query, Specification, Value
from wasm_tools.ask.tasks import USE_CASE, scores
from wasm_tools.ask.words import MOST_CHARACTERS, Span
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.workload.traffic import InputError

MOST_TURNS = 100
PLAN, USAGE, CATALOGUE, UNCLEAR = INTENTS = ("plan", "usage", "catalogue", "unclear")


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation has come to.

    `used` are the places of each turn that meant something. `variants` are form records beside the one planned, each
    with the fields that differ. `before` is the form record before the last turn, where that turn changed it.
    """

    intent: str
    spec: Specification
    form: Mapping[str, Any]
    questions: Sequence[Asked]
    query: Query | None = None
    used: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    variants: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = ()
    before: Mapping[str, Any] | None = None


@dataclass(slots=True)
class _Fold:
    """The state while turns are gone through. `stack` is what "undo" goes back to."""

    spec: Specification
    stack: list[Specification]
    undone: bool = False  # by the turn at hand
    query: Query | None = None
    variants: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = ()
    before: Mapping[str, Any] | None = None


def conversation(turns: Sequence[Mapping[str, Any]], book: AskBook, catalogue: Catalogue) -> Conversation:
    """The conversation after its turns; InputError names the turn that is none.

    A turn is {"text": …}, {"answer": question, "option": n or "unknown"}, {"answer": question, "text": …} or
    {"set": {field: value}}.
    """
    if len(turns) > MOST_TURNS:
        raise InputError("turns", f"{len(turns)} turns are more than {MOST_TURNS}; start over")
    fold = _Fold(Specification(), [])
    used: dict[int, Sequence[tuple[int, int]]] = {}
    for n, turn in enumerate(turns):
        fold.query, fold.variants, fold.before = None, (), None
        _take(fold, n, turn, used, book, catalogue)
    spec = _bounded(fold.spec)
    form = form_of(spec, book, catalogue)
    intent = _intent(spec, fold.query, book)
    asked = [] if intent == CATALOGUE else open_questions(spec, intent, book, catalogue)
    before = fold.before if fold.before is not None and fold.before != form else None
    return Conversation(intent, spec, form, asked, fold.query, used, fold.variants, before)


def _bounded(spec: Specification) -> Specification:
    """The specification with numbers that cannot be planned with put in doubt."""
    wrong = {n: v for n, v in spec.fields.items() if v.value is not None and not within_bounds(n, v.value)}
    rule = "it is out of the bounds of what can be planned"
    return spec.having(**{n: replace(v, state=UNSURE, rule=rule, readings=()) for n, v in wrong.items()})


def _take(
    fold: _Fold,
    n: int,
    turn: Mapping[str, Any],
    used: dict[int, Sequence[tuple[int, int]]],
    book: AskBook,
    of: Catalogue,
) -> None:
    if not isinstance(turn, Mapping):
        raise InputError(f"turns[{n}]", "this is no turn; give an object with text, answer or set")
    text = turn.get("text", "")
    if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
        raise InputError(f"turns[{n}]", f"give a text of at most {MOST_CHARACTERS:,} characters")
    before, fold.undone = fold.spec, False
    if "set" in turn:
        fold.spec = set_by_hand(before, turn["set"], n, book)
    elif "answer" in turn:
        fold.spec = _answered(before, turn, n, book, of)
    else:
        _said(fold, n, text, used, book, of)
    if not fold.undone and fold.spec != before:
        fold.stack.append(before)


def _said(
    fold: _Fold, n: int, text: str, used: dict[int, Sequence[tuple[int, int]]], book: AskBook, of: Catalogue
) -> None:
    """Free words: a command, a question to the catalogue, or more of the specification."""
    plain = text.strip().strip(".!").lower().replace("’", "'")
    if plain in book.unknown_words and fold.spec.fields:
        first = open_questions(fold.spec, _intent(fold.spec, None, book), book, of)[:1]
        if first:
            fold.spec = _gave_up(fold.spec, first[0])
        return
    reading = read_turn(text, book, fold.spec.tags, of.models)
    used[n] = reading.used
    if "reset" in reading.commands:
        fold.spec = Specification()
        return
    if "undo" in reading.commands:
        fold.undone = True
        fold.spec = fold.stack.pop() if fold.stack else fold.spec
        return
    query = query_of(reading, fold.spec, book)
    if query is not None:
        fold.query = query
        fold.spec = replace(fold.spec, unknown=tuple((n, u) for u in reading.unknown))
        return
    if "compare" in reading.commands and fold.spec.fields and reading.mentions:
        other = merged(fold.spec, reading.mentions, n)
        fields = [m.field for m in reading.mentions if m.field in other.fields]
        fold.variants = (({f: other.value(f) for f in fields}, form_of(other, book, of)),)
        return
    if fold.spec.fields:
        fold.before = form_of(fold.spec, book, of)
    spec = _with_task(fold.spec, reading, n, book)
    mentions = list(reading.mentions)
    if reading.factor and any(name in spec.fields or fold.before is not None for name in LOADS):
        mentions = [m for m in mentions if m.field not in LOADS]
        factor, start, end = reading.factor
        case = of.presets.use_cases.get(str(spec.value("task")))
        spec = multiplied(spec, factor, Span(n, start, end), case.users if case else 1000)
    spec = merged(spec, mentions, n)
    fold.spec = replace(spec, unknown=(*(u for u in spec.unknown if u[0] != n), *((n, u) for u in reading.unknown)))


def _with_task(spec: Specification, reading: Reading, n: int, book: AskBook) -> Specification:
    """The specification with what the turn says of its task; words of earlier turns count where it does not decide."""
    alone = scores(reading.tags, reading.denied, book)
    decides = bool(alone) and alone[0].score >= USE_CASE
    tags = dict(reading.tags) if decides else {**spec.tags, **reading.tags}
    tags = {t: tag for t, tag in tags.items() if t not in reading.denied}
    spec = replace(spec, tags=tags)
    if not reading.tags and not reading.denied:
        return spec
    found = scores(tags, reading.denied, book)
    if not found or (
        not decides and "task" in spec.fields and not reading.denied and found[0].task == spec.value("task")
    ):
        return spec
    if not decides and "task" in spec.fields and found[0].score < USE_CASE:
        return spec
    best = found[0]
    close = [f for f in found[1:] if best.score - f.score < book.margin]
    words = tuple(Span(n, t.start, t.end) for name in best.tags if (t := reading.tags.get(name)) is not None)
    readings = tuple((f.task, book.tasks[f.task].title) for f in (best, *close)) if close else ()
    state = UNSURE if close else STATED
    rule = "the words fit more than one task" if close else ""
    if not close and best.score < USE_CASE:
        state, rule = IMPLIED, "the task that these words fit best"
    return spec.having(task=Value(best.task, state, rule, words, readings))


def _intent(spec: Specification, query: Query | None, book: AskBook) -> str:
    if query is not None:
        return CATALOGUE
    task = spec.value("task")
    if task in book.tasks and book.tasks[task].kind == "workload":
        return USAGE
    return PLAN if spec.fields else UNCLEAR


def _answered(spec: Specification, turn: Mapping[str, Any], n: int, book: AskBook, of: Catalogue) -> Specification:
    """The answer to a question that is open: one of its options, free words, or that the reader does not know."""
    intent = _intent(spec, None, book)
    question = next((q for q in open_questions(spec, intent, book, of) if q.id == turn["answer"]), None)
    if question is None:
        raise InputError(f"turns[{n}]", f"no question {str(turn['answer'])[:40]!r} is open")
    chosen = turn.get("option")
    words = str(turn.get("text", "")).strip()
    if chosen == "unknown" or (words and words.lower().strip(".!") in book.unknown_words):
        return _gave_up(spec, question)
    if isinstance(chosen, int) and not isinstance(chosen, bool):
        if not 0 <= chosen < len(question.options):
            raise InputError(f"turns[{n}]", f"the question has options 0 to {len(question.options) - 1}")
        return _with_option(spec, question.options[chosen].sets)
    if not words:
        raise InputError(f"turns[{n}]", "give an option, a text, or unknown")
    reading = read_turn(words, book, spec.tags, of.models)
    after = merged(_with_task(spec, reading, n, book), reading.mentions, n)
    touched = {m.field for m in reading.mentions} | (
        {"task"} if after.fields.get("task") != spec.fields.get("task") else set()
    )
    if not touched and reading.text.quantities and question.id in ("users", "usage", "budget"):
        q = reading.text.quantities[0]
        start, end = reading.text.chars(q.first, q.last)
        after = merged(
            spec, [Mention(question.id, round(q.value, 6), start, end, IMPLIED, "the answer to the question")], n
        )
    elif not touched and reading.text.quantities and question.id == "owned_gpus" and spec.value("owned_gpus"):
        number = int(reading.text.quantities[0].value)
        chosen = next((g for g in book.own_form.values() if g in spec.value("owned_gpus")), spec.value("owned_gpus")[0])
        after = spec.having(owned_gpus=None, inventory=Value({chosen: number}, STATED, "your answer"))
    elif not touched:
        raise InputError(question.id, "this answer was not understood; choose an option, or say that you do not know")
    return after


def _with_option(spec: Specification, sets: Mapping[str, Any]) -> Specification:
    values = {f: None if v is None else Value(v, STATED, "your answer") for f, v in sets.items()}
    return spec.having(**values)


def _gave_up(spec: Specification, question: Asked) -> Specification:
    """The default of a question that the reader cannot answer."""
    spec = replace(spec, given_up=spec.given_up | {question.id})
    known = spec.fields.get(question.field)
    if question.default is not None:
        return spec.having(**{question.field: Value(question.default, DEFAULT, question.unknown)})
    if known is not None and known.open:
        return spec.having(**{question.field: replace(known, state=DEFAULT, rule=question.unknown, readings=())})
    return spec

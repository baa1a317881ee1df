"""A conversation as a JSON-safe record: what was understood, where it was said, what is asked, what is unknown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.catalogue_answers import SHOWN, found_offers, rate_row, rental_row
from wasm_tools.ask.conversation import CATALOGUE, PLAN, USAGE, Conversation
from wasm_tools.ask.form_record import rate_of, usage_of
from wasm_tools.ask.mentions import DEFAULT, IMPLIED
from wasm_tools.ask.merging import LOADS
from wasm_tools.ask.names import Named
from wasm_tools.ask.questions import Asked
from wasm_tools.ask.specification import Value
from wasm_tools.ask.words import Span
from wasm_tools.planner.catalogue import ApiRate, Catalogue
from wasm_tools.planner.form import USERS, question_of_form
from wasm_tools.planner.presets import START
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.scenario import stable
from wasm_tools.workload.traffic import InputError

MOST_RELEVANT = 40
_MONEY = ("budget", "budget_hour", "budget_1k", "budget_request", "budget_user")
_SHARES = ("availability", "cacheable_share", "batchable_share", "growth", "active")
_LISTED = 4


def conversation_record(made: Conversation, turns: Sequence[Mapping[str, Any]], book: AskBook, of: Catalogue) -> (
    dict[str, Any]
):  # fmt: skip
    """The record of a conversation; the text of a reader stands in `words`, `unknown` and `ignored` alone."""
    texts = [str(t.get("text", "")) for t in turns]
    fields = [_field(name, value, texts, book) for name, value in made.spec.fields.items()]
    if made.intent == PLAN:
        fields += [_field(n, v, texts, book) for n, v in _defaults(made, of).items()]
    order = {name: n for n, name in enumerate(book.labels)}
    fields.sort(key=lambda f: order.get(f["field"], len(order)))
    found = found_offers(made.query, book, of, SHOWN) if made.query is not None else None
    last = len(turns) - 1
    return {
        "as_of": of.as_of,
        "intent": made.intent,
        "said": _said(made, book),
        "fields": fields,
        "form": stable(made.form) if made.intent == PLAN else {},
        "problem": _problem(made, of),
        "usage": _usage(made),
        "query": _query(made),
        "rows": list(found.rows) if found else [],
        "answer": found.answer if found else "",
        "possible": found.possible if found else 0,
        "held_back": found.held_back if found else 0,
        "questions": [_question(q) for q in made.questions],
        "unknown": [_unknown(turn, named, texts, book) for turn, named in made.spec.unknown],
        "notes": [book.notes[f] for f in made.spec.value("features", []) if f in book.notes],
        "variants": [
            {"label": "; ".join(shown_value(f, v, book) for f, v in other.items()), "form": stable(form)}
            for other, form in made.variants
        ],
        "changed": None if made.before is None else {"from": stable(made.before)},
        "ignored": _ignored(made.used.get(last, ()), last, texts),
    }


def relevant_rows(made: Conversation, book: AskBook, of: Catalogue, most: int = MOST_RELEVANT) -> list[dict[str, Any]]:
    """The offers that matter to a conversation, at most 40: of its query, else the cheapest of its models and GPUs."""
    if made.query is not None:
        return list(found_offers(made.query, book, of, most).rows)
    form = made.form
    models, gpus = set(form.get("models", ())), set(form.get("gpus", ())) | set(form.get("inventory", ()))
    left_out = set(form.get("without_models", ()))

    def fits(offer: ApiRate | Rental) -> bool:
        return all(
            value not in form.get(f"without_{name}", ()) and (not form.get(name) or value in form[name])
            for name, value in (("providers", offer.provider), ("regions", offer.region))
        )

    rates = [
        r for r in of.rates
        if not r.suspect and (not models or r.model in models) and r.model not in left_out and fits(r)
    ]  # fmt: skip
    rates.sort(key=lambda r: (r.bands[0].input + r.bands[0].output, r.provider, r.sku, r.region))
    seen: set[str] = set()
    rows = []
    for r in rates:  # one a model first, so that dear ones are among them
        if models or r.model not in seen:
            seen.add(r.model)
            rows.append(rate_row(r, r.bands[0].input, "input tokens", book))
    rentals = [r for r in of.rentals if r.gpu in gpus and fits(r)]
    half = most // 2 if rentals else 0
    return [*rows[: most - half], *(rental_row(r, book) for r in rentals[:half])]


def _field(name: str, value: Value, texts: Sequence[str], book: AskBook) -> dict[str, Any]:
    return {
        "field": name,
        "label": book.labels.get(name, name),
        "value": stable(value.value),
        "shown": shown_value(name, value.value, book),
        "state": value.state,
        "words": [_words(span, texts) for span in value.words],
        "rule": value.rule,
        "readings": [{"value": stable(v), "shown": label} for v, label in value.readings],
    }


def _words(span: Span, texts: Sequence[str]) -> dict[str, Any]:
    text = texts[span.turn][span.start : span.end] if span.turn < len(texts) else ""
    return {"turn": span.turn, "start": span.start, "end": span.end, "text": text}


def _defaults(made: Conversation, of: Catalogue) -> dict[str, Value]:
    """The decisive values that nobody stated, with where they come from."""
    fields, form = made.spec.fields, made.form
    case = of.presets.use_cases.get(form.get("use_case", ""))
    where = "the standard of the use case" if case else "the standard of the planner"
    profile = of.presets.profiles.get(case.profile if case else START["profile"])
    found: dict[str, Value] = {}
    if not any(name in fields for name in LOADS):
        found["users"] = Value(case.users if case else USERS, DEFAULT, where)
    if profile is not None:
        for name, n in (("prompt_tokens", profile.prompt_tokens), ("output_tokens", profile.output_tokens)):
            if name not in fields:
                given = form.get(name)
                found[name] = Value(given, IMPLIED, "the share of its side") if given else Value(n, DEFAULT, where)
    if not {"slo", "ttft_ms"} <= fields.keys() and "slo" not in fields:
        found["slo"] = Value(case.slo if case else START["slo"], DEFAULT, where)
    if "class" not in fields and "models" not in fields:
        implied = "class" in form
        name = form.get("class") or (case.minimum_class if case else START["class"])
        found["class"] = Value(name, IMPLIED if implied else DEFAULT, "that of the model named" if implied else where)
    if "kinds" not in fields and "kinds" in form:
        found["kinds"] = Value(form["kinds"], IMPLIED, "plans on the GPUs that were named")
    if "priority" not in fields:
        found["priority"] = Value("balanced", DEFAULT, "no priority was named")
    if "qps" not in fields and "qps" in form:
        found["qps"] = Value(form["qps"], IMPLIED, "from what was said of the load and the lengths")
    elif "qps" not in form and "users" in form:
        found["qps"] = Value(round(rate_of(form, of), 4), IMPLIED, f"users × how often they ask, {where}")
    return found


def shown_value(name: str, value: Any, book: AskBook) -> str:
    """A value in words for people."""
    if value is None:
        return "not known"
    if name == "task":
        return book.tasks[value].title if value in book.tasks else str(value)
    if name in ("area", "without_area"):
        return ", ".join(book.areas[a][0] for a in (value if isinstance(value, list) else [value]))
    if name in _MONEY:
        return f"${value:,.10g}"
    if name in _SHARES:
        return f"{value:.4%}".rstrip("0").rstrip(".") if "." in f"{value:.4%}" else f"{value:%}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{n:,} × {gpu}" for gpu, n in value.items())
    if isinstance(value, list | tuple):
        names = [_name(name, v, book) for v in value]
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED + 1 else ""
        return ", ".join(names[:_LISTED] if more else names) + more
    unit = " ms" if name.endswith("_ms") else " tokens" if name.endswith("_tokens") or name == "context" else ""
    text = f"{value:,.6g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    return (text if name == "percentile" or unit or not isinstance(value, str) else text.replace("_", " ")) + unit


def _name(field: str, identifier: Any, book: AskBook) -> str:
    if field.endswith("providers"):
        return book.providers.get(identifier, str(identifier))
    if field in ("models", "without_models", "like") and identifier in book.cards:
        return book.cards[identifier].name
    return str(identifier)


def _said(made: Conversation, book: AskBook) -> str:
    """How it was understood, in one sentence."""
    task = made.spec.value("task")
    title = book.tasks[task].title.lower() if task in book.tasks else ""
    if made.intent == CATALOGUE:
        return "A question to the catalogue."
    if made.intent == USAGE:
        return f"Offers of {title}, ranked by what a month of use costs."
    if made.intent == PLAN:
        return f"A plan for {title}." if title else "A plan; what it is for was not said."
    return "Nothing was said yet that a plan or an offer could be looked up by."


def _problem(made: Conversation, of: Catalogue) -> dict[str, str] | None:
    """Why the planner would refuse the form record, in its words; None where it takes it."""
    if made.intent != PLAN:
        return None
    try:
        question_of_form(made.form, of)
    except InputError as error:
        return {"field": error.field, "message": error.message}
    return None


def _usage(made: Conversation) -> dict[str, Any] | None:
    """The use by which offers of a workload are ranked: of the specification, or the estimate for a mere question."""
    if made.intent == USAGE:
        return dict(stable(usage_of(made.spec)))
    q = made.query
    if q is None or q.kind != "workload":
        return None
    return {
        "workload": q.workload, "usage": None, "unit": None, "budget": None,
        "providers": list(q.providers) or None, "without_providers": list(q.without_providers) or None,
    }  # fmt: skip


def _query(made: Conversation) -> dict[str, Any] | None:
    q = made.query
    if q is None:
        return None
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(q).items()}


def _question(q: Asked) -> dict[str, Any]:
    return {
        "id": q.id, "field": q.field, "text": q.text, "why": q.why, "decisive": q.decisive,
        "options": [{"label": o.label} for o in q.options],
        "unknown": {"label": "I don't know", "shown": q.unknown},
    }  # fmt: skip


def _unknown(turn: int, named: Named, texts: Sequence[str], book: AskBook) -> dict[str, Any]:
    near = [book.cards[m].name for m in named.near if m in book.cards]
    return {"kind": named.kind, "near": near, "words": _words(Span(turn, named.start, named.end), texts)}


def _ignored(used: Iterable[tuple[int, int]], turn: int, texts: Sequence[str]) -> list[dict[str, Any]]:
    """The pieces of the last turn between those that meant something, words only."""
    if turn < 0:
        return []
    text, at, found = texts[turn], 0, []
    for start, end in [*used, (len(text), len(text))]:
        piece = text[at:start]
        if any(c.isalnum() for c in piece):
            left = at + len(piece) - len(piece.lstrip())
            found.append({"turn": turn, "start": left, "end": left + len(piece.strip()), "text": piece.strip()})
        at = max(at, end)
    return found

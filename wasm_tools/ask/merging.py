"""How a turn changes a specification: what differs within a turn is a contradiction, a later turn wins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from wasm_tools.ask.mentions import CONTRADICTION, IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.specification import Specification, Value
from wasm_tools.ask.words import Span
from wasm_tools.planner.question import KINDS

PRIORITY = {
    "cost_priority": "low_cost", "latency_priority": "low_latency", "accuracy_priority": "high_quality",
    "simplicity_priority": "simple", "throughput_priority": "high_throughput",
}  # fmt: skip
NAMES = ("models", "gpus", "providers")
EACH = ("qps_each", "tokens_rate_each", "prompt_rate_each", "output_rate_each")  # of one user
LOADS = ("users", "qps", "tokens_rate", "prompt_rate", "output_rate", *EACH)
WORDS = {
    "low_cost": "the lowest cost", "low_latency": "the shortest wait", "high_quality": "the best quality",
    "simple": "the simplest operation", "high_throughput": "the highest throughput",
}  # fmt: skip
_WAITS = ("instant", "deferred", "batch")
_FIRST = {STATED: 0, IMPLIED: 1, UNSURE: 2}


def merged(spec: Specification, mentions: Sequence[Mention], turn: int) -> Specification:
    """The specification after a turn that was read."""
    by_field: dict[str, list[Mention]] = {}
    for m in mentions:
        by_field.setdefault(m.field, []).append(m)
    for name in NAMES:
        if name in by_field:
            spec = _names(spec, name, by_field.pop(name), turn)
    if (areas := by_field.get("area")) and (left := [m for m in areas if m.left_out]):
        by_field["area"] = [m for m in areas if not m.left_out]
        by_field["without_area"] = [replace(left[0], value=[m.value for m in left], left_out=False)]
        by_field = {name: said for name, said in by_field.items() if said}
    if "kinds" in by_field:
        spec = _kinds(spec, by_field.pop("kinds"), turn)
    levels = {name: by_field.pop(name) for name in PRIORITY if name in by_field}
    if levels:
        spec = _priorities(spec, levels, turn)
    if any(name in by_field for name in LOADS):
        said_of = by_field.keys() & set(LOADS)
        kept = {"users"} if said_of & set(EACH) else set(EACH) if said_of == {"users"} else set()
        spec = spec.having(**{name: None for name in LOADS if name not in kept})
    for name, said in by_field.items():
        spec = spec.having(**{name: _one(name, said, turn)})
    return spec


def _one(name: str, said: Sequence[Mention], turn: int) -> Value:
    """The value of a field that one turn fills."""
    if name in ("precisions", "features"):
        kept = [m for m in said if not m.left_out] or []
        values = list(dict.fromkeys(v for m in kept for v in m.value))
        return Value(values, _state(kept), _rules(kept), _spans(kept, turn))
    if name == "inventory":
        whole = {gpu: n for m in said for gpu, n in m.value.items()}
        readings = tuple(r for m in said for r in m.readings)
        return Value(whole, _state(said), _rules(said), _spans(said, turn), readings if len(said) == 1 else ())
    said = [m for m in said if not m.left_out] or list(said)
    surest = min(_FIRST.get(m.state, 3) for m in said)
    if surest < _FIRST[UNSURE]:  # what was said for certain counts more than what might have been meant
        said = [m for m in said if _FIRST.get(m.state, 3) < _FIRST[UNSURE]]
    distinct = {repr(m.value): m for m in said}
    if name == "slo" and len(distinct) > 1 and "'instant'" not in distinct:
        distinct = {"": max(said, key=lambda m: _WAITS.index(m.value))}
    if name == "area" and len(distinct) > 1 and {"'eu'", "'europe'"} >= distinct.keys():
        distinct = {"": next(m for m in said if m.value == "eu")}
    if len(distinct) == 1:
        m = next(iter(distinct.values()))
        same = [x for x in said if x.value == m.value]
        return Value(
            m.value,
            min((x.state for x in same), key=lambda s: _FIRST.get(s, 3)),
            m.rule,
            _spans(same, turn),
            m.readings,
        )
    both = tuple((m.value, _shown(m.value)) for m in distinct.values())
    numbers = [m.value for m in distinct.values() if isinstance(m.value, int | float) and not isinstance(m.value, bool)]
    chosen = max(numbers) if len(numbers) == len(distinct) else next(iter(distinct.values())).value
    rule = "said in several ways; the largest is planned for until you choose" if numbers else "said in several ways"
    return Value(chosen, CONTRADICTION, rule, _spans(distinct.values(), turn), both)


def _names(spec: Specification, name: str, said: Sequence[Mention], turn: int) -> Specification:
    wanted = [m for m in said if not m.left_out]
    left = [m for m in said if m.left_out]
    out = f"without_{name}"
    gone = {i for m in left for i in m.value}
    if wanted:
        ids = [i for i in dict.fromkeys(i for m in wanted for i in m.value) if i not in gone]
        if ids:
            spec = spec.having(**{name: Value(ids, _state(wanted), _rules(wanted), _spans(wanted, turn))})
        kept = [i for i in spec.value(out, []) if i not in ids]
        spec = (
            spec.having(**{out: replace(spec.fields[out], value=kept) if kept else None}) if spec.value(out) else spec
        )
    if left:
        ids = list(dict.fromkeys([*spec.value(out, []), *(i for m in left for i in m.value)]))
        earlier = spec.fields[out].words if out in spec.fields else ()
        spec = spec.having(**{out: Value(ids, _state(left), _rules(left), (*earlier, *_spans(left, turn)))})
        rest = [i for i in spec.value(name, []) if i not in gone]
        if name in spec.fields:
            spec = spec.having(**{name: replace(spec.fields[name], value=rest) if rest else None})
    return spec


def _kinds(spec: Specification, said: Sequence[Mention], turn: int) -> Specification:
    """Of several kinds one within the other the narrower, else all of them; those left out are taken away."""
    wanted = [set(m.value) for m in said if not m.left_out]
    narrow = [s for s in wanted if not any(other < s for other in wanted)]
    kinds = set().union(*narrow) if narrow else set(spec.value("kinds", KINDS))
    gone = {k for m in said if m.left_out for k in m.value}
    kept = [k for k in KINDS if k in kinds - gone]
    if gone and not narrow and "owned" in kept and "owned" not in spec.value("kinds", ()):
        kept.remove("owned")  # needs GPUs that were not named
    return spec.having(kinds=Value(kept, _state(said), _rules(said), _spans(said, turn)) if kept else None)


def _priorities(spec: Specification, levels: Mapping[str, Sequence[Mention]], turn: int) -> Specification:
    """The levels, and the one priority that follows where a single one is high."""
    high: list[Mention] = []
    torn: list[Mention] = []
    for name, said in levels.items():
        if len({m.value for m in said}) > 1:
            torn += said
            continue
        spec = spec.having(**{name: Value(said[0].value, STATED, "", _spans(said, turn))})
        high += said if said[0].value == "high" else []
    names = list(dict.fromkeys(PRIORITY[m.field] for m in high))
    if torn:
        readings = ((PRIORITY[torn[0].field], "it matters most"), ("balanced", "it does not decide"))
        spec = spec.having(
            priority=Value("balanced", CONTRADICTION, "said in both ways", _spans(torn, turn), readings)
        )  # fmt: skip
    elif len(names) == 1:
        spec = spec.having(
            priority=Value(names[0], IMPLIED, "the one thing that was called important", _spans(high, turn))
        )
    elif names:
        choice = (*((n, WORDS[n]) for n in names), ("balanced", "a balance of all"))
        spec = spec.having(
            priority=Value("balanced", UNSURE, "more than one thing was called important", _spans(high, turn), choice)
        )  # fmt: skip
    return spec


def multiplied(spec: Specification, factor: float, span: Span, users: float) -> Specification:
    """The specification with its load times a factor; `users` is the load where none was said."""
    names = [name for name in LOADS if name in spec.fields]
    if "users" in names:  # whatever each of them does
        names = ["users"]
    if not names:
        return spec.having(
            users=Value(users * factor, IMPLIED, f"{factor:g} times the standard of the use case", (span,))
        )
    changed: dict[str, Any] = {}
    for name in names:
        known = spec.fields[name]
        value = known.value * factor
        value = round(value) if name == "users" else value
        changed[name] = replace(known, value=value, rule=f"{factor:g} times as much", words=(*known.words, span))
    return spec.having(**changed)


def _state(said: Iterable[Mention]) -> str:
    return max((m.state for m in said), key=lambda s: _FIRST.get(s, 3), default=STATED)


def _rules(said: Iterable[Mention]) -> str:
    return "; ".join(dict.fromkeys(m.rule for m in said if m.rule))


def _spans(said: Iterable[Mention], turn: int) -> tuple[Span, ...]:
    return tuple(Span(turn, m.start, m.end) for m in said if m.end > m.start)


def _shown(value: Any) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)

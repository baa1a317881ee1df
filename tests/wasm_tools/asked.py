"""How labelled requests are held against what was read of them."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.ask.conversation import Conversation

CLOSE = 2e-3
QUERY = {
    "query_kind": "kind", "query_models": "models", "query_gpus": "gpus", "query_providers": "providers",
    "query_areas": "areas", "query_kinds": "kinds", "meter": "meter",
}  # fmt: skip
SPEC_ONLY = ("task", "growth", "features", "usage", "unit", "accuracy_priority", "cost_priority", "latency_priority")


def faults(made: Conversation, request: Mapping[str, Any]) -> list[str]:
    """What of a labelled request was read otherwise."""
    found = []
    for name, wanted in request.get("expect", {}).items():
        got = _value(made, name)
        if not _meets(name, got, wanted):
            found.append(f"{name}: {got!r}, not {wanted!r}")
    asked = {q.id for q in made.questions}
    found += [f"{q} is not asked about" for q in request.get("asks", ()) if q not in asked]
    found += [f"{q} is asked about" for q in request.get("not_asked", ()) if q in asked]
    wanted_open = set(request.get("asks", ()))
    for name in request.get("expect", {}):
        value = made.spec.fields.get(name)
        if value is not None and value.open and name not in wanted_open:
            found.append(f"{name} is in doubt")
    found += [
        f"{name} is stated" for name in request.get("silent", ()) if name in made.form or name in made.spec.fields
    ]
    unknown = {named.text.lower() for _, named in made.spec.unknown}
    found += [f"{name} is not unknown, but {unknown}" for name in request.get("unknown", ()) if name not in unknown]
    return found


def _value(made: Conversation, name: str) -> Any:
    base = name.removesuffix("_has").removesuffix("_lacks").removesuffix("_like")
    if name == "intent":
        return made.intent
    if name in QUERY:
        return getattr(made.query, QUERY[name], None)
    if name == "task" and made.query is not None:
        return made.query.workload
    if name == "variant_gpus":
        return made.variants[0][1].get("gpus") if made.variants else None
    if base in SPEC_ONLY or (made.intent == "usage" and base == "budget"):
        return made.spec.value(base)
    if base == "kinds" and "kinds" not in made.form:
        return made.spec.value("kinds")
    if base == "priority":
        return made.form.get("priority", "balanced")
    return made.form.get(base)


def _meets(name: str, got: Any, wanted: Any) -> bool:
    if name.endswith("_has"):
        return got is not None and set(wanted) <= set(got)
    if name.endswith("_lacks"):
        return not set(wanted) & set(got or ())
    if name.endswith("_like"):
        return isinstance(got, dict) and all(
            any(key.startswith(w) and n == number for key, n in got.items()) for w, number in wanted.items()
        )
    if isinstance(wanted, list):
        values = list(got or ())
        return all(any(str(v).startswith(str(w)) for v in values) for w in wanted) and all(
            any(str(v).startswith(str(w)) for w in wanted) for v in values
        )
    if isinstance(wanted, float) or (isinstance(wanted, int) and not isinstance(wanted, bool)):
        return isinstance(got, int | float) and abs(got - wanted) <= CLOSE * abs(wanted)
    return bool(got == wanted)


def compass_faults(intent: Mapping[str, Any], expect: Mapping[str, Any]) -> list[str]:
    """What of a labelled case of Compass was read otherwise, by its own matchers."""
    found = []
    for name, rules in expect.items():
        got = intent[name]
        lowered = [str(g).lower() for g in got] if isinstance(got, list) else []
        checks = {
            "one_of": lambda w, got=got: got in w,
            "min": lambda w, got=got: got >= w,
            "max": lambda w, got=got: got <= w,
            "exact": lambda w, got=got: sorted(got) == sorted(w),
            "contains": lambda w, got=got: set(w) <= set(got),
            "contains_any": lambda w, got=got: bool(set(w) & set(got)),
            "contains_any_partial": lambda w, low=lowered: any(x.lower() in g for x in w for g in low),
        }
        found += [
            f"{name}: {got!r}, not {rule} {wanted!r}" for rule, wanted in rules.items() if not checks[rule](wanted)
        ]
    return found

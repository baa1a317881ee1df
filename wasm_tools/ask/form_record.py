"""From a specification to the planner's form record, and to the request of a ranking by use."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from wasm_tools.ask.amounts import MONTH
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.specification import BY_HAND, Specification
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.form_checks import number
from wasm_tools.planner.form_fields import FIELD
from wasm_tools.planner.presets import START
from wasm_tools.planner.question import KINDS
from wasm_tools.workload.traffic import MAX_QPS, MIN_QPS, InputError, qps_of_users

PASSED = (
    "prompt_tokens", "output_tokens", "cacheable_share", "pattern", "peak_factor", "batchable_share", "slo", "ttft_ms",
    "itl_ms", "e2e_ms", "percentile", "tokens_per_second", "availability", "class", "context", "open_weights",
    "precisions", "max_gpus", "max_tp", "budget", "budget_hour", "budget_1k", "tier", "priority",
)  # fmt: skip
DIGITS = 6


def form_of(spec: Specification, book: AskBook, catalogue: Catalogue) -> dict[str, Any]:
    """The form record: what was said, translated to its fields; what was not said is left to the form's defaults."""
    form: dict[str, Any] = {name: v for name in PASSED if (v := spec.value(name)) not in (None, [], "")}
    task = spec.value("task")
    if task in book.tasks and book.tasks[task].kind == "use_case":
        form["use_case"] = task
    form |= _load(spec, form, catalogue)
    qps = form.get("qps")
    if (peak := spec.value("peak_qps")) and qps and peak >= qps:
        form["peak_factor"] = _figures(peak / qps)
    if each := spec.value("budget_request"):
        form.setdefault("budget", round(each * rate_of(form, catalogue) * MONTH, 2))
    if (each := spec.value("budget_user")) and (users := spec.value("users")):
        form.setdefault("budget", round(each * users, 2))
    form |= _names(spec, catalogue)
    form |= _kinds(spec)
    form |= _featured(spec, form, book, catalogue)
    if (area := spec.value("area")) and (found := regions_in(area, book, catalogue)):
        form["regions"] = found
    if left := spec.value("without_area"):
        found = sorted({r for a in left for r in regions_in(a, book, catalogue)} - set(form.get("regions", ())))
        form |= {"without_regions": found} if found else {}
    if "class" not in form and (like := spec.value("like")):
        classes = [catalogue.models[m].capability for m in like if m in catalogue.models]
        if classes:
            form["class"] = classes[0]
    by_hand = {n: v.value for n, v in spec.fields.items() if v.rule == BY_HAND and n in FIELD}
    form |= {name: value for name, value in by_hand.items() if value is not None}
    return {name: v for name, v in form.items() if within_bounds(name, v)}


def within_bounds(name: str, value: Any) -> bool:
    """Whether a number is one that its field of the form takes; what is no number is not judged here."""
    field = FIELD.get(name)
    if field is None or field.kind not in ("number", "whole"):
        return True
    try:
        number(name, value, field.least, field.most, field.above, field.kind == "whole")
    except InputError:
        return False
    return True


def _load(spec: Specification, form: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """The load as the form takes it: a rate where one was said, else users."""
    users = spec.value("users")

    def of_all(name: str) -> float | None:
        """A rate as it was said, or what each of the users makes of it."""
        each = spec.value(f"{name}_each")
        return spec.value(name) if each is None else float(each * (users or 1))

    rate = of_all("qps")
    if rate is None:
        prompt, output = lengths_of(form, catalogue)
        sides = of_all("prompt_rate"), of_all("output_rate")
        if sides[0] and sides[1]:  # the shares of the two sides are known, how long a request is follows the use case
            share = sides[0] / (sides[0] + sides[1])
            whole = round((prompt + output) * share), round((prompt + output) * (1 - share))
            made = {"prompt_tokens": max(whole[0], 1), "output_tokens": max(whole[1], 1)}
            return {"qps": _figures(sides[0] / made["prompt_tokens"]), **made}
        if (volume := of_all("tokens_rate")) is not None:
            rate = volume / (prompt + output)
        elif sides[0] is not None:
            rate = sides[0] / prompt
        elif sides[1] is not None:
            rate = sides[1] / output
    if rate is not None:
        return {"qps": _figures(min(max(rate, MIN_QPS), MAX_QPS))}
    if users is None:
        return {}
    if not within_bounds("users", users):
        return {}
    found: dict[str, Any] = {"users": users}
    return found | ({"active": spec.value("active")} if spec.value("active") else {})


def lengths_of(form: Mapping[str, Any], catalogue: Catalogue) -> tuple[float, float]:
    """Prompt and output tokens of a request under a form."""
    presets = catalogue.presets
    case = presets.use_cases.get(form.get("use_case", ""))
    profile = presets.profiles.get(case.profile if case else START["profile"])
    prompt = form.get("prompt_tokens") or (profile.prompt_tokens if profile else 512)
    output = form.get("output_tokens") or (profile.output_tokens if profile else 256)
    return float(prompt), float(output)


def rate_of(form: Mapping[str, Any], catalogue: Catalogue) -> float:
    """Requests per second under a form."""
    if "qps" in form:
        return float(form["qps"])
    case = catalogue.presets.use_cases.get(form.get("use_case", ""))
    users = form.get("users", case.users if case else 1000)
    active, per_minute = (case.active, case.per_minute) if case else (0.2, 0.4)
    return qps_of_users(users, form.get("active", active), form.get("per_minute", per_minute))


def _names(spec: Specification, catalogue: Catalogue) -> dict[str, Any]:
    """Names that the planner has; it refuses others."""
    sellers = {r.provider for r in catalogue.rates} | {r.provider for r in catalogue.rentals}
    known: dict[str, Any] = {"models": catalogue.models, "gpus": catalogue.gpus, "providers": sellers}
    found: dict[str, Any] = {}
    for name, of in known.items():
        for field in (name, f"without_{name}"):
            ids = [i for i in spec.value(field, []) if i in of]
            if ids:
                found[field] = ids
    if "inventory" in spec.fields:
        own = {gpu: n for gpu, n in spec.value("inventory", {}).items() if gpu in catalogue.gpus}
        found |= {"inventory": own} if own else {}
    return found


def _kinds(spec: Specification) -> dict[str, Any]:
    """The kinds of plan; own hardware needs an inventory, and GPUs that were named are on no API."""
    kinds = [k for k in spec.value("kinds", []) if k != "owned" or spec.value("inventory")]
    if not kinds and spec.value("gpus") and "kinds" not in spec.fields:
        kinds = [k for k in KINDS if k != "api" and (k != "owned" or spec.value("inventory"))]
    return {"kinds": kinds} if kinds else {}


def _featured(spec: Specification, form: Mapping[str, Any], book: AskBook, catalogue: Catalogue) -> dict[str, Any]:
    """Models that take pictures or sound, where that is needed; a use case keeps its class."""
    needed = {"vision": "image", "audio": "audio"}
    inputs = {needed[f] for f in spec.value("features", []) if f in needed}
    if not inputs:
        return {}
    among = form.get("models") or sorted(catalogue.models)
    able = [m for m in among if m in book.cards and inputs <= book.cards[m].inputs]
    found: dict[str, Any] = {"models": able} if able else {}
    if able and "models" not in form and "class" not in form:
        case = catalogue.presets.use_cases.get(form.get("use_case", ""))
        found["class"] = case.minimum_class if case else START["class"]
    return found


def regions_in(area: str, book: AskBook, catalogue: Catalogue) -> list[str]:
    """The regions of the catalogue that lie in an area for certain."""
    _, patterns = book.areas[area]
    every = {r.region for r in catalogue.rates} | {r.region for r in catalogue.rentals}
    return sorted(r for r in every if any(fnmatchcase(r, p) for p in patterns))


def usage_of(spec: Specification) -> dict[str, Any]:
    """The request of a ranking by use, as `atlas rank` takes it; None is not said."""
    task = spec.value("task")
    return {
        "workload": task,
        "usage": spec.value("usage"),
        "unit": spec.value("unit"),
        "budget": spec.value("budget"),
        "providers": spec.value("providers"),
        "without_providers": spec.value("without_providers"),
    }


def _figures(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")

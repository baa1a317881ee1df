"""The engine's entry in the browser: JSON in, JSON out, every refusal in words."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from wasm_tools.planner import (
    Catalogue,
    Limits,
    Question,
    Wishes,
    plan_record,
    ranked_plans,
    ranking_record,
    read_catalogue,
)
from wasm_tools.workload.traffic import InputError, Slo, Workload

WHOLE = ("prompt_tokens", "output_tokens", "percentile", "max_gpus")  # fields that are counts
_packs: dict[str, Any] = {}


def load_pack(text: str) -> None:
    """Read a data pack. A pack names itself by its `kind`; the planner's pack becomes a catalogue."""
    pack = json.loads(text)
    kind = pack.get("kind", "planner")
    _packs[kind] = read_catalogue(pack) if kind == "planner" else pack


def handle(method: str, params_json: str) -> str:
    """Answer one call: `{"ok": true, "result": …}` or `{"ok": false, "error": {"field", "message"}}`."""
    try:
        call = METHODS.get(method)
        if call is None:
            raise InputError("method", f"{method!r} is not one of {', '.join(METHODS)}")
        return json.dumps({"ok": True, "result": call(json.loads(params_json))}, allow_nan=False)
    except InputError as error:
        return json.dumps({"ok": False, "error": {"field": error.field, "message": error.message}})


def plan(params: Mapping[str, Any]) -> dict[str, Any]:
    """The ranked plans of a workload given as form fields."""
    catalogue = _packs.get("planner")
    if not isinstance(catalogue, Catalogue):
        raise InputError("pack", "the price data are not loaded yet")
    return {"as_of": catalogue.as_of, **ranking_record(ranked_plans(_question(params), catalogue))}


def _question(params: Mapping[str, Any]) -> Question:
    """The question in form fields. Besides workload and bounds, each field may be left out."""
    workload = Workload(
        _number(params, "prompt_tokens"),
        _number(params, "output_tokens"),
        _number(params, "qps"),
        _number(params, "peak_qps"),
        str(params.get("minimum_class", "small")),
        cacheable_share=_optional(params, "cacheable_share", 0.0),
    )
    slo = Slo(
        _number(params, "ttft_ms"),
        _number(params, "itl_ms"),
        _number(params, "e2e_ms"),
        _optional(params, "percentile", 95),
    )
    limits = Limits(
        kinds=tuple(str(params.get("kinds", "")).split()),
        max_gpus=_optional(params, "max_gpus", None),
        usd_per_month=_budget(params),
    )
    wishes = Wishes(
        priority=str(params.get("priority", "balanced")), use_case=str(params.get("use_case", "")), limits=limits
    )
    return Question(workload, slo, wishes)


def _optional(params: Mapping[str, Any], field: str, default: Any) -> Any:
    return _number(params, field) if field in params else default


def _budget(params: Mapping[str, Any]) -> float | None:
    """The form's `budget`, in USD a month; errors name that field."""
    budget: float | None = _optional(params, "budget", None)
    if budget is not None and budget <= 0:
        raise InputError("budget", "enter an amount of money above 0")
    return budget


def _number(params: Mapping[str, Any], field: str) -> Any:
    value = params.get(field)
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(field, "enter a number")
    return int(value) if isinstance(value, float) and value.is_integer() and field in WHOLE else value


def invoice(params: Mapping[str, Any]) -> dict[str, Any]:
    """A bill, given as `text` or as `base64` bytes, held against the list prices."""
    # Imported here: the planner's page never needs it, and its first answer should not wait for it.
    import base64

    from wasm_tools.invoice.pack import PriceBook, bill_record, read_price_book
    from wasm_tools.invoice.usage import InvoiceError

    book = _packs.get("invoice")
    if book is None:
        raise InputError("pack", "the price data are not loaded yet")
    if not isinstance(book, PriceBook):
        book = _packs["invoice"] = read_price_book(book)
    text, packed = params.get("text"), params.get("base64")
    if isinstance(text, str) == isinstance(packed, str):
        raise InputError("file", "give either the text of a bill or its bytes as base64")
    try:
        return bill_record(text.encode() if isinstance(text, str) else base64.b64decode(str(packed)), book)
    except InvoiceError as error:
        raise InputError("file", str(error)) from None


def files(params: Mapping[str, Any]) -> dict[str, Any]:
    """The deployment files of the plan with the id `plan` among those of a question given as form fields.

    `pack` is the text of the manifests' data, which the page loads when it first needs them.
    """
    # Imported here: most readers ask for no files, and the planner's first answer should not wait for it.
    import base64

    from wasm_tools.manifests.manifest_pack import read_manifest_pack
    from wasm_tools.manifests.plan_document import plan_document
    from wasm_tools.manifests.plan_files import plan_files
    from wasm_tools.manifests.runtimes import ManifestError
    from wasm_tools.manifests.yaml_text import YamlError
    from wasm_tools.planner.question_record import question_record

    catalogue = _packs.get("planner")
    if not isinstance(catalogue, Catalogue):
        raise InputError("pack", "the price data are not loaded yet")
    question, wanted = _question(params), str(params.get("plan", ""))
    plan = next((p for _, p in ranked_plans(question, catalogue).plans if p.id == wanted), None)
    if plan is None:
        raise InputError("plan", "this plan is not an answer to the question any more; choose it anew")
    try:
        book = read_manifest_pack(json.loads(str(params.get("pack", "{}"))), catalogue.models, catalogue.gpus)
        made = plan_files(plan_document(catalogue.as_of, question_record(question), plan_record(plan)), book)
        return {"folder": made.folder, "files": made.files, "zip": base64.b64encode(made.zip).decode("ascii")}
    except (ManifestError, YamlError) as error:
        raise InputError("plan", str(error)) from None


METHODS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"plan": plan, "files": files, "invoice": invoice}

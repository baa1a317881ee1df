"""A specification in the intent schema of Compass, under its names and with its levels."""

from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.specification import Specification

PRIORITIES = ("accuracy", "cost", "latency", "complexity")
_MEMORY = {
    "a100-sxm-40gb": "A100-40",
    "a100-pcie-40gb": "A100-40",
    "a100-sxm-80gb": "A100-80",
    "a100-pcie-80gb": "A100-80",
}
_CODE = frozenset({"code-completion", "code-generation"})
USERS = 1000  # where none were said


def compass_intent(spec: Specification, book: AskBook) -> dict[str, Any]:
    """The fields of Compass's intent. A use case that was not said is `None`; levels that were not said are medium."""
    task = spec.value("task")
    name, experience = book.compass.get(str(task), (None, "conversational"))
    domains = ["general"]
    if task in _CODE:
        domains.append("code")
    if task == "translation":
        domains.append("multilingual")
    levels = {f"{p}_priority": spec.value(f"{p}_priority", "medium") for p in PRIORITIES if p != "complexity"}
    return {
        "use_case": name,
        "experience_class": spec.value("slo", experience),
        "user_count": int(spec.value("users", USERS)),
        "domain_specialization": domains,
        "preferred_gpu_types": list(dict.fromkeys(_gpu(g) for g in spec.value("gpus", []))),
        "preferred_models": [*spec.value("models", []), *(n.text for _, n in spec.unknown if n.kind == "model")],
        **levels,
        "complexity_priority": spec.value("simplicity_priority", "medium"),
        "additional_context": None,
    }


def _gpu(identifier: str) -> str:
    return _MEMORY.get(identifier) or identifier.partition("-")[0].upper()

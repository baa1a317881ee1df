"""Usage of Langfuse's observations: what its types of usage are, and which of them the others contain.

Emitters differ in whether the input contains the cached tokens. A total that adds up with all types says that it does
not; otherwise the input is marked, and parts of the output are not counted again.
"""

from collections.abc import Mapping
from decimal import Decimal

from wasm_tools.invoice.readers.call_lines import input_class
from wasm_tools.invoice.readers.fields import FieldProblem, Fields
from wasm_tools.invoice.usage import LineKey

_CLASSES = {  # types of usage
    "cache_read_input_tokens": "cache_read", "input_cached_tokens": "cache_read", "input_cache_read": "cache_read",
    "cache_creation_input_tokens": "cache_write", "input_cache_creation": "cache_write",
    "input_cache_creation_5m": "cache_write_5m", "input_cache_creation_1h": "cache_write_1h",
    "input_audio_tokens": "audio_in", "input_audio": "audio_in",
    "output_reasoning_tokens": "output", "output_reasoning": "output",
    "output_audio_tokens": "audio_out", "output_audio": "audio_out",
}  # fmt: skip
_IN_OUTPUT = frozenset({"output", "audio_out"})
_WHOLE = frozenset({"input", "output", "total"})


def usage_counts(number: int, usage: object) -> tuple[list[tuple[str, Decimal | None]], tuple[str, ...]]:
    """The counts by line class of the object `usageDetails`, and notes. Raises FieldProblem."""
    if usage is None:
        return [], ()
    if not isinstance(usage, Mapping):
        raise FieldProblem("usageDetails is not an object")
    fields = Fields(number, usage)
    inputs, output, total = fields.amount("input"), fields.amount("output"), fields.amount("total")
    parts = {name: Fields(number, {"usageDetails": usage[name]}).amount("usageDetails") for name in usage}
    parts = {name: count for name, count in parts.items() if name not in _WHOLE}
    first, notes = input_class(total, inputs, output, tuple(parts.values()))
    unknown = sorted(name for name, count in parts.items() if count and name not in _CLASSES)
    if unknown:
        notes += (f"types of usage that are not known: {', '.join(unknown)[:80]}",)
    counts = [(first, inputs), ("output", output)]
    for name, line_class in _CLASSES.items():
        if name in parts and (first == "input_uncached" or line_class not in _IN_OUTPUT):
            counts.append((line_class, parts[name]))
    return counts, notes


def observation_key(model: str) -> LineKey:
    """The key of the estimated cost of an observation."""
    return LineKey(provider="", model_raw=model, line_class="blended", cost_basis="estimated", currency="USD")

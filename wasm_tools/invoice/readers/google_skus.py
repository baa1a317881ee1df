"""SKUs of Google's models, of the Gemini API ("Generate content input token count gemini 2.5 flash short input text")
and of Vertex AI ("Gemini 2.5 Flash Global Text Input - Batch Predictions").

Prices are joined by SKU id. A description that is not understood is `other`. The classes are those billed.
"""

import re
from decimal import Decimal

from wasm_tools.invoice.readers.reader import Context
from wasm_tools.invoice.usage import LineKey

_MODEL = r"(?P<model>.+?)(?: (?P<scope>global|regional))?"
_MODALITY = r"(?P<modality>text|audio|image|video)"
_WORDS = r"(?: \((?P<words>[^)]*)\))*"
_GRAMMARS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"generate content (?P<direction>cached input|input|output)(?: (?:text|audio|image|video))? token count"
        r" (?P<model>.+?)(?: (?P<band>short|long))?(?: (?:input|output) (?P<modality>text|audio|image|video))?"
        r"(?: caching)?(?: (?P<tier>batch|flex|priority))?(?: caching)?",
        rf"{_MODEL}(?: GA)? {_MODALITY} (?P<direction>input|output){_WORDS}"
        r"(?: - (?:(?P<tier>batch|flex|priority) )?predictions)?",
        rf"{_MODEL} input {_MODALITY} (?P<direction>caching){_WORDS}",
        rf"{_MODEL} input (?P<direction>caching storage){_WORDS}",
    )
)
_CLASSES = {
    "input": "input_uncached", "output": "output", "cached input": "cache_read", "caching": "cache_read",
    "caching storage": "cache_storage",
}  # fmt: skip
_IN = {"audio": "audio_in", "image": "image_in", "video": "video_in"}
_OUT = {"audio": "audio_out", "image": "image_out"}
_SERVICES = ("gemini", "generative language", "vertex", "speech", "vision", "translat", "document ai", "agent platform")
_THINKING = frozenset({"", "thinking on", "thinking off"})
_COUNTS = frozenset({"count", "counts", "request", "requests", "token", "tokens"})  # of tokens, in these descriptions


def is_of_models(service: str) -> bool:
    """Whether a service of Google Cloud sells the use of models."""
    return any(word in service.casefold() for word in _SERVICES)


def sku_key(
    service: str, sku: str, sku_id: str, unit: str, region: str, kind: str, currency: str, context: Context
) -> tuple[LineKey, Decimal]:
    """The key of a SKU, and base units per unit as billed."""
    model, line_class, tier, band, scope = parsed(sku)
    base, factor = "", Decimal(1)
    if line_class not in ("other", "cache_storage") and unit.casefold() in _COUNTS:
        base = "token"
    elif line_class == "other":
        found = context.unit(unit)
        base, factor = found.unit, found.factor if found.unit else factor
    vertex = "vertex" in service.casefold() or "agent platform" in service.casefold()
    joins = (("gcp_sku_id", sku_id), ("gcp_sku", sku), ("gcp_service", service))
    key = LineKey(
        provider="google-vertex" if vertex else "google",
        host="google-vertex" if vertex else "google",
        model_raw=model,
        line_class=line_class,
        unit=base,
        unit_evidence="stated" if base else "none",
        unit_raw=unit,
        tier=tier,
        context_band=band,
        region_scope=scope,
        region=region,
        kind=kind,
        cost_basis="invoiced",
        currency=currency,
        join=tuple((name, value) for name, value in joins if value),
    )
    return key, factor


def parsed(sku: str) -> tuple[str, str, str, str, str]:
    """Model, line class, tier, context band and scope of a description."""
    found = next((match for grammar in _GRAMMARS if (match := grammar.fullmatch(sku.strip()))), None)
    if found is None:
        return "", "other", "unknown", "", ""
    parts = {name: (value or "").casefold() for name, value in found.groupdict().items()}
    line_class, modality = _CLASSES[parts["direction"]], parts.get("modality", "")
    line_class = (_IN if line_class == "input_uncached" else _OUT if line_class == "output" else {}).get(
        modality, line_class
    )
    words = parts.get("words", "")
    band = parts.get("band", "") or (words if words in ("long", "short") else "")
    if parts["direction"] == "input" and "embedding" in parts["model"]:
        line_class = "embedding"
    known = words in _THINKING or words in ("long", "short")
    tier = (parts.get("tier", "") or "standard") if known else "unknown"
    return found["model"], line_class, tier, band, parts.get("scope", "")

"""Words of Anthropic's cost and usage files: token classes, tiers, context windows and regions of inference.

The classes are disjoint: uncached input, cache reads and cache writes are counted apart, and nothing is subtracted.
"""

from dataclasses import replace

from wasm_tools.invoice.usage import LineKey

CLASSES = {  # of the console's cost file, then of the cost report
    "input_no_cache": "input_uncached",
    "input_cache_read": "cache_read",
    "input_cache_write_5m": "cache_write_5m",
    "input_cache_write_1h": "cache_write_1h",
    "output": "output",
    "uncached_input_tokens": "input_uncached",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}
_TIERS = {
    "message": "standard", "standard": "standard", "batch": "batch", "flex": "flex",
    "priority": "priority", "priority_on_demand": "priority", "flex_discount": "flex",
}  # fmt: skip
_UNSAID = frozenset({"", "--", "not_available", "null", "none"})
_TOKENS = frozenset({"", "token", "tokens"})


def said(text: str) -> str:
    """The text of a cell; `''` for the ways in which these files say nothing."""
    text = text.strip()
    return "" if text.casefold() in _UNSAID else text


def anthropic_key(
    model: str, usage_type: str, context_window: str, token_type: str, cost_type: str, geo: str, speed: str,
    currency: str,
) -> LineKey:  # fmt: skip
    """The key of a cost; all texts as written. Without token and cost type it is blended spend."""
    kind = said(cost_type).casefold()
    line_class, unit = CLASSES.get(said(token_type), "other" if said(token_type) else "blended"), "token"
    if kind not in _TOKENS:
        line_class, unit = "tool_call", "search" if kind == "web_search" else ""
    elif line_class in ("other", "blended"):
        unit = ""
    scope, region = _region(said(geo).casefold())
    quick = said(speed).casefold()
    joins = (("cost_type", "" if kind in _TOKENS else kind), ("speed", "" if quick == "standard" else quick))
    return LineKey(
        provider="anthropic",
        host="anthropic",
        developer="anthropic",
        model_raw=said(model),
        line_class=line_class,
        unit=unit,
        unit_evidence="stated" if unit else "none",
        unit_raw=said(token_type),
        tier=_TIERS.get(said(usage_type).casefold(), "unknown"),
        context_band=_band(said(context_window)),
        region_scope=scope,
        region=region,
        cost_basis="invoiced" if currency else "none",
        currency=currency,
        join=tuple((name, value) for name, value in joins if value),
    )


def credit_of(key: LineKey) -> LineKey:
    """The key of a negative amount: no usage, but money back."""
    return replace(key, kind="credit")


def _band(window: str) -> str:
    """ "≤ 200k" and "0-200k" are short, "> 200k" and "200k-1M" long."""
    if window.startswith(("≤", "<", "0-")):
        return "short"
    return "long" if window.startswith((">", "200k-")) else ""


def _region(geo: str) -> tuple[str, str]:
    if not geo:
        return "", ""
    return ("global", "") if geo == "global" else ("geographic", geo)

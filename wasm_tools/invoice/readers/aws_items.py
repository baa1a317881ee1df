"""Usage types of Amazon Bedrock: region, model, class of tokens, tier and scope in one word.

`USE1-NovaPro-cache-read-input-token-count`, `USW2-…-input-tokens-batch-cross-region-global`; for models sold through
the Marketplace `USE1-MP:USE1_InputTokenCount_Global-Units`, where the product names the model, not the usage type.
The classes are those billed, so they are disjoint.
"""

import re

from wasm_tools.invoice.usage import LineKey

_PARTS = re.compile(
    r"(?:(?-i:[A-Z]{2,4}[0-9]?)_)?(?:(?P<model>.+?)_)?(?:mantle_)?"
    r"(?:(?P<cache>cache_?(?:read|write))(?:_?(?P<ttl>1h|5m))?(?:_?input)?|(?P<direction>input|output))"
    r"_?tokens?(?:_?count)?"
    r"(?P<flags>(?:_[a-z0-9]+)*)",
    re.IGNORECASE,
)
_MARKETPLACE = re.compile(r"(?:[A-Z0-9]+-)?MP:(?P<item>.+?)(?:-Units)?")
_EDITION = re.compile(r"([^\"{}:=,()]+) \(Amazon Bedrock Edition\)")
_TIERS = frozenset({"standard", "batch", "flex", "priority"})
_SCOPES = {"global": "global", "geo": "geographic"} | dict.fromkeys(
    ("us", "eu", "apac", "au", "jp", "ca"), "geographic"
)
_BANDS = {"lctx": "long"}
_FILLERS = frozenset({"cross", "region"})
_TTLS = frozenset({"1h", "5m"})


def model_of_product(product: str) -> str:
    """The model in the name of a Marketplace product, "Claude Haiku 4.5 (Amazon Bedrock Edition)"; `''` without one."""
    found = _EDITION.search(product)
    return found[1].strip() if found else ""


def is_bedrock(product_code: str, usage_type: str, product: str) -> bool:
    """Whether a row is about models: by its product, or by tokens that were sold through the Marketplace."""
    sold = _MARKETPLACE.fullmatch(usage_type)
    return (
        "bedrock" in product_code.casefold()
        or bool(model_of_product(product))
        or (sold is not None and parsed(usage_type)[1] != "other")
    )


def bedrock_key(usage_type: str, product: str, kind: str, currency: str, region: str, code: str) -> LineKey:
    """The key of a cost; its unit is that of the caller to add. A usage type that is not understood is `other`."""
    model, line_class, tier, band, scope = parsed(usage_type) if kind == "usage" else ("", "other", "unknown", "", "")
    joins = (
        ("aws_usage_type", usage_type),
        ("aws_product_code", code),
        ("aws_region", region),
        ("aws_product", product),
    )
    return LineKey(
        provider="aws-bedrock",
        host="aws-bedrock",
        model_raw=model or model_of_product(product),
        line_class=line_class,
        tier=tier,
        context_band=band,
        region_scope=scope,
        region=region,
        kind=kind,
        cost_basis="invoiced",
        currency=currency,
        join=tuple((name, value) for name, value in joins if value),
    )


def parsed(usage_type: str) -> tuple[str, str, str, str, str]:
    """Model, line class, tier, context band and scope. A word that is not known leaves the tier open."""
    sold = _MARKETPLACE.fullmatch(usage_type)
    item = sold["item"] if sold else usage_type
    found = _PARTS.fullmatch(item.replace("-", "_"))
    if found is None:
        reserved = sold is not None and "reserved" in item.casefold()
        return "", "other", "committed" if reserved else "unknown", "", ""
    flags = [flag for flag in found["flags"].casefold().split("_") if flag]
    model = "" if sold or found["model"] is None else item[found.start("model") : found.end("model")]
    cache = (found["cache"] or "").casefold().replace("_", "")
    ttl = found["ttl"] or next((flag for flag in flags if flag in _TTLS), "")
    if cache == "cacheread":
        line_class = "cache_read"
    elif cache:
        line_class = f"cache_write_{ttl.casefold()}" if ttl else "cache_write"
    elif found["direction"].casefold() == "output":
        line_class = "output"
    else:
        line_class = "embedding" if "embed" in model.casefold() else "input_uncached"
    known = _TIERS | _SCOPES.keys() | _BANDS.keys() | _FILLERS | _TTLS
    said = next((flag for flag in flags if flag in _TIERS), "standard")
    tier = said if known.issuperset(flags) else "unknown"
    band = next((_BANDS[flag] for flag in flags if flag in _BANDS), "")
    scope = next((_SCOPES[flag] for flag in flags if flag in _SCOPES), "regional")
    return model, line_class, tier, band, scope

"""One endpoint of OpenRouter: which host serves which model where, at which terms, and how it did.

A slug is `host` or `host/what`, where *what* is a scope or region (`google-vertex/us`), a service level
(`deepinfra/turbo`), a quantisation, or nothing to tell (`nebius/base`). The label beside it (`Azure (EU)`) names the
scope that the price depends on; Anthropic's platform on AWS stands under three hosts and is one.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import number, number_problem
from generator.sync.sources.openrouter_labels import LABEL_KEYS, Labelled, read_labels
from generator.sync.sources.openrouter_pricing import ROUTED, Terms, base_prices, is_routed, variant_of
from generator.sync.statements import Parsed, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.pricing.meters import plain

PAGES = "https://openrouter.ai/"  # + id: the page of a model
_QUANTIZATIONS = frozenset({"int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32"})
_SCOPES = {"global": "global", "us": "us", "eu": "eu", "europe": "eu"}
_REGION = re.compile(r"[a-z]{2,}-[a-z]+-?\d+")  # us-east-1, europe-west4
_PLAIN = frozenset({"base", "default", "opensource"})
_SCOPE_LABEL = re.compile(r"\((\w+)\)$")
_SERVICE_LABEL = re.compile(r"\s\(?(fast|turbo|highspeed|dedicated)\)?$")
_AWS_CLAUDE = "claude-on-aws"  # Anthropic's platform on AWS stands under Bedrock, under Anthropic and by itself


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of either form."""

    host: str
    sku: str
    terms: Terms
    base: Mapping[str, Any]
    overrides: object
    labels: Labelled
    workload: str
    facts: SkuFacts
    rank: tuple[int, int]  # of two endpoints for the same meters the lower one is kept
    observed: ApiObservation | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """What a form says about an endpoint beside its prices, as it says it: numbers or their texts."""

    quantization: object = None
    context: object = None
    max_output: object = None
    tokens_per_second: object = None
    ttft_ms: object = None
    uptime: object = None  # per cent
    requests: object = None
    status: object = None


def endpoint_of(
    parsed: Parsed,
    model: str,
    where: tuple[str, str, str],
    pricing: Mapping[str, Any],
    stated: Stated,
    workload: str = "",
) -> Iterator[Endpoint]:
    """The endpoint of `model` at the host slug, label and region of `where`, or nothing after counting why."""
    sku, tier, variant = variant_of(model)
    host, service, region, note = _place(*where)
    name = f"{where[0]} {model}"
    base = base_prices(pricing)
    discount = number(pricing.get("discount", 0))
    if sku.startswith("~"):
        parsed.reject("alias of another id", name)
    elif variant == "free":
        parsed.reject("free variant is not a price", name)
    elif is_routed(base):
        parsed.reject(ROUTED, name)
    elif not isinstance(discount, Decimal | int) or not Decimal(discount).is_finite() or discount >= 1:
        parsed.reject("discount: not a share of the price", name)
    else:
        if discount > 0:
            note = _joined(note, f"list price, charged at {plain(Decimal(discount) * 100):f} % off")
        elif discount < 0:
            note = _joined(note, f"charged at {plain(Decimal(-discount) * 100):f} % above the host's list price")
        display = pricing.get("display_pricing")
        for item in display if isinstance(display, list) else []:
            parsed.expect(item, LABEL_KEYS, "display_pricing.")
        labels = read_labels(display, base)
        yield Endpoint(
            host=host,
            sku=sku,
            terms=Terms(
                tier=tier,
                variant="_".join(filter(None, (service, variant))),
                region=region,
                discount=max(Decimal(discount), Decimal(0)),
                note=note,
            ),
            base=base,
            overrides=pricing.get("overrides", []),
            labels=labels,
            workload=labels.workload or workload or workload_of(sku),
            facts=_sku_facts(host, sku, stated),
            rank=(-int(_number(stated.status) or 0), -int(_number(stated.requests) or 0)),
        )


def _place(slug: str, label: str, served_from: str) -> tuple[str, str, str, str]:
    """Host, service level, region and note of `google-vertex/us` or `deepinfra/turbo` with its label.

    Where the label names a scope (`Azure (EU)`), that is what the price depends on; the region that an endpoint without
    a scope is served from is a remark.
    """
    host, _, suffix = slug.partition("/")
    if suffix == _AWS_CLAUDE or label == "Claude Platform on AWS":
        return _AWS_CLAUDE, "", "global", ""
    scope = _SCOPE_LABEL.search(label)
    region = _SCOPES.get(scope[1].lower(), "") if scope else ""
    service = _SERVICE_LABEL.search(label.lower())
    level = service[1] if service else ""
    if suffix in _SCOPES or _REGION.fullmatch(suffix):
        region = region or _SCOPES.get(suffix, suffix)
    elif suffix and suffix not in _PLAIN and suffix not in _QUANTIZATIONS:
        level = level or suffix
    note = f"served from {served_from}" if served_from and not region and served_from != "global" else ""
    return host, level, region or "global", note


def _sku_facts(host: str, sku: str, stated: Stated) -> SkuFacts:
    quantization = stated.quantization if isinstance(stated.quantization, str) else ""
    uptime = _number(stated.uptime)
    return SkuFacts(
        provider=host,
        sku=sku,
        context=_whole(stated.context),
        max_output=_whole(stated.max_output),
        quantization=quantization if quantization in _QUANTIZATIONS else "",
        tokens_per_second=_float(stated.tokens_per_second),
        ttft_ms=_float(stated.ttft_ms),
        uptime=float(uptime / 100) if uptime is not None else None,
        observed_requests=_whole(stated.requests),
        source_url=PAGES + sku,
    )


def _number(value: object) -> Decimal | None:
    """The finite number that a form states, or None."""
    found = number(value)
    if number_problem(found) in ("not a number", "not a finite number"):
        return None
    return Decimal(found)  # type: ignore[arg-type]


def _whole(value: object) -> int | None:
    found = _number(value)
    return int(found) if found is not None and found > 0 else None


def _float(value: object) -> float | None:
    found = _number(value)
    return float(found) if found is not None and found > 0 else None


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))

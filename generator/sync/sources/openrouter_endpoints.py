"""OpenRouter publishes the endpoints of each model: which hosts serve it, and what each of them charges there.

An endpoint price is what the **host** asks for its own capacity, so that the provider is the host (`deepinfra`), not
OpenRouter: evidence of an aggregator for the host's list price. The provider is the host's slug, the stable half of
`deepinfra/turbo`. Two forms are read:

* the documented API: the model list, then `…/{author}/{slug}/endpoints` of at most `MOST_DOCUMENTS` models, one
  request at a time. **No payload of it is stored**; this half is tested on rows made from the documented shape. It does
  not say in which unit speech, pictures and rankings are billed: those are left out with a reason.
* a daily table of the same endpoints from the web site's statistics (sui414/openrouter-pricing-data, file names carry
  the date and there is no name for the newest). Its `pricing_json` has the units (`openrouter_labels`).

Prices are USD per token as strings (`openrouter_pricing`) **after** `discount`: the list price is price / (1 -
discount) (PE-23). A negative discount is a surcharge, and an unexplained low price is no discount: both stay as charged
(PE-24). Only `standard` is a list offer: `batch` is a tier, `thinking` a variant, `free` no price (PE-26); ids with `~`
are aliases and repeat the endpoints of their target. A host may serve a model twice: `fast`, `turbo`, `highspeed` and
the like are variants, a region or scope (`us-east-1`, `eu`) is a region. Percentiles are those of half an hour and rest
on few requests (`openrouter_observations`); quantisation `unknown` is none. `status` below 0 means that OpenRouter
routes less to an endpoint; its price is as good as the others.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from generator.sync.payloads import TransportError
from generator.sync.price_fields import EntryPrices, csv_payload, folder_payload, json_payload
from generator.sync.sources.openrouter_hosts import Endpoint, Stated, endpoint_of
from generator.sync.sources.openrouter_labels import state_labelled
from generator.sync.sources.openrouter_observations import observation_of
from generator.sync.sources.openrouter_pricing import collect_prices, variant_of
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "openrouter-endpoints"
LIST = "models"  # the name of the model list in a collected payload
MOST_DOCUMENTS = 400  # asked for in one sync, one after the other
MOST_ABSENT = 40  # models that may have no document before the source counts as moved
_ID = re.compile(r"[\w.-]+/[\w.:-]+")

_COLUMNS = (
    "scrape_date", "model_slug", "variant", "provider_name", "provider_slug", "provider_display_name",
    "provider_region", "quantization", "pricing_json", "discount",
)  # fmt: skip
# Columns that are read, that repeat `pricing_json`, or that say nothing about a price or a card.
_KNOWN_COLUMNS = frozenset(_COLUMNS) | frozenset({
    "context_length", "max_completion_tokens", "p50_throughput", "p50_latency", "request_count", "status", "is_hidden",
    "is_disabled",
    "scraped_at", "permaslug", "endpoint_id", "endpoint_name", "max_prompt_tokens", "price_prompt", "price_completion",
    "price_cache_read", "price_cache_write", "price_image", "price_request", "price_web_search",
    "price_internal_reasoning", "is_free", "is_byok", "is_deranked", "p75_throughput", "p90_throughput",
    "p95_throughput", "p99_throughput", "p75_latency", "p90_latency", "p95_latency", "p99_latency",
    "stats_window_minutes", "success_count", "derankable_error_count", "rate_limited_count", "capacity_tpm",
    "limit_rpm", "limit_rpd", "supports_reasoning", "supports_tool_parameters", "data_policy_training",
    "data_policy_retains_prompts",
})  # fmt: skip
_KNOWN_KEYS = frozenset({
    "provider_name", "tag", "pricing", "quantization", "context_length", "max_completion_tokens", "status",
    "uptime_last_30m", "uptime_last_1d", "latency_last_30m", "throughput_last_30m",
    "name", "model_id", "model_name", "max_prompt_tokens", "supported_parameters", "supports_implicit_caching",
    "uptime_last_5m",
})  # fmt: skip
_TASKS_WITHOUT_UNIT = frozenset({"video", "speech-to-text", "text-to-speech", "rerank"})


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """The model list at `url` and the endpoint documents of its models by id; raises TransportError.

    A model that has no document is left out and counted when the payload is parsed.
    """
    texts = {LIST: read(LIST, url)}
    absent = 0
    for model in _listed_ids(texts[LIST])[:MOST_DOCUMENTS]:
        try:
            texts[model] = read(model, f"{url}/{model}/endpoints")
        except TransportError as error:
            absent += 1
            if not error.absent or absent > MOST_ABSENT:
                raise
    return texts


def _listed_ids(text: str) -> list[str]:
    """The ids of a model list that have endpoints with a price: no aliases, no free variants."""
    try:
        models = json.loads(text).get("data")
    except (AttributeError, ValueError):
        return []  # `parse` says what is wrong
    ids = [m.get("id") for m in models if isinstance(m, dict)] if isinstance(models, list) else []
    return [i for i in ids if isinstance(i, str) and _ID.fullmatch(i) and not i.endswith(":free")]


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of either form; raises PayloadError when it is neither."""
    parsed = Parsed()
    found: dict[tuple[str, str], list[Endpoint]] = {}
    read = _documents if body.lstrip().startswith(b"{") else _rows
    for endpoint in read(parsed, body):
        found.setdefault((endpoint.host, endpoint.sku), []).append(endpoint)
    for (host, sku), endpoints in found.items():
        _state_host(parsed, units, host, sku, sorted(endpoints, key=lambda e: (e.terms.variant != "", e.rank)))
    return parsed


def _rows(parsed: Parsed, body: bytes) -> Iterator[Endpoint]:
    """The endpoints of the daily table."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise PayloadError(f"{SOURCE}: the table is not UTF-8 text") from None
    for row in csv_payload(SOURCE, text, _COLUMNS):
        parsed.entries += 1
        if not row:
            parsed.reject("row with shifted columns", f"row {parsed.entries}")
            continue
        parsed.expect(row, _KNOWN_COLUMNS)
        parsed.as_of = max(parsed.as_of, row["scrape_date"])
        name = f"{row['provider_slug']} {row['model_slug']}"
        try:
            pricing = json.loads(row["pricing_json"], parse_float=Decimal, parse_constant=Decimal)
        except ValueError:
            pricing = None
        if row.get("is_hidden") == "True" or row.get("is_disabled") == "True":
            parsed.reject("hidden or disabled endpoint", name)
        elif not isinstance(pricing, dict):
            parsed.reject("pricing_json: not an object", name)
        else:
            suffix = "" if row["variant"] == "standard" else f":{row['variant']}"
            where = (row["provider_slug"], row["provider_display_name"], row["provider_region"])
            facts = Stated(
                quantization=row["quantization"],
                context=row.get("context_length"),
                max_output=row.get("max_completion_tokens"),
                tokens_per_second=row.get("p50_throughput"),
                ttft_ms=row.get("p50_latency"),
                requests=row.get("request_count"),
                status=row.get("status"),
            )
            for endpoint in endpoint_of(parsed, row["model_slug"] + suffix, where, pricing, facts):
                yield replace(endpoint, observed=observation_of(SOURCE, endpoint, row))


def _documents(parsed: Parsed, body: bytes) -> Iterator[Endpoint]:
    """The endpoints of the documented API."""
    texts = folder_payload(SOURCE, body)
    if LIST not in texts or len(texts) < 2:
        raise PayloadError(f"{SOURCE}: expected a model list and the endpoint documents of its models")
    for model in _listed_ids(texts[LIST]):
        if model not in texts:
            parsed.entries += 1
            parsed.reject("model without an endpoint document", model)
    for model, text in texts.items():
        if model == LIST:
            continue
        document = json_payload(SOURCE, text.encode())
        data = document.get("data") if isinstance(document, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("endpoints"), list):
            parsed.entries += 1
            parsed.reject("endpoint document has another shape", model)
            continue
        made = data.get("architecture")
        made = made if isinstance(made, dict) else {}
        outputs = _words(made.get("output_modalities"))
        workload = workload_of(variant_of(model)[0], _words(made.get("input_modalities")), outputs)
        for fields in data["endpoints"]:
            parsed.entries += 1
            fields = fields if isinstance(fields, dict) else {}
            pricing = fields.get("pricing")
            if not isinstance(pricing, dict) or not isinstance(fields.get("tag"), str):
                parsed.reject("endpoint has another shape", model)
                continue
            parsed.expect(fields, _KNOWN_KEYS)
            if workload in _TASKS_WITHOUT_UNIT or (workload == "image" and "text" not in outputs):
                parsed.reject(f"the API does not say in which unit {workload} is billed", f"{fields['tag']} {model}")
                continue
            facts = Stated(
                quantization=fields.get("quantization"),
                context=fields.get("context_length"),
                max_output=fields.get("max_completion_tokens"),
                tokens_per_second=_median(fields.get("throughput_last_30m")),
                ttft_ms=_median(fields.get("latency_last_30m")),
                uptime=fields.get("uptime_last_1d") or fields.get("uptime_last_30m"),
                status=fields.get("status"),
            )
            yield from endpoint_of(parsed, model, (fields["tag"], "", ""), pricing, facts, workload)


def _state_host(parsed: Parsed, units: UnitRegistry, host: str, sku: str, endpoints: list[Endpoint]) -> None:
    """State the prices of one model at one host; of several endpoints for the same thing the busiest healthy one."""
    prices = EntryPrices(parsed, units, host, sku, endpoints[0].workload)
    kept: dict[tuple[str, str, str], Endpoint] = {}
    for endpoint in endpoints:
        terms = endpoint.terms
        plain = kept.get((terms.tier, "", terms.region))
        if plain and (plain.base, plain.overrides) == (endpoint.base, endpoint.overrides):
            prices.reject("another endpoint of the same host and model, at the same prices")
            continue
        if kept.setdefault((terms.tier, terms.variant, terms.region), endpoint) is not endpoint:
            prices.reject("another endpoint of the same host and model, at other prices")
            continue
        state_labelled(prices, endpoint.labels, terms)
        collect_prices(prices, endpoint.base, endpoint.overrides, terms, endpoint.labels.shadowed)
    prices.state()
    plainest = min(kept.values(), key=lambda e: (e.terms.tier != "standard", e.terms.variant != "", e.rank))
    parsed.facts.append(plainest.facts)
    parsed.observations += [
        endpoint.observed
        for (tier, variant, _), endpoint in kept.items()
        if endpoint.observed is not None and (tier, variant) == ("standard", "")  # a level of service is another offer
    ]


def _median(percentiles: object) -> object:
    return percentiles.get("p50") if isinstance(percentiles, dict) else None


def _words(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()

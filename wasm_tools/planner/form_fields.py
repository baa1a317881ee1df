"""The fields of a question as a reader fills them in: one table for the form, the address, scenarios and their check.

A field that is absent has its default. Where the table has none, it follows from the use case and the standard values
(`Presets`), or there is no limit.
"""

from dataclasses import dataclass
from typing import Any

from wasm_tools.models.cards import CAPABILITY_CLASSES, DOMAINS
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.question import KINDS, PRIORITIES
from wasm_tools.workload.traffic import MAX_QPS, MAX_TOKENS, MAX_USERS, MIN_QPS, PERCENTILES

REQUEST, LOAD, TARGET, MODELS, MACHINES, MONEY, OWN, CHOICE = GROUPS = (
    "request", "load", "target", "models", "machines", "money", "own", "choice",
)  # fmt: skip
TIERS = ("standard", "flex", "priority")
MAX_MONEY = 1e12
MAX_MS = 1e9


@dataclass(frozen=True, slots=True)
class FormField:
    """One field. `kind` says what it holds:

    whole, number: within `least` and `most` (`above`: more than `least`) · choice: one of `choices`, or of the
    catalogue's `of` · names: a list of those · switch: true or false · counts: names with whole numbers · quantiles: of
    lengths · object, rows: what a reader added.
    """

    name: str
    kind: str
    group: str
    unit: str = ""
    default: Any = None
    least: float = 0
    most: float = MAX_MONEY
    above: bool = False
    choices: tuple[Any, ...] = ()
    of: str = ""


def _number(name: str, group: str, unit: str, most: float, least: float = 0, above: bool = True) -> FormField:
    return FormField(name, "number", group, unit, None, least, most, above)


def _share(name: str, group: str, default: float | None = 0.0) -> FormField:
    return FormField(name, "number", group, "share", default, 0, 1)


def _whole(name: str, group: str, unit: str, most: int, default: int | None = None, least: int = 1) -> FormField:
    return FormField(name, "whole", group, unit, default, least, most)


def _choice(name: str, group: str, choices: tuple[Any, ...] = (), default: Any = None, of: str = "") -> FormField:
    return FormField(name, "choice", group, "", default, choices=choices, of=of)


def _names(name: str, group: str, of: str = "", choices: tuple[str, ...] = ()) -> FormField:
    return FormField(name, "names", group, choices=choices, of=of)


def _switch(name: str, group: str, default: bool = False) -> FormField:
    return FormField(name, "switch", group, default=default)


FIELDS: tuple[FormField, ...] = (
    _choice("use_case", REQUEST, of="use_cases"),
    _choice("profile", REQUEST, of="profiles"),
    _whole("prompt_tokens", REQUEST, "tokens", MAX_TOKENS),
    _whole("output_tokens", REQUEST, "tokens", MAX_TOKENS),
    _number("prompt_p50", REQUEST, "tokens", MAX_TOKENS),
    _number("prompt_p95", REQUEST, "tokens", MAX_TOKENS),
    _number("output_p50", REQUEST, "tokens", MAX_TOKENS),
    _number("output_p95", REQUEST, "tokens", MAX_TOKENS),
    FormField("prompt_spread", "quantiles", REQUEST, "tokens"),
    FormField("output_spread", "quantiles", REQUEST, "tokens"),
    _choice("lengths", REQUEST, of="lengths"),
    _share("cacheable_share", REQUEST),
    _choice("load", LOAD, of="loads"),
    _number("qps", LOAD, "requests/s", MAX_QPS, MIN_QPS, above=False),
    _number("users", LOAD, "users", MAX_USERS),
    _number("active", LOAD, "share", 1),
    _number("per_minute", LOAD, "requests/minute", MAX_QPS),
    _choice("pattern", LOAD, of="patterns"),
    _number("peak_factor", LOAD, "times the average", 1e6, 1, above=False),
    _share("batchable_share", LOAD),
    _choice("slo", TARGET, of="slo_classes"),
    _number("ttft_ms", TARGET, "ms", MAX_MS),
    _number("itl_ms", TARGET, "ms", MAX_MS),
    _number("e2e_ms", TARGET, "ms", MAX_MS),
    _choice("percentile", TARGET, PERCENTILES),
    _choice("ttft_percentile", TARGET, PERCENTILES),
    _choice("itl_percentile", TARGET, PERCENTILES),
    _choice("e2e_percentile", TARGET, PERCENTILES),
    _number("tokens_per_second", TARGET, "tokens/s", MAX_MS),
    _number("availability", TARGET, "share", 1),
    _choice("from_area", TARGET, of="areas"),
    _choice("to_area", TARGET, of="areas"),
    _choice("class", MODELS, CAPABILITY_CLASSES),
    FormField("min_quality", "number", MODELS, "score", least=-1e9, most=1e9),
    _whole("context", MODELS, "tokens", MAX_TOKENS),
    _names("models", MODELS, of="models"),
    _names("without_models", MODELS, of="models"),
    _switch("open_weights", MODELS),
    _names("domains", MODELS, choices=DOMAINS),
    _names("precisions", MODELS, choices=tuple(WEIGHT_BYTES)),
    _names("kinds", MACHINES, choices=KINDS),
    _names("providers", MACHINES, of="providers"),
    _names("without_providers", MACHINES, of="providers"),
    _names("gpus", MACHINES, of="gpus"),
    _names("without_gpus", MACHINES, of="gpus"),
    _names("regions", MACHINES, of="regions"),
    _names("without_regions", MACHINES, of="regions"),
    _whole("max_gpus", MACHINES, "GPUs", 10**9),
    FormField("gpu_limits", "counts", MACHINES, "GPUs", least=0, most=10**9, of="gpus"),
    _whole("max_tp", MACHINES, "GPUs", 10**6),
    _switch("confirmed_only", MACHINES),
    _number("budget", MONEY, "USD/month", MAX_MONEY),
    _number("budget_hour", MONEY, "USD/hour", MAX_MONEY),
    _number("budget_1k", MONEY, "USD/1,000 tokens", MAX_MONEY),
    _choice("tier", MONEY, TIERS, "standard"),
    FormField("success_rate", "number", MONEY, "share", 1.0, 0, 1, above=True),
    _whole("retries", MONEY, "attempts", 100, 0, least=0),
    _switch("surcharges", MONEY, True),
    FormField("inventory", "counts", OWN, "GPUs", least=1, most=10**9, of="gpus"),
    _choice("place", OWN, of="places"),
    _number("usd_per_kwh", OWN, "USD/kWh", 1000, above=False),
    _number("pue", OWN, "ratio", 100, 1, above=False),
    _number("rack_usd_per_kw", OWN, "USD/kW and month", 1e6, above=False),
    FormField("maintenance_share", "number", OWN, "share of the price a year", None, 0, 1),
    _whole("amortisation_months", OWN, "months", 1200),
    FormField("own_model", "object", OWN),
    FormField("own_gpu", "object", OWN),
    FormField("own_prices", "rows", OWN),
    FormField("own_measurements", "object", OWN),
    _choice("priority", CHOICE, PRIORITIES, "balanced"),
    _share("tolerance", CHOICE, 0.2),
)  # fmt: skip
FIELD = {field.name: field for field in FIELDS}
# The values of the standard site by the field that overrides each.
SITE_VALUES = ("pue", "rack_usd_per_kw", "maintenance_share", "amortisation_months")
ADDED = (*SITE_VALUES, "own_model", "own_gpu", "own_prices", "own_measurements")  # what extends the catalogue
# Where the engine's name of an input is not that of the field.
FIELD_OF_INPUT = {
    "peak_qps": "peak_factor", "minimum_class": "class", "min_context": "context", "max_tensor_parallel": "max_tp",
    "usd_per_month": "budget", "usd_per_hour": "budget_hour", "usd_per_1k_tokens": "budget_1k",
    "near_tolerance": "tolerance", "tokens_per_s": "tokens_per_second", "active_fraction": "active",
    "requests_per_minute": "per_minute", "network_ms": "from_area", "area": "from_area",
    "batch_share": "batchable_share",
    "cached_share": "cacheable_share", "hourly": "pattern", "arrival_cv": "pattern",
}  # fmt: skip

"""A model, an accelerator and prices of a reader's own, read strictly: every figure within bounds.

own_model   {"name", "context", "precision", and the shape's fields as `ModelShape` has them}
own_gpu     {"name", "memory_gb", "bandwidth_tb_s", "bf16_tflops", and optionally "fp8_tflops", "fp4_tflops",
             "link_gb_s", "watts", "gpus_per_node", "usd_per_hour", "usd_to_buy"}
own_prices  [{"provider", "model", "input", "output", optionally "cached"}, in $/1M tokens, or
             {"provider", "gpu", "usd_per_hour", optionally "kind", "count"}]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.performance.memory import WEIGHT_BYTES
from wasm_tools.planner.catalogue import ApiRate
from wasm_tools.planner.form_checks import number
from wasm_tools.planner.own_names import OWN_GPU, OWN_MODEL
from wasm_tools.planner.question import KINDS, checked_names
from wasm_tools.planner.rentals import Rental
from wasm_tools.planner.request_cost import TokenPrices
from wasm_tools.workload.traffic import MAX_TOKENS, InputError

GIB = 2**30
MAX_NAME = 80
MAX_PRICES = 200
MAX_COUNT = 1e16  # no architecture has more of anything
WHOLE = {f.name for f in fields(ModelShape) if f.type is int}
NEEDED = ("parameters", "active_parameters", "layers", "kv_elements", "hidden", "heads", "kv_heads", "vocabulary")


@dataclass(frozen=True, slots=True)
class OwnModel:
    """An architecture that a reader brought, and the precision of its weights."""

    card: ModelCard
    precision: str


@dataclass(frozen=True, slots=True)
class OwnGpu:
    """An accelerator that a reader described, with what it costs a GPU-hour or to buy."""

    card: GpuCard
    usd_per_hour: Decimal | None
    usd_to_buy: Decimal | None


def own_model(given: Mapping[str, Any]) -> OwnModel:
    """The model of a form record. The reader has chosen it, so no capability class keeps it out."""
    names = {f.name for f in fields(ModelShape)}
    _known("own_model", given, {"name", "context", "precision", *names})
    shape = {name: _amount("own_model", name, given.get(name, 0), 0, MAX_COUNT, name in WHOLE) for name in names}
    for name in NEEDED:
        if not shape[name]:
            raise InputError("own_model", f"{name} is missing or 0")
    if shape["layers"] > 10_000 or shape["active_parameters"] > shape["parameters"]:
        raise InputError("own_model", "the layers or the active parameters are more than there can be")
    if shape["expert_parameters"] and not shape["experts"]:
        raise InputError("own_model", "experts are missing beside expert_parameters")
    precision = given.get("precision", "bf16")
    if precision not in WEIGHT_BYTES:
        raise InputError("own_model", f"precision {precision!r} is not one of {', '.join(WEIGHT_BYTES)}")
    context = _amount("own_model", "context", given.get("context"), 1, MAX_TOKENS, True)
    name = _name("own_model", given.get("name", "your model"))
    return OwnModel(ModelCard(OWN_MODEL, name, "", True, context, "frontier", ModelShape(**shape), name), precision)


def own_gpu(given: Mapping[str, Any]) -> OwnGpu:
    """The accelerator of a form record; memory in GiB as GPU names count it, TB/s, dense TFLOP/s."""
    known = {
        "name": 0, "memory_gb": 1e5, "bandwidth_tb_s": 1e4, "bf16_tflops": 1e6, "fp8_tflops": 1e6, "fp4_tflops": 1e6,
        "link_gb_s": 1e5, "watts": 1e5, "gpus_per_node": 1024, "usd_per_hour": 1e6, "usd_to_buy": 1e9,
    }  # fmt: skip
    _known("own_gpu", given, known)

    def figure(name: str, needed: bool = False, whole: bool = False) -> Any:
        value = given.get(name)
        if value is None and not needed:
            return None
        return _amount("own_gpu", name, value, 0, known[name], whole, above=True)

    def scaled(name: str, factor: float, needed: bool = False) -> float | None:
        value = figure(name, needed)
        return None if value is None else value * factor

    memory = figure("memory_gb", needed=True)
    card = GpuCard(
        OWN_GPU, _name("own_gpu", given.get("name", "your accelerator")), "", int(memory * GIB),
        scaled("bandwidth_tb_s", 1e12, True), figure("watts"), figure("gpus_per_node", whole=True) or 8,
        bf16_flops=scaled("bf16_tflops", 1e12, True), fp8_flops=scaled("fp8_tflops", 1e12),
        fp4_flops=scaled("fp4_tflops", 1e12), link_bandwidth=scaled("link_gb_s", 1e9),
    )  # fmt: skip
    if given.get("usd_to_buy") is not None and card.tdp_w is None:
        raise InputError("own_gpu", "watts are missing: hardware that is bought needs power")
    return OwnGpu(card, _exact(figure("usd_per_hour")), _exact(figure("usd_to_buy")))


def own_prices(
    given: Sequence[Any], models: Mapping[str, Any], gpus: Mapping[str, Any]
) -> tuple[tuple[ApiRate, ...], tuple[Rental, ...]]:
    """Rates of APIs and rentals of GPUs out of a form record, each for a model or GPU that is known."""
    if len(given) > MAX_PRICES:
        raise InputError("own_prices", f"{len(given):,} prices are more than {MAX_PRICES}")
    rates, rentals = [], []
    for place, row in enumerate(given, 1):
        if not isinstance(row, Mapping) or ("model" in row) == ("gpu" in row):
            raise InputError("own_prices", f"price {place} names neither a model nor a GPU, or both")
        if "model" in row:
            rates.append(_rate(row, models))
        else:
            rentals.append(_rental(row, gpus))
    keys = [(r.provider, r.sku) for r in rates] + [(r.provider, r.gpu, r.kind, r.count) for r in rentals]
    twice = next((key for n, key in enumerate(keys) if key in keys[:n]), None)
    if twice:
        raise InputError("own_prices", f"{' '.join(map(str, twice))} has two prices; keep one")
    return tuple(rates), tuple(rentals)


def _rate(row: Mapping[str, Any], models: Mapping[str, Any]) -> ApiRate:
    _known("own_prices", row, ("provider", "model", "input", "output", "cached"))
    model = _name("own_prices", row["model"])
    checked_names("own_prices", (model,), models)
    base, answers = (_usd(row, name) for name in ("input", "output"))
    cached = _usd(row, "cached") if row.get("cached") is not None else None
    prices = {"standard": (TokenPrices(0, base, answers, cached),)}
    return ApiRate(_provider(row), model, model, "global", prices, f"yours={base}")


def _rental(row: Mapping[str, Any], gpus: Mapping[str, Any]) -> Rental:
    _known("own_prices", row, ("provider", "gpu", "usd_per_hour", "kind", "count"))
    gpu = _name("own_prices", row["gpu"])
    checked_names("own_prices", (gpu,), gpus)
    kind = row.get("kind", "rented")
    if kind not in KINDS or kind in ("api", "owned", "bought", "serverless"):
        raise InputError("own_prices", f"{kind!r} is not a way to rent GPUs")
    usd = _usd(row, "usd_per_hour")
    count = _amount("own_prices", "count", row.get("count", 1), 1, 1024, True)
    return Rental(_provider(row), gpu, gpu, "global", kind, usd, f"yours={usd}", count)


def _provider(row: Mapping[str, Any]) -> str:
    name = _name("own_prices", row.get("provider", "own"))
    if not all(letter.isalnum() or letter in "-._" for letter in name):
        raise InputError("own_prices", f"provider {name!r} has other signs than letters, digits and -._")
    return name


def _usd(row: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(repr(_amount("own_prices", name, row.get(name), 0, 1e9, False, above=True)))


def _exact(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(value))


def _amount(
    field: str, name: str, value: Any, least: float, most: float, whole: bool, above: bool = False
) -> Any:  # int or float
    try:
        return number(field, value, least, most, above, whole)
    except InputError as error:
        raise InputError(field, f"{name}: {error.message}") from None


def _name(field: str, value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME or not value.isprintable():
        raise InputError(field, f"a name is a text of up to {MAX_NAME} signs")
    return value


def _known(field: str, given: Mapping[str, Any], known: Any) -> None:
    for name in given:
        if name not in known:
            raise InputError(field, f"{str(name)[:MAX_NAME]!r} is not one of {', '.join(sorted(known))}")

"""A config.json that somebody hands in: hostile until it is read, counted and found plausible."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.models.architecture import architecture, model_shape, text_part
from wasm_tools.models.blocks import ModelConfigError
from wasm_tools.models.cards import ModelShape
from wasm_tools.workload.traffic import InputError

MAX_BYTES = 1_000_000  # the largest published file has 60 kB
MAX_LAYERS = 2_000
MAX_NUMBER = 10**9
LAYER_LISTS = ("layers_block_type", "hybrid_override_pattern", "block_configs")
FIELD = "config"


@dataclass(frozen=True, slots=True)
class PastedModel:
    """What a config.json says: the architecture, its longest context, and the precision that it is stored in."""

    shape: ModelShape
    context: int
    precision: str


def model_of_config(content: bytes | str, precision: str | None = None) -> PastedModel:
    """The model of the bytes of a config.json; raises InputError that names what is wrong with them."""
    if len(content) > MAX_BYTES:
        raise InputError(FIELD, f"more than {MAX_BYTES:,} bytes are no config.json")
    try:
        config = loads(content)
    except (ValueError, RecursionError):
        raise InputError(FIELD, "this is not JSON; give the config.json of a Hugging Face repository") from None
    if not isinstance(config, dict) or not isinstance(text_part(config), dict):
        raise InputError(FIELD, "the JSON is not an object; give the config.json of a Hugging Face repository")
    _check_sizes(config)
    try:
        found = architecture(config)
    except KeyError as error:
        raise InputError(FIELD, f"the field {error} is missing") from None
    except ModelConfigError as error:
        raise InputError(FIELD, str(error)) from None
    except (TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        raise InputError(FIELD, f"its fields do not describe a model that can be counted ({error})") from None
    shape = model_shape(found)
    if min(shape.parameters, shape.layers, shape.kv_elements, shape.heads, shape.kv_heads, found.context) <= 0:
        raise InputError(FIELD, "parameters, layers, heads, cache and context must all be more than nothing")
    return PastedModel(shape, found.context, precision or stored_precision(config))


def stored_precision(config: Mapping[str, Any]) -> str:
    """The precision that the `quantization_config` of a file names; bf16 without one."""
    stated = config.get("quantization_config") or text_part(config).get("quantization_config")
    if not isinstance(stated, dict):
        return "bf16"
    words = f"{stated.get('quant_algo', '')} {stated.get('format', '')} {stated.get('quant_method', '')}".lower()
    for name, precision in (("nvfp4", "fp4"), ("mxfp4", "mxfp4"), ("awq", "int4"), ("gptq", "int4"), ("fp8", "fp8")):
        if name in words:
            return precision
    if "pack-quantized" in words:
        return "int4"
    raise InputError(FIELD, f"its quantization_config ({words.strip() or 'empty'}) is unknown; give --precision")


def _check_sizes(config: object) -> None:
    """Refuse whole numbers that would keep the counting busy: a hostile file may state a billion layers."""
    waiting = [config]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            layers = one.get("num_hidden_layers")
            if isinstance(layers, int) and layers > MAX_LAYERS:
                raise InputError(FIELD, f"num_hidden_layers is {layers}, more than {MAX_LAYERS:,}")
            for name in LAYER_LISTS:
                if isinstance(listed := one.get(name), list | str) and len(listed) > MAX_LAYERS:
                    raise InputError(FIELD, f"{name} has {len(listed):,} layers, more than {MAX_LAYERS:,}")
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, int) and not -MAX_NUMBER <= one <= MAX_NUMBER:
            raise InputError(FIELD, f"the number {one!r} is beyond {MAX_NUMBER:,}")

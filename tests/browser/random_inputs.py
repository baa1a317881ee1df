"""Seeded inputs of the planner's form, valid and not, as texts of its fields."""

import json
import random

from wasm_tools.planner.form_fields import FIELDS, FormField

WRONG = (
    "0",
    "-1",
    "1e99",
    "many",
    "?",
    "NaN",
    "null",
    "undefined",
    "Infinity",
    "-0",
    "1,5",
    "<b>x</b>",
    "a b",
    "{",
    "[1",
    "[]",
)
NAMES = ("h100-sxm", "l40s", "aws", "openai", "global", "us-east-1", "gpt-oss-120b", "nowhere")
SPECIAL = {
    "gpu_limits": ("h100-sxm=8", "h100-sxm=0 l40s=2", "h100-sxm", "=3"),
    "inventory": ("h100-sxm=8", "l40s=4 h200-sxm=8", "own-gpu=8", "h100-sxm=x"),
    "prompt_spread": ("1154.7 0.96 1020 2735 4083 4142", "1 2 3"),
    "output_spread": ("211.1 0.77 129 424 451 601", "5 0.5 9 8 7 6"),
    "own_model": (json.dumps({"name": "x", "context": 9}), "{}", '"x"'),
    "own_gpu": (
        json.dumps({"name": "X", "memory_gb": 192, "bandwidth_tb_s": 6, "bf16_tflops": 900, "usd_per_hour": 1}),
        json.dumps({"memory_gb": -1}),
    ),
    "own_prices": (
        json.dumps([{"provider": "acme", "model": "gpt-oss-120b", "input": 0.1, "output": 0.2}]),
        json.dumps([{"provider": "acme", "gpu": "h100-sxm", "usd_per_hour": None}]),
        "[{}]",
    ),
    "use_case": ("chatbot", "translation"),
    "profile": ("1024-1024", "4096-512"),
    "load": ("0.1", "10"),
    "slo": ("instant", "batch"),
    "lengths": ("azure-2023-code", "mooncake-conversation"),
    "pattern": ("diurnal", "bursty", "steady"),
    "place": ("DEU", "US-TX", "XX"),
    "from_area": ("europe", "mars"),
    "to_area": ("us-east",),
}  # fmt: skip


def random_fields(source: random.Random) -> dict[str, str]:
    """One to five fields, one value in five of another kind than the field's."""
    return {field.name: _text(source, field) for field in source.sample(FIELDS, source.randrange(1, 6))}


def _text(source: random.Random, field: FormField) -> str:
    if source.random() < 0.2:
        return source.choice(WRONG)
    if field.name in SPECIAL:
        return source.choice(SPECIAL[field.name])
    if field.kind == "switch":
        return source.choice("01")
    if field.choices:
        some = source.sample(field.choices, 1 if field.kind == "choice" else 2)
        return " ".join(map(str, some))
    if field.kind == "names":
        return " ".join(source.sample(NAMES, 2))
    if field.kind == "whole":
        return str(source.randrange(1, 3000))
    return f"{10 ** source.uniform(-3, 4):.4g}" if field.most > 1 else f"{source.random():.3f}"

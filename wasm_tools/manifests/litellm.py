"""API plans: the configuration of a LiteLLM proxy, which gives every client one address, one key and one bill."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.manifests.names import plan_id
from wasm_tools.manifests.words import one_line
from wasm_tools.manifests.yaml_text import Plain, yaml_text

API_BASE = "https://edit-api.example.com/v1"  # of a provider that the proxy does not know by name


@dataclass(frozen=True, slots=True)
class Route:
    """How the proxy reaches a provider: the prefix of its models, and the environment variables that it reads."""

    prefix: str
    variables: tuple[str, ...]


def api_plan_id(plan: Mapping[str, Any]) -> str:
    """The name of an API plan's folder; price and date do not count."""
    content = {name: plan[name] for name in ("provider", "sku", "region", "model")}
    return plan_id(["api", plan["provider"], plan["model"]], content)


def route_of(plan: Mapping[str, Any], routes: Mapping[str, Route]) -> Route:
    """The route of a plan's provider; one that the proxy does not know is called like OpenAI, at an address to edit."""
    provider: str = plan["provider"]
    if provider in routes:
        return routes[provider]
    return Route("", (re.sub(r"[^A-Z0-9]+", "_", provider.upper()).strip("_") + "_API_KEY",))


def litellm_file(document: Mapping[str, Any], routes: Mapping[str, Route]) -> dict[str, str]:
    """`litellm.yaml` of an API plan: the model under the atlas's name, time-outs from the bounds, no key inside."""
    plan, slo = document["plan"], document["question"]["slo"]
    route = route_of(plan, routes)
    e2e = math.ceil(slo["e2e_ms"] / 1000)
    prefix = route.prefix or "openai"
    parameters: dict[str, Plain] = {
        "model": _routed(prefix, one_line(plan["sku"])),
        **({} if route.prefix else {"api_base": API_BASE}),
        # Clouds read several variables; the proxy finds them itself.
        **({"api_key": f"os.environ/{route.variables[0]}"} if len(route.variables) == 1 else {}),
        "timeout": max(60, 2 * e2e),
        "stream_timeout": max(30, e2e),
    }
    proxy: Plain = {
        "model_list": [
            {
                "model_name": plan["model"],
                "litellm_params": parameters,
                "model_info": {"id": api_plan_id(plan)},
            }
        ],
        "litellm_settings": {"drop_params": True, "num_retries": 2},
        "general_settings": {"master_key": "os.environ/LITELLM_MASTER_KEY"},
    }
    return {"litellm.yaml": yaml_text(proxy)}


def _routed(prefix: str, sku: str) -> str:
    return sku if sku.startswith(f"{prefix}/") else f"{prefix}/{sku}"

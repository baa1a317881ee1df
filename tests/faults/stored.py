"""What the upstreams answer when they are well: the small payloads of the tests, or the stored ones of a mirror."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from generator.registry import Registry
from generator.sync.mirror import Mirror
from generator.sync.source_registry import Source
from tests.faults.upstream import Play

PAYLOADS = Path(__file__).parents[1] / "payloads"
SMALL = {
    "litellm": "litellm.json", "genai-prices": "genai-prices.json", "models-dev": "models-dev.json",
    "openrouter": "openrouter.json", "tardellirs": "tardellirs.json", "aiconfigurator": "aiconfigurator.csv",
    "sooddvs": "sooddvs.csv", "karpenter-aws": "karpenter-aws.csv", "karpenter-azure": "karpenter-azure.csv",
    "cyclenerd-gcp": "cyclenerd-gcp.csv", "runpod": "runpod.json", "skypilot-nebius": "skypilot-nebius.csv",
    "lambda-cloud": "lambda-cloud.json", "azure-retail": "azure-retail.json", "llmrates": "llmrates.csv",
    "langfuse": "langfuse.json", "token-price-index": "token-price-index.json", "openlit": "openlit.json",
}  # fmt: skip
ABSENT = ("aiconfigurator", "gpuhunt", "azure-retail", "aws-pricelist-ec2")  # a mirror has no answer at their addresses
SMALL_OF_FILES = {"portkey": "portkey.json", "catwalk": "catwalk.json"}


def small_upstreams(registry: Registry) -> tuple[Registry, Play]:
    """The sources that have a small payload, and what their addresses answer."""
    bodies: dict[str, bytes] = {}
    sources: list[Source] = []
    for source in registry.sources:
        if source.id in SMALL:
            bodies[source.url] = (PAYLOADS / SMALL[source.id]).read_bytes()
            sources.append(source)
        elif source.id in SMALL_OF_FILES:
            texts: Mapping[str, object] = json.loads((PAYLOADS / SMALL_OF_FILES[source.id]).read_bytes())
            for name, text in texts.items():
                address = source.url.replace("{file}", name) if source.files else f"{source.url}/{name}"
                bodies[address] = (text if isinstance(text, str) else json.dumps(text)).encode()
            files = tuple(name for name in source.files if name in texts)
            sources.append(source.model_copy(update={"files": files}))
    by_address = {_plain(address): body for address, body in bodies.items()}
    return replace(registry, sources=tuple(sources)), lambda address: by_address.get(_plain(address))


def mirrored_upstreams(registry: Registry, mirror: Path) -> tuple[Registry, Play]:
    """All sources whose live addresses a mirror can answer, and what these answer."""
    routes = {_plain(url): file for (_, url), file in Mirror(str(mirror), "").routes().items()}
    sources = [s for s in registry.sources if not (s.key or s.id in ABSENT or (s.collected and s.stored))]
    for source in sources:
        if source.stored:
            routes[_plain(source.url)] = source.stored

    def play(address: str) -> bytes | None:
        url = urlsplit(address)
        file = mirror / (routes.get(_plain(address)) or f"{url.netloc}{url.path}")
        return file.read_bytes() if file.is_file() else None

    return replace(registry, sources=tuple(sources)), play


def _plain(address: str) -> str:
    """An address in one spelling, whatever its query is quoted with."""
    url = urlsplit(address)
    return f"{url.netloc}{url.path}?{url.query}".replace("%20", " ").replace("'", "%27")

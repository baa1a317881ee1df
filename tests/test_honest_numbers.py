"""The price on the page is the price in the payload: 25 pairs of provider and model, read on both sides apart."""

# ruff: noqa: E501 - a pair is one line
import json
import re
from decimal import Decimal
from functools import cache
from html import unescape
from pathlib import Path

import pytest

MILLION = 1_000_000
LITELLM = "raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
GENAI = "_derived/genai-prices/0.2.3/data.json"

# page (models/<id>/), provider page, id there, payload, where the payload has the price
PAIRS = [
    ("gpt-4o", "openai", "gpt-4o", "litellm", "gpt-4o"),
    ("gpt-4.1", "openai", "gpt-4.1", "litellm", "gpt-4.1"),
    ("gpt-5", "openai", "gpt-5", "litellm", "gpt-5"),
    ("gpt-5-mini", "openai", "gpt-5-mini", "genai", "openai/gpt-5-mini"),
    ("gpt-5-nano", "openai", "gpt-5-nano", "litellm", "gpt-5-nano"),
    ("gpt-4o-mini", "openai", "gpt-4o-mini", "litellm", "gpt-4o-mini"),
    ("claude-opus-4-5", "anthropic", "claude-opus-4-5", "litellm", "claude-opus-4-5"),
    ("claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5", "litellm", "claude-sonnet-4-5"),
    ("claude-haiku-4-5", "anthropic", "claude-haiku-4-5", "litellm", "claude-haiku-4-5"),
    ("gemini-2.5-pro", "google", "gemini-2.5-pro", "litellm", "gemini/gemini-2.5-pro"),
    ("gemini-2.5-flash", "google", "gemini-2.5-flash", "litellm", "gemini/gemini-2.5-flash"),
    ("grok-4.3", "xai", "grok-4.3", "litellm", "xai/grok-4.3"),
    ("sonar-pro", "perplexity", "sonar-pro", "litellm", "perplexity/sonar-pro"),
    ("kimi-k2.6", "moonshotai", "kimi-k2.6", "litellm", "moonshot/kimi-k2.6"),
    ("glm-5.1", "zai", "glm-5.1", "litellm", "zai/glm-5.1"),
    ("llama-3.3-70b-instruct", "nebius", "meta-llama/llama-3.3-70b-instruct", "litellm", "nebius/meta-llama/Llama-3.3-70B-Instruct"),
    ("claude-sonnet-4-5", "openrouter", "anthropic/claude-sonnet-4.5", "openrouter", "anthropic/claude-sonnet-4.5"),
    ("gpt-oss-120b", "deepinfra", "openai/gpt-oss-120b", "litellm", "deepinfra/openai/gpt-oss-120b"),
    ("qwen3-235b-a22b-instruct-2507", "cortecs", "qwen3-235b-a22b-instruct-2507", "models.dev", "cortecs|qwen3-235b-a22b-instruct-2507"),
    ("minimax-m2.5", "deepinfra", "minimaxai/minimax-m2.5", "models.dev", "deepinfra|MiniMaxAI/MiniMax-M2.5"),
    ("deepseek-v4-pro", "openrouter", "deepseek/deepseek-v4-pro", "genai", "openrouter/deepseek/deepseek-v4-pro"),
    ("claude-opus-4-5", "openrouter", "anthropic/claude-opus-4.5", "openrouter", "anthropic/claude-opus-4.5"),
    ("gpt-5", "openrouter", "openai/gpt-5", "openrouter", "openai/gpt-5"),
    ("gpt-oss-120b", "groq", "openai/gpt-oss-120b", "genai", "groq/openai/gpt-oss-120b"),
    ("gpt-4.1", "openrouter", "openai/gpt-4.1", "openrouter", "openai/gpt-4.1"),
]  # fmt: skip


@cache
def payload(path: Path) -> object:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)


def stated(mirror: Path, source: str, where: str) -> tuple[Decimal, Decimal]:
    """Input and output price in $/1M tokens, read from the payload with nothing of the project's own code."""
    if source == "litellm":
        row = payload(mirror / LITELLM)[where]
        return row["input_cost_per_token"] * MILLION, row["output_cost_per_token"] * MILLION
    if source == "models.dev":
        provider, _, model = where.partition("|")
        cost = payload(mirror / "models.dev/api.json")[provider]["models"][model]["cost"]
        return cost["input"], cost["output"]
    if source == "openrouter":
        (row,) = [m for m in payload(mirror / "openrouter.ai/api/v1/models.json")["data"] if m["id"] == where]
        return Decimal(row["pricing"]["prompt"]) * MILLION, Decimal(row["pricing"]["completion"]) * MILLION
    provider, _, model = where.partition("/")
    (entry,) = [p for p in payload(mirror / GENAI) if p["id"] == provider]
    (row,) = [m for m in entry["models"] if m["id"] == model]
    prices = row["prices"] if isinstance(row["prices"], dict) else row["prices"][-1]["prices"]
    return tuple(v["base"] if isinstance(v, dict) else v for v in (prices["input_mtok"], prices["output_mtok"]))


def shown(site: Path, model: str, provider: str, sku: str) -> tuple[Decimal, Decimal]:
    """Input and output price that a page prints for an id: the model's page, or the provider's where that has no room."""
    model_page = (site / f"models/{model}/index.html").read_text(encoding="utf-8")
    table = model_page[model_page.index("Standard prices") :].partition("</table>")[0]
    found = printed(table, f"providers/{provider}/", sku)
    if not found:
        provider_page = (site / f"providers/{provider}/index.html").read_text(encoding="utf-8")
        found = [x for t in re.findall(r"<table.*?</table>", provider_page, re.DOTALL) for x in printed(t, "", sku)]
    assert found, f"{model}: no row of {provider} {sku}"
    return found[0]


def printed(table: str, link: str, sku: str) -> list[tuple[Decimal, Decimal]]:
    """Input and output price of the rows of a table that have this id and lead to `link`."""
    heads = [re.sub("<.*?>", "", h) for h in re.findall(r"<th scope=\"col\".*?</th>", table)]
    if not {"Id there", "In", "Out"} <= set(heads):
        return []
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        cells = [unescape(re.sub("<.*?>", "", c)).strip() for c in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        if link in row and len(cells) == len(heads) and cells[heads.index("Id there")] == sku:
            found.append(tuple(Decimal(cells[heads.index(h)].lstrip("$").replace(",", "")) for h in ("In", "Out")))
    return found


def test_there_are_twenty_five_different_pairs() -> None:
    assert len({(provider, model) for model, provider, *_ in PAIRS}) == 25


@pytest.mark.mirror
@pytest.mark.site
@pytest.mark.parametrize(("model", "provider", "sku", "source", "where"), PAIRS, ids=lambda v: str(v)[:40])
def test_price_on_the_page_is_the_price_in_the_payload(
    site: Path, mirror: Path, model: str, provider: str, sku: str, source: str, where: str
) -> None:
    assert shown(site, model, provider, sku) == stated(mirror, source, where)

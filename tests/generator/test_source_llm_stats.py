"""What the LLM Stats connector promises, on offers and cards written by hand in its shape with their real figures."""

import json
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.sync.payloads import TransportError
from generator.sync.price_fields import ZERO
from generator.sync.sources.llm_stats import PROVIDERS, collect, parse
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import unit_registry

ROOT = Path(__file__).parents[2]
UNITS = unit_registry(tomllib.loads((ROOT / "data" / "registry" / "units.toml").read_text())["unit"])
FILES = json.loads((ROOT / "tests" / "payloads" / "llm-stats.json").read_bytes())
URL = "https://raw.githubusercontent.com/JonathanChavezTamales/llm-leaderboard/main/data"


def body(files: dict[str, Any]) -> bytes:
    return json.dumps({name: json.dumps(file) for name, file in files.items()}).encode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(body(FILES), UNITS)


def prices(parsed: Parsed, provider: str, sku: str) -> dict[str, Decimal]:
    return {str(s.meter): s.price for s in parsed.offers if (s.provider, s.sku) == (provider, sku)}


def offer(**fields: Any) -> Parsed:
    plain = {"provider_id": "p", "model_id": "m", "organization_id": "o"}
    good = plain | {"model_id": "good", "input_cents_per_million_tokens": 100, "output_cents_per_million_tokens": 200}
    return parse(body({"providers/p/models.json": [plain | fields, good]}), UNITS)


def test_pe_28_cents_are_a_hundredth_of_the_figure(parsed: Parsed) -> None:
    assert prices(parsed, "openai", "gpt-3.5-turbo-0125") == {
        "input.text.token": Decimal("0.5"), "output.text.token": Decimal("1.5"),
    }  # fmt: skip


def test_the_sku_is_the_id_that_the_provider_uses(parsed: Parsed) -> None:
    assert prices(parsed, "fireworks", "accounts/fireworks/models/qwen3-30b-a3b")["output.text.token"] == Decimal("0.6")


def test_the_card_of_its_model_completes_an_offer(parsed: Parsed) -> None:
    open_model, closed = sorted(parsed.facts, key=lambda f: f.sku)
    assert (open_model.name, open_model.developer, open_model.released) == ("Qwen3 30B A3B", "qwen", "2025-04-29")
    assert (open_model.licence, open_model.open_weights, open_model.hf_repo) == (
        "Apache-2.0", "yes", "Qwen/Qwen3-30B-A3B",
    )  # fmt: skip
    assert (open_model.quantization, open_model.input_modalities) == ("fp8", ("text", "image"))
    assert (closed.open_weights, closed.knowledge, closed.max_output) == ("no", "2021-09-30", 4096)


def test_a_limit_that_repeats_the_other_and_figures_of_unknown_method_are_not_used(parsed: Parsed) -> None:
    fact = next(f for f in parsed.facts if f.developer == "qwen")
    assert (fact.context, fact.max_output) == (128000, None)
    assert not [f for f in parsed.facts if f.tokens_per_second or f.ttft_ms]


def test_the_newest_offer_dates_the_payload(parsed: Parsed) -> None:
    assert parsed.as_of == "2025-10-15"


@pytest.mark.parametrize(
    ("fields", "rejected"),
    [
        ({"input_cents_per_million_tokens": 0, "output_cents_per_million_tokens": 5}, {ZERO: 1}),
        (
            {"output_cents_per_million_tokens": "5"},
            {"input_cents_per_million_tokens: not stated": 1, "output_cents_per_million_tokens: not a number": 1},
        ),
        ({"provider_id": 5}, {"offer has another shape: provider_id, model_id, organization_id": 1}),
    ],
)
def test_an_offer_that_has_no_price_costs_only_itself(fields: dict[str, Any], rejected: dict[str, int]) -> None:
    got = offer(**fields)
    assert got.rejected == rejected and len(prices(got, "p", "good")) == 2


def test_a_new_key_is_seen() -> None:
    fields = {"input_cents_per_million_tokens": 1, "output_cents_per_million_tokens": 1, "cached_cents": 1}
    assert offer(**fields).unread == {"cached_cents": 1}


def reader(missing: bool) -> Callable[[str, str], str]:
    def read(name: str, url: str) -> str:
        assert url == f"{URL}/{name}"
        if name.startswith("providers/"):
            return json.dumps([{"provider_id": "p", "model_id": "m", "organization_id": "o"}, {"model_id": 5}, "x"])
        raise TransportError("llm-stats", "live", "gone" if missing else "broken", "look", absent=missing)

    return read


def test_the_cards_that_the_offers_name_are_asked_for_and_may_be_gone() -> None:
    assert sorted(collect(URL, reader(missing=True))) == sorted(f"providers/{p}/models.json" for p in PROVIDERS)
    with pytest.raises(TransportError, match="broken"):
        collect(URL, reader(missing=False))


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"providers/p/models.json": "{}"}', b'{"a": "nonsense"}'])
def test_a_payload_without_offers_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(PayloadError, match="llm-stats"):
        parse(payload, UNITS)


@pytest.mark.mirror
def test_the_whole_list_is_collected_and_read(mirror: Path) -> None:
    texts = collect(URL, lambda _, url: (mirror / url.removeprefix("https://")).read_text())
    got = parse(json.dumps(texts).encode(), UNITS)
    assert (len(texts), got.entries, len(got.offers), len(got.facts)) == (128, 244, 488, 244)
    assert (got.rejected, got.unread, got.as_of) == ({}, {}, "2025-10-15")
    assert prices(got, "anthropic", "claude-opus-4-1-20250805")["output.text.token"] == 75
    assert prices(got, "zeroeval", "zai-org/GLM-4.6")["input.text.token"] == Decimal("0.6")
    assert sum(f.open_weights == "yes" for f in got.facts) > 100

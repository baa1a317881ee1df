"""OpenLIT publishes one JSON file of prices by model name, USD per **thousand** tokens (PE-29).

Speech is mixed: generated speech per thousand characters, transcription per second, told apart only by the name of the
model. Pictures are priced by quality and size; a size of 1000000 is a count of pixels, so that its price is one per
megapixel. There is no provider: who sells a model under that name at that price is a table,
data/registry/openlit_providers.csv, and a name it lacks is left out. Traps: `best` and `nano` of AssemblyAI stand the
other way round than in LiteLLM (PE-32); the voice changers of ElevenLabs carry a character price although they take
audio; several prices are two years old (Gemini 1.5, Mistral, Grok 3), and nothing in the file is dated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from generator.places import checkout
from generator.sync.price_fields import EntryPrices, json_payload
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from generator.tables import read_rows
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "openlit"
PER = 1000  # tokens and characters
COLUMNS = ("prefix", "provider", "audio_unit", "marker")
CATEGORIES = ("embeddings", "images", "audio", "chat")
PIXELS = "1000000"
_CHAT = {
    "promptPrice": Meter("input", "text", "token"),
    "completionPrice": Meter("output", "text", "token"),
    "cacheReadPrice": Meter("input", "text", "token", cache="read"),
    "cacheCreationPrice": Meter("input", "text", "token", cache="write"),
}
_AUDIO = {
    "character": (Meter("input", "text", "character"), PER, "text-to-speech"),
    "second": (Meter("input", "audio", "audio_second"), 1, "speech-to-text"),
}


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells the models whose names begin with `prefix`, and by what their speech is billed."""

    prefix: str
    provider: str
    audio_unit: str  # character, second, or nothing where the unit is not stated
    marker: bool  # the prefix only marks the provider and is no part of the model's id


@cache
def sellers() -> tuple[Seller, ...]:
    """The table of sellers, longest prefix first."""
    rows = read_rows(checkout().registry / "openlit_providers.csv", COLUMNS)
    found = [Seller(r["prefix"], r["provider"], r["audio_unit"], r["marker"] == "yes") for r in rows]
    return tuple(sorted(found, key=lambda s: (-len(s.prefix), s.prefix)))


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of a price file; raises PayloadError when it is not an object of categories."""
    payload = json_payload(SOURCE, body)
    if not isinstance(payload, dict) or not any(isinstance(payload.get(c), dict) for c in CATEGORIES):
        raise PayloadError(f"{SOURCE}: expected a JSON object with {', '.join(CATEGORIES)}")
    parsed = Parsed()
    parsed.expect(payload, CATEGORIES)
    for category in CATEGORIES:
        models = payload.get(category, {})
        if not isinstance(models, dict):
            parsed.reject("category has another shape", category)
            continue
        for name, value in models.items():
            parsed.entries += 1
            _state(parsed, units, category, name, value)
    return parsed


def _state(parsed: Parsed, units: UnitRegistry, category: str, name: str, value: Any) -> None:
    seller = next((s for s in sellers() if name.startswith(s.prefix)), None)
    if seller is None:
        parsed.reject("the table of sellers lacks this name", name)
        return
    sku = name.removeprefix(seller.prefix) if seller.marker else name
    workload = {"images": "image", "embeddings": "embeddings"}.get(category) or workload_of(sku)
    prices = EntryPrices(parsed, units, seller.provider, sku, workload)
    if category == "audio":
        _add_speech(prices, seller, value)
    elif category == "embeddings":
        prices.add(category, _CHAT["promptPrice"], value, PER)
    elif not isinstance(value, dict):
        parsed.reject(f"{category}: entry has another shape", name)
    elif category == "images":
        _add_pictures(prices, value)
    else:
        parsed.expect(value, _CHAT, "chat.")
        for key, meter in _CHAT.items():
            if key in value:
                prices.add(key, meter, value[key], PER)
    prices.state()


def _add_speech(prices: EntryPrices, seller: Seller, value: object) -> None:
    known = _AUDIO.get(seller.audio_unit)
    if known is None:
        prices.reject("audio: the unit is not stated")
        return
    meter, per, prices.workload = known
    prices.add("audio", meter, value, per)


def _add_pictures(prices: EntryPrices, by_quality: Mapping[str, Any]) -> None:
    for quality, by_size in by_quality.items():
        if not isinstance(by_size, dict):
            prices.reject("images: entry has another shape")
            continue
        for size, value in by_size.items():
            if size == PIXELS:
                meter = Meter("output", "image", "megapixel", variant="" if quality == "standard" else quality)
            else:
                meter = Meter("output", "image", "image", variant=f"{size.lower()}-{quality}")
            prices.add(f"images.{quality}", meter, value)

"""fal's platform API publishes its model endpoints, and for up to fifty of them at a time the price of a billing unit.

A price is `unit_price` in `currency` per `unit`, a word (`images`, `megapixels`, `seconds`, `1000 characters`, `compute
seconds` …); what a second is a second of, the endpoint's category tells. A key is needed, and the account may have
prices of its own. Traps: the unit's spelling varies (number, blanks); `units`, `credits` and tokens without a direction
say nothing that can be compared; the answer leaves out endpoints without a price. Written from the documented shape; no
payload of it is stored.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from generator.sync.price_fields import EntryPrices, folder_payload, json_payload
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = PROVIDER = "fal"
PAGES, PER_PAGE, BATCH = 60, 100, 50  # the API takes up to fifty endpoints a request
MODELS, PRICES = "models", "prices"
_IMAGE, _VIDEO, _AUDIO = "image", "video", "audio"
# Unit in singular -> unit of ours and base units in one of theirs; the modality comes from the category.
_UNITS = {
    "image": ("image", 1),
    "generation": ("request", 1),
    "request": ("request", 1),
    "megapixel": ("megapixel", 1),
    "processed megapixel": ("megapixel", 1),
    "second": ("second", 1),
    "minute": ("second", 60),
    "5 second video": ("second", 5),
    "5 second": ("second", 5),
    "video": ("clip", 1),
    "1000 character": ("character", 1000),
    "step": ("step", 1),
    "compute second": ("gpu_second", 1),
    "gpu_second": ("gpu_second", 1),
    "gpu_minute": ("gpu_second", 60),
    "gpu_hour": ("gpu_second", 3600),
}
_PRICE_KEYS = frozenset({"endpoint_id", "unit_price", "unit", "currency"})
_FACT_KEYS = frozenset({"endpoint_id", "metadata", "openapi"})


def collect(url: str, read: Callable[[str, str], str]) -> dict[str, str]:
    """All pages of the endpoint list, and the prices of their endpoints, fifty at a time."""
    texts: dict[str, str] = {}
    endpoints: list[str] = []
    cursor = ""
    while len(texts) < PAGES:
        name = f"{MODELS}-{len(texts):03}"
        texts[name] = read(name, f"{url}?limit={PER_PAGE}" + (f"&cursor={quote(cursor, safe='')}" if cursor else ""))
        try:
            page = json.loads(texts[name])
        except ValueError:
            return texts  # the parser names what is wrong with it
        listed = page.get(MODELS) if isinstance(page, dict) else None
        endpoints += [str(m["endpoint_id"]) for m in listed or [] if isinstance(m, dict) and "endpoint_id" in m]
        cursor = (page.get("next_cursor") or "") if isinstance(page, dict) else ""
        if not cursor:
            break
    for number, start in enumerate(range(0, len(endpoints), BATCH)):
        name = f"{PRICES}-{number:03}"
        query = "&".join(f"endpoint_id={quote(e, safe='')}" for e in endpoints[start : start + BATCH])
        texts[name] = read(name, f"{url}/pricing?{query}")
    return texts


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The prices of endpoints; raises PayloadError when a page is none of the two kinds."""
    parsed = Parsed()
    categories: dict[str, str] = {}
    for name, text in sorted(folder_payload(SOURCE, body).items()):  # the lists of models come first
        page = json_payload(SOURCE, text.encode())
        kind = name.partition("-")[0]
        rows = page.get(kind) if isinstance(page, dict) and kind in (MODELS, PRICES) else None
        if not isinstance(rows, list):
            raise PayloadError(f'{SOURCE}: {name}: expected {{"{MODELS}": []}} or {{"{PRICES}": []}}')
        for row in rows:
            if not isinstance(row, dict) or not isinstance(row.get("endpoint_id"), str):
                parsed.reject("row has another shape", str(row)[:80])
            elif kind == MODELS:
                categories[row["endpoint_id"]] = _state_facts(parsed, row)
            else:
                parsed.entries += 1
                _state_price(parsed, units, row, categories.get(row["endpoint_id"], ""))
    return parsed


def _state_facts(parsed: Parsed, row: Mapping[str, Any]) -> str:
    """State what a model entry says, and hand back its category."""
    parsed.expect(row, _FACT_KEYS)
    said = row.get("metadata")
    said = said if isinstance(said, dict) else {}
    category = str(said.get("category") or "")
    made = _modality(category)
    parsed.facts.append(
        SkuFacts(
            provider=PROVIDER,
            sku=row["endpoint_id"],
            name=str(said.get("display_name") or ""),
            released=str(said.get("date") or "")[:10],
            status="deprecated" if said.get("status") == "deprecated" else "",
            output_modalities=(made,) if made else (),
        )
    )
    return category


def _modality(category: str) -> str:
    """What an endpoint of a category makes: `image-to-video` makes video, `text-to-speech` audio."""
    made = category.rpartition("-to-")[2]
    return {"speech": _AUDIO, "music": _AUDIO}.get(made, made if made in (_IMAGE, _VIDEO, _AUDIO, "text") else "")


def _state_price(parsed: Parsed, units: UnitRegistry, row: Mapping[str, Any], category: str) -> None:
    parsed.expect(row, _PRICE_KEYS)
    sku = row["endpoint_id"]
    made = _modality(category)
    heard = [_AUDIO] if category.startswith(("audio-", "speech-")) else []
    prices = EntryPrices(parsed, units, PROVIDER, sku, workload_of(sku, heard, [made] if made else []))
    meter = _meter(str(row.get("unit", "")), made, category)
    if isinstance(meter, str):
        prices.reject(meter)
        return
    prices.add("unit_price", meter[0], row.get("unit_price"), meter[1], currency=str(row.get("currency") or "USD"))
    prices.state()


def _meter(unit: str, made: str, category: str) -> tuple[Meter, int] | str:
    """The meter of a billing unit and how many base units it has, or why it has none."""
    name = unit.strip().lower()
    known = _UNITS.get(name) or _UNITS.get(name.removesuffix("s"))
    if known is None:
        return f"unit {name or 'without a name'} cannot be compared"
    ours, per = known
    if ours == "second":
        if made == _VIDEO or "video" in name:
            return Meter("output", _VIDEO, "video_second"), per
        if made == _AUDIO:
            return Meter("output", _AUDIO, "audio_second"), per
        if made == "text" and category.startswith(("audio-", "speech-")):
            return Meter("input", _AUDIO, "audio_second"), per
        return f"unit {name}: of what, the category does not say"
    if ours == "character":
        return Meter("input", "text", "character"), per
    if ours in ("gpu_second", "request", "step"):
        return Meter("output", "any", ours), per
    if ours == "clip":
        return Meter("output", _VIDEO, "clip"), per
    return Meter("output", _VIDEO if made == _VIDEO and ours == "megapixel" else _IMAGE, ours), per

"""InferenceAtlas publishes hand-made CSV files of API prices, one a provider (February 2026), a unit in each row.

Units, billing modes and the words of the keys are read through the tables of `inference_atlas_words`. Rows of one model
are put together, so that two rows that come out as one meter are seen: the same price is counted once, different ones
are both left out (PE-10). Read are the 16 files of `providers_csv/`. Its folder `providers/` repeats thirteen of them
(PE-39), and its folder `managed/` prices units of throughput (`audio_min_per_minute`, some of them meant as hours);
neither is in the list. A file in which one row has another number of fields than the header is refused as a whole: its
columns have shifted (PE-38, the two files that collect several providers).

Traps: a price may be that of a plan, a volume, an add-on or a context band (PE-11, PE-33), which only the key says;
`Gemini … Flex/Batch` is one price for two tiers; the "batch" price of Deepgram is the pre-recorded one and the
pay-as-you-go price the streaming one; "Blended" is one rate for input and output, which the source inferred from the
size of the model at Fireworks; machines that are rented by the second or hour stand among the models and are left to
the rental source. The day and the confidence that each row states are kept in its note: fal rows are from a private
list of May 2025. Latencies and memory are not kept, no method is given for them; context lengths only where they are
not rounded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from generator.places import checkout
from generator.sync.price_fields import EntryPrices, csv_payload, folder_payload, number, number_problem
from generator.sync.sources.inference_atlas_words import ANY, KeyWords, key_words, mode_meanings, unit_meaning
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from generator.tables import read_rows
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "inference-atlas"
COLUMNS = (
    "workload_type", "provider", "billing_type", "sku_key", "sku_name", "model_key", "unit_price_usd", "unit_name",
    "throughput_value", "throughput_unit", "memory_gb", "latency_p50_ms", "latency_p95_ms", "region", "notes",
    "source_url", "source_date", "confidence",
)  # fmt: skip
ALIAS_COLUMNS = ("alias", "workload")
NOT_MODELS = frozenset({"addon", "various"})  # model keys that name no model: the row's own key is the SKU
SPEED_DIGITS = 7
_STEP = re.compile(r"_tier\d$")  # Rekognition puts the step of the volume into the model
_CACHED = re.compile(r"Cached input \$(\d+\.\d+)")
_AVERAGE = re.compile(r"\bavg\b")
_CONTEXT = re.compile(r"Context: (\d{4,9})\b|(?<![\d.])(\d{4,9}) context")
REPEATS, CONTRADICTS = "repeats another row", "two rows for one meter contradict each other"
_INPUT_ONLY = frozenset({"embeddings", "rerank", "moderation"})
_ANY = ("input", "any")
# What a unit measures where the key does not say it, by workload; "" is every other one.
_MEASURES = {
    "token": {"": ("", "text")},
    "character": {"": ("input", "text")},
    "audio_second": {"": ("input", "audio"), "text-to-speech": ("output", "audio")},
    "video_second": {"": ("input", "video"), "video": ("output", "video")},
    "image": {"": ("input", "image"), "image": ("output", "image")},
    "megapixel": {"": ("input", "image"), "image": ("output", "image"), "video": ("output", "video")},
    "step": {"": ("output", "image")},
    "clip": {"": ("output", "video")},
}


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a row, in our meter but not yet on its display scale."""

    workload: str
    meter: Meter
    value: object
    per: int
    region: str
    note: str
    field: str
    url: str


class _LeftOutError(Exception):
    """A row that is left out; the message is the reason."""


@cache
def _workloads() -> Mapping[str, str]:
    rows = read_rows(checkout().registry / "workload_aliases.csv", ALIAS_COLUMNS)
    return {r["alias"]: r["workload"] for r in rows}


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of all files; raises PayloadError when none of them can be used."""
    parsed = Parsed()
    by_sku: dict[tuple[str, str], list[Price]] = {}
    facts: dict[tuple[str, str], SkuFacts] = {}
    read = 0
    for name, text in folder_payload(SOURCE, body).items():
        rows = _rows(parsed, name, text)
        read += bool(rows)
        for row in rows:
            parsed.entries += 1
            _read_row(parsed, row, by_sku, facts)
    if not read:
        raise PayloadError(f"{SOURCE}: none of the files has the columns of a price list")
    for (provider, sku), prices in by_sku.items():
        _state_sku(EntryPrices(parsed, units, provider, sku, prices[0].workload), prices)
    parsed.facts.extend(facts.values())
    return parsed


def _rows(parsed: Parsed, name: str, text: str) -> list[dict[str, str]]:
    """The rows of one file, or none when the file is refused."""
    try:
        rows = list(csv_payload(SOURCE, text, COLUMNS))
    except PayloadError:
        parsed.reject("file lacks columns of a price list", name)
        return []
    if not all(rows):
        parsed.reject("file with shifted columns", name)
        return []
    return rows


def _read_row(
    parsed: Parsed,
    row: Mapping[str, str],
    by_sku: dict[tuple[str, str], list[Price]],
    facts: dict[tuple[str, str], SkuFacts],
) -> None:
    parsed.expect(row, COLUMNS)
    key = (row["provider"], _sku(row))
    parsed.as_of = max(parsed.as_of, row["source_date"])
    try:
        by_sku.setdefault(key, []).extend(list(_prices(row)))
    except _LeftOutError as error:
        parsed.reject(str(error), f"{row['provider']} {row['sku_key']}")
    if not by_sku[key]:
        del by_sku[key]
        return
    facts[key] = _facts(row, facts.get(key) or SkuFacts(provider=key[0], sku=key[1]))


def _sku(row: Mapping[str, str]) -> str:
    model = row["model_key"]
    return row["sku_key"] if model in NOT_MODELS else _STEP.sub("", model)


def _prices(row: Mapping[str, str]) -> Iterator[Price]:
    """The prices that a row states; raises _LeftOutError."""
    said = key_words(row["provider"], row["sku_key"])
    if said.one("left_out"):
        raise _LeftOutError(said.one("left_out"))
    workload = said.one("workload") or _workloads().get(row["workload_type"], "")
    if not workload:
        raise _LeftOutError(f"workload {row['workload_type']} is not in the table")
    unit = unit_meaning(row["unit_name"], workload)
    if unit is None:
        raise _LeftOutError(f"unit {row['unit_name']} is not in the table")
    mode = mode_meanings().get(row["billing_type"])
    if mode is None:
        raise _LeftOutError(f"billing mode {row['billing_type']} is not in the table")
    if not mode.units & {ANY, unit.unit, row["unit_name"]}:
        raise _LeftOutError(f"billing mode {row['billing_type']} does not go with {row['unit_name']}")
    if unit.why_not:
        raise _LeftOutError(unit.why_not)
    note = [f"confidence {row['confidence']}, of {row['source_date']}"]
    region = row["region"] or "global"
    for meter in _meters(row, said, said.one("unit") or unit.unit, workload, mode.direction, note):
        price = number(row["unit_price_usd"])
        yield Price(workload, meter, price, unit.per, region, "; ".join(note), row["unit_name"], row["source_url"])
    cached = _CACHED.search(row["notes"])
    if cached and said.one("direction") == "input":
        meter = Meter("input", "text", "token", cache="read")
        yield Price(workload, meter, number(cached[1]), 1_000_000, region, "; ".join(note), "notes", row["source_url"])


def _meters(
    row: Mapping[str, str], said: KeyWords, unit: str, workload: str, direction: str, note: list[str]
) -> Iterator[Meter]:
    """The meters of a row: more than one where one price holds for two tiers or both directions."""
    measures = _MEASURES.get(unit, {"": _ANY})
    usual, modality = measures.get(workload) or measures[""]
    cache_use = said.one("cache") or "none"
    ways = [direction or said.one("direction") or ("input" if cache_use != "none" else usual)]
    if row["notes"].startswith("Blended"):
        if _AVERAGE.search(row["notes"]):
            raise _LeftOutError("average of an input and an output rate")
        sized = " for models of its size" if row["notes"].startswith("Blended price") else ""
        note.append(f"one rate for input and output{sized}")
    if ways == [""]:
        if workload in _INPUT_ONLY:
            ways = ["input"]
        elif len(note) > 1:
            ways = ["input", "output"]
        else:
            raise _LeftOutError("direction is not stated")
    for way in ways:
        meter = Meter(
            way,
            said.one("modality") or modality,
            unit,
            cache=cache_use,
            above_tokens=int(said.one("above_tokens") or 0),
            variant="-".join(said.all("variant")),
        )
        for tier in said.all("tier") or ["standard"]:
            yield replace(meter, tier=tier)


def _state_sku(prices: EntryPrices, stated: list[Price]) -> None:
    by_meter: dict[tuple[Meter, str], list[Price]] = {}
    for price in stated:
        if number_problem(price.value):
            _add(prices, price)  # counts the reason
        else:
            by_meter.setdefault((price.meter, price.region), []).append(price)
    for first, *others in by_meter.values():
        alike = all((p.value, p.per) == (first.value, first.per) for p in others)
        if alike:
            _add(prices, first)
        for price in others if alike else [first, *others]:
            prices.reject(f"{price.field}: {REPEATS if alike else CONTRADICTS}")
    prices.state()


def _add(prices: EntryPrices, p: Price) -> None:
    prices.add(p.field, p.meter, p.value, p.per, region=p.region, note=p.note, source_url=p.url)


def _facts(row: Mapping[str, str], known: SkuFacts) -> SkuFacts:
    """What a row says about its model: an exact context length, and tokens per second."""
    found = _CONTEXT.search(row["notes"])
    context = int(found[1] or found[2]) if found else known.context
    speed = row["throughput_value"] if row["throughput_unit"] == "tokens/sec" else ""
    rate = float(speed) if speed.isdecimal() and len(speed) < SPEED_DIGITS else known.tokens_per_second
    return replace(known, context=context, tokens_per_second=rate, source_url=known.source_url or row["source_url"])

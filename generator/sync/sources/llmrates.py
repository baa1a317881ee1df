"""LLMRates publishes a CSV with a row per model, region, tier and context band, in **USD or CNY** (`price_unit`).

Prices stay in their currency (PE-27). `processing_tier` is the tier, `token_tier_min` the context band, `source_url`
the page that a price was taken from. Traps: `tier_label` says what the token columns of a realtime, picture or Gemini
model are (PE-09), and much else in two languages (`llmrates_labels`); columns hold other units than their name says
(`llmrates_columns`); the `standard` price of DeepSeek is the **peak** price beside `off_peak` rows, and is stated for
the peak hours, as everywhere in the atlas; brackets behind a model's name hold states, dates, tiers and hosts, of
which old ones stay in the list; prices announced for a date are rows of their own (PE-18); `model_type` calls most
models of Bedrock embedders; a bare row beside rows with conditions is often an older one, or has its output price in
the input column, so it is read last. What a model hears and makes is listed unordered and used only where one reading
is left. OpenRouter's ids stand in the addresses of the cited pages, `~` ids there are aliases. The columns `supports_*`
have no place in the atlas.
"""

from collections.abc import Mapping
from dataclasses import replace

from generator.sync.plain_values import whole
from generator.sync.price_fields import ZERO, EntryPrices, csv_payload, number, number_problem, says_free
from generator.sync.sources.llmrates_columns import MADE, PRICES, column_meaning
from generator.sync.sources.llmrates_labels import PEAK_HOURS, Label, label_meaning
from generator.sync.sources.llmrates_rows import (
    COLUMNS,
    TIERS,
    Row,
    listed_id,
    plain_name,
    read_row,
    slug_of,
    thresholds,
    workload,
)
from generator.sync.sources.repeated_prices import drop_repeats
from generator.sync.statements import Parsed, PayloadError, SkuFacts
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "llmrates"
NEEDED = ("provider_slug", "model_slug", "model_name", "price_unit", "input_price_per_million", "source_url")
_KNOWN = frozenset(COLUMNS)
_OUTPUTS = {"video": ("video",), "image": ("image",), "text-to-speech": ("audio",)}


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of the models table; raises PayloadError when it is not a CSV with the columns of prices."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise PayloadError(f"{SOURCE}: the payload is not UTF-8 text") from None
    parsed = Parsed()
    skus: dict[tuple[str, str], list[Row]] = {}
    for cells in csv_payload(SOURCE, text, NEEDED):
        parsed.entries += 1
        parsed.expect(cells, _KNOWN)
        row = read_row(dict.fromkeys(COLUMNS, "") | cells)
        if isinstance(row, str):
            parsed.reject(row, f"{cells.get('provider_slug', '?')} {cells.get('model_slug', '?')}")
            continue
        skus.setdefault((row.cells["provider_slug"], listed_id(row)), []).append(row)
    if not parsed.entries:
        raise PayloadError(f"{SOURCE}: the CSV has no rows")
    known = thresholds(row for rows in skus.values() for row in rows)
    for (provider, sku), rows in skus.items():
        rows.sort(key=lambda r: (not r.specific, -sum(1 for c in PRICES if r.cells[c])))
        prices = EntryPrices(parsed, units, provider, sku, workload(rows))
        for row in rows:
            _collect(prices, row, rows, known)
        drop_repeats(prices)
        prices.state()
        parsed.facts.append(_facts(prices, rows))
    return parsed


def _collect(prices: EntryPrices, row: Row, rows: list[Row], thresholds: Mapping[str, int]) -> None:
    """Add the prices of a row."""
    cells, filled = row.cells, [c for c in PRICES if row.cells[c]]
    if not filled:
        prices.reject("no price stated")
        return
    if says_free(cells["provider_slug"], cells["model_slug"], cells["model_name"]):
        for column in filled:
            said = column_meaning(column, cells, prices.workload, row.label.modality, ())
            if said.meter:
                prices.add_free(column, said.meter, number(cells[column]), source_url=cells["source_url"])
        return
    wrong = [c for c in filled if number_problem(number(cells[c]))]
    for column in wrong:
        problem = number_problem(number(cells[column]))
        prices.reject(problem if problem == ZERO else f"{column}: {problem}")
    cells = {**cells, **dict.fromkeys(wrong, "")}
    filled = [c for c in filled if cells[c]]
    if _replaced(row, rows):
        for _ in filled:
            prices.reject("ended price beside the current one")
        return
    label = _scoped(row, rows)
    above = _above_tokens(row, label, thresholds)
    if label.problem or above is None:
        for _ in filled:
            prices.reject(label.problem or "token_tier_min: not a number")
        return
    variants = tuple("-".join(v for v in (name, *_bracket_variants(row)) if v) for name in label.variants)
    if label.long_context and not above:
        variants = tuple("-".join(v for v in (name, "long_context") if v) for name in variants)
    tier = next((b.tier for b in row.brackets if b.tier), TIERS[cells["processing_tier"]])
    texts = {c: {r.cells[c] for r in rows if r.label.modality == "text"} for c in filled}
    for column in filled:
        known = texts[column] if row.label.modality not in ("", "text") and column in MADE else ()
        said = column_meaning(column, cells, prices.workload, row.label.modality, known)
        if said.meter is None:
            prices.reject(f"{column}: {said.why_not}")
            continue
        for variant in variants:
            for window in label.windows:
                named = "-".join(v for v in (said.meter.variant, variant) if v)
                prices.add(
                    column,
                    replace(said.meter, tier=tier, above_tokens=above, variant=named, window=window),
                    number(cells[column]),
                    said.per,
                    region=cells["region"] or "global",
                    effective_from=next((b.effective_from for b in row.brackets if b.effective_from), ""),
                    effective_to=row.ends,
                    note=said.note or _note(row, label),
                    currency=cells["price_unit"],
                    source_url=cells["source_url"],
                )


def _replaced(row: Row, rows: list[Row]) -> bool:
    """Whether another row without an end states another price for the same thing as this ending one."""
    same = ("processing_tier", "token_tier_min", "region", "price_unit", "tier_label")
    return bool(row.ends) and any(
        not r.ends
        and not any(b.effective_from for b in r.brackets)
        and all(r.cells[c] == row.cells[c] for c in same)
        and any(r.cells[c] != row.cells[c] for c in PRICES)
        for r in rows
    )


def _scoped(row: Row, rows: list[Row]) -> Label:
    """The label of a row, with the formats of its brackets and the hours in which it holds beside the other rows."""
    label, cells = row.label, row.cells
    if not any("Video+Audio" in r.cells["tier_label"] for r in rows) and "Video/" in cells["tier_label"]:
        label = label_meaning(cells["tier_label"].replace("Video/", ""))  # a model without sound: nothing is left out
    for bracket in row.brackets:
        if bracket.label is not None and len(bracket.label.variants) > 1:
            label = replace(label, variants=bracket.label.variants)
    timed = any(r.off_peak and r.cells["price_unit"] == cells["price_unit"] for r in rows)
    if not timed:
        return label
    hours = PEAK_HOURS.get(cells["provider_slug"])
    if row.off_peak:
        return label if hours else replace(label, variants=("off_peak",))
    return replace(label, windows=hours) if hours and cells["processing_tier"] == "standard" else label


def _bracket_variants(row: Row) -> list[str]:
    return [v for b in row.brackets if b.label is not None and len(b.label.variants) == 1 for v in b.label.variants]


def _above_tokens(row: Row, label: Label, thresholds: Mapping[str, int]) -> int | None:
    """The context band of a row, 0 without one, None when it is not understood.

    A long-context row without a number has the threshold that the file states for the same model elsewhere.
    """
    text = row.cells["token_tier_min"]
    if label.long_context and not text:
        return thresholds.get(slug_of(row.sku), 0)
    if not text:
        return 0
    return whole(text)


def _note(row: Row, label: Label) -> str:
    if label.windows != ("",):
        return "peak hours" if row.cells["provider_slug"] in PEAK_HOURS else ""
    if row.off_peak:
        return "outside peak hours"
    return "threshold from another row of the same model" if label.long_context else ""


def _facts(prices: EntryPrices, rows: list[Row]) -> SkuFacts:
    """What the rows of a SKU say beside prices."""
    status = {b.status for row in rows for b in row.brackets if b.status}
    kinds = set(rows[0].cells["modalities"].split("|"))
    reads = prices.workload == "llm" and "text" in kinds and kinds <= {"text", "image"}
    return SkuFacts(
        provider=prices.provider,
        sku=prices.sku,
        name=plain_name(rows[0].cells["model_name"]),
        context=_length(rows, "context_window"),
        max_output=_length(rows, "max_output"),
        status="dead" if "dead" in status else "deprecated" if status else "",
        input_modalities=tuple(sorted(kinds)) if reads else ("audio",) if prices.workload == "speech-to-text" else (),
        output_modalities=("text",) if reads else _OUTPUTS.get(prices.workload, ()),
        source_url=rows[0].cells["source_url"],
    )


def _length(rows: list[Row], column: str) -> int | None:
    """The largest length that the rows state."""
    return max(filter(None, (whole(r.cells[column]) for r in rows)), default=None)

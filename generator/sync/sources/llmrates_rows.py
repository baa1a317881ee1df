"""The rows of LLMRates: the SKU, the dates and the workload that the names and labels of a row say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from generator.sync.plain_values import whole
from generator.sync.sources.llmrates_columns import PRICES
from generator.sync.sources.llmrates_labels import Bracket, Label, bracket_meaning, label_meaning
from generator.sync.sources.openrouter_pricing import variant_of
from generator.sync.workload_names import workload_of

COLUMNS = (
    "provider_slug", "provider_name", "model_slug", "model_name", "model_family", "model_type", "context_window",
    "max_output", "modalities", "supports_tools", "supports_batch", "supports_caching", "processing_tier",
    "token_tier_min", "token_tier_max", "tier_label", "region", "price_unit", "free_tier", "source_url", *PRICES,
)  # fmt: skip
_OPENROUTER = "https://openrouter.ai/"  # + id: the page of a model
CURRENCIES = frozenset({"USD", "CNY"})
TIERS = {
    "standard": "standard", "batch": "batch", "flex": "flex", "priority": "priority", "fast": "priority",
    "off_peak": "standard", "": "standard",
}  # fmt: skip
_TYPES = {
    "video": "video", "image": "image", "tts": "text-to-speech", "transcription": "speech-to-text", "ocr": "vision",
    "rerank": "rerank", "music": "text-to-speech",
}  # fmt: skip
_NAMES = (
    ("realtime", re.compile(r"voice-(agent|think)|livetranslate")),
    ("speech-to-text", re.compile(r"paraformer|[-_]stt$")),
    ("text-to-speech", re.compile(r"cosyvoice|fun-music|[-_]tts|melotts")),
)
_BRACKET = re.compile(r"\s*[(（]([^()（）]*)[)）]\s*$")
_UNTIL = re.compile(r"(.+?)正式版调整前价格，(\d{4}-\d\d-\d\d) 起不适用")  # "price before …, not valid from … on"
_BANDED = re.compile(r"-(longco|shortco)$")  # Azure's names of the two context bands


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the CSV with what its names and labels say."""

    sku: str
    cells: Mapping[str, str]
    label: Label
    brackets: tuple[Bracket, ...]
    effective_to: str = ""

    @property
    def ends(self) -> str:
        """The first day on which the price no longer holds, or nothing."""
        return self.effective_to or next((b.effective_to for b in self.brackets if b.effective_to), "")

    @property
    def specific(self) -> bool:
        """Whether the row states a condition; a bare row beside such rows is often an older one that was left."""
        return bool(self.brackets or self.effective_to or self.cells["tier_label"] or self.cells["token_tier_min"])

    @property
    def off_peak(self) -> bool:
        """Whether the row is the price outside peak hours."""
        return self.cells["processing_tier"] == "off_peak" or any(b.hours == "off_peak" for b in self.brackets)


def read_row(cells: dict[str, str]) -> Row | str:
    """The row with its SKU, or why it is left out."""
    provider, name, slug = cells["provider_slug"], cells["model_name"].strip(), cells["model_slug"]
    if not provider or not slug:
        return "row without provider or model (or with shifted columns)"
    if cells["price_unit"] not in CURRENCIES:
        return f"price_unit {cells['price_unit']!r} is not a currency that the atlas knows"
    if cells["processing_tier"] not in TIERS:
        return f"processing_tier {cells['processing_tier']} is not a tier"
    if cells["source_url"].startswith(f"{_OPENROUTER}~"):
        return "alias of another id"
    label = label_meaning(cells["tier_label"])
    brackets = []
    while found := _BRACKET.search(name):
        bracket = bracket_meaning(found[1], provider)
        if bracket.label is None:
            break
        if bracket.problem:
            return bracket.problem
        brackets.append(bracket)
        name = name[: found.start()]
        slug = re.sub(rf"-+{re.escape(slug_of(found[1]))}-*$", "", slug)
    until = _UNTIL.fullmatch(name)
    if until:
        name, slug = until[1], slug.removesuffix(f"-{until[2]}")
    if provider == "azure-ai" and _BANDED.search(slug):
        label = replace(label, long_context=slug.endswith("longco"))
        name = slug = _BANDED.sub("", slug)
    return Row(_sku(name, slug), cells, label, tuple(brackets), until[2] if until else "")


def slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _sku(name: str, slug: str) -> str:
    """The provider's own id: the name where it is written as an id, else the slug that the source made of it."""
    own = slug_of(name)
    return name if " " not in name and (own == slug_of(slug) or own.endswith(f"-{slug_of(slug)}")) else slug


def listed_id(row: Row) -> str:
    """The id of a row's SKU at its provider: OpenRouter's stands in the address of the page that the row cites."""
    page, path = row.cells["source_url"], row.cells["source_url"].removeprefix(_OPENROUTER)
    known = row.cells["provider_slug"] == "openrouter" and page != path
    if not known or slug_of(path.rpartition("/")[2]) != row.cells["model_slug"]:
        return row.sku
    return variant_of(path)[0]


def thresholds(rows: Iterable[Row]) -> dict[str, int]:
    """The context thresholds that the file states for a model at any provider, by its slug, where it is only one."""
    found: dict[str, set[int]] = {}
    for row in rows:
        if tokens := whole(row.cells["token_tier_min"]):
            found.setdefault(slug_of(row.sku), set()).add(tokens)
    return {sku: next(iter(tokens)) for sku, tokens in found.items() if len(tokens) == 1}


def workload(rows: list[Row]) -> str:
    """What a model is for: by its id, else by the type and the modalities of its rows."""
    cells = rows[0].cells
    name = f"{rows[0].sku} {cells['model_slug']}".lower()
    found = next((w for w, pattern in _NAMES if pattern.search(name)), "") or workload_of(cells["model_slug"])
    kinds = {row.cells["modalities"] for row in rows}
    typed = _TYPES.get(cells["model_type"], "")
    if typed in ("image", "video"):
        return typed
    if typed == "rerank" and found == "llm":
        return "search"  # reranked searches and other retrieval are one type
    if found not in ("llm", "image"):
        return found
    if "video" in kinds:
        return "video"
    if typed:
        return typed
    if kinds == {"embedding"} and cells["provider_slug"] != "aws-bedrock":
        return found if found == "image" else "embeddings"  # DeepInfra's picture models are listed as embedders
    if any(row.cells["character_price_per_million"] for row in rows):
        return "text-to-speech"
    if any(row.cells["audio_price_per_hour"] for row in rows) and kinds == {"audio"}:
        return "speech-to-text"
    if any(row.cells["image_price"] for row in rows) or (kinds == {"image"} and cells["provider_slug"] == "qwen"):
        return "image"
    return found


def plain_name(name: str) -> str:
    """A model's name without the last bracket."""
    return _BRACKET.sub("", name).strip()

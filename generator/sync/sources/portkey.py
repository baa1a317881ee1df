"""Portkey publishes one JSON file per provider of model → prices in **US cents per token**, picture or second of video.

0.0003 is 3 USD per million tokens (PE-28). The file name is the provider. `pay_as_you_go` holds the list price,
`batch_config` the batch tier, `finetune_config` training, `fixed_cost` a price per request, and `custom_pricing` the
same once more by region, tier (`execution_modes`) and context band, of which most repeats the list. Traps: `default`
is a template, not a model; minutes, characters, searches and pages stand in token fields (`portkey_keys`); the ids of
Google end in `-lte-128k` or `-gt-128k` whatever the model's threshold is, so the threshold is read from the entry of
the same model in the Vertex file, where there is one; the `default` region of a Vertex model with a `global` region is
the regional price; a cached read dearer than the input it replaces is a shifted or swapped field. Scales that are
wrong by a power of ten (PE-01 to PE-04) are left as they are: only other lists can tell, except that Together's
pictures and videos and one embedder of BytePlus stand in dollars, as their lists elsewhere confirm. The cache prices of
Bedrock's batch tier are those of the standard tier written once more. The blocks of OpenAI's embedders and moderators
carry the prices of tools. The file of OpenRouter repeats the list of OpenRouter.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.sync.plain_values import whole
from generator.sync.price_fields import EntryPrices, folder_payload, json_payload, number_problem
from generator.sync.sources.bedrock_scopes import with_regional_scope
from generator.sync.sources.portkey_blocks import UNKNOWN, Scope, collect_block, price_of, without_list_caches
from generator.sync.sources.portkey_keys import CENTS
from generator.sync.sources.repeated_prices import drop_repeats
from generator.sync.statements import Parsed, PayloadError
from generator.sync.workload_names import workload_of
from wasm_tools.pricing.meters import Meter, UnitRegistry

SOURCE = "portkey"
HOUR = 3600
TIERS = {"standard": "standard", "batch": "batch", "flex": "flex", "priority": "priority", "fast": "priority"}
_BEDROCK = frozenset({"bedrock", "bedrock-mantle"})
_ENTRY = frozenset({"pricing_config", "custom_pricing"})
# `calculate` is the formula in which the gateway uses the prices.
_CONFIG = frozenset({"pay_as_you_go", "batch_config", "finetune_config", "fixed_cost", "calculate", "currency"})
_CUSTOM = frozenset({"regions", "context_tier_map"})
_TRAINING = Meter("input", "text", "token", variant="training")
_TRAINING_TIME = Meter("input", "any", "training_second")
_REQUEST = Meter("input", "any", "request")
_BAND = re.compile(r"(?P<stem>.+)-(?P<side>lte|gt)-(?P<k>\d{1,9})k")
_REAL_128K = re.compile(r"gemini-1\.5")
_WORKLOADS = (
    # text-embedding-ada-002; GPT-3's Ada is dearer
    ("embeddings", re.compile(r"^(azure-(ai|openai)/ada|openai/ada-v2)$")),
    ("rerank", re.compile(r"^vertex-ai/semantic-ranker")),
    ("speech-to-text", re.compile(r"^deepgram/nova")),
    ("text-to-speech", re.compile(r"^deepgram/aura")),
    ("vision", re.compile(r"/mistral-document-ai")),
)


@dataclass(slots=True)
class File:
    """One provider's file while it is read. Entries of one model (its context bands, its batch id) are one SKU."""

    parsed: Parsed
    units: UnitRegistry
    provider: str
    thresholds: Mapping[str, int]  # of context bands by model, from the Vertex file
    skus: dict[str, EntryPrices] = field(default_factory=dict)

    def prices(self, sku: str, workload: str) -> EntryPrices:
        """The prices of `sku` collected so far."""
        if sku not in self.skus:
            self.skus[sku] = EntryPrices(self.parsed, self.units, self.provider, sku, workload)
        return self.skus[sku]


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The statements of all providers' files; raises PayloadError when none of them is an object of models."""
    parsed = Parsed()
    files = {}
    for name, text in sorted(folder_payload(SOURCE, body).items()):
        try:
            content = json_payload(SOURCE, text.encode())
        except PayloadError:
            content = None
        if isinstance(content, dict) and content:
            files[name.removesuffix(".json")] = content
        else:
            parsed.reject("file is not an object of models", name)
    if not files:
        raise PayloadError(f"{SOURCE}: none of the files is an object of models")
    thresholds = dict(_thresholds(files.get("vertex-ai", {})))
    for provider, content in files.items():
        file = File(parsed, units, provider, thresholds)
        parsed.entries += len(content)
        for sku, entry in sorted(content.items(), key=lambda item: "-gt-" in item[0]):  # a band after what is below it
            _read_entry(file, sku, entry)
        for prices in file.skus.values():
            drop_repeats(prices, home="global")
            prices.state()
    parsed.offers = with_regional_scope(parsed.offers, _BEDROCK)
    return parsed


def _thresholds(vertex: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The context threshold of each model of the Vertex file that states one."""
    for sku, entry in vertex.items():
        custom = entry.get("custom_pricing") if isinstance(entry, dict) else None
        if isinstance(custom, dict):
            known = [t for t in _bands(custom).values() if t]
            if len(known) == 1:
                yield sku, known[0]


def _bands(custom: Mapping[str, Any]) -> dict[str, int]:
    """The threshold of each named context band of an entry."""
    names = custom.get("context_tier_map")
    if not isinstance(names, dict):
        return {}
    stated = {name: whole(tokens) for tokens, name in names.items() if isinstance(name, str)}
    return {name: tokens for name, tokens in stated.items() if tokens is not None}


def _read_entry(file: File, sku: str, entry: object) -> None:
    parsed, name = file.parsed, f"{file.provider} {sku}"
    if sku == "default":
        parsed.reject("default entry is a template, not a model", name)
        return
    if not isinstance(entry, dict):
        parsed.reject("entry is not an object", name)
        return
    parsed.expect(entry, _ENTRY)
    config = entry.get("pricing_config")
    listed = config.get("pay_as_you_go") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(listed, dict):
        parsed.reject("no price stated" if config is None else "pricing_config has another shape", name)
        return
    parsed.expect(config, _CONFIG, "pricing_config.")
    if config.get("currency", "USD") != "USD":
        parsed.reject("currency is not USD", name)
        return
    identity = _identity(file, sku)
    if isinstance(identity, str):
        parsed.reject(identity, name)
        return
    stem, scope = identity
    prices = file.prices(stem, _workload(file.provider, stem, listed))
    collect_block(prices, listed, replace(scope, block="pay_as_you_go"))
    if "batch_config" in config:
        collect_block(prices, config["batch_config"], replace(scope, block="batch_config", tier="batch"))
    _collect_training(prices, config.get("finetune_config"))
    _collect_fixed(prices, config.get("fixed_cost"))
    if "custom_pricing" in entry:
        _collect_custom(prices, entry["custom_pricing"], scope)


def _identity(file: File, sku: str) -> tuple[str, Scope] | str:
    """The SKU and what its id says of tier, band and variant, or why the entry is left out."""
    if file.provider == "openrouter":
        stem, _, suffix = sku.partition(":")
        if sku.startswith("~"):
            return "alias of another id"
        if suffix == "free":
            return "free variant is not a price"
        return stem, Scope(tier="batch") if suffix == "batch" else Scope(variant=suffix)
    stem, _, variant = sku.partition("::")
    band = _BAND.fullmatch(stem)
    if not band:
        return stem, Scope(variant=variant)
    stem, tokens = band["stem"], int(band["k"]) * 1000
    if band["side"] == "lte":
        return stem, Scope(variant=variant)
    if file.provider != "google" or tokens != 128_000 or _REAL_128K.match(stem):
        return stem, Scope(variant=variant, above_tokens=tokens)
    if stem in file.thresholds:
        note = "the id says 128k, the source's Vertex list states the threshold"
        return stem, Scope(variant=variant, above_tokens=file.thresholds[stem], note=note)
    return stem, Scope(variant=variant, above_tokens=UNKNOWN)


def _workload(provider: str, sku: str, listed: Mapping[str, Any]) -> str:
    """What a model is for: by its name, else by what it is billed for."""
    found = next((w for w, pattern in _WORKLOADS if pattern.search(f"{provider}/{sku}")), "") or workload_of(sku)
    units = listed.get("additional_units")
    keys = {*listed, *(units if isinstance(units, dict) else ())}
    if found != "llm":
        return found
    if any(key.startswith(("video_", "output_video")) for key in keys):
        return "video"
    return "image" if keys & {"image", "generated_images", "megapixels"} else "llm"


def _collect_training(prices: EntryPrices, config: object) -> None:
    """`finetune_config`: a price per token that is trained on, or per hour of training."""
    if config is None:
        return
    for key, value in config.items() if isinstance(config, dict) else [("finetune_config", config)]:
        name, cents = f"finetune_config.{key}", price_of(value)
        if cents is None:
            prices.reject(f"{name}: not a number")
        elif key == "pay_per_token":
            prices.add(name, _TRAINING, cents, CENTS)
        elif key == "pay_per_hour":
            prices.add(name, _TRAINING_TIME, cents, CENTS * HOUR)
        else:
            prices.reject(f"{name}: no meter for this key")


def _collect_fixed(prices: EntryPrices, config: object) -> None:
    """`fixed_cost`: a price per request beside the tokens."""
    if config is None:
        return
    for key, value in config.items() if isinstance(config, dict) else [("fixed_cost", config)]:
        cents = price_of(value)
        if cents is None or (key != "request" and number_problem(cents) == ""):
            prices.reject(f"fixed_cost.{key}: " + ("not a number" if cents is None else "no meter for this key"))
        else:
            prices.add(f"fixed_cost.{key}", _REQUEST, cents, CENTS)


def _collect_custom(prices: EntryPrices, custom: object, scope: Scope) -> None:
    """`custom_pricing`: blocks by region, tier and context band."""
    regions = custom.get("regions") if isinstance(custom, dict) else None
    if not isinstance(custom, dict) or not isinstance(regions, dict):
        prices.reject("custom_pricing: without regions")
        return
    prices.parsed.expect(custom, _CUSTOM, "custom_pricing.")
    bands = _bands(custom)
    for names, modes in regions.items():
        unnamed = "regional" if "global" in regions else "global"
        where = tuple(unnamed if r == "default" else r for r in names.split(","))
        modes = modes.get("execution_modes") if isinstance(modes, dict) else None
        if not isinstance(modes, dict):
            prices.reject("custom_pricing: region without execution_modes")
            continue
        for mode, blocks in modes.items():
            if mode not in TIERS:
                prices.reject(f"custom_pricing: mode {mode} is not a tier")
                continue
            in_tier = replace(scope, block="custom_pricing", tier=TIERS[mode], regions=where)
            beside = dict(_blocks(modes.get("standard"))) if (prices.provider, mode) == ("bedrock", "batch") else {}
            for band, block in _blocks(blocks):
                if band and band not in bands:
                    prices.reject("custom_pricing: context band without a threshold")
                    continue
                above = bands[band] if band else scope.above_tokens
                stated = without_list_caches(prices, block, beside.get(band))
                collect_block(prices, stated, replace(in_tier, above_tokens=above))


def _blocks(blocks: object) -> Iterator[tuple[str, object]]:
    """The price blocks of a mode by context band, or the only one under an empty name."""
    if not isinstance(blocks, dict):
        yield "", None
        return
    bands = blocks.get("context_tiers")
    for name, holder in bands.items() if isinstance(bands, dict) else [("", blocks)]:
        config = holder.get("pricing_config") if isinstance(holder, dict) else None
        yield name, config.get("pay_as_you_go") if isinstance(config, dict) else None

"""The registries under data/registry: reviewed rows, validated strictly, with the look-ups that the rest needs."""

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from generator.failure import Failure
from generator.sync.disputes import Acknowledgement
from generator.sync.identity import (
    ModelName,
    NamingRules,
    load_naming_rules,
    model_name,
    registered_spellings,
    spelling_form,
    without_developer,
)
from generator.sync.source_registry import Source, load_sources
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard, ModelShape
from wasm_tools.pricing.meters import UnitRegistry, unit_registry


class RegistryError(Failure):
    """A registry file that is wrong; the message names the file, the row and the field."""


class Row(BaseModel):
    """A registry row: unknown columns are refused, empty cells are None where a value is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _optional(value: Any) -> Any:
    return None if value == "" else value


def _words(value: Any) -> Any:
    return tuple(w for w in value.split("|") if w) if isinstance(value, str) else value


OptionalFloat = Annotated[float | None, BeforeValidator(_optional)]
OptionalInt = Annotated[int | None, BeforeValidator(_optional)]
OptionalDate = Annotated[str | None, BeforeValidator(_optional)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class ProviderRow(Row):
    """An organisation that bills."""

    id: str
    name: str
    kind: Literal["first_party", "cloud", "host", "gateway", "rental", "subscription"]
    url: str
    sku_prefixes: Words
    aliases: Words


class ModelRow(Row):
    """A model, one id across all providers."""

    id: str
    name: str
    developer: str
    open_weights: Literal["yes", "no", ""]
    licence: str
    released: str
    knowledge: str
    deprecated: str
    context: OptionalInt
    max_output: OptionalInt
    input_modalities: Words
    output_modalities: Words
    aliases: Words
    source: str


class ShapeRow(Row):
    """An open-weights architecture; the columns of `ModelShape`. An empty cell is unknown."""

    model: str
    hf_repo: str
    parameters_b: float
    active_b: float
    embedding_b: OptionalFloat = None
    expert_b: OptionalFloat = None
    layers: int
    full_layers: OptionalInt = None
    hidden: OptionalInt = None
    vocabulary: OptionalInt = None
    heads: OptionalInt = None
    kv_heads: OptionalInt = None
    attention_width: OptionalInt = None
    experts: OptionalInt = None
    chosen_experts: OptionalInt = None
    kv_elements_per_token: int
    windowed_elements_per_token: OptionalInt = None
    window: OptionalInt = None
    state_elements: OptionalInt = None
    index_elements_per_token: OptionalInt = None
    kv_note: str
    context: OptionalInt
    source: str

    @property
    def shape(self) -> ModelShape:
        """The engine's form of the row; what is unknown here has the engine's default."""
        return ModelShape(
            parameters=self.parameters_b * 1e9,
            active_parameters=self.active_b * 1e9,
            layers=self.layers,
            kv_elements=self.kv_elements_per_token,
            windowed_elements=self.windowed_elements_per_token or 0,
            window=self.window or 0,
            state_elements=self.state_elements or 0,
            expert_parameters=(self.expert_b or 0) * 1e9,
            experts=self.experts or 0,
            chosen_experts=self.chosen_experts or 0,
            hidden=self.hidden or 0,
            attention_width=self.attention_width or 0,
            full_layers=self.full_layers or 0,
            heads=self.heads or 0,
            kv_heads=self.kv_heads or 0,
            vocabulary=self.vocabulary or 0,
            embedding_parameters=(self.embedding_b or 0) * 1e9,
            index_elements=self.index_elements_per_token or 0,
        )


class CapabilityRow(Row):
    """A reviewed judgement of how capable a model is."""

    model: str
    class_: Literal["small", "medium", "large", "frontier"]
    basis: Literal["score", "size", "tier"]
    reason: str
    source: str
    reviewed: date


class DomainRow(Row):
    """What a model is said to be made for: in the description of a source, or in its own name."""

    model: str
    domains: Annotated[
        tuple[Literal["general", "code", "multilingual", "enterprise", "mathematics"], ...], BeforeValidator(_words)
    ]
    basis: Literal["description", "name"]
    source: str
    reviewed: date


class GpuRow(Row):
    """An accelerator."""

    id: str
    name: str
    vendor: str
    memory_bytes: int
    memory_gb_label: str
    bandwidth_bytes_s: OptionalFloat
    bf16_flops: OptionalFloat
    fp8_flops: OptionalFloat
    fp4_flops: OptionalFloat
    link_bytes_s: OptionalFloat = None
    tdp_w: OptionalFloat
    gpus_per_node: OptionalInt
    node_label: str
    k8s_resource: str
    aliases: Words
    aic_system: str
    source: str


class NotSold(Row):
    """A listing that is known to be wrong: the provider does not sell this SKU."""

    provider: str
    sku: str
    reason: str
    reviewed: date


class AcknowledgementRow(Row):
    """A dispute between sources that somebody has looked at; `prefer` is the source whose value is published."""

    id: str
    provider: str
    sku: str
    meter: str
    region: str
    prefer: str
    reason: str
    reviewed: date
    expires: OptionalDate


class ExchangeRate(Row):
    """How much of a currency a US dollar was worth on a date."""

    currency: str
    date: str
    units_per_usd: Decimal
    source: str


class Profile(Row):
    """Standard traffic: prompt and output lengths in tokens."""

    id: str
    title: str
    prompt_tokens: int
    output_tokens: int
    description: str
    source: str


class SloClass(Row):
    """An experience class: p95 bounds in ms; the end-to-end bound follows from the output length."""

    id: str
    title: str
    percentile: Literal[95]
    ttft_ms: float
    itl_ms: float
    e2e_factor: float
    description: str
    source: str


class Load(Row):
    """A standard load."""

    id: str
    requests_per_second: str
    peak_factor: float
    title: str
    reason: str


class UseCase(Row):
    """A use case: who asks what, how often, and how it has to feel."""

    id: str
    title: str
    question: str
    profile: str
    slo_class: str
    minimum_class: Literal["small", "medium", "large", "frontier"]
    users: int
    active_fraction: float
    requests_per_active_user_per_minute: float
    peak_factor: float
    reason: str
    source: str


class Industry(Row):
    """A template: the use case of an industry, the pattern of its day, and recorded lengths where there are some."""

    id: str
    title: str
    use_case: str
    pattern: str
    lengths: str  # empty: those of the use case
    basis: Literal["recorded", "ours"]
    reason: str
    source: str


def _validated[R: Row](path: Path, number: int, record: Mapping[str, Any], row_type: type[R]) -> R:
    try:
        return row_type.model_validate({("class_" if k == "class" else k): v for k, v in record.items()})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RegistryError(f"{path.name}, row {number}: {where}: {first['msg']} ({first['input']!r})") from None


def csv_rows[R: Row](path: Path, row_type: type[R]) -> tuple[R, ...]:
    """The validated rows of a registry CSV file."""
    if not path.exists():
        raise RegistryError(f"{path.name} is missing from {path.parent}")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_validated(path, n, record, row_type) for n, record in enumerate(csv.DictReader(file), 2))


def toml_rows[R: Row](path: Path, key: str, row_type: type[R]) -> tuple[R, ...]:
    """The validated entries `[[key]]` of a registry TOML file."""
    try:
        records = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{path.name}: cannot be read as TOML ({error})") from None
    if set(records) != {key}:
        raise RegistryError(f"{path.name}: expected only [[{key}]] entries, found {', '.join(sorted(records))}")
    return tuple(_validated(path, n, record, row_type) for n, record in enumerate(records[key], 1))


_BEDROCK_VENDOR = re.compile(r"^[a-z0-9]+\.")
_BEDROCK_VERSION = re.compile(r"-v1:0$")


def model_key(provider: str, sku: str) -> str:
    """The strict normal form of a provider's model id: lower case, without organisation path and Bedrock affixes.

    Exact equality of this form with a registered alias is the only way a name is resolved.
    """
    name = sku.lower().rsplit("/", 1)[-1].strip()
    if provider == "aws-bedrock":
        name = _BEDROCK_VERSION.sub("", _BEDROCK_VENDOR.sub("", name))
    return name


@dataclass(frozen=True)
class Registry:
    """All registries with their look-ups."""

    sources: tuple[Source, ...]
    units: UnitRegistry
    providers: tuple[ProviderRow, ...]
    models: tuple[ModelRow, ...]
    shapes: tuple[ShapeRow, ...]
    capabilities: tuple[CapabilityRow, ...]
    domains: tuple[DomainRow, ...]
    gpus: tuple[GpuRow, ...]
    not_sold: tuple[NotSold, ...]
    exchange_rates: tuple[ExchangeRate, ...]
    acknowledgements: tuple[AcknowledgementRow, ...]
    profiles: tuple[Profile, ...]
    slo_classes: tuple[SloClass, ...]
    loads: tuple[Load, ...]
    use_cases: tuple[UseCase, ...]
    industries: tuple[Industry, ...]
    naming: NamingRules

    @cached_property
    def source(self) -> dict[str, Source]:
        """Sources by id."""
        return {s.id: s for s in self.sources}

    @cached_property
    def acknowledged(self) -> dict[str, Acknowledgement]:
        """Reviewed disputes by id."""
        return {
            a.id: Acknowledgement(a.id, a.prefer, a.reason, a.reviewed.isoformat(), a.expires or "")
            for a in self.acknowledgements
        }

    @cached_property
    def provider(self) -> dict[str, ProviderRow]:
        """Providers by id."""
        return {p.id: p for p in self.providers}

    @cached_property
    def provider_by_alias(self) -> dict[str, ProviderRow]:
        """Providers by every spelling that sources use."""
        return {name.partition("@")[0]: p for p in self.providers for name in (p.id, *p.aliases)}

    @cached_property
    def region_by_alias(self) -> dict[str, str]:
        """The region of spellings that name one, written `alibaba-us@us` in the registry."""
        pairs = (alias.partition("@") for p in self.providers for alias in p.aliases)
        return {name: region for name, _, region in pairs if region}

    @cached_property
    def provider_by_form(self) -> dict[str, ProviderRow]:
        """Providers by every spelling with hyphens for all separators: `Together AI`, `together_ai`, `together-ai`."""
        return {spelling_form(name): p for name, p in self.provider_by_alias.items() if "#" not in name}

    def provider_of(self, name: str, currency: str = "USD") -> ProviderRow | None:
        """The provider of a source's name, or None when nobody has registered it.

        An alias `minimax#cny` means that name for prices in that currency: the platform in China is another seller.
        """
        own = self.provider_by_alias.get(f"{name}#{currency.lower()}") if currency != "USD" else None
        return own or self.provider_by_alias.get(name) or self.provider_by_form.get(spelling_form(name))

    @cached_property
    def names_seen(self) -> dict[tuple[str, str, str], tuple[str, str, str, str]]:
        """The names that `generator.sync.names` has turned into ours, so that each is worked out once."""
        return {}

    @cached_property
    def model(self) -> dict[str, ModelRow]:
        """Models by id."""
        return {m.id: m for m in self.models}

    @cached_property
    def model_by_alias(self) -> dict[str, str]:
        """Model ids by every registered spelling in strict normal form."""
        return {name: m.id for m in self.models for name in (m.id, *m.aliases)}

    @cached_property
    def gpu(self) -> dict[str, GpuRow]:
        """GPUs by id."""
        return {g.id: g for g in self.gpus}

    @cached_property
    def gpu_by_alias(self) -> dict[str, str]:
        """GPU ids by every registered spelling; `name#80` means the name together with 80 GB of memory."""
        return {name: g.id for g in self.gpus for name in (g.id, *g.aliases)}

    @cached_property
    def model_by_form(self) -> dict[str, str]:
        """Model ids by every registered spelling with one separator for all, without forms that mean two models."""
        found: dict[str, set[str]] = {}
        for name, model in self.model_by_alias.items():
            found.setdefault(spelling_form(name), set()).add(model)
        return {form: next(iter(models)) for form, models in found.items() if len(models) == 1}

    def is_moving(self, provider: str, sku: str) -> bool:
        """Whether a provider's id stands for another model now and then, so that its prices cannot be compared."""
        return self.name_of(provider, sku).moving

    def plain_model_of(self, provider: str, sku: str) -> str:
        """The canonical model of an id that names it without a variant (fast, thinking …), so that prices compare."""
        return "" if self.name_of(provider, sku).variant else self.model_of(provider, sku)

    def name_of(self, provider: str, sku: str) -> ModelName:
        """What a provider's id says: base name, snapshot, quantisation, scope, variant."""
        key = (provider, sku)
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = model_name(self.naming, provider, sku)
        return found

    @cached_property
    def _names(self) -> dict[tuple[str, str], ModelName]:
        return {}

    @cached_property
    def _models(self) -> dict[tuple[str, str], str]:
        return {}

    @cached_property
    def _bases(self) -> dict[tuple[str, str], str]:
        return {}

    def model_of(self, provider: str, sku: str) -> str:
        """The canonical model of a provider's id, or empty when nobody has registered the name.

        First the id as it is, then the name that the rules of `generator.sync.identity` derive from it. Without a
        provider only the id itself counts: a benchmark measures one checkpoint, not whatever is sold under its name.
        """
        key = (provider, sku)
        found = self._models.get(key)
        if found is None:
            found = self._models[key] = self._model_of(provider, sku)
        return found

    def _model_of(self, provider: str, sku: str) -> str:
        whole = sku.lower().rsplit("/", 1)[-1].strip()
        if self._says_the_provider_twice(provider, sku, whole):
            return ""
        if own := self.naming.aliases.get((provider, whole)):
            return own
        model = self.model_by_alias.get(whole) or self.model_by_alias.get(model_key(provider, sku), "")
        if model or not provider:
            return model
        name = self.name_of(provider, sku)
        if own := self.naming.aliases.get((provider, name.base)):
            return own
        return "" if name.moving else self._registered(name)

    def _says_the_provider_twice(self, provider: str, sku: str, last: str) -> bool:
        """Whether the id is a product of its own: Perplexity sells `perplexity/sonar` beside `sonar`."""
        row = self.provider.get(provider)
        path = sku.lower()[: -len(last)] if "/" in sku else ""
        return bool(row and path and path in row.sku_prefixes and not any(c.isdigit() for c in last))

    def _registered(self, name: ModelName) -> str:
        found = self._known(name)
        if not found and (joined := without_developer(self.naming, name)):
            bare, developer = joined
            found = self._known(bare)
            return found if found and self.model[found].developer == developer else ""
        return found

    def _known(self, name: ModelName) -> str:
        for spelling in registered_spellings(name):
            found = self.model_by_alias.get(spelling) or self.model_by_form.get(spelling_form(spelling), "")
            if found:
                return found
        return ""

    def base_of(self, provider: str, sku: str) -> str:
        """The name under which the offers of a model are counted: its snapshots, aliases and spellings share it.

        A registered model without its date where the undated name is registered, too; what an alias stood for when
        it was reviewed; and for a name that nobody has registered what the rules leave of it.
        """
        key = (provider, sku)
        found = self._bases.get(key)
        if found is None:
            found = self._bases[key] = self._base_of(provider, sku)
        return found

    def _base_of(self, provider: str, sku: str) -> str:
        model = self.model_of(provider, sku)
        if model:
            undated = self.model_by_alias.get(model_name(self.naming, "", model).base)
            return undated or model
        name = self.name_of(provider, sku)
        target = self.naming.target(provider, name.base)
        if target:
            return self._base_of("", target)
        if name.moving and target is None:
            return self._registered(replace(name, moving=False)) or f"{name.base}-latest"
        return name.base

    def gpu_of(self, name: str) -> str:
        """The GPU of a source's name (`name` or `name#GB`), or empty when nobody has registered it."""
        lowered = name.lower()
        return self.gpu_by_alias.get(lowered) or self.gpu_by_alias.get(lowered.split("#")[0], "")

    @cached_property
    def gpu_of_system(self) -> dict[str, str]:
        """GPU ids by the system name of the benchmark set."""
        return {g.aic_system: g.id for g in self.gpus if g.aic_system}

    @cached_property
    def cards(self) -> dict[str, ModelCard]:
        """Model cards of all registered models, with shape and capability where they are known."""
        shapes = {s.model: s for s in self.shapes}
        classes = {c.model: c.class_ for c in self.capabilities}
        domains = {d.model: d.domains for d in self.domains}
        cards = {}
        for m in self.models:
            shape = shapes.get(m.id)
            cards[m.id] = ModelCard(
                id=m.id,
                name=m.name,
                developer=m.developer,
                open_weights={"yes": True, "no": False, "": None}[m.open_weights],
                context=m.context,
                capability=classes.get(m.id, ""),
                shape=shape.shape if shape else None,
                hf_repo=shape.hf_repo if shape else "",
                domains=domains.get(m.id, ()),
            )
        return cards

    @cached_property
    def gpu_cards(self) -> dict[str, GpuCard]:
        """GPU cards of all registered GPUs."""
        return {
            g.id: GpuCard(
                id=g.id,
                name=g.name,
                vendor=g.vendor,
                memory_bytes=g.memory_bytes,
                bandwidth=g.bandwidth_bytes_s,
                tdp_w=g.tdp_w,
                gpus_per_node=g.gpus_per_node or 1,
                node_label=g.node_label,
                resource=g.k8s_resource,
                bf16_flops=g.bf16_flops,
                fp8_flops=g.fp8_flops,
                fp4_flops=g.fp4_flops,
                link_bandwidth=g.link_bytes_s,
            )
            for g in self.gpus
        }


def load_registry(folder: Path) -> Registry:
    """All registries of a folder; raises RegistryError naming file, row and field."""
    with (folder / "units.toml").open("rb") as file:
        units = unit_registry(tomllib.load(file)["unit"])
    return Registry(
        sources=load_sources(folder / "sources.toml"),
        units=units,
        providers=csv_rows(folder / "providers.csv", ProviderRow),
        models=csv_rows(folder / "models.csv", ModelRow),
        shapes=csv_rows(folder / "model_shapes.csv", ShapeRow),
        capabilities=csv_rows(folder / "capability.csv", CapabilityRow),
        domains=csv_rows(folder / "model_domains.csv", DomainRow),
        gpus=csv_rows(folder / "gpus.csv", GpuRow),
        not_sold=csv_rows(folder / "not_sold.csv", NotSold),
        exchange_rates=csv_rows(folder / "exchange_rates.csv", ExchangeRate),
        acknowledgements=csv_rows(folder / "acknowledgements.csv", AcknowledgementRow),
        profiles=toml_rows(folder / "profiles.toml", "profile", Profile),
        slo_classes=toml_rows(folder / "slo_classes.toml", "slo_class", SloClass),
        loads=toml_rows(folder / "loads.toml", "load", Load),
        use_cases=toml_rows(folder / "use_cases.toml", "use_case", UseCase),
        industries=toml_rows(folder / "industries.toml", "industry", Industry),
        naming=load_naming_rules(folder),
    )

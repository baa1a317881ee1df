"""What a provider's model id says: the base name of the model, its snapshot, quantisation, scope and variant.

The rules are exact and read from tables under data/registry: `sku_prefixes.csv` (organisation paths, vendor and scope
prefixes), `sku_suffixes.csv` (quantisations, variants, versions, `-latest`), `sku_snapshots.csv` (short suffixes that
name a dated snapshot of one family and another model in the next), `moving_aliases.csv` (names whose target changes)
and `sku_aliases.csv` (names that mean a model at one provider only). Nothing is matched by likeness, and what no rule
names stays in the base.

Steps, in this order, on the lower-cased id: a leading `~` marks an alias; prefixes of the provider and of all
providers, longest first, each at most once; the organisation path, where what follows it holds a digit
(`openai/gpt-4o`, but not `switchpoint/router`, nor `perplexity/sonar`, which is sold beside `sonar`); prefixes again;
then suffixes and one date, from the end, until none is left.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from generator.tables import TableError, read_rows

PREFIX_COLUMNS = ("prefix", "provider", "kind", "value", "reason")
SUFFIX_COLUMNS = ("suffix", "of", "kind", "value", "reason")
SNAPSHOT_COLUMNS = ("base", "suffix", "snapshot", "source")
ALIAS_COLUMNS = ("provider", "sku", "model", "source")
MOVING_COLUMNS = ("alias", "provider", "target", "source", "reviewed")
PREFIX_KINDS = ("path", "vendor", "scope", "org", "seller", "product", "decimal", "whole")
SUFFIX_KINDS = ("quantization", "variant", "version", "scope", "moving")

_DAY = re.compile(r"[-@_:](20[12]\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$")
_MONTH = re.compile(r"-(20[12]\d)-(0[1-9]|1[0-2])$")
_REVISION = re.compile(r"@(\d{3})$")  # Vertex AI: `jamba-1.5-large@001`
_SIX = re.compile(r"-(2\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$")
_SHORT = re.compile(r"[-@](\d\d-\d\d|\d{3,6})$")
_DIGIT = re.compile(r"\d")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A provider's model id in its parts; empty where the id does not say it."""

    base: str
    snapshot: str = ""  # ISO date, or the revision of a vendor
    quantization: str = ""
    scope: str = ""  # the region prefix: us, eu, global …
    variant: str = ""  # free, batch, thinking …
    moving: bool = False  # what it stands for changes: never compared, never resolved


@dataclass(frozen=True, slots=True)
class Prefix:
    """What sources put before a model's own name; of kind path, vendor or scope."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Suffix:
    """What sources put after a model's own name, of names that begin with `of`."""

    text: str
    of: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Seller:
    """Ids with this prefix are those of another seller; `kept` when the prefix is part of that seller's id."""

    prefix: str
    provider: str
    kept: bool


@dataclass(frozen=True)
class NamingRules:
    """The tables in the form in which ids are read."""

    prefixes: Mapping[str, tuple[Prefix, ...]]  # by provider, longest first, those of all providers included
    everywhere: tuple[Prefix, ...]
    suffixes: tuple[Suffix, ...]  # longest first
    snapshots: Mapping[tuple[str, str], str]  # (base, short suffix) -> ISO date or revision
    six_digits: tuple[str, ...]  # beginnings of names whose six-digit suffix is a date
    moving: Mapping[tuple[str, str], str]  # (provider or "", alias) -> what it stood for when it was reviewed
    aliases: Mapping[tuple[str, str], str]  # (provider, id) -> model, where only this provider means it by that name
    orgs: tuple[tuple[str, str], ...]  # (prefix, developer) where a list joins both by a hyphen: `zai-org-glm-4-7`
    sellers: Mapping[str, tuple[Seller, ...]]  # by the provider under which a source lists another one's products
    whole: frozenset[str]  # providers whose ids are paths of an application
    decimals: Mapping[str, re.Pattern[str]]  # provider -> what it writes for the decimal point

    def target(self, provider: str, alias: str) -> str | None:
        """What a moving alias stood for when it was reviewed, empty if nobody knows; None for a name that is none."""
        own = self.moving.get((provider, alias))
        return self.moving.get(("", alias)) if own is None else own


def model_name(rules: NamingRules, provider: str, sku: str) -> ModelName:
    """The parts of `sku` as `provider` uses it."""
    name = sku.lower().strip()
    moving = name.startswith("~")
    name, scope = _without_prefixes(name.removeprefix("~"), rules.prefixes.get(provider, rules.everywhere))
    if provider in rules.whole:
        name = name.replace("/", "-")
    else:
        path, _, last = name.rpartition("/")
        if path and (_DIGIT.search(last) or rules.target(provider, last) is not None):
            name, inner = _without_prefixes(last, rules.prefixes.get(provider, rules.everywhere))
            scope = scope or inner
    if point := rules.decimals.get(provider):
        name = point.sub(".", name)
    return _read_suffixes(rules, provider, name, scope, moving)


def _without_prefixes(name: str, prefixes: tuple[Prefix, ...]) -> tuple[str, str]:
    scope = ""
    left = list(prefixes)
    while found := next((p for p in left if name.startswith(p.text) and len(name) > len(p.text)), None):
        name = name[len(found.text) :]
        scope = scope or (found.text.rstrip("./") if found.kind == "scope" else "")
        left.remove(found)
    return name, scope


def _read_suffixes(rules: NamingRules, provider: str, name: str, scope: str, moving: bool) -> ModelName:
    parts = dict.fromkeys(SUFFIX_KINDS, "")
    snapshot = ""
    while True:
        if rules.target(provider, name) is not None:
            moving = True
            break
        if not snapshot and (dated := _dated(rules, name)):
            name, snapshot = dated
            continue
        found = next((s for s in rules.suffixes if _ends_with(name, s, snapshot)), None)
        if found is None:
            break
        name = name[: -len(found.text)]
        parts[found.kind] = parts[found.kind] or found.value or found.text.lstrip("-:@_")
        moving = moving or found.kind == "moving"
    return ModelName(name, snapshot, parts["quantization"], scope or parts["scope"], parts["variant"], moving)


def _ends_with(name: str, suffix: Suffix, snapshot: str) -> bool:
    if not name.endswith(suffix.text) or not name.startswith(suffix.of) or len(name) <= len(suffix.text) + 1:
        return False
    # `-v2:0` is a version of a dated snapshot (`claude-…-20241022-v2:0`) or a model (`titan-embed-text-v2:0`)
    dated = _DAY.search(name[: -len(suffix.text)]) or snapshot
    return suffix.value != "dated" or bool(dated)


def _dated(rules: NamingRules, name: str) -> tuple[str, str] | None:
    if (m := _SIX.search(name)) and name.startswith(rules.six_digits):
        return name[: m.start()], f"20{m[1]}-{m[2]}-{m[3]}"
    for pattern in (_DAY, _MONTH, _REVISION):
        # of a family with `*` each dated release is another model, not a snapshot of one
        if (m := pattern.search(name)) and (name[: m.start()], "*") not in rules.snapshots:
            return name[: m.start()], "-".join(m.groups())
    if (m := _SHORT.search(name)) and (known := rules.snapshots.get((name[: m.start()], m[1]))):
        return name[: m.start()], known
    return None


def registered_spellings(name: ModelName) -> tuple[str, ...]:
    """The names under which a registry may know this model, the most precise first.

    A quantised or dated release may be registered as a model of its own (`qwen3-235b-a22b-fp8`, `gpt-4o-2024-05-13`).
    """
    precise = [f"{name.base}-{name.quantization}"] if name.quantization else []
    if name.snapshot:
        compact = name.snapshot.replace("-", "")
        precise += [f"{name.base}-{name.snapshot}", f"{name.base}-{compact}", f"{name.base}@{compact}"]
    return (*precise, name.base)


def without_developer(rules: NamingRules, name: ModelName) -> tuple[ModelName, str] | None:
    """The name without a developer that is joined to it by a hyphen (`openai-gpt-5.4`), and the developer's id."""
    for org, developer in rules.orgs:
        if name.base.startswith(org) and len(name.base) > len(org):
            return replace(name, base=name.base[len(org) :]), developer
    return None


def spelling_form(name: str) -> str:
    """A name with one separator for all: `glm-4.7`, `glm-4-7` and `GLM 4.7` have one form, `command-r+` its own."""
    return _SEPARATORS.sub("-", name.lower().replace("+", "-plus")).strip("-")


def load_naming_rules(folder: Path) -> NamingRules:
    """The rules of a registry folder; raises TableError naming file and row."""
    prefixes: dict[str, list[Prefix]] = {"": []}
    whole: set[str] = set()
    orgs: list[tuple[str, str]] = []
    decimals: dict[str, re.Pattern[str]] = {}
    sellers: dict[str, list[Seller]] = {}
    for row in _rows(folder / "sku_prefixes.csv", PREFIX_COLUMNS, PREFIX_KINDS):
        for provider in row["provider"].split("|"):
            if row["kind"] == "whole":
                whole.add(provider)
            elif row["kind"] in ("seller", "product"):
                other = Seller(row["prefix"], row["value"], row["kind"] == "product")
                sellers.setdefault(provider, []).append(other)
            elif row["kind"] == "org":
                orgs.append((row["prefix"], row["value"]))
            elif row["kind"] == "decimal":
                decimals[provider] = re.compile(rf"(?<=\d){re.escape(row['prefix'])}(?=\d)")
            else:
                prefixes.setdefault(provider, []).append(Prefix(row["prefix"], row["kind"]))
    suffixes = [
        Suffix(row["suffix"], row["of"], row["kind"], row["value"])
        for row in _rows(folder / "sku_suffixes.csv", SUFFIX_COLUMNS, SUFFIX_KINDS)
    ]
    everywhere = _longest_first(prefixes[""])
    short = read_rows(folder / "sku_snapshots.csv", SNAPSHOT_COLUMNS)
    return NamingRules(
        prefixes={p: _longest_first([*own, *everywhere]) for p, own in prefixes.items() if p},
        everywhere=everywhere,
        suffixes=tuple(sorted(suffixes, key=lambda s: (-len(s.text), s.text, -len(s.of)))),
        snapshots={(row["base"], row["suffix"]): row["snapshot"] for row in short},
        six_digits=tuple(row["base"] for row in short if row["suffix"] == "yymmdd"),
        moving={
            (row["provider"], row["alias"]): row["target"]
            for row in read_rows(folder / "moving_aliases.csv", MOVING_COLUMNS)
        },
        aliases={
            (row["provider"], row["sku"]): row["model"] for row in read_rows(folder / "sku_aliases.csv", ALIAS_COLUMNS)
        },
        orgs=tuple(sorted(orgs, key=lambda org: (-len(org[0]), org))),
        sellers={p: tuple(others) for p, others in sellers.items()},
        whole=frozenset(whole),
        decimals=decimals,
    )


def _longest_first(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    return tuple(sorted(prefixes, key=lambda p: (-len(p.text), p.text)))


def _rows(path: Path, columns: tuple[str, ...], kinds: tuple[str, ...]) -> list[dict[str, str]]:
    rows = read_rows(path, columns)
    for number, row in enumerate(rows, 2):
        if row["kind"] not in kinds:
            raise TableError(f"{path}, row {number}: kind {row['kind']!r} is not one of {', '.join(kinds)}")
    return rows

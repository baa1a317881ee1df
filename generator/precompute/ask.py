"""The pack of words that `atlas ask` and its page read: vocabulary and rules of the registry, and all names."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from generator.registry import Registry
from generator.tables import TableError, read_rows
from wasm_tools.ask.book import BOOK_VERSION, KIND
from wasm_tools.ask.names import gpu_spellings, key_of, spellings
from wasm_tools.planner.question import KINDS

FILES = ("tasks", "words", "units", "names", "questions", "examples")
_RATES = ("currency", "date", "units_per_usd", "source")
_COMPASS_CLASSES = (
    "use_case", "ttft_min_ms", "ttft_max_ms", "itl_min_ms", "itl_max_ms", "e2e_min_ms", "e2e_max_ms", "distribution",
    "active_fraction", "requests_per_user_minute", "burst", "peak_factor", "class_docs", "class_template",
    "class_extractor",
)  # fmt: skip
SHARED = ("-half", "-third", "-quarter", "-sixth", "-eighth", "-mod")  # parts and rebuilds of a GPU: by their id alone


def ask_pack(registry: Registry, folder: Path, as_of: str) -> dict[str, Any]:
    """The pack object; `wasm_tools.ask.book.read_ask_book` reads it. Raises TableError for a table that is wrong."""
    raw = {name: _table(folder / "ask" / f"{name}.toml") for name in FILES}
    titles = {t["id"]: t["title"] for t in raw["tasks"]["task"] if "title" in t}
    titles |= {c.id: c.title for c in registry.use_cases}
    _check(raw, registry, titles, folder)
    names = raw["names"]
    return {
        "kind": KIND,
        "version": BOOK_VERSION,
        "as_of": as_of,
        "tasks": raw["tasks"],
        "words": raw["words"],
        "units": raw["units"],
        "questions": raw["questions"],
        "examples": raw["examples"]["example"],
        "groups": names["group"],
        "vendors": [
            {**v, "gpus": [g for g, card in registry.gpu_cards.items() if card.vendor == v["name"]]}
            for v in names["vendor"]
        ],
        "own_form": names["own_form"],
        "titles": titles,
        "names": {
            "models": _model_keys(registry, names),
            "gpus": _gpu_keys(registry, names),
            "providers": _provider_keys(registry, names),
            "families": _families(registry, names["families"]),
            "words": {
                "plain_families": names["plain_families"]["words"],
                "plain_providers": [key_of(w) for w in names["plain_providers"]["words"]],
                "always": [key_of(w) for w in names["plain_providers"]["always"]],
                "before": names["plain_providers"]["before"],
                "after": names["plain_providers"]["after"],
                "unknown_gpus": [key_of(w) for w in names["unknown"]["gpus"]],
            },
        },
        "models": [[m.id, m.name, m.developer, sorted(m.input_modalities)] for m in registry.models],
        "providers": {p.id: p.name for p in registry.providers},
        "developers": {r["id"]: r["name"] for r in read_rows(folder / "developers.csv", ("id", "name"))},
        "rates": {r["currency"]: float(r["units_per_usd"]) for r in read_rows(folder / "exchange_rates.csv", _RATES)},
        "usage": _usage(folder),
        "compass": _compass(folder),
    }


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TableError(f"{path}: {error}") from None


def _check(raw: Mapping[str, Any], registry: Registry, titles: Mapping[str, str], folder: Path) -> None:
    """Refuse tags, tasks, kinds and names that nothing else knows."""
    tags = {t["id"] for t in raw["tasks"]["tag"]}
    known: dict[str, set[str]] = {
        "tasks.toml: tag": {t for task in raw["tasks"]["task"] for r in task["rules"] for t in r["tags"]} - tags,
        "tasks.toml: task": {t["id"] for t in raw["tasks"]["task"]} - titles.keys(),
        "words.toml: kinds": {k for f in raw["words"]["fill"] if f["field"] == "kinds" for k in f["value"]}
        - set(KINDS),
        "examples.toml: task": {e["task"] for e in raw["examples"]["example"]} - titles.keys(),
        "names.toml: models": {i for ids in raw["names"]["said_models"].values() for i in ids} - registry.cards.keys(),
        "names.toml: gpus": {i for ids in raw["names"]["said_gpus"].values() for i in ids} - registry.gpu_cards.keys(),
        "names.toml: providers": {i for ids in raw["names"]["said_providers"].values() for i in ids}
        - registry.provider.keys(),
        "units.toml: workload": {c["workload"] for c in raw["units"]["count"]} - titles.keys(),
    }
    for where, wrong in known.items():
        if wrong:
            raise TableError(f"{folder / 'ask'}/{where} {', '.join(sorted(wrong))} is not known")


def _keyed(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for key, identifier in pairs:
        found.setdefault(key, set()).add(identifier)
    return {key: sorted(ids) for key, ids in sorted(found.items())}


def _model_keys(registry: Registry, names: Mapping[str, Any]) -> dict[str, list[str]]:
    """Models by every spelling. Where one is the very id or name of a model, it means no other one.

    A single word without a digit is no name: too many of them are ordinary words.
    """
    exact: dict[str, str] = {}
    for m in registry.models:
        for text in (m.name, m.id):
            exact[key_of(text)] = m.id
    found = _keyed(
        (key, m.id)
        for m in registry.models
        for text in (m.id, m.name, *m.aliases)
        for key in spellings(text)
        if " " in key or any(c.isdigit() for c in key)
    )
    plain = {key: [exact[key]] if key in exact else ids for key, ids in found.items()}
    numbers = {key: ids for key, ids in plain.items() if any(c.isalpha() for c in key) and len(key) > 1}
    generic = frozenset(names["generic"]["words"])
    short = {
        key: ids for key, ids in numbers.items()
        if not _is_quantity(key) and any(a not in generic for a in key.split() if a[0].isalpha())
    }  # fmt: skip
    return {**short, **{key_of(said): ids for said, ids in names["said_models"].items()}}


def _is_quantity(key: str) -> bool:
    """Whether a spelling could be a number with a unit: "70b", "8k"."""
    return key[0].isdigit() and " " not in key


def _gpu_keys(registry: Registry, names: Mapping[str, Any]) -> dict[str, list[str]]:
    cards = registry.gpu_cards
    keys = _keyed((key, g) for g in cards if not g.endswith(SHARED) for key in gpu_spellings(g))
    keys = {key: ids for key, ids in keys.items() if any(c.isalpha() for c in key)}
    for rows in registry.gpus:
        for alias in rows.aliases:
            plain = key_of(alias.partition("#")[0].removeprefix("nvidia ").removeprefix("amd "))
            if "#" not in alias and plain and plain not in keys and any(c.isalpha() for c in plain):
                keys[plain] = [rows.id]
    return {**keys, **{key_of(said): ids for said, ids in names["said_gpus"].items()}}


def _provider_keys(registry: Registry, names: Mapping[str, Any]) -> dict[str, list[str]]:
    pairs = (
        (key_of(text.partition("@")[0].partition("#")[0].partition(" (")[0]), p.id)
        for p in registry.providers
        for text in (p.id, p.name, *p.aliases)
    )
    families = names["families"]  # "Meta Llama" begins the name of a model
    keys = {
        k: ids for k, ids in _keyed(pairs).items() if len(k) > 2 and (" " not in k or k.split()[-1] not in families)
    }
    return {**keys, **{key_of(said): ids for said, ids in names["said_providers"].items()}}


def _families(registry: Registry, families: Mapping[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """Models of each family by id, with the atoms behind the name of the family in any of their spellings."""
    found: dict[str, dict[str, list[str]]] = {}
    for family, developers in families.items():
        of: dict[str, set[str]] = {}
        for m in registry.models:
            if m.developer not in developers:
                continue
            for text in (m.id, m.name):
                for key in spellings(text):
                    first, *rest = key.split()
                    if first == family:
                        of.setdefault(m.id, set()).update(rest)
        found[family] = {m: sorted(rest) for m, rest in sorted(of.items())}
    return found


def _usage(folder: Path) -> dict[str, list[Any]]:
    """The default amount of each workload with its unit and where it comes from."""
    raw = _table(folder / "comparators.toml")
    default = {w["id"]: w["default"] for w in raw["workload"]}
    return {
        c["workload"]: [float(c["usage"]), c["usage_unit"], c["usage_source"]]
        for c in raw["comparator"]
        if default[c["workload"]] == c["id"]
    }


def _compass(folder: Path) -> dict[str, list[str]]:
    """The name of each use case in Compass, with the experience class that its extractor gives."""
    classes = {
        r["use_case"]: r["class_extractor"]
        for r in read_rows(folder / "compat" / "compass_use_cases.csv", _COMPASS_CLASSES)
    }
    rows = read_rows(folder / "compass_use_cases.csv", ("use_case", "compass"))
    return {r["use_case"]: [r["compass"], classes[r["compass"]]] for r in rows}

"""What the catalogue of InferenceAtlas means by its units, billing modes and the words in its keys: three tables.

The catalogue has 38 spellings of units (`1m_tokens` and `1M_tokens`, `minute` of audio or of a machine) and 26 billing
modes; direction, modality, cache, context band, tier and plan stand only inside `sku_key`, such as
`gcp_gemini25flash_audio_in` or `el_tts_flash_starter`. data/registry/inference_atlas_units.csv, `…_modes.csv` and
`…_words.csv` say what each of them is; a spelling that a table lacks is an error of the row, never a guess.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from generator.places import checkout
from generator.tables import read_rows

UNIT_COLUMNS = ("spelling", "workload", "unit", "per", "why_not")
MODE_COLUMNS = ("spelling", "units", "direction")
WORD_COLUMNS = ("provider", "pattern", "dimension", "value", "reason")
DIMENSIONS = frozenset(
    {"direction", "cache", "above_tokens", "variant", "unit", "modality", "tier", "workload", "left_out"}
)
ANY = "*"


@dataclass(frozen=True, slots=True)
class UnitMeaning:
    """One spelling of a unit: `per` base units of `unit` cost the price, or why it has none."""

    unit: str
    per: int
    why_not: str


@dataclass(frozen=True, slots=True)
class ModeMeaning:
    """One billing mode: the units (or unit spellings) it goes with, and the direction it states."""

    units: frozenset[str]
    direction: str


@dataclass(frozen=True, slots=True)
class _Word:
    provider: str
    pattern: re.Pattern[str]
    dimension: str
    value: str


@dataclass(slots=True)
class KeyWords:
    """What the words of one key say, by dimension; empty where they do not say it."""

    said: dict[str, list[str]] = field(default_factory=dict)

    def one(self, dimension: str) -> str:
        """The value of a dimension that has one value."""
        return next(iter(self.said.get(dimension, ())), "")

    def all(self, dimension: str) -> list[str]:
        """All values of a dimension, in the order of the table."""
        return self.said.get(dimension, [])


@cache
def unit_meanings() -> Mapping[tuple[str, str], UnitMeaning]:
    """The meaning of a unit by spelling and workload; workload is empty where it does not matter."""
    rows = read_rows(checkout().registry / "inference_atlas_units.csv", UNIT_COLUMNS)
    return {(r["spelling"], r["workload"]): UnitMeaning(r["unit"], int(r["per"] or 0), r["why_not"]) for r in rows}


def unit_meaning(spelling: str, workload: str) -> UnitMeaning | None:
    """What a unit means in a row of `workload`; None for a spelling that the table lacks."""
    meanings = unit_meanings()
    return meanings.get((spelling, workload)) or meanings.get((spelling, ""))


@cache
def mode_meanings() -> Mapping[str, ModeMeaning]:
    """The meaning of a billing mode by spelling."""
    rows = read_rows(checkout().registry / "inference_atlas_modes.csv", MODE_COLUMNS)
    return {r["spelling"]: ModeMeaning(frozenset(r["units"].split("|")), r["direction"]) for r in rows}


@cache
def _words() -> tuple[_Word, ...]:
    rows = read_rows(checkout().registry / "inference_atlas_words.csv", WORD_COLUMNS)
    unknown = sorted({r["dimension"] for r in rows} - DIMENSIONS)
    if unknown:
        raise ValueError(f"inference_atlas_words.csv: {unknown[0]!r} is not a dimension")
    return tuple(_Word(r["provider"], re.compile(r["pattern"]), r["dimension"], r["value"]) for r in rows)


def key_words(provider: str, key: str) -> KeyWords:
    """What the words in `key` say. `{}` in a value stands for the word that was found."""
    found = KeyWords()
    for word in _words():
        match = word.pattern.search(key) if word.provider in ("", provider) else None
        if match:
            value = word.value.replace("{}", match[1]) if "{}" in word.value else word.value
            found.said.setdefault(word.dimension, []).extend(value.split("|"))
    return found

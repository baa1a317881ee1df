"""The names that a question may use: use cases, classes, patterns, lengths, presets, models, GPUs, providers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from generator.precompute.hosting import hosting_facts
from generator.registry import Profile, Registry, SloClass, UseCase
from generator.sync.state import State
from generator.tables import read_rows
from generator.traffic_tables import load_lengths, load_patterns, load_peak_presets
from wasm_tools.performance.lengths import Lengths
from wasm_tools.workload.patterns import ArrivalPattern
from wasm_tools.workload.traffic import InputError

_PRESET_COLUMNS = (
    "preset", "use_case", "prompt_tokens", "output_tokens", "ttft_ms", "itl_ms", "e2e_ms", "percentile",
)  # fmt: skip
_CLASS_COLUMNS = (
    "use_case", "ttft_min_ms", "ttft_max_ms", "itl_min_ms", "itl_max_ms", "e2e_min_ms", "e2e_max_ms", "distribution",
    "active_fraction", "requests_per_user_minute", "burst", "peak_factor", "class_docs", "class_template",
    "class_extractor",
)  # fmt: skip
CLASS_PRESET = "compass-class"
SUGGESTED = 3


@dataclass(frozen=True, slots=True)
class TargetPreset:
    """Lengths in tokens and bounds in ms that an earlier system had for a use case; None where it states none."""

    prompt_tokens: int | None
    output_tokens: int | None
    ttft_ms: float
    itl_ms: float
    e2e_ms: float | None
    percentile: int


@dataclass(frozen=True, slots=True)
class Names:
    """Everything that a flag may name. `targets` are by preset and use case, `peaks` by preset and what it goes by."""

    registry: Registry
    use_cases: Mapping[str, UseCase]
    profiles: Mapping[str, Profile]
    classes: Mapping[str, SloClass]
    patterns: Mapping[str, ArrivalPattern]
    lengths: Mapping[str, Lengths]
    targets: Mapping[tuple[str, str], TargetPreset]
    peaks: Mapping[str, Mapping[str, float]]
    providers: Collection[str]
    regions: Collection[str]
    places: Collection[str]


def load_names(registry: Registry, state: State, folder: Path) -> Names:
    """The names of a registry folder and of the state; raises TableError or RegistryError."""
    classes = {c.id: c for c in registry.slo_classes}
    sellers = {g.provider for g in state.gpu_offers} | {o.provider for o in state.offers}
    return Names(
        registry=registry,
        use_cases={c.id: c for c in registry.use_cases},
        profiles={p.id: p for p in registry.profiles},
        classes=classes,
        patterns={p.id: p for p in load_patterns(folder / "arrival_patterns.toml")},
        lengths=load_lengths(folder / "length_distributions.csv"),
        targets=_targets(folder, classes),
        peaks={p.id: p.factors for p in load_peak_presets(folder / "arrival_patterns.toml").values()},
        providers=sellers | set(registry.provider),
        regions={o.region for o in state.offers} | {g.region for g in state.gpu_offers},
        places=hosting_facts(folder).electricity.keys(),
    )


def _targets(folder: Path, classes: Mapping[str, SloClass]) -> dict[tuple[str, str], TargetPreset]:
    theirs = {r["compass"]: r["use_case"] for r in read_rows(folder / "compass_use_cases.csv", ("use_case", "compass"))}
    first = read_rows(folder / "compass_templates.csv", ("template", "use_case", "reason"))
    theirs |= {r["template"]: r["use_case"] for r in first}
    found = {}
    for r in read_rows(folder / "compat" / "compass_presets.csv", _PRESET_COLUMNS):
        if r["use_case"] in theirs:
            found[r["preset"], theirs[r["use_case"]]] = TargetPreset(
                int(r["prompt_tokens"]), int(r["output_tokens"]), float(r["ttft_ms"]), float(r["itl_ms"]),
                float(r["e2e_ms"]), int(r["percentile"]),
            )  # fmt: skip
    for r in read_rows(folder / "compat" / "compass_use_cases.csv", _CLASS_COLUMNS):
        c = classes[r["class_docs"]]
        found[CLASS_PRESET, theirs[r["use_case"]]] = TargetPreset(None, None, c.ttft_ms, c.itl_ms, None, c.percentile)
    return found


def known_name(flag: str, name: str, known: Collection[str]) -> str:
    """The name, if it is one of the few that are known; else InputError names the flag and all of them."""
    if name not in known:
        raise InputError(flag, f"{name!r} is not one of {', '.join(known)}")
    return name


def checked_name(flag: str, name: str, known: Collection[str]) -> str:
    """The name, if it is one of the many that are known; else InputError names the flag and the nearest ones.

    Nearest are the shortest that begin with what was typed, then those that are spelled alike.
    """
    if name in known:
        return name
    typed = name.lower()
    begin = sorted((k for k in known if k.lower().startswith(typed)), key=lambda k: (len(k), k)) if typed else []
    near = list(dict.fromkeys([*begin, *get_close_matches(typed, sorted(known), SUGGESTED, 0.6)]))[:SUGGESTED]
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise InputError(flag, f"{name!r} is not known{hint}")

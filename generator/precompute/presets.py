"""Standard values that a question may start from, out of the registry."""

from pathlib import Path

from generator.registry import Registry
from generator.traffic_tables import load_lengths, load_patterns
from wasm_tools.planner.presets import Case, Load, Presets, Profile, SloClass


def question_presets(registry: Registry, folder: Path) -> Presets:
    """The presets of a registry, whose folder is given too; raises TableError."""
    return Presets(
        use_cases={
            c.id: Case(
                c.id, c.profile, c.slo_class, c.minimum_class, c.users, c.active_fraction,
                c.requests_per_active_user_per_minute, c.peak_factor,
            )
            for c in registry.use_cases
        },
        profiles={p.id: Profile(p.id, p.prompt_tokens, p.output_tokens) for p in registry.profiles},
        slo_classes={
            s.id: SloClass(s.id, s.ttft_ms, s.itl_ms, s.e2e_factor, s.percentile) for s in registry.slo_classes
        },
        loads={load.id: Load(load.id, number(load.requests_per_second), load.peak_factor) for load in registry.loads},
        patterns={p.id: p for p in load_patterns(folder / "arrival_patterns.toml")},
        lengths=load_lengths(folder / "length_distributions.csv"),
    )  # fmt: skip


def number(text: str) -> float:
    """A rate from its registry text; whole numbers stay whole so that both sides print them alike."""
    value = float(text)
    return int(value) if value.is_integer() else value

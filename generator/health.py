"""How old and how complete each source is, computed against the date of the run."""

from datetime import date
from typing import Any

from generator.registry import Registry
from generator.sync.state import State

LATE_AFTER = 2.0  # times the source's own cadence


def source_health(registry: Registry, state: State, as_of: str) -> list[dict[str, Any]]:
    """A record a source: fresh, late (older than twice its cadence) or never read."""
    rows = []
    for source in registry.sources:
        snapshot = state.snapshots.get(source.id)
        age = (date.fromisoformat(as_of) - date.fromisoformat(snapshot.observed_at)).days if snapshot else None
        late = age is not None and age > LATE_AFTER * source.cadence_days
        rows.append(
            {
                "source": source.id,
                "state": "never read" if age is None else "late" if late else "fresh",
                "observed_at": snapshot.observed_at if snapshot else "",
                "age_days": age,
                "cadence_days": source.cadence_days,
                "statements": snapshot.statements if snapshot else 0,
                "rejected": sum(snapshot.rejected.values()) if snapshot else 0,
                "transport": snapshot.transport if snapshot else "",
                "version": snapshot.version if snapshot else "",
            }
        )
    return rows

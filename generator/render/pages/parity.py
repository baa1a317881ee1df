"""The parity page: every feature of the three earlier systems and where it stands in this one."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from generator.places import checkout
from generator.render.page import Page, SiteData

SYSTEMS = {"inference_atlas": "InferenceAtlas", "compass": "Compass", "llmlab": "LLM Lab"}


def pages(_: SiteData) -> Iterator[Page]:
    """The overview and a page a system."""
    rows = parity_rows(checkout().registry / "parity.csv")
    states = sorted({r["state"] for r in rows})
    by_system = Counter((r["system"], r["state"]) for r in rows)
    yield Page(
        path="parity/",
        title="Feature parity",
        description="Every feature of the three earlier systems that the atlas takes over, and where it stands.",
        template="parity.html",
        context={
            "states": states,
            "systems": [
                {
                    "name": title,
                    "href": f"parity/{system.replace('_', '-')}/",
                    "counts": [by_system[system, s] for s in states],
                    "total": sum(by_system[system, s] for s in states),
                }
                for system, title in SYSTEMS.items()
            ],
            "totals": [sum(by_system[system, s] for system in SYSTEMS) for s in states],
            "total": len(rows),
        },
    )
    for system, title in SYSTEMS.items():
        own = [r for r in rows if r["system"] == system]
        yield Page(
            path=f"parity/{system.replace('_', '-')}/",
            title=f"Feature parity with {title}",
            description=f"{len(own)} features of {title} and where each stands in the atlas.",
            template="parity_system.html",
            context={"rows": own},
        )


def parity_rows(path: Path) -> list[dict[str, str]]:
    """The rows of the parity table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

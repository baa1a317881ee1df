"""The table of faults that a full run writes for the readers of the documentation."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

HEAD = """# Faults

What becomes of one faulty source in a sync whose other sources are well. `make test-full` plays {count} combinations
of a fault and a source ({sources} sources; those called *stored* with payloads of full size) against a server on
loopback and writes this page.

In every one of them the run ended, a price of another source that changed that night was published, every value that
the faulty source had stated before stood, no published price moved tenfold, and the exit code was 3 where the source
kept its last good prices. {kept} combinations ended so; in the others the payload was read, and what is wrong in it
was left out or held back.

| fault | sources | kept their last good prices | read | in the words of the run |
|---|---:|---:|---:|---|
"""
LONGEST = 170


def write_table(page: Path, rows: Mapping[tuple[str, str], tuple[str, str]]) -> None:
    """One row a fault: how many sources met it, what became of them, and one message."""
    kept = sum(state == "kept" for state, _ in rows.values())
    sources = len({source.removesuffix(" (stored)") for _, source in rows})
    lines = [HEAD.format(count=len(rows), sources=sources, kept=kept)]
    for fault, of in groupby(sorted(rows.items()), key=lambda item: item[0][0]):
        results = [(source, *became) for (_, source), became in of]
        left = [r for r in results if r[1] == "kept"]
        source, _, words = (left or results)[0]
        text = words if source in words else f"{source}: {words}"
        lines.append(f"| {fault} | {len(results)} | {len(left)} | {len(results) - len(left)} | {_cell(text)} |\n")
    page.write_text("".join(lines), encoding="utf-8")


def _cell(text: str) -> str:
    text = text.replace("|", "/").replace("<", "‹").replace(">", "›")
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + " …"

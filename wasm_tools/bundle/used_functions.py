"""The runtime without the functions that the engine does not use: a third of its code is left.

The runtime brings a database, compressors, character sets and tests of Python itself, which every first visit would
load, unpack and check. `used_functions.json` records which functions ran while the engine's tests and its start were
run (`make functions`); what these call by number is kept as well, so that ways through them that no test took are
there. Only what is reached through a pointer and never ran is missing, and ends that Python at once: no function gives
another answer. The page then starts the whole runtime and asks again (`web/engine.mjs`).
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.webassembly import (
    CODE,
    END,
    IMPORT,
    UNREACHABLE,
    Reader,
    calls_in,
    imported,
    joined,
    listed,
    sections_of,
    sized,
    vector,
)

RECORD = Path(__file__).parent / "used_functions.json"
MISSING = b"\0" + bytes([UNREACHABLE, END])  # no locals
LINE = 15  # ranges a line of the record


def without_unused(wasm: bytes, ran: Iterable[int]) -> bytes:
    """The module with the functions that ran and all that they call by number; the others end in a trap.

    No function changes its number, so memory of the whole module belongs to this one as well.
    """
    sections = sections_of(wasm)
    content = dict(sections)
    first = imported(content[IMPORT])
    bodies = listed(content[CODE], Reader.bytes)
    kept: set[int] = set()
    waiting = [number - first for number in ran]
    while waiting:
        place = waiting.pop()
        if place >= 0 and place not in kept:
            kept.add(place)
            waiting += [number - first for number in calls_in(bodies[place])]
    code = [sized(body if place in kept else MISSING) for place, body in enumerate(bodies)]
    return joined(sections, {CODE: vector(code)})


def recorded(wasm: bytes) -> list[int]:
    """The numbers of the functions that ran. Raises BundleError when the record is of another runtime."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    if record["runtime_sha256"] != hashlib.sha256(wasm).hexdigest():
        raise BundleError(
            f"{RECORD.name} was recorded with another runtime than the one installed: run `make functions`."
        )
    numbers: list[int] = []
    for part in " ".join(record["functions"]).split():
        start, _, end = part.partition("-")
        numbers += range(int(start), int(end or start) + 1)
    return numbers


def write_record(wasm: bytes, ran: Iterable[int]) -> None:
    """Record which functions of this runtime ran, as ranges."""
    ranges: list[list[int]] = []
    for number in sorted(set(ran)):
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [f"{start}-{end}" if end > start else f"{start}" for start, end in ranges]
    lines = [" ".join(texts[at : at + LINE]) for at in range(0, len(texts), LINE)]
    record = {"runtime_sha256": hashlib.sha256(wasm).hexdigest(), "functions": lines}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

"""Builds the small site, its state, packs and a bundle into a folder, as on another machine; a program for a test.

`python -m tests.generator.built_elsewhere FOLDER [SEED]`. With a seed folders are listed in another order, and the
records of the state come in another one.
"""

import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.nightly import silent
from generator.places import checkout
from generator.precompute.invoice_pack import invoice_pack
from generator.precompute.manifest_book import manifest_pack_text
from generator.precompute.observe import observe_pack
from generator.precompute.run import pack_text, write_precomputed
from generator.publish import seal
from generator.registry import load_registry
from generator.render.run import rendered
from generator.sync.state import load_state, save_state
from tests.browser.tiny_engine import PACK, tiny_engine
from tests.generator.history_site import events
from tests.generator.small_site import AS_OF, site_of, state
from tests.generator.tool_site import tool_site
from wasm_tools.bundle.assemble import assemble

LISTS = ("offers", "gpu_offers", "events", "points")


class Shuffled:
    """What `os.scandir` gives, in another order."""

    def __init__(self, entries: Any, chance: random.Random) -> None:
        self.entries = sorted(entries, key=lambda e: e.name)
        chance.shuffle(self.entries)

    def __enter__(self) -> Iterator[Any]:
        return iter(self.entries)

    def __exit__(self, *_: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(self.entries)


def list_in_another_order(chance: random.Random) -> None:
    """Every listing of a folder in this process comes in an order of its own."""
    listdir, scandir = os.listdir, os.scandir

    def other(*where: Any) -> list[Any]:
        names = sorted(listdir(*where))
        chance.shuffle(names)
        return names

    os.listdir = other  # type: ignore[assignment]
    os.scandir = lambda *where: Shuffled(scandir(*where), chance)  # type: ignore[assignment,misc]


def built(out: Path, seed: int) -> None:
    """Everything that a nightly run writes, of the small site, and the bundle of a tiny engine."""
    chance = random.Random(seed)
    given = state()
    given.events = events()
    if seed:
        list_in_another_order(chance)
        for name in LISTS:
            chance.shuffle(getattr(given, name))
        given.snapshots = dict(chance.sample(sorted(given.snapshots.items()), len(given.snapshots)))
    save_state(given, out / "state")
    data = site_of(load_state(out / "state"))
    write_precomputed(data.results, out / "precompute")
    folder, reg = checkout().registry, load_registry(checkout().registry)
    packs = {
        "planner": pack_text(data.results.catalogue),
        "manifests": manifest_pack_text(reg, folder),
        "invoice": json.dumps(invoice_pack(reg, data.state, AS_OF)),
        "observe": json.dumps(observe_pack(folder)),
    }
    (out / "packs").mkdir()
    for name, text in packs.items():
        (out / "packs" / f"{name}.json").write_text(text, encoding="utf-8")
    node = shutil.which("node")
    if node is not None and checkout().runtime.is_dir():
        assemble(tiny_engine(out / "engine"), checkout().runtime, out / "bundle", {"core": PACK}, node, out / "cache")
    bundle = tool_site().bundle
    engine = out / "site" / "assets" / "engine"
    for entry in bundle["files"].values():  # the addresses that pages name; what lies there is the matter of the bundle
        if "file" in entry:
            (engine / entry["file"]).parent.mkdir(parents=True, exist_ok=True)
            (engine / entry["file"]).touch()
    data = replace(data, bundle=bundle)
    kept = shutil.copytree(engine, out / "kept")
    rendered(data, out / "site", checkout().root, silent, out / "pages.sqlite")
    shutil.copytree(kept, engine)
    seal.broken_links = lambda *_: iter(())  # prose names models that the small site does not have
    seal.sealed(out / "site", {"as_of": AS_OF})


if __name__ == "__main__":
    built(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)

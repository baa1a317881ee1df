"""The calibration that is shipped: all sources together, other GPUs by ratio, bands from inside."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator.calibrate.bands import World, bands_of
from generator.calibrate.calibrate import BANDS, calibrated
from generator.calibrate.fit import table
from generator.calibrate.other_gpus import with_other_gpus
from generator.calibrate.points import Measured
from wasm_tools.performance.added_measurements import AddedPoint, with_added
from wasm_tools.performance.calibration import ANY_GPU, Calibration, calibration_pack, read_calibration
from wasm_tools.performance.prediction import book
from wasm_tools.performance.siblings import COMMUNITY

SCHEMA = 1


def shipped(
    silicon: Sequence[Measured], other: Sequence[Measured], world: World, community: Sequence[AddedPoint] = ()
) -> Calibration:
    """The calibration of the state's points and of those of the second source that measured something else.

    Where both sources have a configuration, the state counts: its run is the newer one. Points of the `community` join
    as a class of their own: they change neither a fitted constant nor the weight of a published point.
    """
    known = {p.curve for p in silicon}
    points = [*silicon, *(p for p in other if p.curve not in known)]
    of = table(points, world.shapes, world.gpus)
    found, fitted = calibrated(of, world.gpus, world.settings)
    bands = bands_of(of, BANDS, world, fitted)
    count = Counter(p.configuration.gpu for p in points)
    words = {g: f"physics calibrated on {n:,} measured points of this GPU" for g, n in sorted(count.items())}
    words[ANY_GPU] = f"physics calibrated on {len(points):,} measured points of {len(count)} other GPUs"
    ready = replace(found, bands=bands, basis=words)
    published = with_other_gpus(ready, world.benchmarks, world.shapes, world.gpus, world.settings)
    if not community:
        return published
    of_all = book(published, world.shapes, world.gpus)
    return with_added(of_all, community, COMMUNITY, world.settings.community_noise).calibration


def calibration_text(of: Calibration) -> str:
    """The file of a calibration: JSON with one line for each constant's block and each measured group."""
    pack = {"schema": SCHEMA, **calibration_pack(of)}
    lines = [f"{json.dumps(key)}: {_block(value)}" for key, value in pack.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def load_calibration(path: Path) -> Calibration:
    """The calibration of a file; raises ValueError for another schema."""
    pack: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if pack.get("schema") != SCHEMA:
        raise ValueError(f"{path}: schema {pack.get('schema')}, expected {SCHEMA}; run `atlas calibrate`")
    return read_calibration(pack)


def _block(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in value) + "\n]"
    return json.dumps(value, ensure_ascii=False)

"""The precompute stage: plans for every cell of the grid and every use case, and the engine's data pack."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.precompute.catalogue import planner_catalogue
from generator.precompute.executors import Executor, Part, Processes
from generator.precompute.grid import CasePlan, Cell, case_plans, profile_cells
from generator.registry import Registry
from generator.sync.state import State
from wasm_tools.planner import Catalogue, ranking_record
from wasm_tools.planner.pack import catalogue_pack


@dataclass(frozen=True, slots=True)
class Precomputed:
    """The results of the stage, as values for the next one."""

    catalogue: Catalogue
    cells: tuple[Cell, ...]
    cases: tuple[CasePlan, ...]


def precomputed(
    registry: Registry,
    state: State,
    registry_dir: Path,
    as_of: str,
    step: Callable[[str], None],
    executor: Executor | None = None,
) -> Precomputed:
    """All rankings of the standard grid and the use cases, by default on all processors of this machine."""
    catalogue = planner_catalogue(registry, state, registry_dir, as_of)
    step("catalogue")
    profiles = range(len(registry.profiles))
    parts: list[Part[Any]] = [*(partial(profile_cells, n) for n in profiles), case_plans]
    found: dict[int, Any] = {}
    for n, result in (executor or Processes()).each(parts, registry, catalogue):
        found[n] = result
        for part in result if n in profiles else ():
            step(part.path)
    return Precomputed(catalogue, tuple(cell for n in profiles for cell in found[n]), found[len(profiles)])


def cell_record(cell: Cell) -> dict[str, Any]:
    """The JSON record of a grid cell, as it is published."""
    any_workload = next(iter(cell.workloads.values()))
    return {
        "profile": cell.profile.id,
        "slo_class": cell.slo_class.id,
        "load": cell.load.id,
        "workload": {k: v for k, v in asdict(any_workload).items() if k != "minimum_class"},
        "slo": asdict(cell.slo),
        "classes": {name: ranking_record(ranking) for name, ranking in cell.rankings.items()},
    }


def case_record(plan: CasePlan) -> dict[str, Any]:
    """The JSON record of a use case, as it is published."""
    return {
        "use_case": plan.case.id,
        "profile": plan.profile.id,
        "slo_class": plan.slo_class.id,
        "users": plan.case.users,
        "workload": asdict(plan.workload),
        "slo": asdict(plan.slo),
        **ranking_record(plan.ranking),
    }


def pack_text(catalogue: Catalogue) -> str:
    """The data pack as compact JSON text."""
    return json.dumps(catalogue_pack(catalogue), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def write_precomputed(results: Precomputed, out: Path) -> int:
    """Write pack, cells and use cases under `out`, replacing what was there. Returns the number of files."""
    shutil.rmtree(out, ignore_errors=True)
    files = {"pack.json": pack_text(results.catalogue)}
    files |= {f"plans/{c.path}.json": _json(cell_record(c)) for c in results.cells}
    files |= {f"use-cases/{c.case.id}.json": _json(case_record(c)) for c in results.cases}
    for name, text in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(files)


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"

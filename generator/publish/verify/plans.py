"""A random sample of published plans, computed again from the published data: the planner's pack and the question."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.publish.offline import ENGINE
from generator.publish.verify.check import Check
from generator.render.api_file import API
from wasm_tools.bundle.failure import BundleError
from wasm_tools.bundle.manifest import read_manifest
from wasm_tools.planner import Catalogue, Question, Wishes, ranked_plans, ranking_record, read_catalogue
from wasm_tools.planner.pack import PackError
from wasm_tools.workload.traffic import InputError, Slo, Workload

TITLE = "plans computed again"
FOLDERS = ("plans", "use-cases")
FIGURES = 3  # differing fields that a sentence shows, the money first
FIRST = ("usd_per_month", "replicas", "slo")


class RecordError(ValueError):
    """A published file of plans that asks no question; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Published:
    """One published ranking: where it stands, the question that it answers, and what it says."""

    where: str
    question: Question
    ranking: Mapping[str, Any]


def plan_check(site: Path, sample: int, seed: int) -> Check:
    """Compute `sample` random plans of the site again; all of them when it has fewer. The same seed chooses the same.

    A plan must come back in every figure that the engine gives, not in its price alone.
    """
    try:
        catalogue = published_catalogue(site)
    except (OSError, EOFError, ValueError, KeyError, TypeError, BundleError) as error:
        return Check(TITLE, "plans", 0, (f"the planner's data of the site cannot be read: {error}",))
    rankings: list[Published] = []
    faults: list[str] = []
    for path in sorted(p for name in FOLDERS for p in (site / API / name).rglob("*.json")):
        name = path.relative_to(site).as_posix()
        try:
            rankings += published_rankings(name, json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(f"{name} cannot be read as plans: {error}")
    places = [(i, j) for i, r in enumerate(rankings) for j in range(len(r.ranking["plans"]))]
    chosen = random.Random(seed).sample(places, min(sample, len(places)))
    by_ranking: dict[int, list[int]] = defaultdict(list)
    for i, j in sorted(chosen):
        by_ranking[i].append(j)
    for i, plans in by_ranking.items():
        faults += differences(rankings[i], plans, catalogue)
    return Check(TITLE, "plans", len(chosen), tuple(faults))


def published_catalogue(site: Path) -> Catalogue:
    """The catalogue that the site's planner reads in the browser."""
    folder = site / ENGINE
    entry = read_manifest(folder).files.get("planner.json")
    if entry is None:
        raise PackError("the bundle has no pack of the planner")
    return read_catalogue(json.loads(gzip.decompress((folder / entry.file).read_bytes())))


def published_rankings(name: str, record: Mapping[str, Any]) -> Iterator[Published]:
    """The rankings of a cell of the grid, one a capability class, or the one of a use case."""
    slo = Slo(**record["slo"])
    if record["workload"].get("lengths") is not None:
        raise RecordError("it asks for a distribution of lengths, which files of plans do not hold")
    if "classes" not in record:
        question = Question(Workload(**record["workload"]), slo, Wishes(use_case=record["use_case"]))
        yield Published(name, question, record)
        return
    for minimum, ranking in record["classes"].items():
        question = Question(Workload(**record["workload"], minimum_class=minimum), slo)
        yield Published(f"{name}, class {minimum}", question, ranking)


def differences(published: Published, places: list[int], catalogue: Catalogue) -> Iterator[str]:
    """A sentence for each of the plans at `places` of a ranking that the engine does not give as it is published."""
    try:
        found = json.loads(json.dumps(ranking_record(ranked_plans(published.question, catalogue))))
    except InputError as error:
        yield f"{published.where}: the question is refused: {error}"
        return
    computed = {plan["id"]: plan for plan in found["plans"]}
    for place in places:
        said = published.ranking["plans"][place]
        again = computed.get(said.get("id"))
        if again is None:
            yield f"{published.where}: {said.get('id')} is published and not among the plans computed again"
            continue
        names = sorted((f for f in again if again[f] != said.get(f)), key=lambda f: (f not in FIRST, f))
        if names:
            words = ", ".join(f"{f} is {said.get(f)!r}, computed again {again[f]!r}" for f in names[:FIGURES])
            rest = f" and {len(names) - FIGURES} more fields" if len(names) > FIGURES else ""
            yield f"{published.where}: {said['id']}: {words}{rest}"
    for key in ("recommended", "possible"):
        if found[key] != published.ranking.get(key):
            yield f"{published.where}: {key} is {published.ranking.get(key)!r}, computed again {found[key]!r}"

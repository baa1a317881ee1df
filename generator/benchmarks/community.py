"""Contributed measurements: what one has to be, and the folder of those that were taken.

A contribution is an outcome file. Each outcome becomes a file of its own, named after its content, so that the same run
cannot count twice and a change by hand shows.
"""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from generator.failure import Failure
from generator.plan_names import checked_name
from generator.registry import Registry
from generator.whole_file import write_whole
from wasm_tools.observe import guidellm, prometheus, vllm_bench
from wasm_tools.outcomes.points import claim_of
from wasm_tools.outcomes.reading import is_simulated, outcome_text, read_outcomes
from wasm_tools.performance.plausibility import Refusal, implausible
from wasm_tools.workload.traffic import InputError

TOOLS = (guidellm.TOOL, vllm_bench.TOOL, prometheus.TEXT, prometheus.RANGE)
NOT_THE_RUN = (
    "measured_by",
    "licence",
    "source_url",
    "written_by",
    "note",
    "prediction",
)  # the same run with or without
DIGITS = 12  # of the digest in a name


class CommunityError(Failure):
    """A file of the community's folder that is not what `atlas benchmarks add` wrote."""


@dataclass(frozen=True, slots=True)
class Rules:
    """data/registry/community.toml."""

    least_requests: int
    most_error_share: float
    earliest: str
    licences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """An outcome in its normal form, with its id and what speaks against taking it."""

    id: str
    outcome: Mapping[str, Any]
    refusals: tuple[Refusal, ...]


def load_rules(path: Path) -> Rules:
    """The rules of a registry file; raises KeyError for one that is missing."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Rules(raw["least_requests"], raw["most_error_share"], raw["earliest"], tuple(raw["licences"]))


def contributions(
    text: str, registry: Registry, rules: Rules, taken: Collection[str], today: str
) -> list[Contribution]:
    """The outcomes of a file, each judged; `taken` are ids in the folder. Raises InputError for another file."""
    found: list[Contribution] = []
    for outcome in read_outcomes(text):
        named = with_ids(outcome, registry)
        name = outcome_id(named)
        known = {*taken, *(c.id for c in found)}
        found.append(Contribution(name, named, tuple(refusals(named, name, registry, rules, known, today))))
    return found


def with_ids(outcome: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The outcome with the ids of the registry where it has another spelling; unknown names stay."""
    model, gpu = outcome["model"], outcome["gpu"]
    if model not in registry.cards:
        model = registry.model_of("", model) or model
    if gpu not in registry.gpu_cards:
        gpu = registry.gpu_of(gpu) or gpu
    return {**outcome, "model": model, "gpu": gpu}


def outcome_id(outcome: Mapping[str, Any]) -> str:
    """The name of a run, from what was run and what came out."""
    run = {name: value for name, value in outcome.items() if name not in NOT_THE_RUN}
    text = json.dumps(run, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{_plain(outcome['model'])}-{_plain(outcome['gpu'])}-{sha256(text.encode()).hexdigest()[:DIGITS]}"


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in ".-" else "-" for letter in name.lower())[:60]


def refusals(
    outcome: Mapping[str, Any], name: str, registry: Registry, rules: Rules, taken: Collection[str], today: str
) -> Iterator[Refusal]:
    """Everything that keeps an outcome out, each with its field and what would help."""
    if is_simulated(outcome):
        yield Refusal("tier", "a simulator answered: this is no measurement", "run it against GPUs")
    yield from _unknown(outcome, registry)
    yield from _served(outcome, registry)
    yield from _provenance(outcome, rules)
    if not rules.earliest <= outcome["measured_on"] <= today:
        said = "lies in the future" if outcome["measured_on"] > today else f"is before {rules.earliest}"
        yield Refusal("measured_on", f"{outcome['measured_on']} {said}", "give the day of the run")
    if outcome["requests"] < rules.least_requests:
        yield Refusal(
            "requests", f"{outcome['requests']:,} are too few for percentiles",
            f"run at least {rules.least_requests} requests",
        )  # fmt: skip
    failed = outcome["errors"] or 0
    if failed > rules.most_error_share * (failed + outcome["requests"]):
        yield Refusal("errors", f"{failed:,} requests failed: times are of the others only", "find out why, run again")
    of_replica = outcome["tensor_parallel"] * outcome["pipeline_parallel"]
    if outcome["gpus"] != of_replica * outcome["replicas"]:
        yield Refusal(
            "gpus", f"{outcome['gpus']} are not {outcome['replicas']} replicas of {of_replica}",
            "GPUs = replicas · tensor_parallel · pipeline_parallel",
        )  # fmt: skip
    if not any(of["mean"] for of in outcome["times_ms"].values()):
        yield Refusal("times_ms", "no metric has a mean", "give the whole report of the tool")
    model, gpu = registry.cards.get(outcome["model"]), registry.gpu_cards.get(outcome["gpu"])
    yield from implausible(claim_of(outcome, model, gpu))
    if name in taken:
        yield Refusal("outcome", f"this run is here already as {name}", "add only new runs")


def _unknown(outcome: Mapping[str, Any], registry: Registry) -> Iterator[Refusal]:
    for field, known in (("model", registry.cards), ("gpu", registry.gpu_cards)):
        try:
            checked_name(field, outcome[field], known)
        except InputError as error:
            yield Refusal(field, error.message, "register it first, see CONTRIBUTING.md")


def _served(outcome: Mapping[str, Any], registry: Registry) -> Iterator[Refusal]:
    """A name that says nothing is fine; one of another model is not."""
    served = registry.model_of("", outcome["served_model"]) if outcome["served_model"] else ""
    if served and served != outcome["model"]:
        yield Refusal(
            "served_model", f"the load test asked for {served}, the outcome is of {outcome['model']}",
            "give the model that ran",
        )  # fmt: skip


def _provenance(outcome: Mapping[str, Any], rules: Rules) -> Iterator[Refusal]:
    if outcome["licence"] not in rules.licences:
        yield Refusal(
            "licence", f"{outcome['licence']!r} is not one under which figures can be passed on",
            f"give one of {', '.join(rules.licences)}",
        )  # fmt: skip
    if outcome["tool"] not in TOOLS:
        yield Refusal("tool", f"{outcome['tool']!r} is no tool that can be read", f"use one of {', '.join(TOOLS)}")
    if not outcome["tool_version"]:
        yield Refusal("tool_version", "is missing", "give --tool-version to atlas observe")
    if outcome["source_url"] and not outcome["source_url"].startswith("https://"):
        yield Refusal("source_url", "is no address with https", "give a page that others can open, or none")


def load_community(folder: Path) -> dict[str, dict[str, Any]]:
    """The outcomes of the folder by id, sorted; raises CommunityError for a file that was changed by hand."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            outcomes = read_outcomes(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, InputError) as error:
            raise CommunityError(f"{path}: {error}") from None
        if len(outcomes) != 1 or outcome_id(outcomes[0]) != path.stem:
            raise CommunityError(f"{path}: the content is not that of its name; take it out and add the run again")
        found[path.stem] = outcomes[0]
    return found


def write_contributions(folder: Path, given: Sequence[Contribution]) -> list[Path]:
    """Write each contribution as a file of its own, whole or not at all; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for c in given:
        path = folder / f"{c.id}.json"
        write_whole(path, outcome_text([dict(c.outcome)]))
        written.append(path)
    return written

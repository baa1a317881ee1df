"""Outcomes as claims that can be judged, and as measured points that predictions rest on."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.cards import ModelCard
from wasm_tools.outcomes.fields import AT_ONCE, CLOSED, POISSON, TRAFFIC
from wasm_tools.outcomes.reading import is_simulated
from wasm_tools.performance.added_measurements import AddedPoint
from wasm_tools.performance.configuration import ServingConfiguration
from wasm_tools.performance.plausibility import Claim

SATURATED = 0.9  # of the rate that was asked for: below it a queue grew as long as the run
CACHED = 0.02  # of the prompt: above it the time to first token is not that of a whole prompt


def claim_of(outcome: Mapping[str, Any], model: ModelCard | None, gpu: GpuCard | None) -> Claim:
    """The outcome as a row to be judged. Percentiles out of a histogram are not judged: they lie between edges."""
    times = outcome["times_ms"]
    return Claim(
        shape=model.shape if model else None,
        gpu=gpu,
        precision=outcome["precision"],
        replica_gpus=outcome["tensor_parallel"] * outcome["pipeline_parallel"],
        tensor_parallel=outcome["tensor_parallel"],
        replicas=outcome["replicas"],
        context=model.context if model else None,
        prompt=outcome["prompt_tokens"],
        output=outcome["output_tokens"],
        cached_share=outcome["prefix_hits"] or 0.0,
        concurrency=outcome["concurrency"],
        requests_per_s=outcome["requests_per_s"],
        output_tokens_per_s=outcome["output_tokens_per_s"],
        requests=outcome["requests"],
        seconds=outcome["seconds"],
        means={name: of["mean"] for name, of in times.items() if of["mean"] is not None},
        percentiles={
            name: {int(p): v for p, v in of["percentiles"].items()} for name, of in times.items() if not of["between"]
        },
    )


def point_of(outcome: Mapping[str, Any]) -> AddedPoint | str:
    """The outcome as a measured point of one replica, or in words why no prediction can rest on it.

    What a request meets is the mean in flight in a closed loop and at a constant rate, and one more where requests come
    at random: they see the mean of the others (Wolff 1982) and are there themselves.
    """
    if is_simulated(outcome):
        return "a simulator answered"
    if outcome["pipeline_parallel"] != 1:
        return "nothing is calibrated for stages in a row"
    if outcome["arrival"] == AT_ONCE:
        return "all requests came at once, so most of the time to first token is queue"
    if (outcome["prefix_hits"] or 0.0) > CACHED:
        return "a part of the prompts came from the prefix cache"
    asked, got = outcome["asked_requests_per_s"], outcome["requests_per_s"]
    if asked and got and got < SATURATED * asked:
        return "fewer requests were answered than sent, so a queue grew as long as the run"
    means = {name: of["mean"] for name, of in outcome["times_ms"].items() if of["mean"]}
    first, tpot = means.get("ttft"), means.get("tpot") or means.get("itl")
    if not first or not tpot:
        return "a mean time to first token and a mean time per output token are needed"
    if not outcome["prompt_tokens"] >= 1 or not outcome["output_tokens"] >= 1:
        return "prompts and answers of less than a token"
    each = outcome["concurrency"] / outcome["replicas"]
    at_random = outcome["arrival"] in (POISSON, TRAFFIC)
    return AddedPoint(
        ServingConfiguration(
            outcome["model"], outcome["gpu"], outcome["precision"], outcome["engine"], outcome["tensor_parallel"],
            outcome["expert_parallel"],
        ),
        prompt=outcome["prompt_tokens"],
        answer=outcome["output_tokens"],
        concurrency=each + 1.0 if at_random else max(1.0, each),
        first_token_ms=first,
        tpot_ms=tpot,
        burst=min(1.0, outcome["concurrency"] / outcome["requests"]) if outcome["arrival"] == CLOSED else 0.0,
        source=source_words(outcome),
    )  # fmt: skip


def source_words(outcome: Mapping[str, Any]) -> str:
    """Engine, who measured, when and under which licence."""
    engine = f"{outcome['engine']} {outcome['engine_version']}".strip()
    return ", ".join(p for p in (engine, outcome["measured_by"], outcome["measured_on"], outcome["licence"]) if p)

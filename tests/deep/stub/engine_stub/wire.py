"""What front end and engine of vLLM 0.33.0 say to each other: msgpack in ZeroMQ frames.

A decode error in the front end's log means that the format has changed and this file has to follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from engine_stub.queueing import Engine, Request, Token

VERSION = "0.33.0"
ADD, ABORT, UTILITY = b"\x00", b"\x01", b"\x03"  # the first frame of a message to the engine
QUEUED, SCHEDULED = 1, 2  # kinds of events
LENGTH = 1  # a request ends because the tokens that it asked for are out
BLOCK = 16  # tokens of a block of the KV cache
IDENTITY = (0).to_bytes(2, "little")  # of the first engine

pack, unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the engine was started with."""

    max_model_len: int
    max_num_seqs: int
    max_num_batched_tokens: int
    tensor_parallel_size: int
    kv_tokens: int


def status(word: str) -> bytes:
    """A step of the handshake: HELLO or READY."""
    return pack({"status": word, "local": True, "headless": True})


def facts(limits: Limits) -> bytes:
    """What the engine says of itself when it is ready."""
    return pack(
        {
            "max_model_len": limits.max_model_len,
            "num_gpu_blocks": limits.kv_tokens // BLOCK,
            "block_size": BLOCK,
            "dp_stats_address": None,
            "dtype": "bfloat16",
            "vllm_version": VERSION,
            "world_size": limits.tensor_parallel_size,
            "data_parallel_size": 1,
            "tensor_parallel_size": limits.tensor_parallel_size,
            "pipeline_parallel_size": 1,
            "decode_context_parallel_size": 1,
            "data_parallel_rank": 0,
            "max_num_seqs": limits.max_num_seqs,
            "max_num_batched_tokens": limits.max_num_batched_tokens,
            "instance_id": "stub",
            "supports_lora": False,
            "max_loras": 0,
            "kv_cache_size_tokens": limits.kv_tokens,
            "kv_cache_max_concurrency": limits.kv_tokens / limits.max_model_len,
        }
    )


def request(body: bytes, now: float) -> Request:
    """A new request; only its lengths matter here."""
    id_, prompt, _, sampling, *_ = unpack(body)
    return Request(id_, len(prompt), int(sampling.get("max_tokens") or BLOCK), queued_at=now)


def reply(tokens: Sequence[Token], engine: Engine, now: float) -> bytes:
    """The tokens of a step with the engine's statistics."""
    finished = [t.request.id for t in tokens if t.last]
    return _outputs([_output(t) for t in tokens], _statistics(engine), now, finished=finished)


def dropped(ids: Sequence[str], now: float) -> bytes:
    """The word that requests are gone."""
    return _outputs([], None, now, finished=ids)


def answered(body: bytes, now: float) -> bytes:
    """The empty answer to a call of a utility."""
    _, call, *_ = unpack(body)
    return _outputs([], None, now, answer=[call, None, [None, None]])


def _outputs(
    outputs: Sequence[Any],
    statistics: Mapping[str, Any] | None,
    now: float,
    *,
    answer: Sequence[Any] | None = None,
    finished: Sequence[str] = (),
) -> bytes:
    return pack([0, outputs, statistics, now, answer, finished or None])


def _output(token: Token) -> list[Any]:
    r = token.request
    out: list[Any] = [r.id, [token.id], None, None, None, LENGTH if token.last else None, None]
    if token.first:
        events = [{"type": QUEUED, "timestamp": r.queued_at}, {"type": SCHEDULED, "timestamp": r.started_at}]
        prefill = {
            "num_prompt_tokens": r.prompt,
            "num_computed_tokens": r.prompt,
            "num_cached_tokens": 0,
            "num_local_cached_tokens": 0,
            "num_external_cached_tokens": 0,
            "num_cache_creation_tokens": 0,
        }
        out += [events, None, None, None, prefill]
    return out


def _statistics(engine: Engine) -> dict[str, Any]:
    started, engine.started = engine.started, []
    return {
        "num_running_reqs": len(engine.running),
        "num_waiting_reqs": len(engine.waiting),
        "num_skipped_waiting_reqs": 0,
        "num_kv_fetch_reqs_by_stage": {},
        "step_counter": 0,
        "current_wave": 0,
        "kv_cache_usage": engine.kv_share,
        "prefix_cache_stats": {
            "reset": False,
            "requests": len(started),
            "queries": sum(r.prompt for r in started),
            "hits": 0,
            "preempted_requests": 0,
            "preempted_queries": 0,
            "preempted_hits": 0,
            "hits_by_source": {},
        },
        "kv_cache_eviction_events": [],
        "waiting_lora_adapters": {},
        "running_lora_adapters": {},
    }

"""An engine without a GPU, under the name by which the front end of the vLLM wheel starts one.

The front end runs `python -m vllm.entrypoints.cli.main serve …`; with this folder first on the path it finds this file.
The pace comes as JSON in STUB_TIMING (`Timing`). On SIGTERM the engine finishes what it has, as vLLM does within its
drain time, and it ends when its front end is gone.
"""

import argparse
import json
import os
import signal
import sys
import time

import zmq
from engine_stub import wire
from engine_stub.queueing import Engine, Timing

TELL_S = 0.25  # statistics leave this often while nothing else does


def limits(argv: list[str]) -> tuple[str, wire.Limits]:
    """The address of the front end, and the engine's options that the stub heeds; it passes over all others."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--data-parallel-address", required=True)
    parser.add_argument("--data-parallel-rpc-port", required=True)
    parser.add_argument("--max-model-len", type=int, required=True)
    parser.add_argument("--max-num-seqs", type=int, required=True)
    parser.add_argument("--max-num-batched-tokens", type=int, default=8192)
    parser.add_argument("--tensor-parallel-size", type=int, default=1)
    given = parser.parse_known_args(argv)[0]
    return f"tcp://{given.data_parallel_address}:{given.data_parallel_rpc_port}", wire.Limits(
        max_model_len=given.max_model_len,
        max_num_seqs=given.max_num_seqs,
        max_num_batched_tokens=given.max_num_batched_tokens,
        tensor_parallel_size=given.tensor_parallel_size,
        kv_tokens=given.max_num_seqs * given.max_model_len,
    )


def connected(address: str, of: wire.Limits) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
    """The sockets for requests and for answers, after the handshake."""
    context = zmq.Context.instance()
    greeting, requests, answers = context.socket(zmq.DEALER), context.socket(zmq.DEALER), context.socket(zmq.PUSH)
    greeting.setsockopt(zmq.IDENTITY, wire.IDENTITY)
    greeting.connect(address)
    greeting.send(wire.status("HELLO"))
    if not greeting.poll(60_000):
        sys.exit("the front end did not answer within 60 s")
    addresses = wire.unpack(greeting.recv())["addresses"]
    requests.setsockopt(zmq.IDENTITY, wire.IDENTITY)
    requests.connect(addresses["inputs"][0])
    answers.connect(addresses["outputs"][0])
    requests.send(wire.facts(of))
    greeting.send(wire.status("READY"))
    return requests, answers


def heed(engine: Engine, kind: bytes, body: bytes, now: float) -> bytes | None:
    """Take one message of the front end; gives the answer that has to leave at once, if any."""
    if kind == wire.ADD:
        engine.add(wire.request(body, now), now)
    elif kind == wire.ABORT:
        return wire.dropped(engine.drop(wire.unpack(body), now), now)
    elif kind == wire.UTILITY:
        return wire.answered(body, now)
    return None


def serve(address: str, of: wire.Limits, timing: Timing) -> None:
    """Answer the front end until it is gone, or until it says stop and nothing is left to finish."""
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda n, _: stop.append(n))
    parent, engine, told = os.getppid(), Engine(timing, of.max_num_seqs, of.kv_tokens), 0.0
    requests, answers = connected(address, of)
    while os.getppid() == parent and not (stop and engine.idle):
        wait = engine.wait_s(time.monotonic())
        if requests.poll(1000 * min(TELL_S, TELL_S if wait is None else wait)):
            kind, body, *_ = requests.recv_multipart()
            if answer := heed(engine, kind, body, time.monotonic()):
                answers.send(answer)
        now = time.monotonic()
        tokens = engine.step(now)
        if tokens or now - told > TELL_S:
            answers.send(wire.reply(tokens, engine, now))
            told = now
    zmq.Context.instance().destroy(linger=2000)


if __name__ == "__main__":
    serve(*limits(sys.argv[1:]), Timing(**json.loads(os.environ["STUB_TIMING"])))

"""The simulated server: tokens at the times of the service curve, OpenAI's forms and errors, vLLM's metric names."""

import asyncio
import json
import selectors
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from generator.simulate.app import LARGEST, Served, application
from generator.simulate.jitter import Jitter
from generator.simulate.precise_loop import precise_loop
from generator.simulate.server import answers
from generator.simulate.token_engine import TokenEngine
from generator.simulate.tokens import count, pieces
from tests.generator.plan_runs import read_once, refused, run
from wasm_tools.performance.lengths import fixed_lengths
from wasm_tools.performance.open_loop import OpenLoop, Tails, behaviour, replica, traffic
from wasm_tools.performance.service_curve import Bands, ServiceCurve
from wasm_tools.uncertainty.randomness import generator
from wasm_tools.uncertainty.simulated_plan import Service, service_of

__all__ = ["read_once"]
EQUAL = Tails(0.0, (1.0, 1.0, 1.0, 1.0))
MEASURED = Tails(0.398, (1.006, 1.1, 1.128, 1.195))
SERVICE = Service(2, (0.1, 0.1, 0.1), (0.02, 0.02, 0.04), 0.05)
BANDS = Bands((1.0, 1.0), (1.0, 1.0))
CURVE = ServiceCurve(
    (1.0, 4.0, 16.0, 64.0), (118.0, 120.0, 126.0, 150.0), (18.5, 20.0, 26.4, 45.0), 28.0, "modelled", (), (), (),
    BANDS, BANDS,
)  # fmt: skip
REGISTRY = Path(__file__).parents[2] / "data" / "registry"


def engine(service: Service = SERVICE, tails: Tails = EQUAL) -> TokenEngine:
    return TokenEngine(service, 100, Jitter(tails, 1))


def times(of: TokenEngine, until: float) -> list[float]:
    """The times at which tokens left, each asked for when it is due."""
    found = []
    while (due := of.due()) <= until:
        found += [due] * len(of.advance(due))
    return found


def test_tokens_leave_at_the_times_of_the_curve() -> None:
    of = engine()
    of.add(100, 3, 0.0)
    assert times(of, 9) == pytest.approx([0.1, 0.12, 0.14])


def test_tokens_that_are_asked_for_late_do_not_move_the_next_ones() -> None:
    of = engine()
    asked, _ = of.add(100, 50, 0.0)
    for n in range(1, 400):
        of.advance(n * 0.0137)
    assert (asked.first_at, asked.last_at) == pytest.approx((0.1, 0.1 + 49 * 0.02))


def test_two_requests_share_the_pace_and_prefills_run_one_after_another() -> None:
    of = engine()
    (one, _), (two, _) = of.add(100, 3, 0.0), of.add(200, 2, 0.0)
    of.advance(9.0)
    assert (one.started, two.started) == pytest.approx((0.0, 0.05))
    assert two.first_at == pytest.approx(0.05 + 0.1 + 0.05)  # the prefill of twice the tokens takes twice the time
    # One decodes at 40 ms a token from its first at 0.1: its last is at 0.18, when two has no token yet.
    assert one.last_at == pytest.approx(0.18)
    assert two.last_at == pytest.approx(0.22)  # alone again: 20 ms


def test_a_request_waits_for_a_slot_and_a_client_who_leaves_frees_it() -> None:
    of = engine()
    one, (two, _), (three, _) = of.add(100, 100, 0.0)[0], of.add(100, 100, 0.0), of.add(100, 2, 0.0)
    of.advance(0.5)
    assert (len(of.running), len(of.line)) == (2, 1)
    of.drop(one, 0.5)
    of.advance(0.9)
    assert three.started == pytest.approx(0.5)
    assert three.given == 2
    assert two.given > 0


def test_jitter_has_the_measured_percentiles_and_a_seed_names_it() -> None:
    one, again, other = (Jitter(MEASURED, seed) for seed in (3, 3, 4))
    drawn = [one.following() for _ in range(640)]
    assert drawn == [again.following() for _ in range(640)] != [other.following() for _ in range(640)]
    first, pace = (sorted(column) for column in zip(*drawn, strict=True))
    assert first[608] / first[320] == pytest.approx(1.925, rel=0.02)  # e^(0.398 x 1.645)
    assert sum(first) / 640 == pytest.approx(1, abs=0.01)
    assert (pace[320], pace[608]) == pytest.approx((1.006, 1.128), rel=0.005)


@pytest.mark.parametrize("rate", [4.0, 8.0, 12.0])
def test_the_open_loop_model_predicts_what_the_token_engine_does(rate: float) -> None:
    r = replica(CURVE, traffic(fixed_lengths(256, 32), MEASURED), 16)
    said = behaviour(r, rate)
    assert isinstance(said, OpenLoop)
    of, chance, now = TokenEngine(service_of(r), 256, Jitter(MEASURED, 1)), generator(2), 0.0
    done = []
    for _ in range(2500):
        now += chance.expovariate(rate)
        done.append(of.add(256, 32, now)[0])
    of.advance(now + 100)
    ttft = sorted(1000 * (a.first_at - a.arrived) for a in done[50:])
    gaps = sorted(1000 * (a.last_at - a.first_at) / 31 for a in done[50:])
    for place, share in ((0, 0.5), (2, 0.95)):
        assert ttft[int(share * len(ttft))] == pytest.approx(said.ttft_ms[place], rel=0.1)
        assert gaps[int(share * len(gaps))] == pytest.approx(said.tpot_ms[place], rel=0.1)


def served[T](use: Callable[[httpx.AsyncClient, Any], Awaitable[T]], context: int | None = None) -> T:
    """What `use` gives with a client of the application, whose clock runs fifty times as fast."""
    app = application(Served(("m", "org/m"), ("One two, three. ",), context), engine, speed=50)

    async def whole() -> T:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://s")
        async with app.router.lifespan_context(app), client:
            return await use(client, app)

    return asyncio.run(whole())


def posted(path: str, body: Any, context: int | None = None) -> httpx.Response:
    async def use(client: httpx.AsyncClient, _: Any) -> httpx.Response:
        return await client.post(path, content=body if isinstance(body, bytes) else json.dumps(body))

    return served(use, context)


def test_a_completion_has_text_reason_and_counted_tokens() -> None:
    found = posted("/v1/completions", {"model": "org/m", "prompt": [5, 6, 7], "max_tokens": 3}).json()
    assert found["choices"][0]["text"] == "One two,"
    assert found["choices"][0]["finish_reason"] == "length"
    assert found["usage"] == {"prompt_tokens": 3, "completion_tokens": 3, "total_tokens": 6}


def test_an_answer_that_is_over_stops_and_goes_on_if_the_end_is_to_be_ignored() -> None:
    said = {"messages": [{"role": "user", "content": "Hello there"}], "max_tokens": 9}
    found = posted("/v1/chat/completions", said).json()
    assert (found["usage"]["completion_tokens"], found["choices"][0]["finish_reason"]) == (6, "stop")
    found = posted("/v1/chat/completions", {**said, "ignore_eos": True}).json()
    assert (found["usage"]["completion_tokens"], found["choices"][0]["finish_reason"]) == (9, "length")
    assert found["choices"][0]["message"]["role"] == "assistant"


def test_a_stream_has_a_part_a_token_the_usage_and_an_end() -> None:
    said = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 4, "stream": True}
    text = posted("/v1/chat/completions", {**said, "stream_options": {"include_usage": True}}).text
    *events, end = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    parts = [json.loads(e) for e in events]
    assert end == "[DONE]"
    assert len(parts) == 5
    assert parts[0]["choices"][0]["delta"]["role"] == "assistant"
    assert [p["choices"][0]["finish_reason"] for p in parts[:4]] == [None, None, None, "length"]
    assert parts[4]["choices"] == [] and parts[4]["usage"]["completion_tokens"] == 4


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        ({}, 400, "prompt"),
        ({"prompt": ""}, 400, "prompt"),
        ({"prompt": [1, "a"]}, 400, "prompt"),
        ({"prompt": ["a", "b"]}, 400, "prompt"),
        ({"prompt": "a", "max_tokens": 0}, 400, "max_tokens"),
        ({"prompt": "a", "max_tokens": True}, 400, "max_tokens"),
        ({"prompt": "a", "max_tokens": 500}, 400, "max_tokens"),
        ({"prompt": "a", "n": 2}, 400, "n"),
        ({"prompt": "a", "stream": "yes"}, 400, "stream"),
        ({"prompt": "a", "stream_options": {"include_usage": True}}, 400, "stream_options"),
        ({"prompt": "a", "model": "other"}, 404, "model"),
        (b" " * (LARGEST + 1), 413, None),
    ],
)
def test_a_bad_body_is_refused_in_the_form_of_openai(body: Any, status: int, param: str | None) -> None:
    found = posted("/v1/completions", body, context=100)
    assert found.status_code == status
    assert set(found.json()["error"]) == {"message", "type", "param", "code"}
    assert found.json()["error"]["param"] == param


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_who_leaves_frees_the_place(stream: bool) -> None:
    body = json.dumps({"prompt": "a", "max_tokens": 100_000, "ignore_eos": True, "stream": stream}).encode()

    async def use(client: httpx.AsyncClient, app: Any) -> str:
        messages = iter([{"type": "http.request", "body": body}])

        async def receive() -> dict[str, Any]:
            if message := next(messages, None):
                return message
            await asyncio.sleep(0.05)
            return {"type": "http.disconnect"}

        async def send(_: Any) -> None:
            return None

        scope = {"type": "http", "method": "POST", "path": "/v1/completions", "headers": [], "query_string": b"",
                 "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1"}  # fmt: skip
        await asyncio.wait_for(app(scope, receive, send), 5)
        return (await client.get("/metrics")).text

    text = served(use)
    assert 'vllm:num_requests_running{engine="0",model_name="m"} 0.0' in text
    assert 'finished_reason="abort"} 1.0' in text


def test_metrics_have_the_names_and_edges_of_vllm() -> None:
    async def use(client: httpx.AsyncClient, _: Any) -> tuple[str, int, Any]:
        await client.post("/v1/completions", json={"prompt": "a b", "max_tokens": 3})
        health = (await client.get("/health")).status_code
        return (await client.get("/metrics")).text, health, (await client.get("/v1/models")).json()

    text, health, models = served(use)
    assert health == 200
    assert [m["id"] for m in models["data"]] == ["m", "org/m"]
    own = 'engine="0",model_name="m"'
    assert f"vllm:generation_tokens_total{{{own}}} 3.0" in text
    assert f'vllm:time_to_first_token_seconds_bucket{{{own},le="0.04"}} 0.0' in text
    assert f'vllm:time_to_first_token_seconds_bucket{{{own},le="0.06"}} 1.0' in text
    assert f"vllm:inter_token_latency_seconds_count{{{own}}} 2.0" in text
    assert f'vllm:e2e_request_latency_seconds_bucket{{{own},le="0.3"}} 1.0' in text
    assert 'http_requests_total{handler="/v1/completions",method="POST",status="2xx"} 1.0' in text
    (total,) = (line for line in text.splitlines() if line.startswith("vllm:inter_token_latency_seconds_sum"))
    assert float(total.split()[1]) == pytest.approx(0.04)
    assert "atlas_simulator:event_loop_lag_seconds_bucket" in text


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 1), ("word", 1), ("words", 2), ("a, b", 3), ("x_y", 3), ("  ", 1), ("données", 2)]
)
def test_the_rule_of_tokens(text: str, tokens: int) -> None:
    assert count(text) == tokens


def test_canned_answers_are_counted_by_the_same_rule() -> None:
    for use_case in ("general", "code_completion", "nobody_knows_it"):
        for text in answers(REGISTRY, use_case):
            assert "".join(pieces(text)) == text.rstrip()


CHAT = ("--prompt", "512", "--output", "64", "--qps", "2", "--class", "medium", "--slo", "batch")


def test_a_prediction_is_written_before_anything_runs(tmp_path: Path) -> None:
    said = tmp_path / "expected.json"
    code, _, _ = run("simulate", *CHAT, "--rate", "2", "--expect", str(said))
    found = json.loads(said.read_text())
    assert (code, found["requests_per_second"], found["prompt_tokens"]) == (0, 2, 512)
    assert found["ttft_ms"]["p50"] < found["ttft_ms"]["p95"]


def test_a_load_near_saturation_is_not_predicted(tmp_path: Path) -> None:
    assert "--rate" in refused("simulate", *CHAT, "--rate", "90000", "--expect", str(tmp_path / "x.json"))


def test_variables_of_a_manifest_name_model_and_gpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MODEL_NAME", "llama-3.1-8b-instruct")
    monkeypatch.setenv("GPU_TYPE", "h100-sxm")
    said = tmp_path / "expected.json"
    run("simulate", "--prompt", "512", "--output", "64", "--qps", "1", "--slo", "batch", "--expect", str(said))
    assert "llama-3.1-8b-instruct" in json.loads(said.read_text())["plan"]
    monkeypatch.setenv("TENSOR_PARALLEL_SIZE", "two")
    assert "TENSOR_PARALLEL_SIZE" in refused("simulate", *CHAT, "--expect", str(said))


@pytest.mark.skipif(not hasattr(selectors, "EpollSelector"), reason="this system has no epoll")
def test_the_loop_waits_in_less_than_whole_milliseconds_and_still_hears_its_sockets() -> None:
    async def waits() -> tuple[list[float], float]:
        late = []
        for _ in range(100):
            due = time.perf_counter() + 0.0013
            await asyncio.sleep(0.0013)
            late.append(time.perf_counter() - due)
        here, there = socket.socketpair()
        with here, there:
            here.setblocking(False)
            started = time.perf_counter()
            asyncio.get_running_loop().call_later(0.02, there.send, b"x")
            await asyncio.wait_for(asyncio.get_running_loop().sock_recv(here, 1), 5)
            return late, time.perf_counter() - started

    loop = precise_loop()
    try:
        late, heard = loop.run_until_complete(waits())
    finally:
        loop.close()
    assert min(late) >= -0.0001
    assert sorted(late)[50] < 0.0005, "half of the waits end in time; epoll alone would be 0.7 ms late"
    assert heard < 2

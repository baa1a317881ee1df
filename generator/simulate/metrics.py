"""Counts and histograms of a simulated replica in Prometheus text, under the names and edges of vLLM 0.33.0."""

from bisect import bisect_left
from collections import Counter

from generator.simulate.token_engine import Asked
from wasm_tools.manifests.numbers import DEFAULT_EDGES

_TOKENS = tuple(float(m * 10**e) for e in range(6) for m in (1, 2, 5))
EDGES: dict[str, tuple[float, ...]] = {name: tuple(map(float, edges)) for name, edges in DEFAULT_EDGES.items()}
LAG_EDGES = (0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)
HISTOGRAMS = {
    "vllm:time_to_first_token_seconds": EDGES["ttft"],
    "vllm:inter_token_latency_seconds": EDGES["itl"],
    "vllm:request_time_per_output_token_seconds": EDGES["itl"],
    "vllm:e2e_request_latency_seconds": EDGES["request"],
    "vllm:request_queue_time_seconds": EDGES["request"],
    "vllm:request_prefill_time_seconds": EDGES["request"],
    "vllm:request_decode_time_seconds": EDGES["request"],
    "vllm:request_inference_time_seconds": EDGES["request"],
    "vllm:request_prompt_tokens": _TOKENS,
    "vllm:request_generation_tokens": _TOKENS,
    "atlas_simulator:event_loop_lag_seconds": LAG_EDGES,
}


class Metrics:
    """What has happened since the start."""

    def __init__(self, model: str) -> None:
        self.labels = f'engine="0",model_name="{model}"'
        self.counts = {name: [0] * (len(edges) + 1) for name, edges in HISTOGRAMS.items()}
        self.sums = dict.fromkeys(HISTOGRAMS, 0.0)
        self.prompt_tokens = self.generation_tokens = 0
        self.finished: Counter[str] = Counter()
        self.http: Counter[tuple[str, str, str]] = Counter()

    def observe(self, name: str, value: float) -> None:
        """One value of a histogram."""
        self.counts[name][bisect_left(HISTOGRAMS[name], value)] += 1
        self.sums[name] += value

    def finish(self, asked: Asked, reason: str) -> None:
        """A request that got all of its tokens, or whose client left."""
        self.finished[reason] += 1
        if reason == "abort":
            return
        decode = asked.last_at - asked.first_at
        for name, value in (
            ("e2e_request_latency_seconds", asked.last_at - asked.arrived),
            ("request_queue_time_seconds", asked.started - asked.arrived),
            ("request_prefill_time_seconds", asked.first_at - asked.started),
            ("request_decode_time_seconds", decode),
            ("request_inference_time_seconds", asked.last_at - asked.started),
            ("request_prompt_tokens", asked.prompt),
            ("request_generation_tokens", asked.given),
        ):
            self.observe("vllm:" + name, value)
        if asked.given > 1:
            self.observe("vllm:request_time_per_output_token_seconds", decode / (asked.given - 1))

    def text(self, running: int, waiting: int, slots: int) -> str:
        """The page that Prometheus reads. KV cache use is the share of slots in use: the memory behind them."""
        lines: list[str] = []

        def of(name: str, kind: str, *samples: tuple[str, float]) -> None:
            lines.append(f"# TYPE {name} {kind}")
            lines.extend(f"{name}{{{labels}}} {float(value)!r}" for labels, value in samples)

        own = self.labels
        of("vllm:num_requests_running", "gauge", (own, running))
        of("vllm:num_requests_waiting", "gauge", (own, waiting))
        by_reason = ((f'{own},reason="capacity"', waiting), (f'{own},reason="deferred"', 0))
        of("vllm:num_requests_waiting_by_reason", "gauge", *by_reason)
        of("vllm:kv_cache_usage_perc", "gauge", (own, running / slots))
        of("vllm:num_preemptions_total", "counter", (own, 0))
        of("vllm:prefix_cache_queries_total", "counter", (own, self.prompt_tokens))
        of("vllm:prefix_cache_hits_total", "counter", (own, 0))
        of("vllm:prompt_tokens_total", "counter", (own, self.prompt_tokens))
        of("vllm:generation_tokens_total", "counter", (own, self.generation_tokens))
        reasons = ("stop", "length", "abort")
        finished = [(f'{own},finished_reason="{reason}"', self.finished[reason]) for reason in reasons]
        of("vllm:request_success_total", "counter", *finished)
        requests = [
            (f'handler="{h}",method="{m}",status="{s}"', number) for (m, s, h), number in sorted(self.http.items())
        ]
        of("http_requests_total", "counter", *requests)
        for name, edges in HISTOGRAMS.items():
            lines.append(f"# TYPE {name} histogram")
            below = 0
            for edge, number in zip((*map(repr, edges), "+Inf"), self.counts[name], strict=True):
                below += number
                lines.append(f'{name}_bucket{{{own},le="{edge}"}} {below}.0')
            lines += [f"{name}_count{{{own}}} {below}.0", f"{name}_sum{{{own}}} {self.sums[name]!r}"]
        return "\n".join(lines) + "\n"

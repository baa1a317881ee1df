"""A fixed list of questions to the engine: every kind of input that the pages take, from seeds and stored files."""

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from math import isfinite
from pathlib import Path
from typing import Any

from tests.browser.random_inputs import random_fields
from tests.browser.test_planner_inputs import FORMS
from tests.wasm_tools.ledgers import call, ledger
from tests.wasm_tools.long_bills import LONG_BILLS, LONG_PAGES
from wasm_tools.planner.form_fields import FIELDS

PAYLOADS = Path(__file__).parent.parent / "payloads"
OBSERVED = PAYLOADS.parents[1] / "data" / "registry" / "observe" / "example"
KINDS = {f.name: f.kind for f in FIELDS}
EXPORTS = ("json", "csv", "markdown", "html")
SAMPLE = 0x5EED
LARGE = 2**53


@dataclass(frozen=True, slots=True)
class Input:
    """One call of a method: parameters as JSON data, files by name. `about` names the kind of input in messages."""

    about: str
    method: str
    params: dict[str, Any]
    files: tuple[tuple[str, bytes], ...] = field(default=())


def corpus() -> list[Input]:
    """All inputs, the same at every call. What looks at something that was read follows it."""
    return [Input(i.about, i.method, _as_the_page_sends(i.params), i.files) for part in PARTS for i in part()]


def _as_the_page_sends(value: Any) -> Any:
    """A page has one kind of number: 2.0 and 2 are the same, and go out as 2, but 1e99 has no other form."""
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGE:
        return int(value)
    if isinstance(value, dict):
        return {name: _as_the_page_sends(inner) for name, inner in value.items()}
    return [_as_the_page_sends(inner) for inner in value] if isinstance(value, list) else value


def _forms(number: int) -> Iterator[dict[str, Any]]:
    """The forms of the planner's tests and random ones, good and bad."""
    yield from FORMS
    source = random.Random(SAMPLE)
    for _ in range(number):
        yield {name: _value(KINDS[name], text) for name, text in random_fields(source).items()}


def _value(kind: str, text: str) -> Any:
    """What the page makes of the text of a field, if only roughly: the engine has to cope with anything."""
    try:
        if kind in ("whole", "number"):
            return float(text) if isfinite(float(text)) else text
        if kind == "switch":
            return text == "1"
        if kind in ("object", "rows"):
            return json.loads(text)
        if kind == "counts":
            return {name: int(n) for name, _, n in (part.partition("=") for part in text.split())}
        if kind == "quantiles":
            return [float(part) for part in text.split()]
    except ValueError:
        return text
    return text.split() if kind == "names" else text


def _plans() -> Iterator[Input]:
    for form in _forms(220):
        yield Input("planner question", "plan", {"form": form})


def _looks_at_plans() -> Iterator[Input]:
    """What the panels of the planner ask about the answer of a form."""
    for form in FORMS:
        yield Input("what-ifs", "what_if", {"form": form})
        for change in range(0, 12, 4):
            yield Input("what-if", "what_if", {"form": form, "change": change})
        yield Input("memory", "memory", {"form": form})
        yield Input("curve of costs", "curves", {"form": form, "part": "cost", "factor": 3})
        yield Input("curve of latency", "curves", {"form": form, "part": "latency"})
        yield Input("breakdown", "curves", {"form": form, "part": "breakdown"})
        yield Input("weights", "weights", {"form": form})
        yield Input("weights", "weights", {"form": form, "weights": {"cost": 3, "latency": 1, "quality": 1}})
        yield Input("GPUs", "gpus", {"form": form})
    for seed, form in enumerate(FORMS[::4]):
        yield Input("Monte Carlo", "monte_carlo", {"form": form, "seed": seed, "draws": 60})
        yield Input("simulation", "simulate", {"form": form, "seed": seed, "until": 60})
    scenarios = [{"version": 1, "name": f"Größe {n}", "note": "", "form": form} for n, form in enumerate(FORMS[:6])]
    yield Input("scenarios", "scenarios", {"text": json.dumps(scenarios, ensure_ascii=False)})
    yield Input("scenarios", "batch", {"scenarios": scenarios})
    yield Input("scenarios", "compare", {"scenarios": scenarios})


def _requests() -> Iterator[Input]:
    """The labelled requests in plain words, turn by turn, and texts that do harm elsewhere."""
    ours = tomllib.loads((PAYLOADS / "asked_requests.toml").read_text(encoding="utf-8"))["request"]
    compass = tomllib.loads((PAYLOADS / "compass_requests.toml").read_text(encoding="utf-8"))["case"]
    for request in (*ours, *compass):
        turns = [{"text": text} if isinstance(text, str) else text for text in request["say"]]
        yield Input("request in words", "ask", {"turns": turns})
        if request["id"] in ("chat-plain", "chat-5k"):
            yield Input("assistant", "assistant", {"turns": turns, "question": "Why is it the cheapest?"})
    for text in _hostile():
        yield Input("hostile request", "ask", {"turns": [{"text": text}]})
        yield Input("hostile scenario", "scenarios", {"text": json.dumps([{"version": 1, "name": text, "form": {}}])})


def _hostile() -> list[str]:
    return list(tomllib.loads((PAYLOADS / "hostile.toml").read_text(encoding="utf-8"))["texts"].values())


def _bills() -> Iterator[Input]:
    """Every stored bill and export, some long ones, and each of a few kinds in four forms of the report."""
    stored = sorted(path for path in (PAYLOADS / "invoices").iterdir() if path.suffix != ".md")
    for number, path in enumerate(stored):
        yield Input("bill", "invoice", {}, ((path.name, path.read_bytes()),))
        if number % 6 == 0:
            yield Input("rows of a bill", "invoice_cells", {"start": 0, "count": 50})
            yield Input("shares of a bill", "invoice_shares", {})
            for form in EXPORTS:
                yield Input("report on a bill", "invoice_export", {"form": form})
    for path in stored:
        yield Input(
            "bill with a rate", "invoice", {"options": {"choices": {"rates": {"eur": "1.08"}}}}, (_given(path),)
        )
    for name, made in LONG_BILLS.items():
        yield Input(f"long bill, {name}", "invoice", {}, (("long.csv", made(600)),))
    for name, made in LONG_PAGES.items():
        yield Input(f"long bill, {name}", "invoice", {}, (("long.json", made(600)),))
    pair = tuple(_given(path) for path in stored if path.name.startswith("openai_co"))
    yield Input("bills together", "invoice", {}, pair)
    for text in _hostile():
        row = '"' + text.replace('"', '""').replace("\n", " ") + '"'
        table = f"provider,workload_type,usage_qty,usage_unit,amount_usd\n{row},llm,1000,1k_tokens,1.5\n"
        yield Input("hostile bill", "invoice", {}, (("bill.csv", table.encode()),))


def _given(path: Path) -> tuple[str, bytes]:
    return path.name, path.read_bytes()


def _ledgers() -> Iterator[Input]:
    """Ledgers of random calls, and the same looked at by day, tag and call."""
    source, serial = random.Random(SAMPLE), count()
    for number in range(30):
        calls = [
            call(
                f"2026-{source.randrange(7, 10):02}-{source.randrange(1, 29):02}",
                source.randrange(24),
                model=source.choice(("gpt-x", "gpt-4o-mini", "Größe-1")),
                tokens={"input_uncached": source.randrange(10**6), "output": source.randrange(10**5)},
                status=source.choice(("ok", "ok", "ok", "failed")),
                latency_ms=source.choice((None, source.randrange(9000))),
                request_id=f"r{next(serial)}",
                tags={"team": source.choice("äbc")} if source.random() < 0.7 else {},
            )
            for _ in range(source.randrange(1, 200))
        ]
        data = ledger(calls)
        if number % 7 == 6:
            data = data[: len(data) // 2] + b"\xff torn " + data[len(data) // 2 :]
        yield Input("ledger", "spend", {}, (("calls.jsonl", data),))
        yield Input("view of a ledger", "spend_view", {"options": {"tag": "team"}})
        yield Input("calls of a ledger", "spend_calls", {"query": {}})
    for path in sorted((PAYLOADS / "invoices").glob("*.csv"))[::3]:
        yield Input("bill as spend", "spend", {}, (_given(path),))


READ = (
    ("read_config", "config.json"), ("read_nodes", "kubectl nodes"), ("read_trace", "trace"),
    ("read_outcome", "outcome"),
)  # fmt: skip


def _files() -> Iterator[Input]:
    """Configurations, nodes and traces, whole and damaged."""
    seeds = tomllib.loads((PAYLOADS / "fuzz_seeds.toml").read_text(encoding="utf-8"))
    source = random.Random(SAMPLE)
    for method, name in READ:
        for text in seeds[name]:
            yield Input(name, method, {"text": text, "name": "given"})
            for _ in range(10):
                at = source.randrange(len(text))
                damaged = text[:at] + source.choice(("", "9", "-", "é", "[", '"', "1e9")) + text[at + 1 :]
                yield Input(f"damaged {name}", method, {"text": damaged, "name": "given"})
    for levels in (199, 201, 20_000):
        deep = "[" * levels + "]" * levels
        yield Input("deep configuration", "read_config", {"text": f'{{"a": {deep}}}', "name": "given"})
        yield Input("deep bill", "invoice", {}, (("bill.json", f'{{"data": [{{"a": {deep}}}]}}'.encode()),))


def _observations() -> Iterator[Input]:
    """Files of load tests, monitoring and kubectl, whole and damaged, alone and against a plan."""
    seeds = tomllib.loads((PAYLOADS / "fuzz_seeds.toml").read_text(encoding="utf-8"))
    plan = (OBSERVED / "plan.json").read_bytes()
    source = random.Random(SAMPLE)
    files = [path.read_bytes() for path in sorted((PAYLOADS / "observed").glob("**/*.*"))]
    files += [text.encode() for name in ("observed", "kubectl state", "expected") for text in seeds[name]]
    for body in files:
        for number in range(6):
            at = source.randrange(len(body))
            odd = source.choice((b"", b"9", b"-", b"\xff", b"[", b"1e9")) if number else body[at : at + 1]
            given = ("given", body[:at] + odd + body[at + 1 :])
            yield Input("observation", "observe", {}, (given, ("plan.json", plan))[: 1 + number % 2])
    document = json.loads(plan)
    for _ in range(12):
        peak = source.choice((None, 0.1, 8, 60, -1, "x"))
        load = {"requests_per_s": source.random() * 40, "prompt_tokens": source.randrange(4000), "output_tokens": 32}
        yield Input("asked again", "observe_plan", {"document": document, **load, "peak": peak})
    stated = {
        "tier": "simulated", "model": "llama-3.1-8b-instruct", "gpu": "h100-sxm", "gpus": "1", "tensor_parallel": "1",
        "engine": "vllm", "precision": "bf16", "engine_version": "1", "tool_version": "1", "measured_by": "Größe",
        "licence": "MIT",
    }  # fmt: skip
    for body in files[:2]:
        for name in ("", *stated):
            params = {"stated": {**stated, name: "?"} if name else stated, "by": "corpus"}
            yield Input("outcome", "observe_outcome", params, (("given", body),))
    for form in FORMS[:6]:
        params = {"against": "scenario", "scenario": "Größe", "form": form}
        yield Input("observation of a scenario", "observe", params, (("given", files[0]),))


PARTS = (_plans, _looks_at_plans, _requests, _bills, _ledgers, _files, _observations)

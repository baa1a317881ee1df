"""Ledgers read into cells: whatever form their lines have, and whatever happened to them."""

import gzip
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.ledgers import by, call, ledger, record
from tests.wasm_tools.priced import book, tariff
from wasm_tools.spend.calls import CallReader, Calls
from wasm_tools.spend.ledger import TOKEN_CLASSES, line_of
from wasm_tools.spend.ledger_lines import FIRST, INDEX
from wasm_tools.spend.merging import merged
from wasm_tools.spend.spend_record import to_record
from wasm_tools.spend.spent import read_spend

EVEN = [0.0] * FIRST + [1e-6] * len(INDEX)


def read(*files: bytes) -> Calls:
    reader = CallReader(lambda what: (200_000,), lambda what, day: EVEN)
    for number, data in enumerate(files):
        reader.read(f"{number}.jsonl", data)
    return reader.calls()


def essence(calls: Calls) -> list[Any]:
    """All that was read."""
    cells = sorted((repr(c.what), c.hour, c.requests, c.empty, sorted(c.tokens.items())) for c in calls.cells)
    return [cells, list(calls.row), list(calls.latency), list(calls.cost)]


LINES = st.lists(
    st.builds(
        call,
        day=st.sampled_from(["2026-09-01", "2026-09-02"]),
        hour=st.integers(0, 23),
        model=st.sampled_from(["gpt-x", 'a "quoted" one', "für", ""]),
        tokens=st.dictionaries(st.sampled_from([*TOKEN_CLASSES, "reasoning"]), st.integers(0, 500_000), max_size=4),
        requests=st.integers(1, 3),
        latency_ms=st.none() | st.integers(0, 10_000),
        tags=st.dictionaries(st.sampled_from(["team", "user"]), st.text(max_size=3), max_size=2),
        request_id=st.sampled_from(["", "r1", "r2"]),
        status=st.sampled_from(["ok", "error"]),
    ),
    max_size=8,
)


@given(LINES, st.randoms(use_true_random=False))
def test_written_lines_and_any_other_json_say_the_same(calls: list[Any], order: random.Random) -> None:
    data = ledger(calls)
    said = [json.loads(line) for line in data.splitlines()]
    shuffled = [dict(order.sample(list(one.items()), len(one))) for one in said]
    forms = [data, *(b"".join(json.dumps(x, indent=None).encode() + b"\n" for x in s) for s in (said, shuffled))]
    whole, *others = map(essence, map(read, forms))
    for other in others:
        assert other == whole


def test_each_class_is_counted_once_and_reasoning_not_at_all() -> None:
    """100,000 uncached and 60,000 cached tokens are 0.20 and 0.03 USD; reasoning is inside the output."""
    tokens = {"input_uncached": 100_000, "cache_read": 60_000, "output": 50_000, "reasoning": 40_000}
    told = record([call(tokens=tokens)])
    assert told["total"]["usd"] == "0.63"
    assert told["total"]["tokens"] == {name: str(count) for name, count in tokens.items()}
    assert by(told, "class") == {"output": "0.4", "input_uncached": "0.2", "cache_read": "0.03"}


def test_a_torn_line_is_kept_aside_with_its_number_and_what_follows_it_is_read() -> None:
    line = line_of(call(request_id="r1"))
    data = line[:60] + line_of(call(request_id="r2")) + line[:40] + b"\n" + line + line[:80]
    told = record(data)
    (file,) = told["files"]
    assert (file["lines"], file["calls"], file["kept_aside"], file["torn"]) == (4, 2, 2, 1)
    assert [(k["row"], k["reason"]) for k in told["kept_aside"]] == [
        (2, "not a JSON object: a torn line, or no ledger"),
        (4, "not a JSON object: a torn line, or no ledger"),
    ]
    assert told["total"]["usd"] == "0.4"


def test_a_call_that_stands_in_two_files_counts_once_and_is_told() -> None:
    one, other = call(request_id="r1"), call(request_id="r2")
    again = call(hour=11, request_id="r1")  # another call: its time is another
    told = record([one, other], [one, again, call(), call()])
    assert [(f["calls"], f["duplicates"]) for f in told["files"]] == [(2, 0), (3, 1)]
    assert told["total"]["calls"] == 5


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"v": 2, "ts": "2026-09-01T10:00:00Z", "tokens": {}}, "v is 2, this reader knows 1"),
        ({"v": 1, "ts": "yesterday", "tokens": {}}, "ts is not a time ('yesterday')"),
        ({"v": 1, "ts": "2026-09-01", "tokens": {}}, "ts is not a time ('2026-09-01')"),
        ({"v": 1, "tokens": {}}, "ts is not a time ('None')"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z"}, "tokens is missing"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {"words": 1}}, "'words' is not a class of tokens"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {"output": -1}}, "a count of tokens is not a whole number"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {"output": 1.5}}, "a count of tokens is not a whole number"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {"output": "1"}}, "a count of tokens is not a whole number"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {"output": 10**18}}, "a count of tokens is not a whole"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {}, "requests": 0}, "requests is not a whole number"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {}, "latency_ms": -5}, "latency_ms is not a whole number"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {}, "tags": {"a": ["b"]}}, "a name is not a text"),
        ({"v": 1, "ts": "2026-09-01T10:00:00Z", "tokens": {}, "model": 5}, "a name is not a text"),
    ],
)
def test_a_line_that_is_no_call_is_kept_aside_with_the_reason(line: dict[str, Any], reason: str) -> None:
    compact = json.dumps(line, separators=(",", ":")).encode()
    for data in (compact, compact[:-1] + b',"status":"ok"}'):  # the second has the form of written lines
        told = record(line_of(call()) + data + b"\n")
        (aside,) = told["kept_aside"]
        assert aside["row"] == 2 and aside["reason"].startswith(reason)
        assert told["total"]["calls"] == 1


def test_times_of_other_zones_are_those_of_utc() -> None:
    line = b'{"v":1,"ts":"2026-09-01T23:30:00-05:00","provider":"openai","model":"gpt-x","tokens":{"output":1000000}}\n'
    assert by(record(line), "day") == {"2026-09-02": "8"}


def test_an_unknown_model_has_no_price_and_is_told_with_its_tokens() -> None:
    told = record([call(), call(model="gpt-y"), call(model=""), call(tier="scale"), call(tokens={"image_in": 7})])
    assert told["total"]["usd"] == "0.2"
    assert (told["total"]["priced_calls"], told["total"]["unpriced_calls"]) == (1, 4)
    assert {(u["model"], u["tier"], u["class"], u["tokens"]) for u in told["unpriced"]} == {
        ("gpt-y", "standard", "input_uncached", "100000"),
        ("", "standard", "input_uncached", "100000"),
        ("gpt-x", "unknown", "input_uncached", "100000"),
        ("gpt-x", "standard", "image_in", "7"),
    }
    assert all(u["reason"] for u in told["unpriced"])


@pytest.mark.parametrize("name", ["gpt-x-mini-tts", "gpt-x-2", "gpt-4-vision", "o3-deep-research", "gpt", "GPT-X-"])
def test_names_are_never_shortened_to_one_that_has_a_price(name: str) -> None:
    told = record([call(), call(model=name)])
    assert (told["total"]["usd"], told["total"]["unpriced_calls"]) == ("0.2", 1)


def test_a_call_without_tokens_is_not_free_but_unknown() -> None:
    told = record([call(), call(tokens={}), call(tokens={}, status="error")])
    assert (told["total"]["priced_calls"], told["total"]["unpriced_calls"], told["total"]["failed_calls"]) == (1, 2, 1)
    assert [(u["calls"], u["reason"]) for u in told["unpriced"]] == [(2, "the call tells no tokens")]
    assert told["total"]["mean_usd"] == "0.2"


def test_calls_are_priced_by_their_day_tier_and_length_of_prompt() -> None:
    """4 USD before July, 1 as batch, 4 above 200,000 tokens of prompt: each million of input."""
    half = {"input_uncached": 100_000, "cache_read": 100_000}
    assert record([call("2026-06-30", tokens={"input_uncached": 1000})])["total"]["usd"] == "0.004"
    assert record([call(tier="batch", tokens={"input_uncached": 1000})])["total"]["usd"] == "0.001"
    assert record([call(tokens=half)])["total"]["usd"] == "0.25"
    more = record(
        [call(tokens={**half, "cache_write": 1, "output": 1000})]
    )  # the cache has no long price: it keeps its own
    assert more["total"]["usd"] == "0.4580025"  # 0.40 + 0.05 + 0.0000025 + 0.008
    assert {(p["class"], p["above_tokens"], p["price"]) for p in more["prices"]} == {
        ("input_uncached", 200_000, "4"),
        ("cache_read", 0, "0.5"),
        ("cache_write", 0, "2.5"),
        ("output", 0, "8"),
    }


def test_files_are_told_apart_and_may_stand_for_their_user() -> None:
    told = record([call()], [call(hour=11), call(hour=12, tags={"user": "ada"})], tag_files="user")
    assert by(told, "file") == {"1.jsonl": "0.4", "0.jsonl": "0.2"}
    assert by(told, "tag user") == {"0": "0.2", "1": "0.2", "ada": "0.2"}


def test_what_a_usage_export_counts_is_worth_its_list_price_until_there_is_a_bill() -> None:
    """2 M uncached, 1 M cached and 0.8 M output tokens at 2.50, 1.25 and 10; the cost export of the days says 14.30."""
    meters = (("input.text.token", "2.5"), ("input.text.token;cache=read", "1.25"), ("output.text.token", "10"))
    prices = book([tariff("openai", "gpt-4o-2024-08-06", meter, price) for meter, price in meters])
    usage, cost = ("openai_completions_usage_2026-09-01_2026-09-02.csv", "openai_cost_2026-09-01_2026-09-02.csv")
    told = to_record(read_spend([(usage, fixture(usage))], prices))
    assert (told["total"]["usd"], told["total"]["calls"], told["files"][0]["role"]) == ("14.25", 1200, "usage")
    told = to_record(read_spend([(usage, fixture(usage)), (cost, fixture(cost))], prices))
    assert told["total"]["usd"] == "14.3"
    told = to_record(read_spend([(usage, fixture(usage))], book()))
    assert (told["total"]["usd"], told["total"]["unpriced_calls"]) == ("0", 1200)


def test_a_bill_of_days_that_a_ledger_tells_is_held_against_it_and_not_added() -> None:
    cost = "openai_cost_2026-09-01_2026-09-02.csv"
    told = to_record(read_spend([("a.jsonl", ledger([call()])), (cost, fixture(cost))], book()))
    assert told["total"]["usd"] == "0.2"
    assert [f["role"] for f in told["files"]] == ["ledger", "reconciled"]
    both = told["reconciliation"]
    assert (both["ledger_usd"], both["bill_usd"]) == ("0.2", "14.3")
    assert [(d["provider"], d["day"], d["difference_usd"]) for d in both["days"]] == [("openai", "2026-09-01", "14.1")]
    apart = to_record(read_spend([("a.jsonl", ledger([call("2026-08-01")])), (cost, fixture(cost))], book()))
    assert (apart["total"]["usd"], apart["reconciliation"]) == ("14.5", None)


def test_lines_without_an_id_are_merged_as_often_as_they_stand_there() -> None:
    one, same, other = call(), call(), call(hour=11)
    found = merged(ledger([one, same, other]), [ledger([one])])
    assert (found.added, found.there, found.months) == (2, 1, {"2026-09": ledger([same, other])})
    assert merged(ledger([one, same]), [ledger([one]), ledger([same])]).added == 0


def test_packed_ledgers_and_bills_are_read_beside_others() -> None:
    bill = b"provider,workload_type,usage_qty,usage_unit,amount_usd,model\nopenai,llm,1000000,tokens,2.00,gpt-x\n"
    told = to_record(
        read_spend([("a.jsonl.gz", gzip.compress(ledger([call()]))), ("bill.csv", bill), ("x.txt", b"a")], book())
    )
    assert [(f["file"], f["role"]) for f in told["files"]] == [("a.jsonl", "ledger"), ("bill.csv", "bill")]
    assert by(told, "file") == {"bill.csv": "2", "a.jsonl": "0.2"}
    assert [r["file"] for r in told["refused"]] == ["x.txt"]

"""The spend record: the failures of earlier trackers as promises, on numbers that can be worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.ledgers import by, call, days, record, spend
from tests.wasm_tools.priced import NAMES, TARIFFS, book, tariff
from wasm_tools.invoice.models import HostFacts, ModelBook
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.options import options_from
from wasm_tools.spend.single_calls import Query
from wasm_tools.spend.spend_record import call_page, query_from, to_record
from wasm_tools.spend.view import View

OPEN = {"provider": "hosta", "model": "meta/open-70b-instruct"}


def embeddings() -> PriceBook:
    """The small book with the embedding that replaced every chat model in the earlier tool at zero, and with gifts."""
    return book(
        (
            *TARIFFS,
            tariff("google", "text-embedding-004", "input.text.token", "0", workload="embeddings"),
            tariff("other", "gpt-x", "output.text.token;variant=free", "0"),
            tariff("gift", "gpt-x", "output.text.token", "0"),
        )
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.builds(
            call,
            hour=st.integers(0, 23),
            model=st.sampled_from(["gpt-x", "gpt-x-mini", "gpt-y"]),
            tier=st.sampled_from(["standard", "batch", "priority", ""]),
            tokens=st.dictionaries(
                st.sampled_from(["input_uncached", "cache_read", "cache_write", "output"]), st.integers(0, 10**7)
            ),
        ),
        min_size=1,
    )
)
def test_savings_are_never_more_than_was_spent(calls: list[Any]) -> None:
    """LL-R01: 1,000 calls for 0.06 USD were to save 3.25."""
    shares = {name: Decimal(1) for name in ("cache", "batch", "flex", "priority", "long-context", "model", "host")}
    told = record(calls, shares=shares)
    spent = Decimal(told["total"]["usd"])
    for tier in told["recommendations"].values():
        assert Decimal(tier["claimed_usd"]) <= spent + Decimal("0.01")
        for item in tier["items"]:
            assert Decimal(item["claimed_usd"]) <= Decimal(item["basis_usd"]) <= spent + Decimal("0.01")


def test_an_embedding_or_a_free_variant_never_replaces_a_chat() -> None:
    """LL-R02: the cheapest alternative to every chat model was text-embedding-004 at 0.00."""
    told = record(days([10] * 5), prices=embeddings())
    named = [o for used in told["elsewhere"] for o in used["others"]]
    named += [item["to"] for tier in told["recommendations"].values() for item in tier["items"]]
    assert not [o for o in named if o["sku"] == "text-embedding-004" or o["provider"] in ("other", "gift")]
    assert told["elsewhere"][0]["reason"]


def test_a_steady_new_user_raises_no_anomaly() -> None:
    """LL-R03: a steady user was "critical" on the second day."""
    for count in range(1, 40):
        assert record(days([10] * count))["trend"]["anomalies"] == []
    assert record(days([10, 10, 10, 10, 10, 0, 0] * 6))["trend"]["anomalies"] == []


def test_one_day_of_five_times_the_usual_is_one_anomaly_with_model_class_and_tag() -> None:
    usual = days([10] * 20, tags={"team": "search"})
    told = record([*usual, call("2026-09-11", tokens={"output": 5_000_000}, tags={"team": "chat"})])
    (found,) = told["trend"]["anomalies"]
    assert (found["day"], found["usd"], found["usual_usd"]) == ("2026-09-11", "50", "10.00")
    assert found["explained_by"] == {"model": "gpt-x", "class": "output", "usd": "38.00"}
    assert found["tag"] == {"name": "team", "value": "chat", "usd": "38.00"}


def test_a_day_that_is_not_over_yet_is_not_unusually_cheap() -> None:
    varied = [10, 11, 9] * 7
    assert record(days([*varied, 1]))["trend"]["anomalies"] == []
    assert [a["day"] for a in record(days([*varied, 1, 10]))["trend"]["anomalies"]] == ["2026-09-22"]


def test_every_table_adds_up_to_the_same_money() -> None:
    told = record(
        [
            *days([10, 5], tags={"team": "search"}),
            call(hour=3, **OPEN),
            call(hour=4, status="error"),
            call(model="gpt-y"),
        ]
    )
    assert told["total"]["usd"] == "15.29"
    for table in told["by"].values():
        assert sum(Decimal(row["usd"]) for row in table) == Decimal("15.29")
    assert sum(Decimal(p["usd"]) for p in told["prices"]) == Decimal("15.29")
    assert by(told, "tag team") == {"search": "15", "": "0.29"}
    assert by(told, "model") == {"gpt-x": "15.2", "open-70b": "0.09", "gpt-y": "0"}
    assert by(told, "status") == {"ok": "15.09", "error": "0.2"}


def test_each_price_is_told_with_its_day_sources_and_grade() -> None:
    (price,) = record([call()])["prices"]
    told = {name: price[name] for name in ("price", "per", "since", "evidence", "grade", "how", "tokens", "usd")}
    assert told == {
        "price": "2",
        "per": "1M tokens",
        "since": "2026-07-01",
        "evidence": "hand=2",
        "grade": "B",
        "how": "exact id",
        "tokens": "100000",
        "usd": "0.2",
    }


def test_hours_of_the_week_are_those_of_utc_or_of_a_stated_offset() -> None:
    """1 September 2026 is a Tuesday; 22:00 in Greenwich is Wednesday, 3:30, in Delhi."""
    calls = [call(hour=22), call(hour=22), call(hour=5)]
    assert record(calls)["heat"] == {"offset": "+00:00", "cells": [[1, 5, 1, "0.2"], [1, 22, 2, "0.4"]]}
    assert record(calls, offset_minutes=330)["heat"] == {
        "offset": "+05:30",
        "cells": [[1, 10, 1, "0.2"], [2, 3, 2, "0.4"]],
    }
    with pytest.raises(InvoiceError, match="offset_minutes"):
        record(calls, offset_minutes=1000)


def test_latencies_are_those_of_calls_that_ended_well() -> None:
    calls = [call(latency_ms=n) for n in range(1, 101)]
    found = record([*calls, call(latency_ms=90_000, status="error"), call()])["latency"]
    assert [(one["model"], one["calls"]) for one in found] == [("", 100), ("gpt-x", 100)]
    assert {name: found[0][name] for name in ("p50", "p90", "p95", "p99", "max")} == {
        "p50": 50,
        "p90": 90,
        "p95": 95,
        "p99": 99,
        "max": 100,
    }


def test_caches_are_told_with_what_they_saved_and_what_writing_cost() -> None:
    """Read: 1 M × (2 − 0.50); written: 0.1 M × (2.50 − 2), of prompts below the long-context price."""
    calls = [call(tokens={"cache_read": 100_000, "cache_write": 10_000, "input_uncached": 90_000}) for _ in range(10)]
    found = record(calls)["cache"]
    assert (found["saved_usd"], found["paid_extra_usd"], found["net_usd"]) == ("1.5", "0.05", "1.45")
    assert (found["read_tokens"], found["written_tokens"], found["read_share"]) == ("1000000", "100000", "0.5")
    assert [m["model"] for m in found["models"]] == ["gpt-x"]


def test_calls_far_above_the_median_of_their_model_are_told() -> None:
    calls = [call(request_id=f"r{n}") for n in range(30)]
    far = call(hour=12, tokens={"output": 1_000_000}, request_id="far")
    (found,) = record([*calls, far, call(hour=13, tokens={"output": 200_000})])["outliers"]
    assert (found["request_id"], found["usd"], found["median_usd"], found["times"]) == ("far", "8", "0.2", "40")
    assert record([*calls[:10], far])["outliers"] == []  # ten calls tell nothing of what is usual


def test_the_same_usage_at_other_providers_is_like_for_like() -> None:
    """0.9 + 0.9 USD a million at one host are 0.3 + 0.6 at the other."""
    calls = [call(**OPEN, tokens={"input_uncached": 1_000_000, "output": 1_000_000})]
    models = ModelBook({}, {("hostb", "open-70b"): HostFacts("fp8", 128_000)}, {})
    (used,) = record(calls, prices=book(models=models))["elsewhere"]
    assert (used["provider"], used["usd"]) == ("hosta", "1.8")
    (other,) = used["others"]
    assert {n: other[n] for n in ("provider", "usd", "difference_usd", "grade", "precision", "context")} == {
        "provider": "hostb",
        "usd": "0.90",
        "difference_usd": "-0.90",
        "grade": "A",
        "precision": "fp8",
        "context": 128_000,
    }
    reasoning = [call(**OPEN, tokens={"audio_in": 5})]
    assert record(reasoning)["elsewhere"] == []


def test_five_others_at_most_the_cheapest_first() -> None:
    told = {"sources": "hand page"}
    hosts = [tariff(f"host{n}", "open-70b", "input.text.token", f"0.{9 - n}", **told) for n in range(1, 9)]
    hosts.append(tariff("cheapest", "open-70b", "input.text.token", "0.01"))  # on the word of one source
    used = record([call(**OPEN)], prices=book((*TARIFFS, *hosts), NAMES))["elsewhere"][0]
    assert [o["provider"] for o in used["others"]] == ["host8", "host7", "host6", "hostb", "host5"]


def test_a_view_is_a_part_and_reads_nothing_again() -> None:
    found = spend([*days([1, 2, 3], tags={"team": "a"}), *days([10], model="gpt-x-mini", tags={"team": "b"})])
    for view, usd in (
        (View(), "6"),
        (View(since="2026-09-02"), "5"),
        (View(until="2026-09-02"), "3"),
        (View(model="gpt-x-mini"), "0"),
        (View(tags={"team": "a"}), "6"),
        (View(tags={"team": "none"}), "0"),
        (View(file="0.jsonl", provider="openai", status="ok"), "6"),
    ):
        assert to_record(found, options_from({"view": {**parts(view)}}))["total"]["usd"] == usd
    assert to_record(found)["choices"]["tags"] == {"team": ["a", "b"]}


def parts(view: View) -> dict[str, Any]:
    return {name: getattr(view, name) for name in View.__slots__}


def test_two_periods_differ_by_volume_price_and_mix() -> None:
    """Twice the tokens at half the price since July."""
    june = days([4] * 2, "2026-06-10", tags={"team": "a"})
    before = [call("2026-06-10", tokens={"input_uncached": 100_000}), *june]
    after = [call("2026-07-10", tokens={"input_uncached": 200_000}), *days([1], "2026-07-11", model="gpt-x")]
    periods = (("2026-06-01", "2026-06-30"), ("2026-07-01", "2026-07-31"))
    found = record([*before, *after], periods=periods)["periods"]
    assert (found["first"]["usd"], found["second"]["usd"], found["difference_usd"]) == ("8.4", "1.4", "-7")
    assert sum(Decimal(found[n]) for n in ("volume_usd", "price_usd", "mix_usd")) == -7
    assert found["price_usd"] == "-0.40"
    assert [(p["name"], p["difference_usd"], p["note"]) for p in found["by_tag"]["team"]] == [
        ("a", "-8", "ended"),
        ("", "1", ""),
    ]
    assert record(before, periods=periods)["periods"] is None
    fresh = record([*before, *after, call("2026-07-12", model="gpt-x-mini")], periods=periods)["periods"]["by_model"]
    assert {(p["name"], p["note"]) for p in fresh} == {("gpt-x", ""), ("gpt-x-mini", "new spend")}  # no percentage


def test_calls_are_sorted_by_tokens_provider_and_model() -> None:
    calls = [
        call(hour=1, tokens={"input_uncached": 10, "output": 9}, request_id="a"),
        call(hour=2, tokens={"input_uncached": 4, "cache_read": 50, "output": 7}, model="gpt-x-mini", request_id="b"),
        call(hour=3, tokens={"output": 8}, provider="another", model="", request_id="c"),
    ]
    found = spend(calls)

    def ids(**query: Any) -> str:
        page = call_page(found, query=query_from(query))
        return "".join(row[page["columns"].index("request_id")] for row in page["rows"])

    assert ids(sort="input") == "bac"  # 54, 10, not told: what was read from a cache went in, too
    assert ids(sort="input", descending=False) == "abc"
    assert ids(sort="output") == "acb"
    assert ids(sort="provider", descending=False) == "cab"
    assert ids(sort="provider") == "abc"
    assert ids(sort="model", descending=False) == "abc"  # without a model last in both directions
    assert ids(sort="model") == "bac"


def test_pages_of_single_calls_are_sorted_and_filtered() -> None:
    calls = [call(hour=n, tokens={"output": 1000 * n}, latency_ms=100 - n, request_id=f"r{n}") for n in range(1, 6)]
    found = spend([*calls, call(hour=9, model="gpt-y")])

    def ids(**query: Any) -> list[str]:
        page = call_page(found, query=query_from(query))
        at = page["columns"].index("request_id")
        return [row[at] for row in page["rows"]]

    assert ids() == ["", "r5", "r4", "r3", "r2", "r1"]
    assert ids(sort="time", descending=False, count=2) == ["r1", "r2"]
    assert ids(sort="cost", start=1, count=2) == ["r4", "r3"]
    assert ids(sort="cost")[-1] == ""  # what has no price comes last in both directions
    assert ids(sort="cost", descending=False)[-1] == ""
    assert ids(sort="latency") == ["r1", "r2", "r3", "r4", "r5", ""]
    assert ids(min_usd="0.03") == ["r5", "r4"]
    page = call_page(found, query=Query(sort="cost", count=1))
    row = dict(zip(page["columns"], page["rows"][0], strict=True))
    assert (row["usd"], row["output"], row["input_uncached"], row["file"], row["row"]) == (
        "0.04",
        5000,
        None,
        "0.jsonl",
        5,
    )
    assert page["matching"] == 6
    with pytest.raises(InvoiceError, match="sort"):
        query_from({"sort": "name"})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"todai": "x"}, "todai is not known"),
        ({"today": "soon"}, "today"),
        ({"budgets": [{"amount": "-1"}]}, "above 0"),
        ({"budgets": [{"name": "a"}]}, "amount is missing"),
        ({"budgets": [{"amount": "1", "per": "week"}]}, "per is 'week'"),
        ({"budgets": [{"amount": "1", "group": "team"}]}, "team=search"),
        ({"budgets": [{"amount": "1", "warn_at": "101"}]}, "between 0 and 100"),
        ({"budgets": [{"amount": "1", "start": "2026-02-01", "end": "2026-01-01"}]}, "before it starts"),
        ({"plan": {"days": 0, "entries": []}}, "at least one"),
        ({"plan": {"days": 1, "entries": [{"model": "m"}]}}, "provider is missing"),
        ({"view": "all"}, "view: expected fields"),
        ({"offset_minutes": "x"}, "offset_minutes"),
        ({"view": {"since": "2026-13-01"}}, "since"),
    ],
)
def test_wrong_options_name_their_field(params: dict[str, Any], message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        options_from(params)


def test_months_and_days_are_those_of_today() -> None:
    told = record(days([1] * 40, "2026-08-01"), today="2026-09-05")["total"]
    assert (told["today_usd"], told["month_usd"], told["usd"]) == ("1", "9", "40")
    assert date.fromisoformat(told["last_day"]) - date.fromisoformat(told["first_day"]) == timedelta(39)

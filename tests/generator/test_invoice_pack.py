"""The invoice pack: what the night writes is what the bill reader in the browser holds bills against."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from generator.places import checkout
from generator.precompute.invoice_pack import invoice_pack
from generator.registry import load_registry
from generator.render.invoice_sample import sample_bill
from generator.sync.state import load_state
from tests.generator.tool_site import tool_site
from wasm_tools import browser
from wasm_tools.invoice.pack import PackError, PriceBook, bill_record, read_price_book, short_evidence, stated_evidence
from wasm_tools.pricing.offers import evidence_text, parse_evidence

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd,model\n"


def pack() -> dict[str, Any]:
    data = tool_site()
    written = invoice_pack(data.registry, data.state.offers, data.as_of, REGISTRY)
    return json.loads(json.dumps(written))


def book() -> PriceBook:
    return read_price_book(pack())


def test_every_offer_comes_back_exactly() -> None:
    data = tool_site()
    expected = {o.key: replace(o, effective_from="", effective_to="", note="") for o in data.offers}
    told = {o.key: o for o in book().offers}
    assert told.keys() == expected.keys()
    for key, offer in expected.items():
        assert told[key] == replace(offer, evidence=tuple(sorted(offer.evidence)))


@pytest.mark.parametrize("text", ["a=0.15 b=0.15", "a=0.15 b=0.2 c=0.15!2026-11-01", "a=0.2!2026-11-01", ""])
def test_shortened_evidence_says_the_same(text: str) -> None:
    offer = replace(tool_site().offers[0], price=Decimal("0.15"), evidence=parse_evidence(text))
    assert evidence_text(stated_evidence(short_evidence(offer), offer.price)) == text


def test_a_pack_of_another_version_is_refused_in_words() -> None:
    with pytest.raises(PackError, match="reload the page"):
        read_price_book({**pack(), "version": 99})


def test_a_bill_at_list_price_has_nothing_above_list() -> None:
    record = bill_record((HEADER + "acme,llm,1000000,tokens,2.00,closed-xl\n").encode(), book())
    assert record["totals"]["overpaid_usd"] == "0.00"
    assert [v["name"] for v in record["verdicts"]] == ["at list"]
    assert record["as_of"] == "2026-11-20"


def test_providers_are_known_by_name_as_well() -> None:
    record = bill_record((HEADER + "Acme AI,llm,1000000,tokens,2.00,closed-xl\n").encode(), book())
    assert record["totals"]["compared_lines"] == 1


def test_the_browser_entry_answers_text_and_bytes_alike() -> None:
    browser.load_pack(json.dumps(pack()))
    text = HEADER + "acme,llm,1000000,tokens,20.00,closed-xl\n"
    by_text = json.loads(browser.handle("invoice", json.dumps({"text": text})))
    import base64

    packed = base64.b64encode(b"\xef\xbb\xbf" + text.encode()).decode()
    by_bytes = json.loads(browser.handle("invoice", json.dumps({"base64": packed})))
    assert by_text["ok"]
    assert by_text["result"]["totals"] == by_bytes["result"]["totals"]
    assert by_text["result"]["totals"]["overpaid_usd"] == "10.00"


def test_a_file_that_is_no_bill_is_refused_in_words() -> None:
    browser.load_pack(json.dumps(pack()))
    reply = json.loads(browser.handle("invoice", json.dumps({"text": "name,age\nada,36\n"})))
    assert not reply["ok"]
    assert reply["error"]["field"] == "file"
    assert "amount_usd" in reply["error"]["message"]


def test_without_a_bill_the_browser_entry_says_what_it_needs() -> None:
    browser.load_pack(json.dumps(pack()))
    reply = json.loads(browser.handle("invoice", "{}"))
    assert reply["error"]["field"] == "file"


def test_the_sample_shows_every_verdict_and_keeps_every_cent() -> None:
    sample = sample_bill(tool_site())
    record = bill_record(sample.encode(), book())
    totals = record["totals"]
    assert Decimal(totals["file_usd"]) == Decimal(totals["analysed_usd"]) + Decimal(totals["excluded_usd"])
    assert {v["name"] for v in record["verdicts"]} >= {"at list", "above list", "unknown"}
    assert {e["reason"] for e in record["excluded"]} == {
        "credit or negative quantity", "total row: it repeats the amounts of other rows",
    }  # fmt: skip


def test_the_pack_of_all_stored_prices_stays_below_a_megabyte() -> None:
    places = checkout()
    state = load_state(places.state)
    written = invoice_pack(load_registry(places.registry), state.offers, state.newest_observation, places.registry)
    body = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
    assert len(written["offers"]["price"]["codes"]) > 20_000
    assert len(gzip.compress(body, 6)) < 1_000_000
    read = read_price_book(written)
    assert Counter(o.provider for o in read.offers) == Counter(
        provider
        for provider in (written["offers"]["provider"]["values"][c] for c in written["offers"]["provider"]["codes"])
    )

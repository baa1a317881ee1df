"""The invoice pack: what the night writes is what the bill reader in the browser holds bills against."""

import gzip
import json
from collections import Counter
from dataclasses import replace
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from generator.precompute.invoice_history import ended, history_texts, price_periods
from generator.precompute.invoice_pack import invoice_pack
from generator.render.invoice_sample import sample_bill
from generator.sync.state import PriceEvent
from tests.generator.small_site import offer
from tests.generator.stored_prices import stored_pack
from tests.generator.tool_site import tool_site
from tests.wasm_tools.priced import bill_of
from wasm_tools.invoice.audit import ABOVE, LIST, UNKNOWN
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.line_meters import SHAPES
from wasm_tools.invoice.opportunities import opportunities
from wasm_tools.invoice.pack import OfferBook, PackError, read_price_book, short_evidence, stated_evidence
from wasm_tools.invoice.report import report_record
from wasm_tools.invoice.tariffs import periods_reader
from wasm_tools.invoice.usage import LineKey, UsageLine, exact_sum
from wasm_tools.pricing.offers import WORKLOADS, evidence_text, parse_evidence

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
HEADER = "provider,workload_type,usage_qty,usage_unit,amount_usd,model\n"


def pack() -> dict[str, Any]:
    data = tool_site()
    written = invoice_pack(data.registry, data.state, data.as_of, REGISTRY)
    return json.loads(json.dumps(written))


def book() -> OfferBook:
    return read_price_book(pack())


def test_every_offer_comes_back_exactly() -> None:
    data = tool_site()
    expected = {o.key: replace(o, effective_from="", effective_to="", note="") for o in data.offers}
    told = {o.key: o for o in book().offers}
    assert told.keys() == expected.keys()
    for key, one in expected.items():
        assert told[key] == replace(one, evidence=tuple(sorted(one.evidence)))


@pytest.mark.parametrize("text", ["a=0.15 b=0.15", "a=0.15 b=0.2 c=0.15!2026-11-01", "a=0.2!2026-11-01", ""])
def test_shortened_evidence_says_the_same(text: str) -> None:
    offer = replace(tool_site().offers[0], price=Decimal("0.15"), evidence=parse_evidence(text))
    assert evidence_text(stated_evidence(short_evidence(offer), offer.price)) == text


def test_a_pack_of_another_version_is_refused_in_words() -> None:
    with pytest.raises(PackError, match="reload the page"):
        read_price_book({**pack(), "version": 99})


def test_a_bill_at_list_price_has_nothing_above_list() -> None:
    bill = HEADER + "acme,llm,1000000,tokens,2.00,closed-xl\nAcme AI,llm,1000000,tokens,2.00,closed-xl\n"
    record = report_record([("bill.csv", bill.encode())], book())
    assert record["overpaid_usd"] == "0"
    assert [(v["verdict"], v["lines"]) for v in record["verdicts"]] == [(LIST, 2)]
    assert record["as_of"] == "2026-11-20"


def test_the_sample_bill_shows_the_usual_verdicts_and_keeps_every_cent() -> None:
    record = report_record([("bill.csv", sample_bill(tool_site()).encode())], book())
    totals = record["totals"]["USD"]
    assert Decimal(totals["parsed"]) == Decimal(totals["analysed"]) + Decimal(totals["excluded"])
    assert {v["verdict"] for v in record["verdicts"]} >= {LIST, ABOVE, UNKNOWN}
    assert {e["reason"] for e in record["files"][0]["excluded"]} == {"credit", "total_row"}


@pytest.fixture(scope="module")
def stored() -> dict[str, Any]:
    """The pack of all committed prices."""
    return stored_pack()


def test_the_pack_of_all_stored_prices_stays_small(stored: dict[str, Any]) -> None:
    body = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    column = stored["offers"]["provider"]
    assert len(stored["offers"]["price"]["codes"]) > 20_000
    assert len(gzip.compress(body, 6)) < 400_000
    read = read_price_book(stored)
    assert Counter(o.provider for o in read.offers) == Counter(column["values"][c] for c in column["codes"])


def test_no_line_at_list_price_is_a_finding_over_all_categories_and_meters(stored: dict[str, Any]) -> None:
    """IN-T01: of each kind of meter at each provider, one line at the price of the last day."""
    dated = read_price_book(stored).dated
    classes = {shape: name for name, shape in reversed(SHAPES.items())}
    workloads, seen = set(), set()
    lines = []
    for (provider, sku), tariffs in dated.prices.by_sku.items():
        for t in tariffs:
            kind = (provider, t.meter, t.offer.region)
            if kind in seen or t.gone or not t.offer.price or t.meter.variant == "free":
                continue
            seen.add(kind)
            workloads.add(t.offer.workload)
            meter = t.meter
            line_class = classes.get((meter.direction, meter.modality, meter.cache), "other")
            key = LineKey(
                provider, model_raw=sku, line_class=line_class if meter.unit == "token" else "other", unit=meter.unit,
                tier=meter.tier, context_band="long" if meter.above_tokens else "short",
                region="" if t.offer.region == "global" else t.offer.region, currency="USD",
            )  # fmt: skip
            quantity = Decimal(dated.units.units[meter.unit].per * 1000)
            assert dated.rule(key, dated.as_of).verdict(quantity, t.offer.price * 1000).kind == LIST, t
            lines.append(UsageLine(0, dated.as_of, key, quantity, t.offer.price * 1000))
    found = audited(bill_of(lines), dated)
    usd = exact_sum(c.cost for c in found.cells)
    with localcontext(Context(prec=50)):
        tiers = opportunities(found.cells, dated, {}, usd)
    assert {c.verdict.kind for c in found.cells} == {LIST}
    assert (tiers["A"].claimed, tiers["B"].claimed, tiers["C"].claimed) == (0, 0, 0)
    assert tiers["A"].up_to < usd
    assert workloads == {*WORKLOADS, "gpu"}
    assert len(seen) > 3_000


def test_real_names_that_hold_a_known_one_stay_themselves(stored: dict[str, Any]) -> None:
    """IN-T22: the damage that likeness did elsewhere; each name is the model that it says, or none."""
    dated = read_price_book(stored).dated

    def named(provider: str, name: str) -> str:
        return dated.product(LineKey(provider, model_raw=name)).sku

    assert named("openai", "gpt-4o-mini-tts") in ("gpt-4o-mini-tts", "")
    assert named("openai", "o3-deep-research") in ("o3-deep-research", "")
    assert named("google", "gemini-2.5-flash-lite") in ("gemini-2.5-flash-lite", "")
    assert named("openai", "gpt-4-vision") == ""
    assert named("openai", "gpt-4o-audio-and-more") == ""
    assert named("anthropic", "Claude Sonnet 4.5") == "claude-sonnet-4-5"
    assert named("anthropic", "claude 3.5 haiku") == "claude-3-5-haiku-20241022"
    assert named("Amazon Web Services", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")


def test_every_reviewed_name_of_bills_means_something_that_is_sold(stored: dict[str, Any]) -> None:
    dated = read_price_book(stored).dated
    for row in stored["bill_names"]:
        assert row["kind"] in ("provider", "model")
        assert row["name"] == row["name"].lower()
        assert row["source"] and row["reviewed"]
        if row["kind"] == "provider":
            assert row["means"] in dated.prices.providers
        else:
            assert dated.prices.sku(row["provider"], row["means"]) == row["means"]


def event(day: str, kind: str, old: str, new: str) -> PriceEvent:
    return PriceEvent(day, "acme", "m", "input.text.token", "global", "USD", kind, old, new, "litellm")


def test_history_joins_what_was_seen_with_stated_dates() -> None:
    now = replace(offer("acme", "m", "input.text.token", "1"), effective_from="2026-06-01")
    events = [event("2026-03-01", "repriced", "3", "2"), event("2026-01-01", "listed", "", "3")]
    periods = price_periods([now], events, "2026-11-20")
    (text,) = history_texts([now], periods)
    assert text == "2026-01-01=3 2026-03-01=2 2026-06-01"
    assert periods_reader()(text, now.price) == periods[now.key]


def test_what_ended_keeps_its_past_and_what_contradicts_it_has_none() -> None:
    gone = price_periods([], [event("2026-05-01", "ended", "3", "")], "2026-11-20")
    ((key, text),) = ended([], gone, "2026-11-20")
    assert (key[1], text) == ("m", "=3 2026-05-01")
    assert periods_reader()(text, None) == (("", Decimal(3)), ("2026-05-01", None))
    other = replace(offer("acme", "m", "input.text.token", "7"), effective_from="")
    assert history_texts([other], price_periods([other], [event("2026-01-01", "listed", "", "3")], "2026-11-20")) == [
        ""
    ]

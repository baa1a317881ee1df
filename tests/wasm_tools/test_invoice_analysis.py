"""The analysis of a bill: like for like only, no phantom savings, counts that mean what they say."""

import json
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.bills import HEADER, OFFERS, UNITS, analysed, bill, offer
from wasm_tools.invoice import Finding, to_record
from wasm_tools.invoice.record import totals
from wasm_tools.pricing.offers import Offer

WITH_MODEL = HEADER + ",model"
UNIT_NAMES = {"token": "tokens", "audio_second": "audio_second", "character": "chars", "image": "image"}


def only(*rows: str, header: str = WITH_MODEL, offers: tuple[Offer, ...] = OFFERS) -> Finding:
    return analysed(bill(*rows, header=header), offers).findings[0]


def list_row(offer: Offer, quantity: int, cents: bool) -> str:
    amount = UNITS.cost(offer.meter, offer.price, Decimal(quantity))
    if cents:
        amount = amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    unit = UNIT_NAMES[offer.meter.unit]
    return f"{offer.provider},{offer.workload},{quantity},{unit},{amount:f},{offer.sku}"


@pytest.mark.parametrize("cents", [False, True])
def test_a_bill_at_list_price_is_at_list_and_overpays_nothing(cents: bool) -> None:
    analysis = analysed(bill(*(list_row(o, 123_457, cents) for o in OFFERS), header=WITH_MODEL))
    readable = [f for f in analysis.findings if "one token direction" not in f.reason]
    assert {f.verdict for f in readable} == {"at list"}
    assert analysis.overpaid_usd == 0


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.tuples(st.sampled_from(OFFERS), st.integers(1, 10**12), st.booleans()), max_size=20),
)
def test_no_list_price_bill_of_any_size_is_above_list(lines: list[tuple[Offer, int, bool]]) -> None:
    analysis = analysed(bill(*(list_row(o, q, cents) for o, q, cents in lines), header=WITH_MODEL))
    assert not [f for f in analysis.findings if f.verdict in ("above list", "below list")]
    assert totals(analysis)["overpaid_usd"] == "0.00"


@pytest.mark.parametrize(
    ("seconds", "amount", "verdict"),
    [
        (100, "0.01", "at list"),  # 0.0072 USD at list, rounded up to a cent
        (160, "0.01", "at list"),  # 0.0115 USD, rounded down
        (160, "0.02", "above list"),  # no rounding to cents turns 0.0115 into 0.02
        (100, "0.0072", "at list"),
        (100, "0.0075", "above list"),  # four places were written, so half a cent is no excuse
        (5_000, "0.36", "at list"),
        (5_000, "0.4", "above list"),  # as exact as 0.40
        (6_928, "0.5", "at list"),  # 0.4965 USD, rounded to a cent and written short
    ],
)
def test_rounding_of_the_amount_is_neither_discount_nor_surcharge(seconds: int, amount: str, verdict: str) -> None:
    assert only(f"deepgram,stt,{seconds},second,{amount},nova").verdict == verdict


@pytest.mark.parametrize(
    ("amount", "verdict"),
    [("10.04", "at list"), ("5", "within list range"), ("10.06", "above list"), ("0.24", "below list"),
     ("0.2490", "at list"), ("1000.01", "unknown")],
)  # fmt: skip
def test_a_token_line_stands_in_the_range_of_its_models_list_prices(amount: str, verdict: str) -> None:
    finding = only(f"openai,llm,1000000,tokens,{amount},gpt-x")
    assert finding.verdict == verdict
    assert finding.effective_price == Decimal(amount)


def test_overpaid_is_what_exceeds_the_highest_list_price() -> None:
    analysis = analysed(bill("openai,llm,1,1m_tokens,14,gpt-x", "openai,llm,1,1m_tokens,2.5,gpt-x", header=WITH_MODEL))
    assert analysis.overpaid_usd == Decimal("4.00")


def test_without_a_model_nothing_is_compared() -> None:
    finding = only("openai,llm,10,1m_tokens,150", header=HEADER)
    assert finding.verdict == "unknown"
    assert finding.reason.startswith("no model named: the file does not say which model was used")
    assert finding.effective_price == 15


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("openai,llm,1,tokens,1e-6,gpt-9", "model 'gpt-9' is not a name"),
        ("openai,llm,1,tokens,1e-6,gpt-x-mini", "model 'gpt-x-mini' is not a name"),
        ("openai,llm,1,tokens,1e-6,gpt", "model 'gpt' is not a name"),
        ("nobody,llm,1,tokens,1e-6,gpt-x", "provider 'nobody' is not a name"),
        ("hosta,llm,1,tokens,1e-6,gpt-x", "no price of this model per 1M tokens at this provider"),
        ("openai,llm,1,image,1,gpt-x", "no price of this model per image at this provider"),
        ("openai,astrology,1,tokens,1e-6,gpt-x", "workload 'astrology' is not known"),
        ("openai,llm,1,parsecs,1,gpt-x", "unit 'parsecs' is not known"),
        ("openai,llm,1,generation,1,gpt-x", "one generation yields"),
    ],
)
def test_what_cannot_be_compared_says_why(row: str, reason: str) -> None:
    finding = only(row)
    assert finding.verdict == "unknown"
    assert reason in finding.reason


@pytest.mark.parametrize(("provider", "model"), [("OpenAI", "GPT-X"), ("open ai", "gpt x"), (" openai ", " gpt-x ")])
def test_names_resolve_exactly_or_by_alias(provider: str, model: str) -> None:
    assert only(f"{provider},llm,1000000,tokens,10,{model}").verdict == "at list"


def test_a_provider_s_own_sku_is_compared_while_its_model_is_unresolved() -> None:
    offers = (
        offer("openai", "", "input.text.token", "3", sku="weird-1"),
        offer("openai", "", "output.text.token", "9", sku="weird-1"),
        offer("hosta", "", "input.text.token", "1", sku="weird-1"),
        offer("hosta", "", "output.text.token", "1", sku="weird-1"),
    )
    analysis = analysed(bill("openai,llm,1000000,tokens,9,weird-1", header=WITH_MODEL), offers)
    assert analysis.findings[0].verdict == "at list"
    assert analysis.comparisons[0].alternatives == (), "the same name elsewhere is not the same model"


def test_one_listed_direction_is_not_enough_to_judge_a_chat_bill() -> None:
    offers = (offer("openai", "half", "input.text.token", "1"),)
    finding = only("openai,llm,1000000,tokens,5,half", offers=offers)
    assert "one token direction only" in finding.reason
    assert only("cohere,embeddings,1000000,tokens,0.12,embed-x").verdict == "at list"


def test_alternatives_are_the_same_model_and_meter_cheapest_first() -> None:
    (found,) = analysed(bill("hosta,llm,1000000,tokens,0.90,open-70b", header=WITH_MODEL)).comparisons
    listed = zip(found.alternatives, found.differences(), strict=True)
    assert [(p.provider, p.meter, str(p.price), str(difference)) for p, difference in listed] == [
        ("hostc", "input.text.token", "0.10", "-0.80"),
        ("hostb", "input.text.token", "0.30", "-0.60"),
        ("hostb", "output.text.token", "0.60", "-0.30"),
        ("hostc", "output.text.token", "1.20", "0.30"),
    ]
    assert found.alternatives[0].evidence == "hand=0.1"


def test_a_range_is_claimed_only_where_every_direction_is_cheaper() -> None:
    (move,) = analysed(bill("hosta,llm,100,1m_tokens,90,open-70b", header=WITH_MODEL)).moves
    assert move.provider == "hostb", "hostc is cheaper for input alone"
    assert (move.low_usd, move.high_usd) == (Decimal("30.00"), Decimal("60.00"))
    assert analysed(bill("hostb,llm,100,1m_tokens,45,open-70b", header=WITH_MODEL)).moves == ()


def test_a_discounted_line_claims_no_range() -> None:
    assert analysed(bill("hosta,llm,100,1m_tokens,45,open-70b", header=WITH_MODEL)).moves == ()


def test_a_cached_price_at_the_current_provider_needs_a_match_elsewhere() -> None:
    cached = offer("hosta", "open-70b", "input.text.token;cache=read", "0.45")
    assert analysed(bill("hosta,llm,100,1m_tokens,90,open-70b", header=WITH_MODEL), (*OFFERS, cached)).moves == ()


def test_one_meter_gives_an_exact_saving_of_its_own_kind() -> None:
    analysis = analysed(bill("deepgram,stt,100,audio_hour,25.80,nova", header=WITH_MODEL))
    (move,) = analysis.moves
    assert (move.low_usd, move.high_usd, move.provider) == (Decimal("5.80"), Decimal("5.80"), "other")
    assert analysis.overpaid_usd == 0, "a cheaper provider is not an overpayment"


def test_another_model_never_replaces_the_one_on_the_bill() -> None:
    analysis = analysed(bill("openai,llm,1000,1m_tokens,10000,gpt-x", header=WITH_MODEL))
    assert analysis.moves == ()
    assert [c.alternatives for c in analysis.comparisons] == [()]


def test_a_free_tier_is_no_replacement_price() -> None:
    free = offer("gratis", "nova", "input.audio.audio_second", "0", "speech-to-text")
    (move,) = analysed(bill("deepgram,stt,100,audio_hour,25.80,nova", header=WITH_MODEL), (*OFFERS, free)).moves
    assert move.provider == "other"


def test_a_free_variant_of_the_model_neither_stops_a_move_nor_blurs_it() -> None:
    free = [offer("hostb", "open-70b", f"{d}.text.token;variant=free", "0") for d in ("input", "output")]
    line = bill("hosta,llm,100,1m_tokens,90,open-70b", header=WITH_MODEL)
    assert analysed(line, (*OFFERS, *free)).moves == analysed(line).moves


def test_a_saving_below_one_per_cent_is_not_claimed() -> None:
    near = (OFFERS[8], offer("near", "nova", "input.audio.audio_second", "0.2565", "speech-to-text"))
    assert analysed(bill("deepgram,stt,100,audio_hour,25.80,nova", header=WITH_MODEL), near).moves == ()


def test_prices_that_have_ended_are_not_compared() -> None:
    old = offer("openai", "gpt-x", "output.text.token", "14", effective_to="2026-06-01")
    data = bill("openai,llm,1000000,tokens,14,gpt-x", header=WITH_MODEL)
    assert analysed(data, (*OFFERS, old)).findings[0].verdict == "above list"
    assert analysed(data, (*OFFERS, old), as_of="2026-05-31").findings[0].verdict == "at list"
    assert analysed(data, (*OFFERS, old), as_of="2026-06-01").findings[0].verdict == "above list"


def test_a_price_of_tomorrow_is_not_compared() -> None:
    later = offer("openai", "gpt-x", "output.text.token", "14", effective_from="2027-01-01")
    data = bill("openai,llm,1000000,tokens,14,gpt-x", header=WITH_MODEL)
    assert analysed(data, (*OFFERS, later), as_of="2026-11-21").findings[0].verdict == "above list"


def test_contradicting_unit_raises_a_question_with_the_implied_price() -> None:
    analysis = analysed(bill("openai,llm,10000000,1m_tokens,150"))
    (question,) = analysis.questions
    assert (question.provider, question.unit_raw, question.lines) == ("openai", "1m_tokens", 1)
    assert question.implied_price == Decimal("0.000015")
    assert analysis.findings[0].verdict == "unknown"
    record = to_record(analysis)["questions"][0]
    assert record["implied_price"] == "0.000015"
    assert (record["known_low"], record["known_high"]) == ("0.01", "10")
    assert record["readings"] == [{"base_units": "1000", "price": "0.015"}]


def test_a_unit_is_asked_about_once_however_many_lines() -> None:
    rows = [f"openai,llm,10000000,1m_tokens,{n},gpt-x" for n in (150, 160)]
    analysis = analysed(bill(*rows, "openai,llm,10000000,1m_tokens,99,open-70b", header=WITH_MODEL))
    (question,) = analysis.questions
    assert (question.lines, question.amount_usd) == (3, 409)


def test_same_meter_in_two_spellings_is_one_comparison() -> None:
    analysis = analysed(bill("openai,llm,1,1M_tokens,10,gpt-x", "OpenAI,LLM,1,1m_tokens,10,GPT X", header=WITH_MODEL))
    assert len(analysis.comparisons) == 1
    assert [f.verdict for f in analysis.findings] == ["at list", "at list"]


def test_figures_of_the_record_mean_what_they_say() -> None:
    analysis = analysed(
        bill(
            "openai,llm,1,1m_tokens,14,gpt-x",
            "hosta,llm,100,1m_tokens,90,open-70b",
            "hosta,llm,100,1m_tokens,90,unheard-of",
            "hosta,llm,-1,1m_tokens,0.90,open-70b",
            "hosta,llm,1,1m_tokens,abc,open-70b",
            header=WITH_MODEL,
        )
    )
    record = to_record(analysis)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["totals"] == {
        "rows": 5,
        "analysed_lines": 3,
        "compared_lines": 2,
        "not_compared_lines": 1,
        "excluded_rows": 2,
        "rows_without_amount": 1,
        "file_usd": "194.9",
        "analysed_usd": "194",
        "excluded_usd": "0.9",
        "compared_usd": "104",
        "not_compared_usd": "90",
        "overpaid_usd": "4.00",
        "same_model_elsewhere_usd": {"low": "30.00", "high": "60.00"},
    }
    assert record["providers"] == [
        {"provider": "hosta", "lines": 2, "usd": "180"},
        {"provider": "openai", "lines": 1, "usd": "14"},
    ]
    assert [(v["name"], v["lines"]) for v in record["verdicts"]] == [("above list", 1), ("at list", 1), ("unknown", 1)]
    assert [r["line"] for r in record["excluded_rows"]] == [5, 6]
    assert len(record["lines"]["rows"]) == 3
    assert all(len(row) == len(record["lines"]["columns"]) for row in record["lines"]["rows"])


priced = st.sampled_from([("openai", "gpt-x"), ("hosta", "open-70b"), ("hostb", "open-70b"), ("x", "y")])
row = st.tuples(
    priced,
    st.integers(1, 10**9),
    st.sampled_from(["tokens", "1k_tokens", "1m_tokens", "image"]),
    st.decimals("0.01", "1e6", places=2),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(row, max_size=20), st.randoms())
def test_order_changes_nothing_and_no_saving_exceeds_its_bill(rows: list, random) -> None:
    texts = [f"{p},llm,{q},{u},{a},{m}" for (p, m), q, u, a in rows]
    shuffled = list(texts)
    random.shuffle(shuffled)
    first, second = (to_record(analysed(bill(*t, header=WITH_MODEL))) for t in (texts, shuffled))
    assert first["totals"] == second["totals"]
    assert first["verdicts"] == second["verdicts"]
    spent = Decimal(first["totals"]["analysed_usd"])
    assert 0 <= Decimal(first["totals"]["overpaid_usd"]) <= spent
    elsewhere = first["totals"]["same_model_elsewhere_usd"]
    assert 0 <= Decimal(elsewhere["low"]) <= Decimal(elsewhere["high"]) <= spent

"""What the user states: providers, units, models, currencies and columns; questions that ask for it; and reading in
steps. What is said changes the comparison, never the totals of the file."""

import json
from typing import Any

import pytest

from tests.wasm_tools.bills import HEADER, bill
from tests.wasm_tools.invoices import fixture
from tests.wasm_tools.priced import TARIFFS, book
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.masking import masked
from wasm_tools.invoice.options import read_options
from wasm_tools.invoice.prepared import Progress, prepare, preparing
from wasm_tools.invoice.report import assessed, report, to_record, with_tiers
from wasm_tools.invoice.usage import InvoiceError

COSTS = fixture("openai_cost_2026-09-01_2026-09-02.csv").decode().splitlines()[0]
EUROS = f'{COSTS}\n1788220800,1788307200,,,1.85,eur,1000000,tokens,"gpt-x, input",u,k,p,org,,Org,,\n'.encode()
LATER = EUROS.replace(b"1788220800,1788307200", b"1788480000,1788566400")
OWN = b"Day,Item,Number,Charge (EUR),Remark\n2026-09-01,gpt-x,1000000,1.85,secret\n2026-09-02,gpt-x,2000000,3.70,more\n"


def record(*files: tuple[str, bytes], **options: Any) -> dict[str, Any]:
    wanted = read_options(options)
    found = to_record(assessed(prepare(files, book(TARIFFS), wanted.choices), wanted))
    assert json.loads(json.dumps(found)) == found
    return found


def cells(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(found["cells"]["columns"], row, strict=True)) for row in found["cells"]["rows"]]


def question(found: dict[str, Any], about: str) -> dict[str, Any]:
    (one,) = (q for q in found["questions"] if q["about"] == about and not q["answer"])
    return dict(one)


def test_a_currency_is_converted_at_the_rate_stated_and_asked_for_before() -> None:
    """IN-T19: without a rate it is in the totals only."""
    before = record(("bill.csv", EUROS))
    assert before["coverage"]["analysed_usd"] == "0"
    asked = question(before, "rates")
    assert (asked["subject"], asked["control"], asked["amount"], asked["lines"]) == (
        "EUR",
        "number",
        {"EUR": "1.85"},
        1,
    )
    found = record(("bill.csv", EUROS), choices={"rates": {"eur": "1.08"}})
    assert found["totals"] == before["totals"] == {"EUR": {"parsed": "1.85", "analysed": "1.85", "excluded": "0"}}
    assert found["coverage"]["analysed_usd"] == "1.998"
    assert found["rates"] == [{"currency": "EUR", "usd": "1.08", "amount": "1.85", "amount_usd": "1.998"}]
    (cell,) = cells(found)
    assert (cell["verdict"], cell["usd"], cell["currency"]) == ("list", "1.998", "USD")
    assert cell["note"] == "converted at 1.08 USD for 1 EUR: stated by you"
    assert [q["answer"] for q in found["questions"]] == ["1.08"]


def test_a_rate_may_hold_for_one_file_only() -> None:
    two = (("a.csv", EUROS), ("b.csv", LATER))
    found = record(*two, choices={"rates": {"EUR": "1.08"}}, files={"b.csv": {"rates": {"EUR": "2"}}})
    assert [(r["usd"], r["amount"], r["amount_usd"]) for r in found["rates"]] == [
        ("1.08", "1.85", "1.998"), ("2", "1.85", "3.7"),
    ]  # fmt: skip


def test_what_only_a_second_file_covers_counts_in_the_currency_of_the_file() -> None:
    """Its first day repeats the bill, its second day is new: 3.70 euros of it are added."""
    mapping = {"date": "Day", "cost": "Charge (EUR)", "currency": "=EUR", "provider": "=openai"}
    found = record(
        ("bill.csv", EUROS), ("own.csv", OWN), choices={"rates": {"EUR": "2"}}, files={"own.csv": {"mapping": mapping}}
    )
    assert [f["role"] for f in found["files"]] == ["bill", "reconciled"]
    assert found["totals"] == {"EUR": {"parsed": "5.55", "analysed": "5.55", "excluded": "0"}}
    assert found["coverage"]["analysed_usd"] == found["rates"][0]["amount_usd"] == "11.1"
    assert found["reconciliations"][0]["uncovered_usd"] == "7.40"


def test_cents_of_another_currency_stay_cents() -> None:
    """A line below the rounding floor is one whatever the rate makes of its digits."""
    small = EUROS.replace(b"1.85,eur,1000000", b"0.02,eur,12000")
    (cell,) = cells(record(("bill.csv", small), choices={"rates": {"EUR": "1.0833"}}))
    assert cell["verdict"] == "list"  # 0.02 may be 0.025: 12,000 at 2 a million are 0.024 dollars
    far = EUROS.replace(b"1.85,eur,1000000", b"0.02,eur,90000")
    (cell,) = cells(record(("bill.csv", far), choices={"rates": {"EUR": "1.0833"}}))
    assert cell["verdict"] == "below the rounding floor"


def test_a_provider_that_the_file_leaves_open_is_stated() -> None:
    table = b"cost,Model,Number,Unit,Day\n2,gpt-x,1000000,parsecs,2026-09-01\n"
    mapping = {"cost": "cost", "model": "Model", "quantity": "Number", "unit": "Unit", "date": "Day"}
    found = record(("own.csv", table), choices={"mapping": mapping | {"line_class": "=input_uncached"}})
    assert question(found, "providers")["subject"] == ""
    assert question(found, "units")["subject"] == "parsecs"
    assert "token" in [o["value"] for o in question(found, "units")["options"]]
    answers = {"mapping": mapping | {"line_class": "=input_uncached"}, "units": {"Parsecs": "tokens"}}
    found = record(("own.csv", table), choices=answers | {"providers": {"": "openai"}})
    (cell,) = cells(found)
    assert (cell["provider"], cell["verdict"], cell["quantity"]) == ("openai", "list", "1000000")
    assert cell["note"] == "provider openai: stated by you; unit parsecs read as tokens: stated by you"


def test_an_answer_that_is_taken_back_is_asked_for_again() -> None:
    blank = {"rates": {"EUR": ""}, "providers": {"acme": ""}, "units": {"x": " "}, "models": {"m": ""}}
    files = {"bill.csv": {"reader": "", "date_order": "", "cached_input": "", "mapping": ""}}
    assert question(record(("bill.csv", EUROS), choices=blank, files=files), "rates")["subject"] == "EUR"
    comma = record(("bill.csv", EUROS), choices={"rates": {"EUR": "1,08"}})
    assert comma["coverage"]["analysed_usd"] == "1.998"


def test_a_quantity_without_any_unit_is_asked_about() -> None:
    table = b"cost,Model,Number\n2,gpt-x,1\n,,\n"
    mapping = {"cost": "cost", "model": "Model", "quantity": "Number", "provider": "=openai", "line_class": "=input"}
    before = record(("own.csv", table), choices={"mapping": mapping})
    assert (question(before, "units")["subject"], question(before, "units")["usd"]) == ("", "2")
    (cell,) = cells(record(("own.csv", table), choices={"mapping": mapping, "units": {"": "1m_tokens"}}))
    assert (cell["quantity"], cell["verdict"]) == ("1000000", "list")
    assert cell["note"].endswith("unit not in the file read as 1m_tokens: stated by you")


def test_a_unit_that_the_price_contradicts_is_asked_about_and_corrected() -> None:
    """IN-T12: 10,000,000 "1m_tokens" for 150 dollars."""
    data = bill("openai,llm,10000000,1m_tokens,20.00,gpt-x", header=HEADER + ",model")
    before = record(("bill.csv", data))
    asked = question(before, "units")
    assert asked["subject"] == "1m_tokens"
    assert "(fits the price)" in asked["options"][0]["label"]
    found = record(("bill.csv", data), choices={"units": {"1m_tokens": asked["options"][0]["value"]}})
    (cell,) = cells(found)
    assert (cell["verdict"], cell["quantity"], cell["usd"]) == ("list", "10000000", "20")


def test_minutes_that_were_called_hours_are_read_as_a_sixtieth() -> None:
    """100 minutes at 0.36 dollars an hour."""
    data = bill("openai,speech_to_text,100,audio_hour,0.60,hear-x", header=HEADER + ",model")
    before = record(("bill.csv", data))
    (cell,) = cells(before)
    assert cell["detail"] == "the quantity fits the price when the stated unit is taken ÷ 60"
    asked = question(before, "units")
    fitting = [option["value"] for option in asked["options"] if option["label"].endswith("(fits the price)")]
    assert fitting == [asked["options"][0]["value"]]
    (cell,) = cells(record(("bill.csv", data), choices={"units": {"audio_hour": fitting[0]}}))
    assert (cell["verdict"], cell["quantity"]) == ("list", "6000")


def test_a_model_that_no_table_knows_is_stated() -> None:
    data = bill("openai,llm,1000000,tokens,2.00,our-alias", header=HEADER + ",model")
    asked = question(record(("bill.csv", data)), "models")
    assert (asked["subject"], asked["usd"]) == ("our-alias", "2")
    assert "gpt-x" in [o["value"] for o in asked["options"]]
    (cell,) = cells(record(("bill.csv", data), files={"bill.csv": {"models": {"Our-Alias": "gpt-x"}}}))
    assert (cell["model"], cell["verdict"]) == ("gpt-x", "list")


def test_whether_input_holds_the_cached_tokens_is_asked_where_a_format_leaves_it_open() -> None:
    report_text = fixture("vercel_ai_gateway_report.json").replace(
        b'"cached_input_tokens": 0', b'"cached_input_tokens": 50000'
    )
    asked = question(record(("v.json", report_text)), "cached_input")
    assert (asked["file"], asked["control"], asked["lines"]) == ("v.json", "choice", 1)
    for said, tokens in (("included", "150000"), ("apart", "200000")):
        found = record(("v.json", report_text), files={"v.json": {"cached_input": said}})
        assert {c["class"]: c["quantity"] for c in cells(found)}["input_uncached"] == tokens
        assert [q["answer"] for q in found["questions"] if q["about"] == "cached_input"] == [said]
    assert "cached_input" not in [
        q["about"] for q in record(("v.json", fixture("vercel_ai_gateway_report.json")))["questions"]
    ]


def test_an_unknown_table_comes_with_its_columns_and_a_mapping_that_may_fit() -> None:
    found = record(("own.csv", OWN), ("euros.csv", EUROS))
    asked = question(found, "mapping")
    table = asked["table"]
    assert (asked["file"], asked["control"]) == ("own.csv", "mapping")
    assert "missing columns" in asked["label"]
    assert table["columns"] == ["Day", "Item", "Number", "Charge (EUR)", "Remark"]
    assert table["preview"][0] == ["2026-09-01", "gpt-x", "1000000", "1.85", "secret"]
    assert table["suggested"] == {"date": "Day", "model": "Item", "cost": "Charge (EUR)", "currency": "=EUR"}
    assert table["missing"] == ["quantity", "unit"]
    mapping = table["suggested"] | {"quantity": "Number", "unit": "=tokens", "provider": "=openai"}
    found = record(("own.csv", OWN), ("euros.csv", LATER), files={"own.csv": {"mapping": mapping}})
    assert [f["reader"] for f in found["files"]] == ["mapped", "openai_costs"], "the mapping is for one file only"
    assert found["totals"]["EUR"]["parsed"] == "7.4"


def test_a_german_table_is_understood_as_well() -> None:
    own = "Datum;Artikel;Menge;Einheit;Betrag (€);Währung;Kostenstelle\n01.09.2026;gpt-x;1,5;1M tokens;2.775,00;EUR;a\n"
    table = question(record(("own.csv", own.encode()), ("euros.csv", EUROS)), "mapping")["table"]
    assert table["suggested"] == {
        "date": "Datum", "model": "Artikel", "quantity": "Menge", "unit": "Einheit", "cost": "Betrag (€)",
        "currency": "Währung", "team": "Kostenstelle",
    }  # fmt: skip
    assert table["missing"] == []
    found = record(("own.csv", own.encode()), files={"own.csv": {"mapping": table["suggested"]}})
    assert found["totals"]["EUR"]["parsed"] == "2775"


def test_a_mapping_for_all_files_is_used_where_its_columns_are() -> None:
    mapping = {"cost": "Charge (EUR)", "currency": "=EUR"}
    found = record(("own.csv", OWN), ("euros.csv", EUROS), choices={"mapping": mapping})
    assert [f["reader"] for f in found["files"]] == ["mapped", "openai_costs"]


def test_nothing_readable_is_a_record_with_questions_for_a_page() -> None:
    found = record(("own.csv", OWN))
    assert found["files"] == []
    assert found["refused"][0]["about"] == "mapping"
    assert found["coverage"]["share"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chioces": {}}, "options has no field chioces"),
        ({"choices": {"unit": {}}}, "choices has no field unit; the fields are reader"),
        ({"choices": {"reader": "pdf"}}, "reader is 'pdf', expected one of five_column"),
        ({"choices": {"date_order": "year"}}, "date_order is 'year'"),
        ({"choices": {"rates": {"EURO": "1"}}}, "rate of 'EURO'"),
        ({"choices": {"rates": {"EUR": "0"}}}, "rate of EUR is '0', expected the US dollars"),
        ({"choices": {"rates": {"EUR": "NaN"}}}, "rate of EUR is 'NaN', expected a number"),
        ({"choices": {"rates": ["EUR"]}}, "rates is .*, expected an object"),
        ({"choices": {"providers": {"": 5}}}, "providers: '' is 5, expected a name"),
        ({"choices": {"mapping": {"cost": 5}}}, "expected the name of a column"),
        ({"choices": {"mapping": "cost"}}, "line 1 of the mapping"),
        ({"choices": {"providers": {"": "nobody"}}}, "'nobody', which is no provider with prices"),
        ({"choices": {"units": {"x": "parsecs"}}}, "'parsecs', which is no unit that is known"),
        ({"shares": {"batch": "half"}}, "share batch is 'half'"),
        ({"shares": {"sleep": "0.5"}}, "share 'sleep' is not one of"),
        ({"names": "all"}, "names is 'all'"),
    ],
)
def test_an_answer_that_means_nothing_is_refused_by_its_field(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        record(("euros.csv", EUROS), **options)


def test_a_reading_tells_how_far_it_has_come_and_stops_when_it_is_told_to() -> None:
    rows = [f"openai,llm,{n},tokens,1.00" for n in range(1, 1001)]
    told: list[Progress] = list(preparing([("a.csv", bill(*rows))], book(), every=300))
    assert [(p.phase, p.rows, p.of) for p in told] == [
        ("opening", 0, 0), ("reading", 0, 1001), ("reading", 301, 1001), ("reading", 601, 1001), ("reading", 901, 1001),
        ("reading", 1001, 1001),
    ]  # fmt: skip

    class Stopped(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.rows:
            raise Stopped

    with pytest.raises(Stopped):
        report([("a.csv", bill(*rows))], book(), heard=stop)


def test_a_share_is_changed_without_reading_again() -> None:
    prepared = prepare([("bill.csv", EUROS.replace(b"eur", b"usd"))], book(TARIFFS), Choices())
    claimed = [
        to_record(assessed(prepared, read_options({"shares": {"batch": s}})))["opportunities"]["A"]["claimed_usd"]
        for s in ("0", "1", "0")
    ]
    assert claimed[0] == claimed[2] == "0.00" != claimed[1]
    first, half = (assessed(prepared, read_options({"shares": {"batch": s}})) for s in ("0", "0.5"))
    assert with_tiers(to_record(first), half) == to_record(half)


def test_keys_and_addresses_are_masked_once_for_all_that_is_shown() -> None:
    secrets = ("sk-proj-Ab12Cd34Ef56Gh78", "key_Zx9Yw8Vu7Ts6Rq5P", "user-Q1w2E3r4T5y6U7i8", "jane.doe@example.com")
    row = '1788220800,1788307200,,,2.00,usd,1000000,tokens,"gpt-x, input",{},{},p,org,,{},,'
    lines = [
        row.format(secrets[2], secrets[1], secrets[3]).replace(",p,", f",{secrets[3]},"),
        row.format("user-research", "prod-key", "Org").replace("gpt-x", secrets[0]),
    ]
    data = "\n".join((COSTS, *lines)).encode()
    found = record((f"{secrets[3]} bill.csv", data))
    told = json.dumps(found)
    assert not any(secret in told for secret in secrets)
    assert found["files"][0]["file"] == "e-mail address 1 bill.csv"
    assert {r["name"] for r in found["by"]["user"]} == {"key …U7i8", "user-research"}
    assert {r["name"] for r in found["by"]["key"]} == {"key …Rq5P", "prod-key"}
    assert {r["name"] for r in found["by"]["model"]} == {"gpt-x", "key …Gh78"}
    clear = json.dumps(record((f"{secrets[3]} bill.csv", data), names="clear"))
    assert all(secret in clear for secret in secrets)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sk-ant-api03-abc...wxyz", "key …wxyz"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0.abc", "Bearer key …0abc"),
        ("apikey_01Rj2N8SVvo6BePZj99NhmiT", "key …hmiT"),
        ("fw_3ZabcdEfgh12", "key …gh12"),
        ("00000000-0000-0000-0000-00000000a1b2", "key …a1b2"),
        ("0123456789abcdef0123456789abcdef and 1123456789abcdef0123456789abcdef", "key …cdef and key …cdef (2)"),
        ("Jane <jane.doe+x@mail.example.co.uk>", "Jane <e-mail address 1>"),
        ("× 0.01666666666666666666666666666666666667", "× 0.01666666666666666666666666666666666667"),
        ("prod-key-2 of user-research-2025-q1", "prod-key-2 of user-research-2025-q1"),
        ("llama3-3@llama-3.3-70b-instruct", "llama3-3@llama-3.3-70b-instruct"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ],
)
def test_what_is_a_secret_and_what_is_a_name(text: str, shown: str) -> None:
    assert masked(text) == shown

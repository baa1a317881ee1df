"""FOCUS 1.0 to 1.4: capabilities, not versions; effective cost and cash kept apart; the draft's token keys."""

from decimal import Decimal

import pytest

from tests.wasm_tools.invoices import essence, fixture, reading

VERSIONS = ("focus_1_0.csv", "focus_1_1.csv", "focus_1_2.csv", "focus_1_3.csv", "focus_1_4.csv", "focus_1_3.jsonl")
KINDS = {"usage": "36.05", "purchase": "0", "tax": "1.25", "credit": "-2", "adjustment": "-0.5"}


@pytest.mark.parametrize("name", VERSIONS)
def test_every_version_gives_the_same_money(name: str) -> None:
    lines, excluded, statement = reading(name)
    assert (len(lines), excluded) == (10, [])
    assert statement.kinds == {("USD", kind): Decimal(cost) for kind, cost in KINDS.items()}
    assert statement.analysed == {"USD": Decimal("36.05")}
    assert statement.cash == {"USD": Decimal("500014.80")}
    assert {x.day for x in lines} == {"2026-09-01"}


@pytest.mark.parametrize("name", VERSIONS[1:])
def test_token_keys_of_the_draft_are_the_line_class(name: str) -> None:
    lines, _, _ = reading(name)
    assert [(x.key.line_class, x.quantity, x.key.unit) for x in lines[:6]] == [
        ("input_uncached", 1_000_000, "token"),
        ("cache_read", 1_000_000, "token"),
        ("cache_write", 1_000_000, "token"),
        ("input", 500_000, "token"),  # no TokenCacheAction: its cache state is not known
        ("output", 500_000, "token"),  # PricingQuantity times PricingUnit
        ("input_uncached", 10_000_000, "token"),
    ]
    assert {x.key.model_raw for x in lines if x.key.kind == "usage"} == {"example-70b"}
    assert lines[0].key.developer == "ExampleLab"


def test_drawdown_of_a_commitment_is_analysed_by_its_effective_cost() -> None:
    drawdown, purchase = reading("focus_1_2.csv")[0][5:7]
    assert (drawdown.cost, drawdown.list_cost, drawdown.key.tier, drawdown.key.kind) == (20, 25, "committed", "usage")
    assert (purchase.cost, purchase.key.kind) == (0, "purchase")


def test_provider_and_host_come_from_the_newer_columns_when_they_are_there() -> None:
    for name, host in (("focus_1_2.csv", ""), ("focus_1_4.csv", "ExampleHost")):
        key = reading(name)[0][0].key
        assert (key.provider, key.host, key.cost_basis, key.currency) == ("ExampleCloud", host, "effective", "USD")


def test_json_lines_say_the_same_as_the_table() -> None:
    table, lines = (essence(reading(name)[0]) for name in ("focus_1_3.csv", "focus_1_3.jsonl"))
    assert table == lines


HEADER = (
    "BilledCost,EffectiveCost,ListCost,ChargeCategory,ChargePeriodStart,BillingCurrency,ConsumedQuantity,ConsumedUnit,"
    "PricingQuantity,PricingUnit\n"
)


def test_traps_of_the_official_samples() -> None:
    rows = (
        '"$10,100.00 ","$10,100.00 ",NULL,Usage,4/1/25,USD,NULL,NULL,NULL,NULL\n'
        "1,1,1,Usage,4/30/25,USD,5,Hours,5,Hours\n"
    )
    lines, excluded, statement = reading(b"\xef\xbb\xbf" + (HEADER + rows).encode())
    assert not excluded
    assert [(x.day, x.cost, x.quantity) for x in lines] == [("2025-04-01", 10_100, None), ("2025-04-30", 1, 5)]
    assert statement.parsed == {"USD": 10_101}


def test_two_quantities_that_disagree_are_noted_and_a_missing_cost_falls_back_to_list() -> None:
    rows = "0,,3,Usage,2026-09-01,EUR,1000,Tokens,1,1000000 Tokens\n"
    (line,), _, statement = reading((HEADER + rows).encode())
    assert line.notes == ("ConsumedQuantity and PricingQuantity disagree",)
    assert (line.cost, line.key.cost_basis, line.key.currency) == (3, "list", "EUR")
    assert statement.parsed == {"EUR": 3}


def test_a_cost_beside_a_broken_number_stays_in_the_total() -> None:
    rows = "1,2,x,Usage,2026-09-01,USD,1,Tokens,,\n1,,,Usage,2026-09-01,USD,1,Tokens,,\n"
    _, excluded, statement = reading((HEADER + rows).encode())
    assert [(e.reason, e.detail, e.cost) for e in excluded] == [
        ("parse_error", "ListCost is not a number", 2),
        ("parse_error", "EffectiveCost is missing", None),
    ]
    assert statement.parsed == {"USD": 2}


@pytest.mark.parametrize("missing", ["BilledCost", "ChargeCategory"])
def test_a_header_without_a_required_column_is_refused_by_its_name(missing: str) -> None:
    with pytest.raises(ValueError, match=f"missing columns: {missing.lower()}"):
        reading(fixture("focus_1_0.csv").replace(missing.encode(), b"Something", 1))

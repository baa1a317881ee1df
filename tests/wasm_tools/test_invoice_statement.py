"""Conservation: every row and every cent of every currency is analysed, excluded with its reason, or a failure."""

import tracemalloc
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.bills import HEADER, bill
from tests.wasm_tools.invoices import fixture, opened, reading
from wasm_tools.invoice.readers import five_column
from wasm_tools.invoice.readers.reader import Context, Entries
from wasm_tools.invoice.records import Table
from wasm_tools.invoice.usage import EXCLUSIONS, InvoiceError, UsageLine

FOCUS = "ChargeCategory,ChargeClass,BillingCurrency,BilledCost,EffectiveCost,ChargePeriodStart"
KINDS = {
    "Usage": "usage", "Purchase": "purchase", "Tax": "tax", "Credit": "credit", "Adjustment": "adjustment",
    "Novelty": "adjustment",
}  # fmt: skip
money = st.decimals("-1e9", "1e9", places=6) | st.sampled_from(["", "x", "NULL", "1e99"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(["USD", "EUR", ""]), money), max_size=25))
def test_every_cent_of_every_currency_is_somewhere(rows: list[tuple[str, str, Decimal | str]]) -> None:
    expected: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    text = [FOCUS]
    for category, currency, cost in rows:
        text.append(f"{category},,{currency},0,{cost},2026-09-01")
        if isinstance(cost, Decimal):
            kind = "adjustment" if category == "Usage" and cost < 0 else KINDS[category]
            expected[currency, kind] += cost
    _, _, statement = reading("\n".join(text).encode())
    assert statement.kinds == expected
    for currency in {currency for currency, _ in expected}:
        whole = sum((cost for (c, _), cost in expected.items() if c == currency), Decimal(0))
        analysed = statement.analysed.get(currency, Decimal(0))
        excluded = sum((e.cost.get(currency, Decimal(0)) for e in statement.excluded.values()), Decimal(0))
        assert analysed + excluded == whole == statement.parsed.get(currency, Decimal(0))
    assert set(statement.excluded) <= set(EXCLUSIONS)
    assert statement.rows == len(rows) == statement.analysed_rows + statement.excluded_rows + statement.failed_rows


def defective(change: str):  # type: ignore[no-untyped-def]
    """The five-column reader with a fault."""

    def faulty(table: Table, context: Context) -> Entries:
        for entry in five_column.reading(table, context):
            if isinstance(entry, UsageLine) and entry.row == 3:
                if change == "lost":
                    continue
                if change == "twice":
                    yield entry
                if change == "dearer":
                    entry = replace(entry, cost=(entry.cost or 0) + Decimal("0.01"))
            yield entry

    return faulty


@pytest.mark.parametrize("change", ["lost", "twice", "dearer"])
def test_a_reader_that_loses_or_doubles_something_is_found_out(change: str) -> None:
    found = opened(bill(*["a,llm,1,tokens,5"] * 3))
    found.reader = replace(found.reader, reading=defective(change))
    with pytest.raises(InvoiceError, match="report this file's header line as a defect"):
        list(found.entries())


def test_a_row_without_money_cannot_get_lost_either() -> None:
    found = opened(fixture("claude_api_tokens_2026_09.csv"))
    whole = found.reader.reading
    found.reader = replace(
        found.reader, reading=lambda table, context: (e for e in whole(table, context) if e.row != 3)
    )
    with pytest.raises(InvoiceError, match="2 rows were read but 1 came out"):
        list(found.entries())


def test_a_bill_that_was_not_read_to_its_end_has_no_totals() -> None:
    found = opened(bill(*["a,llm,1,tokens,5"] * 3))
    next(found.entries())
    with pytest.raises(InvoiceError, match="not been read to its end"):
        found.statement()
    assert len(list(found.entries())) == len(list(found.entries())) == 3, "it can be read again"
    assert found.statement().parsed == {"USD": 15}


def test_header_only_and_one_row() -> None:
    assert reading(bill())[2].rows == 0
    assert reading(f"{HEADER}\na,llm,1,tokens,5".encode())[2].analysed == {"USD": 5}


def test_one_broken_row_in_ten_thousand_is_counted() -> None:
    rows = ["a,llm,1,tokens,0.01"] * 10_000
    rows[5_000] = "a,llm,1,tokens,0.0l"
    lines, excluded, statement = reading(bill(*rows))
    assert (len(lines), [e.row for e in excluded]) == (9_999, [5_002])
    assert statement.parsed == {"USD": Decimal("99.99")}


def test_a_hundred_thousand_rows_pass_through_without_being_kept() -> None:
    data = bill(
        *(f"host{i % 10},llm,{1_000 + i},tokens,{i % 977}.25,2026-09-01" for i in range(100_000)),
        header=HEADER + ",date",
    )
    found = opened(data)
    began = process_time()
    tracemalloc.start()
    lines = sum(1 for _ in found.entries())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lines == found.statement().rows == 100_000
    assert peak < 40_000_000, "only distinct texts are remembered"
    assert process_time() - began < 20  # with memory traced; tests/bench/bench_invoice.py has the real figure

"""Any other table, explained by a mapping of columns that can be saved and used again."""

from decimal import Decimal

import pytest
import yaml

from tests.wasm_tools.invoices import opened, reading
from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.mapping import mapping_text, parse_mapping
from wasm_tools.invoice.usage import InvoiceError

MAPPING = {
    "provider": "=together", "date": "Day", "model": "What: model", "quantity": "Count", "unit": "Unit",
    "cost": "Charge (€)", "currency": "=EUR", "project": "Team #1",
}  # fmt: skip
TABLE = """\
Day;What: model;Count;Unit;Charge (€);Team #1;Prompt
2026-09-01;llama-3.3-70b;1,5;1M tokens;1,32 €;search;secret words
2026-09-02;llama-3.3-70b;2,5;1M tokens;(0,50);;secret words
2026-09-02;llama-3.3-70b;;parsecs;1.234,56;;secret words
2026-09-02;llama-3.3-70b;1;1M tokens;;;secret words
Total;;;;1.235,38;;
"""


def test_a_table_of_ones_own_is_read_by_its_mapping() -> None:
    lines, excluded, statement = reading(TABLE.encode(), choices=Choices(mapping=MAPPING))
    assert [(x.day, x.quantity, x.key.unit, x.cost, x.key.kind, x.group) for x in lines] == [
        ("2026-09-01", 1_500_000, "token", Decimal("1.32"), "usage", (("project", "search"),)),
        ("2026-09-02", 2_500_000, "token", Decimal("-0.50"), "credit", ()),
        ("2026-09-02", None, "", Decimal("1234.56"), "usage", ()),
    ]
    assert [(e.row, e.reason) for e in excluded] == [(5, "parse_error"), (6, "total_row")]
    assert statement.parsed == {"EUR": Decimal("1235.38")}
    assert (lines[0].key.provider, lines[0].key.currency) == ("together", "EUR")
    assert "secret" not in repr(lines) + repr(excluded), "columns that are not mapped are not read"


def test_each_amount_is_in_the_currency_of_its_row() -> None:
    table = "cost,cur\n€1.32,EUR\n$2,$\n€3,\n4,€\n€5,USD\n6,\n"
    lines, excluded, statement = reading(table.encode(), choices=Choices(mapping={"cost": "cost", "currency": "cur"}))
    assert [(x.cost, x.key.currency) for x in lines] == [
        (Decimal("1.32"), "EUR"), (2, "USD"), (4, "EUR"), (6, "USD"),
    ]  # fmt: skip
    assert [(e.row, e.detail) for e in excluded] == [(4, "cost is not in US dollars"), (6, "cost is not in US dollars")]
    assert statement.parsed == {"EUR": Decimal("5.32"), "USD": 8}


def test_a_mapping_survives_its_text_in_both_notations() -> None:
    text = mapping_text(MAPPING)
    assert yaml.safe_load(text) == MAPPING == parse_mapping(text)
    assert parse_mapping('{"cost": "USD", "model": "m"}') == {"cost": "USD", "model": "m"}
    assert parse_mapping("# mine\ncost: USD spent  # yes\nmodel: 'it''s'\n") == {"cost": "USD spent", "model": "it's"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour: x\ncost: y\n", "no role colour; the roles are date"),
        ("model: x\n", "neither a cost nor a quantity"),
        ("cost: =5\n", "must be a column"),
        ("cost: a\ncost: b\n", "line 2 .* second time"),
        ("cost\n", "line 1 of the mapping is 'cost'"),
        ("cost: a\n  deep: b\n", "line 2"),
        ('cost: "a\n', "line 1"),
        ("{", "not valid JSON"),
        ('{"cost": 5}', "not a text"),
        ("cost: a\nline_class: =tokens\n", "line_class as 'tokens', expected one of input_uncached"),
    ],
)
def test_a_mapping_of_no_use_is_refused_by_line_or_role(text: str, message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        parse_mapping(text)


def test_columns_that_the_file_lacks_are_named() -> None:
    with pytest.raises(InvoiceError, match=r"missing columns: charge_\(€\)"):
        opened(TABLE.replace("Charge", "Price").encode(), choices=Choices(mapping=MAPPING))

"""Reading a bill: every encoding and number format of the robustness matrix, and no row or cent lost."""

import csv
import io
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.bills import HEADER, bill, lines
from wasm_tools.invoice import InvoiceError, read

GOOD = "openai,llm,2000000,tokens,5.00"


def test_documented_example_of_the_earlier_system_is_read_whole() -> None:
    reading = read(bill(GOOD, "openai,llm,10000000,1m_tokens,150"))
    assert [(x.line_number, x.provider, x.workload, x.unit_raw) for x in reading.lines] == [
        (2, "openai", "llm", "tokens"),
        (3, "openai", "llm", "1m_tokens"),
    ]
    assert reading.lines[0].quantity == 2_000_000
    assert reading.total_usd == Decimal("155.00")


@pytest.mark.parametrize(
    "data",
    [
        bill(GOOD),
        b"\xef\xbb\xbf" + bill(GOOD),
        bill(GOOD).decode().encode("utf-16"),
        bill(GOOD).decode().encode("utf-16-le"),
        bill(GOOD).decode().encode("utf-16-be"),
        bill(GOOD).replace(b",", b";"),
        bill(GOOD).replace(b",", b"\t"),
        bill(GOOD).replace(b"\n", b"\r\n"),
        b"sep=;\r\n" + bill(GOOD).replace(b",", b";"),
        b"\n\n" + bill(GOOD),
        bill(GOOD, header="Provider , WORKLOAD TYPE,Usage-Qty, usage_unit,AMOUNT_USD"),
        bill("5.00,tokens,2000000,x,llm,openai", header="amount_usd,usage_unit,usage_qty,note,workload_type,provider"),
        bill('"openai","llm","2000000","tokens","5.00"'),
        bill(GOOD + ",,", header=HEADER + ",,"),
    ],
    ids=["plain", "utf8-bom", "utf16", "utf16-le", "utf16-be", "semicolon", "tab", "crlf", "sep-line", "blank-start",
         "header-case", "column-order", "quoted", "empty-columns"],
)  # fmt: skip
def test_same_bill_in_any_form_gives_the_same_line(data: bytes) -> None:
    (line,) = read(data).lines
    assert (line.provider, line.workload, line.unit_raw) == ("openai", "llm", "tokens")
    assert (line.quantity, line.amount_usd) == (Decimal(2_000_000), Decimal("5.00"))


def test_latin_1_is_decoded_and_noted() -> None:
    reading = read(bill("Société Générale,llm,10,tokens,1").decode().encode("latin-1"))
    assert reading.lines[0].provider == "Société Générale"
    assert "Latin-1" in reading.notes[0]


def test_a_file_torn_inside_a_character_stays_utf_8() -> None:
    reading = read(bill("Société,llm,10,tokens,1", "é").removesuffix(b"\n")[:-1])
    assert reading.lines[0].provider == "Société"
    assert "middle of a character" in reading.notes[0]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"$2,500.00"', "2500.00"),
        ('"1,000"', "1000"),
        ('"$10,100.00 "', "10100.00"),
        ("US$ 5", "5"),
        ("5 USD", "5"),
        ("1.2E-05", "0.000012"),
        ("59200.0", "59200.0"),
        ("+7", "7"),
        (".5", "0.5"),
        ('"1\u00a0000.50"', "1000.50"),
    ],
)
def test_amounts_are_read_as_written(cell: str, value: str) -> None:
    (line,) = lines(f"openai,llm,10,tokens,{cell}")
    assert line.amount_usd == Decimal(value)


@pytest.mark.parametrize("cell", ["-5.00", "(5.00)", "($5.00)", "-$5.00", "$-5.00", "5.00-", "\u22125.00"])
def test_negative_amounts_are_credits_and_stay_in_the_total(cell: str) -> None:
    reading = read(bill(GOOD, f"openai,llm,10,tokens,{cell}"))
    (credit,) = reading.excluded
    assert (credit.line_number, credit.reason, credit.amount_usd) == (3, "credit or negative quantity", Decimal(-5))
    assert reading.total_usd == 0
    assert reading.excluded_by_reason() == {"credit or negative quantity": (1, Decimal(-5), 0)}


@pytest.mark.parametrize(
    ("row", "reason", "amount"),
    [
        ("a,llm,-1,tokens,5", "credit or negative quantity", 5),
        ("a,llm,0,tokens,5", "usage_qty is zero", 5),
        ("a,llm,1,tokens,0.00", "amount_usd is zero", 0),
        ("a,llm,many,tokens,5", "usage_qty is not a number", 5),
        ("a,llm,1_000,tokens,5", "usage_qty is not a number", 5),
        ("a,llm,,tokens,5", "usage_qty is missing", 5),
        ("a,llm,NaN,tokens,5", "usage_qty is not finite", 5),
        ("a,llm,1,tokens,inf", "amount_usd is not finite", None),
        ("a,llm,1,tokens,-Infinity", "amount_usd is not finite", None),
        ("a,llm,1,tokens,nan", "amount_usd is not finite", None),
        ("a,llm,1,tokens,NULL", "amount_usd is missing", None),
        ("a,llm,1,tokens,--", "amount_usd is missing", None),
        ("a,llm,1,tokens,five", "amount_usd is not a number", None),
        ("a,llm,1,tokens,(5", "amount_usd is not a number", None),
        ("a,llm,1,tokens,(-5)", "amount_usd is not a number", None),
        ("a,llm,1,tokens,--5", "amount_usd is not a number", None),
        ('a,llm,1,tokens,"1,50"', "amount_usd is not a number", None),
        ('a,llm,1,tokens,"1,0000"', "amount_usd is not a number", None),
        ("a,llm,1,tokens,€5", "amount_usd is not in US dollars", None),
        ("a,llm,1,tokens,5 EUR", "amount_usd is not in US dollars", None),
        ("a,llm,1,tokens,1e308", "amount_usd is larger than any bill (more than 1e15)", None),
        ("a,llm,1e16,tokens,5", "usage_qty is larger than any bill (more than 1e15)", 5),
        ("a,llm,1,tokens,1e-40", "amount_usd has more than 30 decimal places", None),
        ("", "blank row", None),
        (" , ,,,", "blank row", None),
        ("a,llm,1,tokens", "fewer cells than columns", None),
        ("a,llm,1,tokens,1,000", "more cells than columns", None),
        ("a\0,llm,1,tokens,5", "the row holds a NUL byte", None),
        ("a" * 131_073 + ",llm,1,tokens,5", "a cell is longer than 131072 characters", None),
        ('a,llm,1,"tokens,5', "a quotation mark is opened and never closed", None),
        ('a,"llm"x,1,tokens,5', "text follows a closing quotation mark", None),
        ("Total,,,,155", "total row: it repeats the amounts of other rows", None),
        ("Grand Total:,,2000000,,155", "total row: it repeats the amounts of other rows", None),
    ],
)
def test_a_row_that_cannot_be_used_is_excluded_with_its_reason(row: str, reason: str, amount: int | None) -> None:
    reading = read(bill(GOOD, row, GOOD))
    (excluded,) = reading.excluded
    assert (excluded.line_number, excluded.reason) == (3, reason)
    assert excluded.amount_usd == (None if amount is None else Decimal(amount))
    assert len(excluded.raw) <= 200
    assert [x.line_number for x in reading.lines] == [2, 4], "the rows around it are read"
    assert reading.total_usd == Decimal(10) + (amount or 0)


def test_an_unclosed_quotation_mark_costs_one_row_even_in_a_long_file() -> None:
    rows = [GOOD] * 20_000
    rows[3] = '"openai,llm,1,tokens,5'
    reading = read(bill(*rows))
    assert (len(reading.lines), len(reading.excluded)) == (19_999, 1)
    assert reading.excluded[0].line_number == 5


def test_a_quoted_line_break_stays_inside_its_cell() -> None:
    reading = read(bill('a,llm,1,tokens,5,"two\nlines"', 'a,llm,1,tokens,6,"x"', header=HEADER + ",note"))
    assert [(x.line_number, x.amount_usd) for x in reading.lines] == [(2, 5), (3, 6)]


def test_many_broken_quotes_end_in_bounded_time_and_count_every_row() -> None:
    reading = read(bill(*['a,llm,1,tokens,5,"x'] * 30_001, header=HEADER + ",note"))
    assert not reading.lines
    assert reading.rows == 30_001


@pytest.mark.parametrize(
    ("header", "row", "model"),
    [
        (",model", ",gpt-x", "gpt-x"),
        (",Model ", ",gpt-x", "gpt-x"),
        (",sku", ",abc", "abc"),
        (",line_item", ",abc", "abc"),
        (",line_item,model", ",item,gpt-x", "gpt-x"),
        (",sku,model", ",abc,", "abc"),
        (",note", ",gpt-x", ""),
    ],
)
def test_model_column_is_used_and_no_other(header: str, row: str, model: str) -> None:
    assert lines(GOOD + row, header=HEADER + header)[0].model == model


def test_missing_columns_are_listed_sorted() -> None:
    with pytest.raises(InvoiceError, match="missing columns: amount_usd, usage_unit"):
        read(b"provider;usage_qty;workload_type\na;1;llm\n")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "Excel"),
        (b"\x1f\x8b....", "gzip"),
        (bill(GOOD).decode().encode("utf-16")[:-1], "save it again as UTF-8"),
        (bill(GOOD + ",6", header=HEADER + ",Amount USD"), "amount_usd more than once"),
        (b"x" * 200_000, "header line cannot be read"),
    ],
)
def test_a_file_that_is_no_bill_is_refused_in_words(data: bytes, message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        read(data)


def test_header_alone_is_a_bill_of_nothing() -> None:
    reading = read(bill())
    assert (reading.rows, reading.total_usd) == (0, 0)


@pytest.mark.parametrize(
    ("quantity", "amount", "read_as"),
    [
        ("2.000.000", "2,50", ("2000000", "2.50")),
        ("1.000", "0,5", ("1000", "0.5")),
        ("10", "1.234,56", ("10", "1234.56")),
        ("1 000", "1,5", ("1000", "1.5")),
        ("10", "2.50", ("10", "2.50")),
        ("1,000", "2.50", ("1000", "2.50")),
        ("10,5", "1.5", ("10.5", "1.5")),
    ],
)
def test_decimal_comma_is_read_where_the_file_leaves_no_doubt(
    quantity: str, amount: str, read_as: tuple[str, str]
) -> None:
    data = f"{HEADER.replace(',', ';')}\na;llm;{quantity};tokens;{amount}\n".encode()
    (line,) = read(data).lines
    assert (line.quantity, line.amount_usd) == (Decimal(read_as[0]), Decimal(read_as[1]))


@pytest.mark.parametrize(("quantity", "amount"), [("10", "1,000"), ("10", "1.000")])
def test_a_comma_in_doubt_is_refused_and_counted(quantity: str, amount: str) -> None:
    reading = read(f"{HEADER.replace(',', ';')}\na;llm;{quantity};tokens;{amount}\n".encode())
    assert not reading.lines
    assert len(reading.excluded) == 1


amounts = st.decimals("-1e15", "1e15", allow_nan=False, allow_infinity=False, places=None).filter(
    lambda d: int(d.as_tuple().exponent) >= -30  # type: ignore[arg-type]
)
broken = st.sampled_from(["NaN", "inf", "", "--", "abc", "1e99", "€5", "1,5,0", "\0"])
numbers = amounts | broken
TOTALS = {"total", "subtotal", "grand total", "sum", "filtered total"}
styles = st.sampled_from(["plain", "grouped", "scientific"])
cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def _written(value: Decimal, style: str) -> str:
    if style == "grouped":
        return f"${value:,f}" if value >= 0 else f"(${value.copy_negate():,f})"
    return str(value) if style == "scientific" else f"{value:f}"


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.tuples(cells, cells, numbers, cells, numbers, styles, cells), max_size=25),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_row_and_every_cent_is_analysed_or_excluded(rows: list, delimiter: str, encoding: str) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow([*HEADER.split(","), "model"])
    expected, exact = Decimal(0), Context(prec=200)
    for provider, workload, quantity, unit, amount, style, model in rows:
        written = [_written(v, style) if isinstance(v, Decimal) else v for v in (quantity, amount)]
        writer.writerow([provider, workload, written[0], unit, written[1], model])
        is_total = provider.strip().rstrip(":").casefold() in TOTALS
        if isinstance(amount, Decimal) and quantity != "\0" and not is_total:
            expected = exact.add(expected, amount)
    with localcontext(prec=5):  # a host may have set any precision
        reading = read(buffer.getvalue().encode(encoding))
    assert reading.rows == len(rows)
    known = [x.amount_usd for x in reading.lines]
    known += [e.amount_usd for e in reading.excluded if e.amount_usd is not None]
    with localcontext(prec=200):
        assert reading.total_usd == reading.analysed_usd + reading.excluded_usd == sum(known, Decimal(0))
        if delimiter != ";":  # there, a comma may be in doubt: what was refused is then not in the total
            assert reading.total_usd == expected

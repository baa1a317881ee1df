"""The form of a file changes nothing: columns, encodings, delimiters, number formats and packing. Damage is named."""

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wasm_tools.bills import SPELLINGS, WORKLOADS
from tests.wasm_tools.invoices import FOLDER, essence, fixture, reading
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import InvoiceError, UsageLine

NUMERIC = {  # columns of numbers, by fixture
    "seed_inferenceatlas.csv": ("usage_qty", "amount_usd"),
    "openai_cost_2026-09-01_2026-09-02.csv": ("amount_value", "quantity"),
    "openai_cost_2025-10-01_2025-10-02.csv": ("amount_value",),
    "openai_completions_usage_2026-09-01_2026-09-02.csv": ("input_tokens", "output_tokens", "input_cached_tokens"),
    "openai_embeddings_usage_2026-09.csv": ("input_tokens",),
    "claude_api_cost_2026_09_01_to_2026_09_02.csv": ("cost_usd", "list_price_usd"),
    "claude_api_tokens_2026_09.csv": ("usage_input_tokens_no_cache", "usage_output_tokens"),
    "focus_1_0.csv": ("BilledCost", "EffectiveCost", "ListCost", "ConsumedQuantity", "PricingQuantity"),
    "focus_1_2.csv": ("BilledCost", "EffectiveCost", "ListCost", "ConsumedQuantity", "PricingQuantity"),
    "focus_1_4.csv": ("BilledCost", "EffectiveCost", "ListCost", "ConsumedQuantity", "PricingQuantity"),
    "aws_cur2_bedrock_2026-09.csv": ("line_item_usage_amount", "line_item_unblended_cost"),
    "aws_cur_legacy_bedrock_2026-09.csv": ("lineItem/UsageAmount", "lineItem/UnblendedCost"),
    "azure_cost_openai_2026-09.csv": ("Quantity", "CostInBillingCurrency", "PayGPrice"),
    "azure_cost_mca_2026-09.csv": ("quantity", "costInBillingCurrency", "payGPrice"),
    "gcp_billing_report_2026-09.csv": ("Usage amount",),
    "openrouter_activity_2026-09.csv": ("Usage", "BYOK Usage", "Requests", "Prompt Tokens", "Completion Tokens"),
    "openrouter_generations_2026-09.csv": ("cost_total", "tokens_prompt", "tokens_completion", "tokens_cached"),
    "litellm_spendlogs_2026-09.csv": ("spend", "prompt_tokens", "completion_tokens"),
    "fireworks_billing_metrics_2026-09.csv": ("prompt_tokens", "completion_tokens", "accelerator_seconds"),
    "cursor_usage_2026-09.csv": ("Input (w/ Cache Write)", "Cache Read", "Output Tokens", "Total Tokens", "Cost"),
    "cursor_usage_team_2026-09.csv": ("Input (w/ Cache Write)", "Cache Read", "Output Tokens", "Total Tokens"),
    "langfuse_observations.csv": ("totalCost",),
    "helicone_requests.csv": ("prompt_tokens", "completion_tokens", "cost"),
}
ONE_NUMBER = {"openai_embeddings_usage_2026-09.csv"}  # nothing else in the file tells how its commas are meant
EVERY = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".json", ".jsonl"))
EXPECTED = {name: essence(reading(name)[0]) for name in NUMERIC}


def grid(name: str) -> list[list[str]]:
    header, *rows = csv.reader(io.StringIO(fixture(name).decode("utf-8-sig")))
    numeric = [header.index(column) for column in NUMERIC[name]]
    for row in rows:
        for at in numeric:
            row[at] = row[at].replace(",", "")
    return [header, *rows]


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def is_number(text: str) -> bool:
    """Whether a cell of a column of numbers holds one, and not a word such as NULL or Included."""
    return text.strip("-").replace(".", "").isdigit()


def grouped(text: str) -> str:
    value = Decimal(text)
    sign = "-" if value < 0 else ""
    whole, _, decimals = f"{abs(value):f}".partition(".")
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")


FORMATS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "thousands": grouped,
    "dollars": lambda text: f"${grouped(text)} " if Decimal(text) >= 0 else f"(${grouped(text)[1:]})",
    "scientific": lambda text: f"{Decimal(text):E}",
    "minus": lambda text: text.replace("-", "\u2212"),
    "trailing minus": lambda text: f"{text[1:]}-" if text.startswith("-") else text,
    "no-break spaces": lambda text: grouped(text).replace(",", "\u00a0"),
    "point zero": lambda text: f"{Decimal(text):f}" + ("" if "." in text else ".0"),
}


@settings(max_examples=120, deadline=None)
@given(
    name=st.sampled_from(sorted(NUMERIC)),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    style=st.sampled_from(sorted(FORMATS)),
    end=st.sampled_from(["\n", "\r\n"]),
    extra=st.integers(0, 2),
    shouted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_form_of_a_table_changes_nothing(
    name: str, delimiter: str, encoding: str, style: str, end: str, extra: int, shouted: bool, seed: int
) -> None:
    header, *rows = grid(name)
    numeric = [header.index(column) for column in NUMERIC[name]]
    for row in rows:
        for at in numeric:
            if is_number(row[at]):
                row[at] = FORMATS[style](row[at])
    header += [f"Unheard of {n}" for n in range(extra)]
    rows = [[*row, *['Ümlaut, "quoted"; 1|2'] * extra] for row in rows]
    order = random.Random(seed).sample(range(len(header)), len(header))
    table = [[row[i] for i in order] for row in (header, *rows)]
    if shouted:
        table[0] = [f" {column.upper()} " for column in table[0]]
    data = written(table, delimiter, end).decode().encode(encoding)
    lines, excluded, _ = reading(data)
    if name in ONE_NUMBER and delimiter == ";" and style in ("thousands", "dollars"):
        assert not lines  # "500,000" in a file of semicolons may be 500: said, not guessed
        assert {e.detail for e in excluded} == {"input_tokens may be a thousand or have a decimal comma"}
    else:
        assert essence(lines) == EXPECTED[name]


@pytest.mark.parametrize("name", sorted(NUMERIC))
def test_a_decimal_comma_is_read_for_whole_columns(name: str) -> None:
    header, *rows = grid(name)
    numeric = [header.index(column) for column in NUMERIC[name]]
    for row in rows:
        for at in numeric:
            if is_number(row[at]):
                text = f"{Decimal(row[at]):f}" + ("" if "." in row[at] else ".0")
                row[at] = grouped(text).translate(str.maketrans(",.", ".,"))
    for delimiter in ";,\t":
        lines, _, statement = reading(written([header, *rows], delimiter))
        assert essence(lines) == EXPECTED[name]
        assert any("decimal comma" in note for note in statement.notes)


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(sorted(NUMERIC)), cut=st.integers(0, 20), seed=st.integers(0, 1000))
def test_order_of_rows_and_splitting_a_file_change_nothing(name: str, cut: int, seed: int) -> None:
    header, *rows = list(csv.reader(io.StringIO(fixture(name).decode("utf-8-sig"))))
    random.Random(seed).shuffle(rows)
    cut %= len(rows) + 1
    parts = [reading(written([header, *part])) for part in (rows[:cut], rows[cut:])]
    assert essence([*parts[0][0], *parts[1][0]]) == EXPECTED[name]
    whole, kinds = reading(name)[2], [statement.kinds for _, _, statement in parts]
    assert sum(statement.rows for _, _, statement in parts) == whole.rows
    for place, cost in whole.kinds.items():
        assert sum((found.get(place, Decimal(0)) for found in kinds), Decimal(0)) == cost


@pytest.mark.parametrize("name", EVERY)
def test_packing_changes_nothing(name: str) -> None:
    plain, _, statement = reading(name)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"../folder/{name}", fixture(name))
        file.writestr(f"__MACOSX/._{name}", b"\0")
    for packed in (gzip.compress(fixture(name)), archive.getvalue()):
        lines, _, found = reading(packed, name)
        assert lines == plain
        assert found.file == name
        assert found.parsed == statement.parsed


def test_names_in_latin_1_are_decoded_and_noted() -> None:
    data = fixture("openai_cost_2026-09-01_2026-09-02.csv").replace(b"Default project", "Société".encode("latin-1"))
    lines, _, statement = reading(data)
    assert lines[0].group[0] == ("project", "Société")
    assert "Latin-1" in statement.notes[0]


@settings(max_examples=250, deadline=None)
@given(
    name=st.sampled_from(EVERY),
    start=st.integers(0, 6000),
    length=st.integers(0, 60),
    inserted=st.binary(max_size=12) | st.sampled_from([b'"', b"\n", b",", b"\0", b"{", b"NaN", b"1e999", b"[" * 200]),
)
def test_damage_is_refused_or_counted_and_never_a_crash(name: str, start: int, length: int, inserted: bytes) -> None:
    data = fixture(name)
    start %= len(data)
    bills, refused = open_bills([(name, data[:start] + inserted + data[start + length :])], None, SPELLINGS, WORKLOADS)
    assert len(bills) + len(refused) == 1
    for one in refused:
        assert len(str(one.error)) > 20
    for bill in bills:
        try:
            entries = list(bill.entries())
        except InvoiceError as error:
            assert len(str(error)) > 20
            continue
        statement = bill.statement()
        assert statement.rows == statement.analysed_rows + statement.excluded_rows + statement.failed_rows
        assert all(e.detail for e in entries if not isinstance(e, UsageLine))


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(EVERY), cut=st.integers(0, 20_000))
def test_a_file_that_ends_too_early_keeps_its_whole_rows(name: str, cut: int) -> None:
    data = fixture(name)
    data = data[: cut % len(data)]
    bills, _ = open_bills([(name, data)], None, SPELLINGS, WORKLOADS)
    for bill in bills:
        try:
            lines = [e for e in bill.entries() if isinstance(e, UsageLine)]
        except InvoiceError as error:  # cut in its header
            assert "missing columns" in str(error)
            continue
        whole = reading(name)[0]
        last = max((x.row for x in lines), default=0)
        assert [x for x in lines if x.row < last] == [x for x in whole if x.row < last]


@pytest.mark.parametrize("name", sorted(NUMERIC))
def test_a_broken_number_is_a_counted_failure_and_never_zero(name: str) -> None:
    header, *rows = grid(name)
    for column in NUMERIC[name]:
        at = header.index(column)
        damaged = [row.copy() for row in rows]
        damaged[0][at] = "1O.5"
        _, excluded, statement = reading(written([header, *damaged]))
        found = [e for e in excluded if e.reason == "parse_error"]
        detail = f"{column} is not a number".casefold()
        assert [(e.row, e.detail.casefold()) for e in found] == [(2, detail)]
        assert statement.failed_rows == 1


def test_the_lines_do_not_depend_on_the_precision_of_the_host() -> None:
    with localcontext(prec=4):
        for name, expected in EXPECTED.items():
            assert essence(reading(name)[0]) == expected

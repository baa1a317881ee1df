"""Recognising formats: exactly one, whatever else the file has, or a sentence that says what was expected and found."""

import pytest

from tests.wasm_tools.bills import HEADER
from tests.wasm_tools.invoices import FOLDER, fixture, opened, reading
from wasm_tools.invoice import detection
from wasm_tools.invoice.choices import Choices, Question
from wasm_tools.invoice.documents import JsonDocument, documents
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.readers.reader import Reader
from wasm_tools.invoice.usage import InvoiceError


def test_ids_are_unique_and_no_two_formats_have_the_same_names() -> None:
    assert len({r.id for r in READERS}) == len(READERS)
    for kind in ("table", "json"):
        signatures = [s for r in READERS if r.kind == kind for s in r.signatures()]
        assert len(set(signatures)) == len(signatures)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.id)
def test_each_format_is_the_one_for_its_own_names(reader: Reader) -> None:
    for names in reader.signatures():
        fitting = {r.id: s for r in READERS if r.kind == reader.kind and (s := r.recognised(names))}
        best = [i for i, s in fitting.items() if not any(s < other for other in fitting.values())]
        assert best == [reader.id]


FIXTURES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".csv", ".json", ".jsonl"))


def test_every_format_has_a_fixture() -> None:
    assert {opened(fixture(name), name).reader.id for name in FIXTURES} == {r.id for r in READERS}


@pytest.mark.parametrize("name", FIXTURES)
def test_no_two_formats_want_the_same_fixture(name: str) -> None:
    found = documents(fixture(name).removeprefix(b"\xef\xbb\xbf"))
    kind = "json" if isinstance(found[0], JsonDocument) else "table"
    fitting = {r.id: s for r in READERS if r.kind == kind for d in found if (s := r.recognised(d.names))}
    best = [i for i, s in fitting.items() if not any(s < other for other in fitting.values())]
    assert best == [opened(fixture(name), name).reader.id]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,age\nada,36\n", "missing columns: .*the file has name, age"),
        (b"usage_date_utc,model,token_type,cost\n", "missing columns: cost_usd. The nearest .* Anthropic cost"),
        (b'{"hello": "world"}', "missing fields: .*the file has hello"),
        (b"[]", "no records"),
        (b'{"data": []}', "missing fields|no records"),
        (b'{"data": [', "damaged at line 1"),
        (b"[" * 100_000, "nested too deeply|damaged"),
        (b'{\0"v": 1}', "damaged at line 1"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"   \n\n", "empty"),
        (bytes(range(1, 256)), "missing columns|cannot be read"),
        (f"{HEADER},provider\n".encode(), "provider more than once"),
    ],
)
def test_what_is_no_bill_is_refused_by_what_was_expected_and_found(data: bytes, message: str) -> None:
    with pytest.raises(InvoiceError, match=message):
        opened(data)


def test_two_formats_that_fit_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Reader("other", "another format", "table", frozenset({"provider", "colour"}), READERS[0].reading)
    monkeypatch.setattr(detection, "READERS", (*READERS, other))
    data = f"{HEADER},colour\na,llm,1,tokens,5,red\n".encode()
    with pytest.raises(Question, match="five-column CSV, another format") as asked:
        opened(data)
    assert (asked.value.about, asked.value.options) == ("reader", ("five_column", "other"))
    assert reading(data, choices=Choices(reader="five_column"))[2].reader.id == "five_column"


def test_a_more_specific_format_wins_over_the_one_it_contains(monkeypatch: pytest.MonkeyPatch) -> None:
    names = frozenset({*HEADER.split(","), "colour"})
    monkeypatch.setattr(detection, "READERS", (*READERS, Reader("more", "more", "table", names, READERS[0].reading)))
    assert opened(f"{HEADER},colour\n".encode()).reader.id == "more"


def test_pages_of_an_api_in_one_file_are_read_one_after_another() -> None:
    page = '{"data": [{"starting_at": "2026-09-01T00:00:00Z", "results": [{"amount": "100", "currency": "USD"}]}]}'
    for data in (f"[{page}, {page}]", f"{page}\n{page}\n", page[9:-1]):
        lines, _, statement = reading(data.encode(), "pages.json")
        assert statement.reader.id == "anthropic_cost_api"
        assert statement.parsed == {"USD": len(lines)}
        assert [x.row for x in lines] == list(range(1, len(lines) + 1))

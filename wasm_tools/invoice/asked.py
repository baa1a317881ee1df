"""What only the user can say of the uploaded files, as questions with the field of `Choices` that answers each."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Context, Decimal
from typing import Any

from wasm_tools.invoice.audit import UNIT
from wasm_tools.invoice.cells import Cell
from wasm_tools.invoice.choices import APART, CACHED_INPUTS, DAY_FIRST, INCLUDED, MONTH_FIRST, Choices, Question
from wasm_tools.invoice.prepared import Prepared
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.readers import READERS
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.uploads import Refused
from wasm_tools.invoice.usage import decimal_text, exact_sum

MOST = 12  # questions of one kind, those of the largest amounts
SKUS = 600  # ids of a provider that are offered; more would be a list of everything
MAPS = ("rates", "providers", "units", "models")
_FACTORS = Context(prec=12)  # of units are whole numbers; a reading of a sixtieth is not one
_LABELS = {
    MONTH_FIRST: "month first, 4/1 is 1 April",
    DAY_FIRST: "day first, 4/1 is 4 January",
    INCLUDED: "yes, the cached tokens are part of the input",
    APART: "no, the input holds only what was not cached",
}


def questions(read: Prepared) -> list[dict[str, Any]]:
    """The questions of whole files, those of names and currencies by the amount that waits, then what was answered.

    A question is answered in the options: for a file by `files[file][about]`, else by `choices[about][subject]`.
    """
    usage = [c for c in read.cells if c.key.kind == "usage"]
    open_ones = [
        *_asked(usage, "rates", _currency, lambda s, _: f"How many US dollars is 1 {s} on this bill?", _no_options),
        *_asked(usage, "providers", _provider, _who, lambda _s, _c: _plain(sorted(read.book.prices.providers))),
        *_asked(usage, "units", _unit, _what_unit, lambda s, c: _units(read.book, s, c)),
        *_asked(usage, "models", _model, _which, lambda _, c: _skus(read.book, c)),
    ]
    open_ones.sort(key=lambda q: (-Decimal(q["usd"] or 0), q["id"]))
    return [*map(_of_file, filter(_asks, read.refused)), *_cached(read), *open_ones, *_answered(read.choices)]


def _asks(refused: Refused) -> bool:
    return isinstance(refused.error, Question)


def _of_file(refused: Refused) -> dict[str, Any]:
    error = refused.error
    if not isinstance(error, Question):  # _asks
        raise TypeError(refused.file)
    titles = {r.id: r.title for r in READERS} | _LABELS
    options = [{"value": value, "label": titles.get(value, value)} for value in error.options]
    control = "mapping" if error.about == "mapping" else "choice"
    made = _question(error.about, "", f"{refused.file}: {error}", control, options, file=refused.file)
    return made if error.table is None else {**made, "table": dict(error.table)}


def _cached(read: Prepared) -> Iterator[dict[str, Any]]:
    """Files whose format leaves open whether the input holds the cached tokens."""
    for file in read.files:
        s, waiting = file.statement, [c for c in file.cells if c.key.line_class == "input"]
        if s.reader.asks_cached and waiting:
            options = [{"value": value, "label": _LABELS[value]} for value in CACHED_INPUTS]
            label = f"{s.file}: does the input hold the cached tokens?"
            made = _question("cached_input", "", label, "choice", options, file=s.file)
            yield {**made, "lines": sum(c.lines for c in waiting)}


def _question(
    about: str, subject: str, label: str, control: str, options: list[dict[str, str]], file: str = "", answer: Any = ""
) -> dict[str, Any]:
    return {
        "id": ":".join((about, file, subject)), "file": file, "about": about, "subject": subject, "label": label,
        "control": control, "options": options, "lines": 0, "usd": None, "amount": {}, "answer": answer,
    }  # fmt: skip


def _asked(
    cells: Iterable[Cell],
    about: str,
    subject_of: Callable[[Cell], str | None],
    label_of: Callable[[str, Cell], str],
    options_of: Callable[[str, Cell], list[dict[str, str]]],
) -> Iterator[dict[str, Any]]:
    """The questions of one kind, with what they are about."""
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        subject = subject_of(cell)
        if subject is not None:
            groups.setdefault(subject, []).append(cell)
    control = {"rates": "number", "units": "choice"}.get(about, "lookup")
    largest = sorted(groups.items(), key=lambda group: (-exact_sum(c.cost for c in group[1]), group[0]))
    for subject, found in largest[:MOST]:
        made = _question(about, subject, label_of(subject, found[0]), control, options_of(subject, found[0]))
        amounts = {k: exact_sum(c.cost for c in found if c.key.currency == k) for k in {c.key.currency for c in found}}
        made["lines"] = sum(c.lines for c in found)
        made["amount"] = {currency: decimal_text(amount) for currency, amount in sorted(amounts.items()) if currency}
        made["usd"] = made["amount"].get("USD")
        yield made


def _answered(choices: Choices) -> Iterator[dict[str, Any]]:
    """What the user has said, so that it can be changed or taken back."""
    for name, given in (("", choices), *choices.files.items()):
        for about in ("reader", "date_order", "cached_input"):
            if answer := getattr(given, about):
                yield _question(about, "", f"{name or 'all files'}: {about} is {answer}", "choice", [], name, answer)
        if given.mapping is not None:
            label = f"{name or 'all files'}: columns by your mapping"
            yield _question("mapping", "", label, "mapping", [], name, dict(given.mapping))
        for about in MAPS:
            for subject, answer in getattr(given, about).items():
                said = decimal_text(answer) if isinstance(answer, Decimal) else answer
                label = f"{subject or 'what files leave open'} is {said}"
                control = "number" if about == "rates" else "lookup"
                yield _question(about, subject, label, control, [], name, said)


def _no_options(_subject: str, _cell: Cell) -> list[dict[str, str]]:
    return []


def _plain(values: Iterable[str]) -> list[dict[str, str]]:
    return [{"value": value, "label": value} for value in values]


def _currency(cell: Cell) -> str | None:
    return cell.key.currency if cell.key.currency not in ("", "USD") else None


def _provider(cell: Cell) -> str | None:
    return None if cell.product.provider else (cell.key.provider or cell.key.host).strip().lower()


def _who(subject: str, _: Cell) -> str:
    return f"Which provider is {subject}?" if subject else "Which provider billed this? The file does not say."


def _model(cell: Cell) -> str | None:
    known = not cell.product.reason or not cell.product.provider or not cell.key.model_raw
    return None if known else cell.key.model_raw.strip().lower()


def _which(_: str, cell: Cell) -> str:
    return f"Which model of {cell.product.provider} is {cell.key.model_raw}?"


def _skus(book: PriceBook, cell: Cell) -> list[dict[str, str]]:
    return _plain(sorted(book.prices.skus(cell.product.provider))[:SKUS])


def _unit(cell: Cell) -> str | None:
    """A unit that is not known, or one that the price contradicts."""
    open_one = cell.quantity is not None and not cell.key.unit and cell.key.line_class != "blended"
    return normal_name(cell.key.unit_raw) if open_one or cell.verdict.kind == UNIT else None


def _what_unit(subject: str, cell: Cell) -> str:
    if cell.verdict.kind == UNIT:
        return f"What does {subject or 'the quantity'} count? {cell.verdict.detail}."
    return f"What does {subject} count?" if subject else "What does the quantity count? The file names no unit."


def _units(book: PriceBook, subject: str, cell: Cell) -> list[dict[str, str]]:
    """Spellings of the units that are known for the workload, one for each; of one that the price contradicts, those
    of the same unit, the one that fits first."""
    workload = book.workloads.get(normal_name(cell.key.workload), "")
    now = book.spellings.conversion(subject, workload)
    found: dict[tuple[str, Decimal], str] = {}
    for (spelling, of), one in book.spellings.conversions.items():
        if one.unit and of in (workload, "*") and (not cell.key.unit or one.unit == now.unit):
            place = (one.unit, one.factor)
            found[place] = min(found.get(place, spelling), spelling, key=lambda s: (len(s), s))
    size = cell.verdict.size
    fits = _FACTORS.multiply(now.factor, size) if size is not None and now.unit else None
    ordered = sorted(found.items(), key=lambda f: (f[0][1] != fits, f[0]))
    return [{"value": s, "label": s + (" (fits the price)" if p[1] == fits else "")} for p, s in ordered]

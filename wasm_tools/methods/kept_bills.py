"""The bills of the page: the reading that is under way, and the report that is shown. Nothing of them is stored."""

from collections.abc import Generator, Mapping, MutableMapping
from typing import Any

from wasm_tools.invoice.pack import OfferBook, read_price_book
from wasm_tools.invoice.report import Report
from wasm_tools.planner import Catalogue
from wasm_tools.workload.traffic import InputError

Reading = Generator[dict[str, Any], None, dict[str, Any]]
_reading: list[Reading] = []  # at most one
_kept: list[tuple[Report, dict[str, Any]]] = []  # the report that was made last, and its record


def begin(reading: Reading) -> None:
    """Start a reading in the place of all that was there: a long bill needs the memory."""
    stop()
    _kept.clear()
    _reading.append(reading)


def step() -> dict[str, Any]:
    """The next thing that the reading has to say; InputError where nothing is being read."""
    if not _reading:
        raise InputError("report", "nothing is being read; choose the files again")
    try:
        return next(_reading[0])
    except StopIteration as end:
        _reading.clear()
        answer: dict[str, Any] = end.value
        return answer
    except BaseException:
        _reading.clear()
        raise


def stop() -> None:
    """Give up the reading that is under way."""
    for reading in _reading:
        reading.close()
    _reading.clear()


def keep(report: Report, record: dict[str, Any]) -> None:
    """Keep a report and its record for what is asked about it later."""
    _kept[:] = [(report, record)]


def kept() -> tuple[Report, dict[str, Any]]:
    """The report that was made last, with its record; InputError where there is none any more."""
    if not _kept:
        raise InputError("report", "the bill is not in memory any more; read it again")
    return _kept[0]


def book_in(packs: MutableMapping[str, Any]) -> OfferBook:
    """The price book among the packs, read when it is first needed and then kept there."""
    book = packs.get("invoice")
    if book is None:
        raise InputError("pack", "the price data are not loaded yet")
    if not isinstance(book, OfferBook):
        book = packs["invoice"] = read_price_book(book)
    return book


def catalogue_in(packs: Mapping[str, Any]) -> Catalogue | None:
    """The planner's catalogue, by which tier D is planned; None on a page without one."""
    catalogue = packs.get("planner")
    return catalogue if isinstance(catalogue, Catalogue) else None

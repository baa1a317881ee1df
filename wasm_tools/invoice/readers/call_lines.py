"""Lines of records that count tokens by class and state one cost for all of them: calls, or a day of a model.

The tokens are lines without a cost; the cost is a line without classes ("blended") with the same row number. It is not
shared out over the classes: that would need the prices it is to be compared with.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from wasm_tools.invoice.remembered import Remembered
from wasm_tools.invoice.usage import EXACT, LineKey, UsageLine, exact_sum

Group = tuple[tuple[str, str], ...]
Counts = Iterable[tuple[str, Decimal | None]]
MAY_CONTAIN_CACHED = "the format does not say whether the input contains the cached tokens"
ESTIMATE = "the costs are estimates of the log, not an invoice"
MORE_CACHED = "more tokens are cached than there were in the input"


class CallKeys(Remembered[tuple[LineKey, str], LineKey]):
    """From the key of a record, as for its cost, and a line class to the key of the tokens of that class."""

    def __init__(self) -> None:
        super().__init__(lambda asked: _token_key(*asked))


class CountsProblem(ValueError):
    """Counts that contradict each other."""


def call_lines(
    row: int, day: str, key: LineKey, counts: Counts, cost: Decimal | None, keys: CallKeys,
    requests: Decimal | int | None = None, list_cost: Decimal | None = None, group: Group = (),
    notes: tuple[str, ...] = (),
) -> list[UsageLine]:  # fmt: skip
    """The tokens above zero, then the cost; the first line carries the number of requests."""
    calls = None if requests is None else int(requests)
    lines = []
    for line_class, quantity in counts:
        if quantity:
            lines.append(UsageLine(row, day, keys[key, line_class], quantity, None, None, calls, group, notes))
            calls = None
    if cost is not None:
        paid = keys[key, "credit"] if cost < 0 and key.kind == "usage" else key
        lines.append(UsageLine(row, day, paid, None, cost, list_cost, calls, group, notes))
    return lines


def taken_out(total: Decimal | None, *parts: Decimal | None) -> Decimal | None:
    """What is left of a total that contains the parts. Raises CountsProblem when they are more than the total."""
    rest = total
    for part in parts:
        if part:
            if rest is None:
                raise CountsProblem(MORE_CACHED)
            rest = EXACT.subtract(rest, part)
    if rest is not None and rest < 0:
        raise CountsProblem(MORE_CACHED)
    return rest


def input_class(
    total: Decimal | None, inputs: Decimal | None, outputs: Decimal | None, parts: tuple[Decimal | None, ...]
) -> tuple[str, tuple[str, ...]]:
    """The class of the input of a log whose format leaves open whether it contains the `parts` beside it, and notes.

    A total that adds up with them says that it does not.
    """
    if all(part is None for part in parts):
        return "input", ()
    if not any(parts):
        return "input_uncached", ()
    whole = exact_sum(count for count in (inputs, outputs, *parts) if count is not None)
    return ("input_uncached", ()) if total == whole else ("input", (MAY_CONTAIN_CACHED,))


def _token_key(key: LineKey, line_class: str) -> LineKey:
    if line_class == "credit":
        return replace(key, kind="credit")
    return replace(
        key,
        line_class=line_class,
        unit="token",
        unit_evidence="stated",
        unit_raw="tokens",
        cost_basis="none",
        currency="",
    )

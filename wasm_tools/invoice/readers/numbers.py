"""Columns of numbers, cell by cell."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from wasm_tools.invoice.numerals import MissingNumber, is_plain, number
from wasm_tools.invoice.remembered import Remembered


class Numbers(Remembered[str, Decimal | None]):
    """The numbers of one column by the text of a cell, None where it is missing; errors are NumberProblem.

    A long bill has hundreds of thousands of cells that are plain digits and never repeat. Its reader may take
    `Decimal(text) if numbers.plain(text) else numbers[text]`, which gives the same in a third of the time.
    """

    __slots__ = ("plain",)

    def __init__(self, decimal_comma: bool | None, currency: str) -> None:
        super().__init__(partial(_number, decimal_comma=decimal_comma, currency=currency))
        self.plain: Callable[[str], object] = is_plain if decimal_comma is False else _never


def _never(_: str) -> bool:
    return False


def _number(text: str, decimal_comma: bool | None, currency: str) -> Decimal | None:
    try:
        return number(text, decimal_comma, currency)
    except MissingNumber:
        return None

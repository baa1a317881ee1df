"""Long JSON files read element by element: the pages of billing APIs hold one list, and it is never held as a whole.

A million results as objects of Python would need several times the memory that a page has.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

CHUNK = 1 << 20  # bytes decoded at a time; an element that is longer takes twice as much each time
DECODER = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=str)
DIGITS = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)  # faster: numbers stay their digits
_UNFINISHED = 1 << 20  # characters that a text or a word may still lack; an error further back is damage
_BLANK = re.compile(r"[ \t\r\n]*")


class DamagedJson(ValueError):
    """A file that stops being JSON; `about` is the byte near which it does."""

    def __init__(self, about: int) -> None:
        super().__init__(f"damaged near byte {about}")
        self.about = about


def walk(data: bytes, lists: Collection[str], decoder: json.JSONDecoder = DECODER) -> Iterator[tuple[str, Any]]:
    """The elements of a list as `("", element)`; or the fields of an object as `(name, value)`.

    The first field that is a list named in `lists` comes as `(name, None)`, followed by its elements. Raises
    DamagedJson where the file stops being JSON in UTF-8.
    """
    source = _Source(data, decoder)
    if source.sign() == "[":
        yield from (("", element) for element in _elements(source))
    else:
        source.take("{")
        open_list = True
        while source.sign() != "}":
            name = source.value()
            source.take(":")
            if open_list and name in lists and source.sign() == "[":
                open_list = False
                yield name, None
                yield from (("", element) for element in _elements(source))
            else:
                yield name, source.value()
            if source.sign() != "}":
                source.take(",")
        source.take("}")
    if source.sign():
        raise source.damaged()


def _elements(source: "_Source") -> Iterator[Any]:
    source.take("[")
    while source.sign() != "]":
        yield source.value()
        if source.sign() != "]":
            source.take(",")
    source.take("]")


class _Source:
    """The text of a file, decoded as far as it is looked at."""

    def __init__(self, data: bytes, json_decoder: json.JSONDecoder) -> None:
        self._decode_value = json_decoder.raw_decode
        self._view, self._read = memoryview(data), 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text, self._at = "", 0

    def damaged(self) -> DamagedJson:
        """What to raise here."""
        return DamagedJson(max(0, self._read - len(self._text) + self._at))

    def sign(self) -> str:
        """The next character that is not blank, left where it is; `''` at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Go past a character that has to stand here."""
        if self.sign() != sign:
            raise self.damaged()
        self._at += 1

    def value(self) -> Any:
        """The value that begins here."""
        self.sign()
        while True:
            try:
                found, end = self._decode_value(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - error.pos > _UNFINISHED or not self._more():
                    raise self.damaged() from None
                continue
            except InvalidOperation:  # an exponent that is beyond all measure
                raise self.damaged() from None
            if end == len(self._text) and self._more():
                continue  # a number may go on
            self._at = end
            return found

    def _more(self) -> bool:
        """Decode more of the file, at least as much again as is still open; forget what is done."""
        if self._read >= len(self._view):
            return False
        size = max(CHUNK, len(self._text) - self._at)
        piece = self._view[self._read : self._read + size]
        self._read += len(piece)
        try:
            decoded = self._decoder.decode(piece, self._read >= len(self._view))
        except UnicodeDecodeError:
            raise self.damaged() from None
        self._text, self._at = self._text[self._at :] + decoded, 0
        return True

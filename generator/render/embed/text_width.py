"""How wide a text is in a sans-serif face, by a table of advance widths: a picture cannot measure its own text."""

import unicodedata

# Advance widths in thousandths of the font size, as in Helvetica and the faces made to match it.
_WIDTHS: dict[str, int] = {}
for _width, _characters in (
    (222, "ijl'`|"),
    (278, " .,:;!/\\I[]ft·"),
    (333, '()-r"*'),
    (500, "ckszvxyJ"),
    (556, "0123456789abdeghnopquL_?$#"),
    (584, "+<>=~^…"),
    (611, "FTZ"),
    (667, "ABEKPSVXY&"),
    (722, "CDHNRUw"),
    (778, "GOQ"),
    (833, "Mm"),
    (944, "W"),
    (1000, "@—%"),
):
    _WIDTHS |= dict.fromkeys(_characters, _width)
_OTHER, _WIDE = 600, 1000


def text_width(text: str, size: float) -> float:
    """The width of a text in the unit of the font size."""
    return sum(_WIDTHS.get(c, _fallback(c)) for c in text) * size / 1000


def _fallback(character: str) -> int:
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


def fitted(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"

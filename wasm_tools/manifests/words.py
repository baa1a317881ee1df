"""Free text of sources and readers, made fit to stand in a line of a file."""

import re

# Controls, line and paragraph separators, surrogates, byte order marks and non-characters: readers fold or refuse them.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]+")
LONGEST = 200


def one_line(text: str, longest: int = LONGEST) -> str:
    """`text` in one line of at most so many characters, without control characters."""
    line = " ".join(_ODD.sub(" ", text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"

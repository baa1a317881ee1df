"""A text as words with their places. Everything later refers to the text by these places and never repeats it."""

import re
from dataclasses import dataclass

MOST_CHARACTERS = 4000
_ALIKE = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": ";", "−": "-", "\u00a0": " "})
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*"  # a number, its separators included
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*(?:\d+[^\W_]*)?(?:\.[^\W\d_]\b\.?)*"  # a word, digits may follow: h100
    r"|<=|>=|[^\w\s]|_"
)
_WHOLE = re.compile(
    r"tl;dr|q&a|u\.s\.|p\.a\.|us\$|24/7|req/s|requests/s|queries/s|tok/s|tokens/s(?:ec)?", re.IGNORECASE
)
BREAKS = frozenset(".;!?\n")
PAUSES = frozenset(",:()") | BREAKS


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number or sign. `text` is in lower case, `start` and `end` are places in the text of its turn."""

    text: str
    start: int
    end: int
    glued: bool  # nothing stands between it and the word before
    number: bool

    @property
    def breaks(self) -> bool:
        """Whether a sentence ends here."""
        return self.text in BREAKS


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a turn: `turn` counts from 0, places are characters."""

    turn: int
    start: int
    end: int


def plain(text: str) -> str:
    """The text in lower case with one sign for one, so that places stay what they are."""
    lowered = text.translate(_ALIKE)
    return "".join(low if len(low := c.lower()) == 1 else c for c in lowered)


def words_of(text: str) -> list[Word]:
    """The words of a text in order."""
    lowered = plain(text)
    found: list[Word] = []
    place = 0
    wholes = {m.start(): m.end() for m in _WHOLE.finditer(lowered)}
    while place < len(lowered):
        if lowered[place].isspace():
            if lowered[place] == "\n":
                found.append(Word("\n", place, place + 1, False, False))
            place += 1
            continue
        match = _TOKEN.match(lowered, place)
        end = wholes.get(place) or (match.end() if match else place + 1)
        glued = bool(found) and found[-1].end == place
        found.append(Word(lowered[place:end], place, end, glued, lowered[place].isdigit() and place not in wholes))
        place = end
    return [w for n, w in enumerate(found) if not _joins(found, n)]


def _joins(words: list[Word], n: int) -> bool:
    """Whether this is a hyphen inside a compound: "chat-bot" reads like "chat bot"; "100-200" stays a range."""
    if words[n].text not in "-_" or not 0 < n < len(words) - 1 or not words[n].glued or not words[n + 1].glued:
        return False
    return not (words[n - 1].number and words[n + 1].number)


def singular(word: str) -> str:
    """The word without the ending of a plural; the word itself where it has none."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word == "gpus" or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))):
        return word[:-1]
    return word

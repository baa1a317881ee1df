"""One turn made ready: words with misspellings read, phrases, names, numbers, and what is negated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.names import Named, names_in
from wasm_tools.ask.numerals import Quantity, quantities
from wasm_tools.ask.phrases import Match, corrected
from wasm_tools.ask.words import PAUSES, Word, singular, words_of

LOOK_BACK = 14  # words between a negation and what it turns around


@dataclass(frozen=True, slots=True)
class Text:
    """A turn as the rules read it. `texts` and `singles` are the words as they are compared, `read_as` corrections."""

    given: str
    words: Sequence[Word]
    texts: Sequence[str]
    singles: Sequence[str]
    read_as: Mapping[int, str]
    matches: Mapping[str, Sequence[Match]]  # by group; what they mean is in `meaning`
    names: Sequence[Named]
    name_words: Mapping[int, int]  # word → place of its name in `names`
    quantities: Sequence[Quantity]
    negated: frozenset[int]  # words that a negation turns around

    def chars(self, first: int, last: int) -> tuple[int, int]:
        """The places in the text of the words from `first` to before `last`."""
        return self.words[first].start, self.words[min(last, len(self.words)) - 1].end

    def place_of(self, name: int) -> int:
        """The first word of a name."""
        return next(word for word, of in self.name_words.items() if of == name)

    def sentence(self, place: int) -> tuple[int, int]:
        """The words of the sentence around a word."""
        first = place
        while first > 0 and not self.words[first - 1].breaks:
            first -= 1
        last = place
        while last < len(self.words) and not self.words[last].breaks:
            last += 1
        return first, last

    def found(self, group: str) -> Sequence[Match]:
        """The matches of a group of phrases."""
        return self.matches.get(group, ())

    def meanings(self, group: str) -> set[Any]:
        """What the phrases of a group that are not negated mean."""
        return {m.meaning for m in self.found(group) if m.first not in self.negated}


def text_of(given: str, book: AskBook) -> Text:
    """A turn made ready for the rules."""
    words = words_of(given)
    names = names_in(given, book.names)
    name_words = {
        place: n
        for n, named in enumerate(names)
        for place, word in enumerate(words)
        if word.start < named.end and word.end > named.start
    }
    unread = [w if n not in name_words else Word("", w.start, w.end, w.glued, True) for n, w in enumerate(words)]
    read_as = corrected(unread, book.near_words, book.keep, book.least_letters)
    read_as |= _after_numbers(words, book, read_as)
    texts = [read_as.get(n, w.text) for n, w in enumerate(words)]
    singles = [singular(t) for t in texts]
    matches: dict[str, list[Match]] = {}
    for match in book.phrases.matches(texts, singles):
        group, meaning = match.meaning
        matches.setdefault(group, []).append(Match(meaning, match.first, match.last))
    shown = [Word(t, w.start, w.end, w.glued, w.number) for t, w in zip(texts, words, strict=True)]
    numbers = quantities(shown, book.numbers, frozenset(name_words))
    negated = _negated(shown, texts, matches, name_words, book)
    return Text(given, shown, texts, singles, read_as, matches, names, name_words, numbers, negated)


def _after_numbers(words: Sequence[Word], book: AskBook, read_as: Mapping[int, str]) -> dict[int, str]:
    """Short misspelt words right behind a number, where only a unit can stand: 50 usrs."""
    places = [n for n in range(1, len(words)) if words[n - 1].number and n not in read_as]
    short = [
        words[n] if words[n].text not in book.units and singular(words[n].text) not in book.units else
        Word("", words[n].start, words[n].end, False, True)
        for n in places
    ]  # fmt: skip
    fixed = corrected(short, book.near_words, frozenset(), 4)
    return {places[n]: word for n, word in fixed.items() if word in book.units or singular(word) in book.units}


def _negated(
    words: Sequence[Word],
    texts: Sequence[str],
    matches: Mapping[str, Sequence[Match]],
    name_words: Mapping[int, int],
    book: AskBook,
) -> frozenset[int]:
    """The words that stand behind a negation, over lists and fillers, or before "is not allowed"."""
    inside = {n for group in ("tag", "fill") for m in matches.get(group, ()) for n in range(m.first, m.last)}
    pairs = {m.last - 1 for m in matches.get("not", ())}
    found: set[int] = set()
    for place in range(len(words)):
        if place not in inside and place not in name_words:
            continue
        at, steps = place - 1, 0
        while at >= 0 and steps < LOOK_BACK:
            text = texts[at]
            negates = text in book.negators and at not in inside  # those of "don't want to run GPUs" are part of it
            if at in pairs or (negates and not (text == "no" and texts[at + 1 : at + 2] == ["more"])):
                if texts[at + 1 : at + 2] != ["only"]:
                    found.add(place)
                break
            listed = text in (",", "/") and (at - 1 in name_words or at - 1 in inside)
            if not (listed or text in book.between or at in name_words or at in inside):
                break
            at, steps = at - 1, steps + 1
    for match in matches.get("after", ()):
        at = match.first - 1
        while at >= 0 and (at in name_words or at in inside):
            found.add(at)
            at -= 1
    return frozenset(found)


def pauses(text: Text, first: int, last: int) -> int:
    """How many pauses stand between two words."""
    return sum(text.words[n].text in PAUSES for n in range(max(first, 0), min(last, len(text.words))))

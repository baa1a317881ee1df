"""Phrases of the vocabulary in a text: rows of words with alternatives, beginnings and gaps, misspellings included."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from wasm_tools.ask.words import Word, singular

GAP = 4  # words that `..` may stand for
Part = tuple[str, bool, bool]  # word, whether its beginning is enough, whether a gap stands before it


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found: what it stands for, and the words from `first` to before `last`."""

    meaning: Any
    first: int
    last: int


def parts_of(phrase: str) -> Iterator[tuple[Part, ...]]:
    """The rows of words that a phrase of the vocabulary stands for, one for each choice of alternatives."""
    choices: list[list[Part]] = []
    gap = False
    for word in phrase.lower().replace("-", " ").split():
        if word == "..":
            gap = True
            continue
        choices.append([(w.rstrip("*"), w.endswith("*"), gap) for w in word.split("|")])
        gap = False
    yield from product(*choices)


class PhraseIndex:
    """Phrases by their first word. Built once of a vocabulary and never changed."""

    def __init__(self, rows: Iterable[tuple[str, Any]]) -> None:
        self._by_word: dict[str, list[tuple[tuple[Part, ...], Any]]] = {}
        self._by_beginning: dict[str, list[tuple[tuple[Part, ...], Any]]] = {}
        self.known: set[str] = set()
        for phrase, meaning in rows:
            for parts in parts_of(phrase):
                word, open_end, _ = parts[0]
                (self._by_beginning if open_end else self._by_word).setdefault(word, []).append((parts, meaning))
                self.known.update(w for w, open_, _ in parts if not open_)
        self._lengths = sorted({len(word) for word in self._by_beginning})

    def matches(self, words: Sequence[str], singulars: Sequence[str]) -> list[Match]:
        """All phrases in a row of words; `singulars` are the same words without plural endings."""
        found: list[Match] = []
        for place, word in enumerate(words):
            rows = list(self._by_word.get(word, ()))
            if singulars[place] != word:
                rows += self._by_word.get(singulars[place], ())
            for length in self._lengths:
                if len(word) < length:
                    break
                rows += self._by_beginning.get(word[:length], ())
            for parts, meaning in rows:
                last = _end(parts, words, singulars, place)
                if last:
                    found.append(Match(meaning, place, last))
        return found


def _end(parts: Sequence[Part], words: Sequence[str], singulars: Sequence[str], place: int) -> int:
    """The place behind a phrase that begins at `place`, 0 where it does not stand there."""
    at = place
    for n, (word, open_end, gap) in enumerate(parts):
        reach = range(at, min(at + (GAP + 1 if gap else 1), len(words))) if n else (at,)
        for here in reach:
            if _same(word, open_end, words[here], singulars[here]):
                at = here + 1
                break
            if gap and words[here] in ".;!?\n":
                return 0
        else:
            return 0
    return at


def _same(word: str, open_end: bool, given: str, single: str) -> bool:
    return given.startswith(word) if open_end else word in (given, single)


def corrected(
    words: Sequence[Word], known: Mapping[tuple[str, int], Sequence[str]], keep: frozenset[str], least: int
) -> dict[int, str]:
    """Places of misspelt words with the one word of the vocabulary that is meant.

    One letter may be missing, added, changed or swapped, two in words of eight letters or more; the first stays. Words
    shorter than `least` and those of `keep` are left, and so is a word that could be two. `known` is by first letter
    and length.
    """
    found: dict[int, str] = {}
    for place, word in enumerate(words):
        text = word.text
        if word.number or len(text) < least or not text.isalpha() or text in keep or singular(text) in keep:
            continue
        bound = 2 if len(text) >= 8 else 1
        near: dict[int, list[str]] = {}
        for length in range(len(text) - bound, len(text) + bound + 1):
            for candidate in known.get((text[0], length), ()):
                distance = edits(text, candidate, bound)
                if distance <= bound:
                    near.setdefault(distance, []).append(candidate)
        if near and 0 not in near and len(near[min(near)]) == 1:
            found[place] = near[min(near)][0]
    return found


def by_letter(vocabulary: Iterable[str], least: int) -> dict[tuple[str, int], list[str]]:
    """The words that misspellings are held against, by first letter and length."""
    found: dict[tuple[str, int], list[str]] = {}
    for word in sorted(set(vocabulary)):
        if word.isalpha() and len(word) >= least:
            found.setdefault((word[0], len(word)), []).append(word)
    return found


def edits(a: str, b: str, bound: int) -> int:
    """Letters to insert, delete, change or swap to make `b` of `a` (optimal string alignment), up to `bound`."""
    before, row = list[int](), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > bound:
            return bound + 1
    return row[-1]

"""Numbers in a text: digits, words and both; with scales, ranges, bounds and money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from wasm_tools.ask.words import Word

MOST = 1e18


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words that make numbers, out of units.toml."""

    words: Mapping[str, float]
    scales: Mapping[str, float]
    parts: Mapping[str, float]
    vague: Mapping[str, float]
    few: Mapping[str, float]
    hedges: tuple[tuple[str, tuple[str, ...]], ...]  # kind of bound and its words, the longest phrase first
    currencies: Mapping[str, str] = field(default_factory=dict)  # sign or word to the currency, in capitals


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its place: the words from `first` to before `last`.

    `low` and `high` differ for a range. `hedge` is at_most, at_least, about or nothing. `vague` numbers stand for a
    plural without a count. `other` is a second reading of the same digits.
    """

    low: float
    high: float
    first: int
    last: int
    hedge: str = ""
    vague: bool = False
    currency: str = ""
    other: float | None = None

    @property
    def value(self) -> float:
        """The number, of a range its middle."""
        return (self.low + self.high) / 2


def quantities(words: Sequence[Word], known: NumberWords, taken: frozenset[int] = frozenset()) -> list[Quantity]:
    """All numbers of a text that are not part of `taken` words, ranges joined, with the bounds before them."""
    found: list[Quantity] = []
    place = 0
    while place < len(words):
        one = None if place in taken else _number(words, place, known, taken)
        if one is None:
            place += 1
            continue
        joined = _range(words, one, known, taken)
        found.append(_money(words, _hedged(words, joined, known), known))
        place = found[-1].last
    return found


def _number(words: Sequence[Word], place: int, known: NumberWords, taken: frozenset[int]) -> Quantity | None:
    """The number that begins at `place`: digits or words, with the scales behind it."""
    word, other = words[place], None
    at, value, vague = place + 1, 0.0, False
    if word.number:
        value, other = _digits(word.text)
    elif word.text in known.vague:
        return Quantity(known.vague[word.text], known.vague[word.text], place, place + 1, vague=True)
    elif word.text in known.words:
        value, at = _spelled(words, place, known)
    elif word.text in ("a", "an", "one", "half", "quarter", "the", *known.few):
        return _article(words, place, known)
    else:
        return None
    at, scale = _scales(words, at, known, taken)
    if scale != 1 and other is not None:
        other = other * scale if other < value else None
    if value * scale > MOST:
        return None
    if value == 1 and at == place + 1 and not word.number and word.text == "one":
        return None  # "one" alone is an article more often than a count
    return Quantity(value * scale, value * scale, place, at, vague=vague, other=other)


def _digits(text: str) -> tuple[float, float | None]:
    """The number of digits with separators, and the other reading of a lone group of three behind a point."""
    groups = text.replace(",", ".").split(".")
    if len(groups) == 1:
        return float(text), None
    threes = all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0]) <= 3 and groups[0] != "0"
    signs = {c for c in text if c in ".,"}
    if len(groups) == 2 and threes:
        joined = float("".join(groups))
        return (joined, None) if "," in signs else (float(text), joined)
    if len(signs) == 1 and threes:
        return float("".join(groups)), None
    if len(signs) == 2:  # the last sign is the decimal one
        return float("".join(groups[:-1]) + "." + groups[-1]), None
    return float(groups[0] + "." + "".join(groups[1:])), None


def _spelled(words: Sequence[Word], place: int, known: NumberWords) -> tuple[float, int]:
    """Tens and units in words: twenty five."""
    value, at = known.words[words[place].text], place + 1
    if value >= 20 and at < len(words) and 0 < known.words.get(words[at].text, 0) < 10:
        return value + known.words[words[at].text], at + 1
    return value, at


def _article(words: Sequence[Word], place: int, known: NumberWords) -> Quantity | None:
    """A dozen, half a million, a quarter million, a few hundred, a couple of thousand."""
    at, value, vague = place, 1.0, False
    if words[at].text in ("a", "an", "one", "the"):
        at += 1
    if at < len(words) and words[at].text in known.parts:
        value, at = known.parts[words[at].text], at + 1
    elif at < len(words) and words[at].text in known.few:
        value, vague, at = known.few[words[at].text], True, at + 1
    while at < len(words) and words[at].text in ("a", "of"):
        at += 1
    ended, scale = _scales(words, at, known, frozenset())
    if scale == 1:
        few = vague and value > 1 and words[place].text in known.few
        return Quantity(value, value, place, place + 1, vague=True) if few else None
    if words[place].text == "the":
        return None
    return Quantity(value * scale, value * scale, place, ended, vague=vague)


def _scales(words: Sequence[Word], at: int, known: NumberWords, taken: frozenset[int]) -> tuple[int, float]:
    """The place behind the scales that follow, and their product: 1.5 | million, 2 | hundred thousand."""
    scale = 1.0
    while at < len(words) and at not in taken:
        text = words[at].text
        factor = known.scales.get(text) or known.scales.get(text.removesuffix("s") if len(text) > 4 else "")
        short = len(text) <= 2 and not words[at].glued
        if factor is None or (short and text in ("m", "b", "t", "k") and not _ends(words, at)):
            break
        scale, at = scale * factor, at + 1
    return at, scale


def _ends(words: Sequence[Word], at: int) -> bool:
    """Whether a lone letter may be a scale: what follows is a word, a sign or nothing, and no digit."""
    return at + 1 >= len(words) or not words[at + 1].glued


def _range(words: Sequence[Word], one: Quantity, known: NumberWords, taken: frozenset[int]) -> Quantity:
    """The range that begins with a number: 100-200, 100 to 200, between 2,000 and 4,000, 3-5k."""
    at = one.last
    if at >= len(words) or at in taken:
        return one
    between = one.first > 0 and words[one.first - 1].text == "between"
    if words[at].text not in ("-", "to", "and") or (words[at].text == "and" and not between):
        return one
    if at + 1 >= len(words) or at + 1 in taken:
        return one
    two = _number(words, at + 1, known, taken)
    if two is None or two.vague:
        return one
    low = one.low
    if one.last == one.first + 1 and two.last > at + 2 and low < two.low:  # the scale of the second holds for both
        _, scale = _scales(words, at + 2, known, taken)
        low = low * scale if low * scale <= two.low else low
    if low >= two.low:
        return one
    return replace(one, low=low, high=two.low, first=one.first - between, last=two.last, other=None)


def _hedged(words: Sequence[Word], one: Quantity, known: NumberWords) -> Quantity:
    """The number with the bound that stands before it, or behind it as a plus sign."""
    if one.last < len(words) and words[one.last].text == "+":
        return replace(one, hedge="at_least", last=one.last + 1)
    at = one.first - 1
    while at >= 0 and words[at].text in ("$", "€", "£", "=", "us$", "a", "of", "the", "is"):
        at -= 1
    before = [w.text for w in words[max(0, at - 3) : at + 1]]
    for kind, phrase in known.hedges:
        if tuple(before[-len(phrase) :]) == phrase:
            return replace(one, hedge=kind)
    return one


def _money(words: Sequence[Word], one: Quantity, known: NumberWords) -> Quantity:
    """The number with the currency before or behind it, its longest name first: C$500, 500 US dollars."""
    for length in (3, 2, 1):
        before = [w.text for w in words[max(one.first - length, 0) : one.first]]
        behind = [w.text for w in words[one.last : one.last + length]]
        apart = length > 1 and not words[one.first - 1].glued  # "a $ 500 budget" is no Australian one
        if len(before) == length and not apart and (name := known.currencies.get(" ".join(before))):
            return replace(one, currency=name, first=one.first - length)
        if len(behind) == length and (name := known.currencies.get(" ".join(behind))):
            return replace(one, currency=name, last=one.last + length)
    return one


def number_words(raw: Mapping[str, Any], money: Mapping[str, Any]) -> NumberWords:
    """The words of numbers out of the vocabulary."""
    hedges = [
        (kind, tuple(phrase.split())) for kind in ("at_most", "at_least", "about") for phrase in raw[kind]
    ]  # fmt: skip
    hedges.sort(key=lambda row: (-len(row[1]), row))
    signs = {sign: name.upper() for name, given in money.items() if name not in ("cues", "paid") for sign in given}
    return NumberWords(
        raw["words"], raw["scales"], raw["parts"], raw["vague"], raw["few"], tuple(hedges), signs,
    )  # fmt: skip

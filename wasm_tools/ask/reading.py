"""What one turn says: mentions of fields, tags of its task, commands, and whether it asks the catalogue."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.ask import machines, measures, money, volumes
from wasm_tools.ask.amounts import Amount, amounts_of, bare_people, certainty, has_role, people, requests
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.merging import LOADS
from wasm_tools.ask.names import Named
from wasm_tools.ask.tasks import USE_CASE, Tag, TaskScore, scores, tags_of
from wasm_tools.ask.text import Text, text_of

PRODUCT = frozenset({"requests", "people", "tokens", "words", "milliseconds", "characters", "pages"})
LISTS = frozenset({"kinds", "precisions", "features", "area"})
# What looks like a name that the catalogue does not have: letters with digits, joined or behind a hyphen.
_NAME_LIKE = re.compile(r"\b[A-Za-z][A-Za-z]+[\w.]*-[\w.-]*\d[\w.-]*\b|\b[A-Z][A-Za-z]*\d[\w.]*\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """A turn read. `used` are the places of its text that meant something, `factor` what its load is multiplied by."""

    text: Text
    mentions: Sequence[Mention]
    tags: Mapping[str, Tag]
    denied: frozenset[str]
    tasks: Sequence[TaskScore]
    commands: frozenset[str]
    factor: tuple[float, int, int] | None
    cues: Sequence[tuple[int, int]]
    unknown: Sequence[Named]

    @property
    def used(self) -> list[tuple[int, int]]:
        """The pieces of text that meant something, in order and apart."""
        pieces = [(m.start, m.end) for m in self.mentions] + [
            (t.start, t.end) for t in self.tags.values() if t.weight > 2
        ]
        pieces += [*self.cues, *([self.factor[1:]] if self.factor else [])]
        joined: list[tuple[int, int]] = []
        for start, end in sorted(p for p in pieces if p[1] > p[0]):
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def read_turn(given: str, book: AskBook, before: Mapping[str, Tag], plannable: Mapping[str, object]) -> Reading:
    """A turn as the rules read it. `before` are the tags of earlier turns, `plannable` the models of the planner."""
    text = text_of(given, book)
    tags, denied = tags_of(text, book)
    ranked = scores({**before, **tags} if not _decides(tags, denied, book) else tags, denied, book)
    task = ranked[0].task if ranked else ""
    amounts = amounts_of(text, book)
    mentions = [*_fills(text), *_percentiles(text, amounts)]
    owned = any(m.field == "kinds" and "owned" in m.value and not m.left_out for m in mentions)
    owned = owned or _have(text)
    factor = _factor(text, amounts)
    counted: set[str] = set()
    skip = {factor[3]} if factor and factor[3] is not None else set()
    later: list[Amount] = []
    whole = list(volumes.product(text, book, amounts, task)) if task in book.counts else []
    mentions += whole
    for n, a in enumerate(amounts):
        if n in skip or (whole and not a.q.currency and a.dimension in PRODUCT):
            continue
        made = list(_of_amount(text, book, a, task, frozenset(counted)))
        if a.dimension == "requests" and not a.seconds:
            later.append(a)
            continue
        mentions += made
        counted |= {m.field for m in made}
    visits = next((a.seconds for a in amounts if a.dimension == "people" and a.seconds), 0.0)
    for a in later:
        known = frozenset(counted & {*LOADS, "usage"})
        of_visit = visits and has_role(text, a, "each", 6)  # "20,000 users a day, 3 questions each"
        mentions += _of_amount(text, book, replace(a, seconds=visits) if of_visit else a, task, known)
    mentions += _bare_sides(text, amounts, mentions)
    by_end = {a.q.last: a for a in amounts}
    mentions += machines.named_mentions(text, book, by_end, owned)
    mentions += machines.group_mentions(text, book, plannable)
    if owned and not any(m.field == "kinds" and "owned" in m.value for m in mentions):
        own = next((m for m in mentions if m.field in ("inventory", "owned_gpus")), None)
        if own is not None:
            mentions.append(Mention("kinds", ["owned"], own.start, own.end, IMPLIED, "GPUs that you have"))
    unknown = [n for n in text.names if not n.ids]
    if text.found("cue") and not text.names and not tags:
        unknown += [Named("model", (), m.start(), m.end(), m.group()) for m in _NAME_LIKE.finditer(given)]
    cues = [text.chars(m.first, m.last) for m in text.found("cue")]
    commands = frozenset(str(m.meaning) for m in text.found("command"))
    return Reading(text, mentions, tags, denied, ranked, commands, factor[:3] if factor else None, cues, unknown)


def _decides(tags: Mapping[str, Tag], denied: frozenset[str], book: AskBook) -> bool:
    """Whether a turn says by itself what it is for."""
    found = scores(tags, denied, book)
    return bool(found) and found[0].score >= USE_CASE


def _fills(text: Text) -> Iterator[Mention]:
    """The fields that phrases fill. Of overlapping phrases for one field the longest counts."""
    best: list[Any] = []
    for match in sorted(text.found("fill"), key=lambda m: (m.first - m.last, m.first)):
        fill = match.meaning
        inside = range(match.first, match.last)
        if any(n in text.name_words for n in inside):
            continue
        if any(f.field == fill.field and a < match.last and match.first < b for f, a, b in best):
            continue
        best.append((fill, match.first, match.last))
    for fill, first, last in sorted(best, key=lambda row: row[1]):
        negated = first in text.negated
        if negated and fill.field not in LISTS:
            continue
        start, end = text.chars(first, last)
        yield Mention(
            fill.field, fill.value, start, end, IMPLIED if fill.rule else STATED, fill.rule, left_out=negated,
            adds=fill.field in LISTS,
        )  # fmt: skip


def _percentiles(text: Text, amounts: Sequence[Amount]) -> Iterator[Mention]:
    """p95 and "95th percentile"."""
    for n, word in enumerate(text.texts):
        if word in ("p50", "p90", "p95", "p99"):
            yield Mention("percentile", int(word[1:]), *text.chars(n, n + 1))
        elif word == "median" and n not in text.name_words:
            yield Mention("percentile", 50, *text.chars(n, n + 1))
    for a in amounts:
        if a.q.value in (50, 90, 95, 99) and "percentile" in text.texts[a.q.last : a.q.last + 2]:
            yield Mention("percentile", int(a.q.value), *text.chars(a.q.first, a.q.last + 1))


def _have(text: Text) -> bool:
    """Whether the turn says of machines that the reader has them: "we have eight H200"."""
    texts = text.texts
    for n, word in enumerate(texts[:-1]):
        if word in ("have", "own", "got") and n and texts[n - 1] in ("we", "i", "already") and n not in text.negated:
            near = range(n + 1, min(n + 6, len(texts)))
            if any(k in text.name_words and text.names[text.name_words[k]].kind == "gpu" for k in near):
                return True
        if word in ("our", "my") and any(
            k in text.name_words and text.names[text.name_words[k]].kind == "gpu"
            for k in range(n + 1, min(n + 5, len(texts)))
        ):
            return True
    return False


def _of_amount(text: Text, book: AskBook, a: Amount, task: str, counted: frozenset[str]) -> Iterator[Mention]:
    """The mentions of one number."""
    workload = task in book.counts
    if a.q.last < len(text.texts) and text.texts[a.q.last] in ("percentile", "th"):
        return
    if a.q.currency:
        yield from money.money(text, book, a)
    elif workload and (volume := list(volumes.volume(text, book, a, task))):
        yield from volume
    elif a.dimension == "people" or bare_people(text, a):
        yield from people(text, a)
    elif a.dimension in ("tokens", "token_rate", "words", "pages"):
        yield from measures.tokens(text, book, a, task)
    elif a.dimension == "milliseconds":
        yield from measures.times(text, a)
    elif a.dimension == "percent":
        yield from measures.shares(text, a)
    elif a.dimension == "gpus":
        if a.q.value >= 1 and float(a.q.value).is_integer():
            yield Mention("max_gpus", int(a.q.value), *text.chars(a.q.first, a.after))
    elif a.dimension == "times":
        if any(m.meaning == "peak" and a.low <= m.first < a.high for m in text.found("role")):
            yield Mention("peak_factor", a.q.value, *text.chars(a.q.first, a.after))
    elif a.dimension in ("requests", "request_rate"):
        yield from requests(text, a, counted)
    elif measures.context(text, a):
        yield Mention("context", round(a.q.value), *text.chars(a.q.first, a.q.last + 1))
    elif _perhaps_people(text, book, a) and not counted & {"users", "qps"}:
        rule = "read as people, as nothing else is counted"
        value = round(a.q.value)
        readings = ((value, f"{value:,} people"),)
        yield Mention("users", value, *text.chars(a.q.first, a.q.last + 1), UNSURE, rule, readings)
    elif a.unit is None and a.seconds and a.q.value > 0:
        if text.meanings("role") & {"budget"} or any(w in book.money_cues for w in text.texts[a.low : a.q.first]):
            yield from money.money(text, book, a)
        else:
            yield from _counted_things(text, a)


def _counted_things(text: Text, a: Amount) -> Iterator[Mention]:
    """A number in a period of something that is no unit: "2,000 scans per day" may be the load, or not."""
    start, end = text.chars(a.q.first, a.tail)
    value = a.q.value / a.seconds
    if a.tail - a.q.last <= 2:  # nothing but the period stands behind it
        yield Mention("qps", value, start, end, *certainty(a.q))
        return
    readings = ((value, "requests"), (None, "something else"))
    yield Mention("qps", value, start, end, UNSURE, "read as requests, as nothing else is known of it", readings)


def _perhaps_people(text: Text, book: AskBook, a: Amount) -> bool:
    """Whether an unknown plural behind "for" and a number may be people: "for 35 traders"."""
    if a.unit is not None or a.seconds or a.q.last >= len(text.texts) or not float(a.q.value).is_integer():
        return False
    before = text.texts[a.q.first - 1] if a.q.first else ""
    word, single = text.texts[a.q.last], text.singles[a.q.last]
    plural = word != single and word.isalpha() and a.q.last not in text.name_words
    return before in ("for", "by", "serving") and plural and not {word, single} & book.no_people


def _bare_sides(text: Text, amounts: Sequence[Amount], known: Sequence[Mention]) -> Iterator[Mention]:
    """ "1,500 out" beside "20k tokens in"."""
    if not any(m.field in ("prompt_tokens", "output_tokens") for m in known):
        sides = [s for a in amounts if (s := measures.bare_side(text, a))]
        if len(set(sides)) < 2:
            return
    for a in amounts:
        side = measures.bare_side(text, a)
        if side and a.q.value >= 1:
            yield Mention(side, round(a.q.value), *text.chars(a.q.first, a.q.last + 1))


def _factor(text: Text, amounts: Sequence[Amount]) -> tuple[float, int, int, int | None] | None:
    """By what the load is multiplied: "traffic doubles", "ten times the traffic", "50 % more users", "10x load"."""
    loads = [m for m in text.found("load") if m.first not in text.name_words]
    if not loads:
        return None
    for match in text.found("factor"):
        near = [m for m in loads if -2 <= m.first - match.last <= 3 or -1 <= match.first - m.last <= 2]
        if near and (match.meaning != 0.5 or not any(q.first <= match.first < q.last for q in text.quantities)):
            first, last = min(match.first, near[0].first), max(match.last, near[0].last)
            return (match.meaning, *text.chars(first, last), None)
    for n, a in enumerate(amounts):
        behind = text.texts[a.q.last : a.q.last + 3]
        near = [m for m in loads if 0 <= m.first - a.q.last <= 5 or 0 <= a.q.first - m.last <= 3]
        if not near or a.seconds:
            continue
        start, end = text.chars(min(a.q.first, near[0].first), max(a.q.last, near[0].last))
        if a.dimension == "times" or (behind[:1] == ["times"]):
            return a.q.value, start, end, n
        if a.dimension == "percent" and {"more", "less", "fewer"} & set(text.texts[a.q.last : a.q.last + 4]):
            share = a.q.value / 100
            return (1 + share if "more" in text.texts[a.q.last : a.q.last + 4] else 1 - share), start, end, n
    return None

"""Tokens, times and shares of a turn."""

from collections.abc import Iterator

from wasm_tools.ask.amounts import MONTH, Amount, certainty, given_for, has_role, nearest, said
from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import IMPLIED, STATED, UNSURE, Mention
from wasm_tools.ask.phrases import Match
from wasm_tools.ask.text import Text
from wasm_tools.ask.words import PAUSES

SPEED_MOST = 500  # tokens a second: what one reader may ask for; more is the rate of all together
BATCH_MS = 60_000.0
SECOND_MS = 1000.0


def tokens(text: Text, book: AskBook, a: Amount, task: str) -> Iterator[Mention]:
    """Lengths of a request, speeds, or volumes in a period, from tokens, words or pages."""
    per = {"tokens": 1.0, "token_rate": 1.0, "words": book.text["tokens_per_word"]}
    factor = per.get(a.dimension, book.text["words_per_page"] * book.text["tokens_per_word"])
    value, rule = a.q.value * factor, ""
    state, why = certainty(a.q)
    if a.dimension == "words":
        state, rule = (IMPLIED, "0.75 words are a token") if state == STATED else (state, why)
    elif a.dimension == "pages":
        state, rule = (IMPLIED, "a page has 500 words, and 0.75 words are a token") if state == STATED else (state, why)
    else:
        rule = why
    start, end = said(text, a)
    side = nearest(text, a, "prompt", "output", "window")
    if a.dimension == "token_rate" or a.seconds == 1:
        if has_role(text, a, "throughput", 5) or value > SPEED_MOST:
            yield Mention("tokens_rate", value, start, end, state, rule)
        else:
            yield Mention("tokens_per_second", value, start, end, state, rule)
    elif a.seconds:
        field = {"prompt": "prompt_rate", "output": "output_rate"}.get(side, "tokens_rate")
        if a.dimension != "tokens":
            field = "prompt_rate"
        if given_for(text, book, a) == "people" or has_role(text, a, "each", 6):
            field = f"{field}_each"
        yield Mention(field, value / a.seconds, start, end, state, rule)
    elif side == "window":
        yield Mention("context", round(value), start, end, state, rule)
    else:
        writes = task == "content-generation" and a.dimension != "tokens"
        field = "output_tokens" if side == "output" or (writes and side != "prompt") else "prompt_tokens"
        if not side and state == STATED:
            state, rule = IMPLIED, "a length without a side is that of the prompt"
        yield Mention(field, max(round(value), 1), start, end, state, rule)


def bare_side(text: Text, a: Amount) -> str:
    """The side of a number that has no unit but "in" or "out" behind it, beside one that counts tokens."""
    word = text.texts[a.q.last] if a.q.last < len(text.texts) else ""
    following = text.texts[a.q.last + 1] if a.q.last + 1 < len(text.texts) else "."
    if a.unit is not None or a.q.currency:
        return ""
    if word in ("out", "output"):
        return "output_tokens"
    before = text.singles[a.q.first - 1] if a.q.first else ""
    if before in ("prompt", "input", "output", "completion", "answer", "response") and word in (
        *PAUSES,
        "",
        "and",
        "/",
    ):
        return "prompt_tokens" if before in ("prompt", "input") else "output_tokens"
    return "prompt_tokens" if word in ("in", "input") and following in (",", "/", "and", ".", ";", "+") else ""


def context(text: Text, a: Amount) -> bool:
    """Whether a number without a unit is a context: 128k context window."""
    words = text.texts[a.q.last : a.q.last + 2]
    return a.unit is None and "context" in words and a.q.value >= 1000


def times(text: Text, a: Amount) -> Iterator[Mention]:
    """Bounds on the first token, between tokens or the whole answer; a bound of minutes is work that may wait."""
    value = a.q.value * (a.unit.scale if a.unit else 1)
    start, end = said(text, a)
    role = nearest(text, a, "ttft", "itl", "e2e")
    field = {"ttft": "ttft_ms", "itl": "itl_ms", "e2e": "e2e_ms"}.get(role, "")
    if value >= BATCH_MS and field in ("", "e2e_ms"):
        if has_role(text, a, "latency") or a.q.hedge == "at_most":
            yield Mention("slo", "batch", start, end, IMPLIED, "answers that are due in minutes are the class batch")
        return
    if field:
        yield Mention(field, value, start, end, STATED)
    elif a.q.hedge == "at_most" or has_role(text, a, "latency") or (a.unit is not None and a.unit.scale == 1):
        first = value < SECOND_MS
        rule = "a bound without a name: read as the first token below a second, as the whole answer from there"
        readings = (("ttft_ms", "the first token"), ("e2e_ms", "the whole answer"), ("itl_ms", "between two tokens"))
        yield Mention("ttft_ms" if first else "e2e_ms", value, start, end, UNSURE, rule, readings)


def shares(text: Text, a: Amount) -> Iterator[Mention]:
    """Shares in per cent: availability, a cached prefix, what may wait, growth."""
    start, end = said(text, a)
    share = round(a.q.value / 100, 6)
    if any(a.q.last <= m.first <= a.after + 3 and m.meaning in ("load",) for m in _loads(text)) and _more(text, a):
        return  # "50 % more users" is a factor
    role = nearest(text, a, "availability", "cached", "batchable", "growth", "active")
    if role == "growth" or (a.seconds and not role and a.tail <= a.after + 2):  # "20% use it daily" is none
        months = MONTH / a.seconds if a.seconds else 1 / 12
        monthly = (1 + share) ** months - 1 if a.seconds != MONTH else share
        rule = "" if a.seconds == MONTH and role else "as a rate of growth a month"
        yield Mention("growth", round(monthly, 6), start, end, STATED if not rule else IMPLIED, rule)
    elif role == "availability" or (a.q.value > 98 and a.q.value < 100 and not role):
        yield Mention("availability", share, start, end)
    elif role == "active":
        yield Mention("active", share, start, end)
    elif role == "cached":
        yield Mention("cacheable_share", share, start, end)
    elif role == "batchable":
        yield Mention("batchable_share", share, start, end)


def _loads(text: Text) -> Iterator[Match]:
    yield from text.found("load")


def _more(text: Text, a: Amount) -> bool:
    return any(w in ("more", "less", "fewer") for w in text.texts[a.q.last : a.q.last + 3])

"""What a request is for: tags of its words, and the tasks that rules make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.text import Text

USE_CASE = 5.0  # from this score on a task is meant by its words alone


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a turn carries: its heaviest phrase and where it stands."""

    id: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TaskScore:
    """A task with its score and the words that speak for it."""

    task: str
    score: float
    tags: tuple[str, ...]


def tags_of(text: Text, book: AskBook) -> tuple[dict[str, Tag], frozenset[str]]:
    """The tags of a turn by id, and those that it denies."""
    found: dict[str, Tag] = {}
    denied: set[str] = set()
    for match in text.found("tag"):
        name, weight = match.meaning
        if any(n in text.name_words for n in range(match.first, match.last)):
            continue
        if match.first in text.negated or match.last - 1 in text.negated:
            denied.add(name)
            continue
        start, end = text.chars(match.first, match.last)
        known = found.get(name)
        if known is None or (weight, end - start) > (known.weight, known.end - known.start):
            found[name] = Tag(name, weight, start, end)
    pages = _pages(text, book)
    if pages is not None:
        found["many_pages"] = pages
    return found, frozenset(denied - found.keys())


def _pages(text: Text, book: AskBook) -> Tag | None:
    """Documents of many pages or tokens are long ones."""
    for q in text.quantities:
        after = text.singles[q.last : q.last + 2]
        many = ("page" in after and q.value >= book.text["long_pages"]) or (
            "token" in after and book.text["long_tokens"] <= q.value <= 1e6 and q.hedge != "at_most"
        )
        if many:
            start, end = text.chars(q.first, q.last)
            return Tag("many_pages", 3, start, end)
    return None


def scores(tags: Mapping[str, Tag], denied: frozenset[str], book: AskBook) -> Sequence[TaskScore]:
    """The tasks that the tags speak for, the best first; equal ones in the order of the vocabulary."""
    found: list[TaskScore] = []
    for task in book.tasks.values():
        best = 0.0
        of: tuple[str, ...] = ()
        for needed, weight in task.rules:
            if all(n in tags for n in needed):
                score = sum(tags[n].weight for n in needed) + weight
                if score > best:
                    best, of = score, needed
        if denied & {t for needed, _ in task.rules[:1] for t in needed}:
            continue
        if best >= book.least_score:
            found.append(TaskScore(task.id, best, of))
    return sorted(found, key=lambda s: -s.score)

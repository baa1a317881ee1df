"""The vocabulary as the engine reads it: one index of phrases, numbers, names and the tables behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.ask.names import NameBook, read_names
from wasm_tools.ask.numerals import NumberWords, number_words
from wasm_tools.ask.phrases import PhraseIndex, by_letter

BOOK_VERSION = 1
KIND = "ask"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a counting word counts; `scale` is in the unit of the dimension, `seconds` the period that it contains."""

    dimension: str
    scale: float = 1.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Fill:
    """A field that a phrase fills, with the reason where it is not said in so many words."""

    field: str
    value: Any
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A use case or a workload, and the rules that make it of tags: tags and added weight."""

    id: str
    kind: str
    title: str
    rules: tuple[tuple[tuple[str, ...], float], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What Ask knows of a model beside its prices."""

    name: str
    developer: str
    inputs: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskBook:
    """Everything that an extraction depends on beside the text and the planner's catalogue.

    Meanings in `phrases` are pairs of a group and what the phrase stands for in it: `tag` (id, weight), `fill`,
    `command`, `period` (seconds), `role` (name), `cue` of the catalogue, `meter`, `tier`, `growth`, `factor`, `load`,
    `like`, `today` and `behind` of names that limit nothing, `paid` of money that is spent today, `group`, `vendor`,
    `not` and `after` of a negation,
    `variant`.
    """

    as_of: str
    phrases: PhraseIndex
    units: Mapping[str, Unit]
    numbers: NumberWords
    names: NameBook
    tasks: Mapping[str, Task]
    least_score: float
    margin: float
    negators: frozenset[str]
    between: frozenset[str]
    near_words: Mapping[tuple[str, int], list[str]]
    keep: frozenset[str]
    least_letters: int
    text: Mapping[str, float]
    counts: Mapping[str, Mapping[str, tuple[str, float]]]
    areas: Mapping[str, tuple[str, tuple[str, ...]]]
    groups: Mapping[str, frozenset[str]]
    vendors: Mapping[str, tuple[str, ...]]
    rates: Mapping[str, float]  # units of a currency per US dollar
    money_cues: frozenset[str]
    no_people: frozenset[str]
    servers: frozenset[str]
    cards: Mapping[str, Card]
    providers: Mapping[str, str]
    developers: Mapping[str, str]
    own_form: Mapping[str, str]
    usage: Mapping[str, tuple[float, str, str]]  # default of a workload: amount, unit, source
    compass: Mapping[str, tuple[str, str]]
    questions: Mapping[str, Mapping[str, Any]]
    unknown_words: frozenset[str]
    labels: Mapping[str, str]
    notes: Mapping[str, str]
    examples: tuple[Mapping[str, str], ...]


def read_ask_book(pack: Mapping[str, Any]) -> AskBook:
    """The book of a pack object; raises ValueError when it is of another kind or version."""
    if (pack.get("kind"), pack.get("version")) != (KIND, BOOK_VERSION):
        raise ValueError(f"not a pack of words of version {BOOK_VERSION}: {pack.get('kind')} {pack.get('version')}")
    tasks, words, units, questions = pack["tasks"], pack["words"], pack["units"], pack["questions"]
    phrases = PhraseIndex(_phrases(tasks, words, units, pack["groups"], pack["vendors"]))
    counted = {
        word: Unit(row["dimension"], row.get("scale", 1.0), row.get("seconds", 0.0))
        for row in units["unit"]
        for word in row["words"]
    }
    spelling = words["spelling"]
    servers = units["machines"]["servers"]
    known = frozenset(phrases.known).union(counted, servers, spelling["also"])
    return AskBook(
        as_of=pack["as_of"],
        phrases=phrases,
        units=counted,
        numbers=number_words(units["numbers"], units["money"]),
        names=read_names(pack["names"]),
        tasks={
            t["id"]: Task(
                t["id"], t["kind"], pack["titles"][t["id"]],
                tuple((tuple(r["tags"]), r.get("weight", 0.0)) for r in t["rules"]),
            )
            for t in tasks["task"]
        },
        least_score=tasks["score"]["least"],
        margin=tasks["score"]["margin"],
        negators=frozenset(words["negation"]["words"]),
        between=frozenset(words["negation"]["between"]),
        near_words=by_letter(known, spelling["least_letters"]),
        keep=known | set(spelling["keep"]),
        least_letters=spelling["least_letters"],
        text=units["text"],
        counts={
            c["workload"]: {d: (v[0], float(v[1])) for d, v in c.items() if d != "workload"} for c in units["count"]
        },
        areas={a["id"]: (a["name"], tuple(a["patterns"])) for a in words["area"]},
        groups={g["name"]: frozenset(g["developers"]) for g in pack["groups"]},
        vendors={v["name"]: tuple(v["gpus"]) for v in pack["vendors"]},
        rates=pack["rates"],
        money_cues=frozenset(units["money"]["cues"]),
        no_people=frozenset(units["numbers"]["no_people"]),
        servers=frozenset(servers),
        cards={m: Card(name, developer, frozenset(inputs)) for m, name, developer, inputs in pack["models"]},
        providers=pack["providers"],
        developers=pack["developers"],
        own_form=pack["own_form"],
        usage={w: (row[0], row[1], row[2]) for w, row in pack["usage"].items()},
        compass={u: (row[0], row[1]) for u, row in pack["compass"].items()},
        questions={q["field"]: q for q in questions["question"]},
        unknown_words=frozenset(questions["words"]["unknown"]),
        labels=questions["labels"],
        notes=questions["notes"],
        examples=tuple(pack["examples"]),
    )  # fmt: skip


def _phrases(
    tasks: Mapping[str, Any], words: Mapping[str, Any], units: Mapping[str, Any], groups: Any, vendors: Any
) -> Iterator[tuple[str, tuple[str, Any]]]:
    """All phrases of the vocabulary with their meanings."""
    for tag in tasks["tag"]:
        for weight, *phrases in tag["phrases"]:
            yield from ((p, ("tag", (tag["id"], weight))) for p in phrases)
    for row in words["fill"]:
        fill = Fill(row["field"], row["value"], row.get("rule", ""))
        yield from ((p, ("fill", fill)) for p in row["phrases"])
    for row in words["command"]:
        yield from ((p, ("command", row["id"])) for p in row["phrases"])
    for row in units["period"]:
        yield from ((p, ("period", row["seconds"])) for p in row["phrases"])
    yield from ((p, ("paid", "")) for p in units["money"]["paid"])
    for role, phrases in units["roles"].items():
        yield from ((p, ("role", role)) for p in phrases)
    factors, query, negation = words["factors"], words["query"], words["negation"]
    yield from ((p, ("load", "")) for p in factors["load"])
    yield from ((p, ("growth", "")) for p in factors["growth"])
    yield from ((p, ("factor", value)) for p, value in factors["words"].items())
    yield from ((p, ("cue", "")) for p in query["cues"])
    yield from ((p, ("plan", "")) for p in query["plan"])
    for name in ("meters", "tiers"):
        for meter, *phrases in query[name]:
            yield from ((p, (name, meter)) for p in phrases)
    yield from ((p, ("not", "")) for p in negation["pairs"])
    yield from ((p, ("after", "")) for p in negation["after"])
    yield from ((p, ("like", "")) for p in negation["like"])
    yield from ((p, ("today", "")) for p in negation["today"])
    for group in groups:
        yield from ((p, ("group", group["name"])) for p in group["phrases"])
    for vendor in vendors:
        yield from ((p, ("vendor", vendor["name"])) for p in vendor["phrases"])
    yield from ((p, ("behind", "")) for p in negation["behind"])
    for row in units["variant"]:
        yield from ((p, ("variant", (row["workload"], row["from"], row["to"]))) for p in row["words"])

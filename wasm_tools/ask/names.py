"""Names of models, GPUs and providers in a text: exact names and aliases, families with what narrows them down.

A name is compared by its atoms: what stands between separators, with digits split off words of three letters or more,
so that "Llama3.3-70B" and "llama 3.3 70b" are one name. Nothing is guessed: a name is one that the catalogue has, or a
family of such names, or it is unknown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wasm_tools.ask.words import plain

_PIECE = re.compile(r"[^\W_]+(?:\.\d[^\W_]*)*")
_SPLIT = re.compile(r"([^\W\d_]{3,})(\d.*)$")
_MEMORY = re.compile(r"\d+gb$")
_FORMS = frozenset({"sxm", "sxm2", "sxm4", "sxm5", "pcie", "nvl", "server", "workstation"})
_TAILS = frozenset({"instruct", "it", "chat", "preview", "latest", "hf"})  # may be left out of a name
_MACHINE = re.compile(r"\b(?:[ABHLV]\d{2,3}|MI\d{3}X?|G[BH]\d{3}|RTX ?\d{4})\b")  # how GPUs are named
_REPOSITORY = re.compile(r"\b[A-Za-z][\w.-]*/[A-Za-z][\w.-]*\d[\w.-]*")
MOST_ATOMS = 8
KINDS = ("model", "gpu", "provider")


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a name with its place in the text; `joined` where only a hyphen, a dot or nothing stands before it."""

    text: str
    start: int
    end: int
    joined: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A name in the text. `ids` are all that it may mean; `family` where it names more than one thing by intent."""

    kind: str
    ids: tuple[str, ...]
    start: int
    end: int
    text: str
    family: bool = False
    near: tuple[str, ...] = ()  # of a name that the catalogue does not have: those that come close


@dataclass(frozen=True, slots=True)
class NameBook:
    """All names: ids by the atoms of every spelling, by kind, and the families of models."""

    models: Mapping[str, tuple[str, ...]]
    gpus: Mapping[str, tuple[str, ...]]
    providers: Mapping[str, tuple[str, ...]]
    families: Mapping[str, Mapping[str, tuple[str, ...]]]  # by first atom: the further atoms of each model, by id
    plain_families: frozenset[str]
    plain_providers: frozenset[str]
    always: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]
    unknown_gpus: frozenset[str]


def atoms_of(text: str) -> list[Atom]:
    """The atoms of a text with their places."""
    lowered = plain(text)
    found: list[Atom] = []
    for piece in _PIECE.finditer(lowered):
        start, end = piece.span()
        joined = bool(found) and not lowered[found[-1].end : start].strip("-_./:")
        joined = joined and not any(c.isspace() for c in lowered[found[-1].end : start]) if found else False
        split = _SPLIT.match(piece.group())
        if split:
            middle = start + len(split[1])
            found += [Atom(split[1], start, middle, joined), Atom(split[2], middle, end, True)]
        else:
            found.append(Atom(piece.group(), start, end, joined))
    return found


def key_of(name: str) -> str:
    """A name by its atoms, as it is looked up."""
    return " ".join(a.text for a in atoms_of(name))


def spellings(name: str) -> set[str]:
    """The keys of a name: as it is, without endings that people leave out, versions with a point or a hyphen."""
    atoms = key_of(name).split()
    rows = [atoms]
    while atoms and atoms[-1] in _TAILS and len(atoms) > 1:
        atoms = atoms[:-1]
        rows.append(atoms)
    keys = {" ".join(row) for row in rows}
    for row in rows:
        pointed = re.sub(r"(?<![\d.])(\d{1,2}) (\d)(?![\w.])", r"\1.\2", " ".join(row))
        keys.add(pointed)
    return {key for key in keys if key}


def gpu_spellings(identifier: str) -> set[str]:
    """The keys of a GPU: its id, its family, its family with its form or its memory alone."""
    atoms = key_of(identifier).split()
    form = [a for a in atoms if a in _FORMS]
    memory = [a for a in atoms if _MEMORY.match(a)]
    base = [a for a in atoms if a not in _FORMS and a not in memory]
    rows = [atoms, base, [*base, *form], [*base, *memory], [*base, *memory, *form], [*base, *form, *memory]]
    rows += [[*base, memory[0][:-2], "gb"], [*base, memory[0][:-2], "gb", *form]] if memory else []
    return {" ".join(row) for row in rows}


def names_in(text: str, book: NameBook) -> list[Named]:
    """The names in a text from left to right, the longest reading of each place; unknown ones of known families too."""
    atoms = atoms_of(text)
    found: list[Named] = []
    place = 0
    while place < len(atoms):
        best = max(
            (n for n in (_gpu(atoms, place, book), _model(atoms, place, book), _provider(atoms, place, book)) if n),
            key=lambda n: (n[1], bool(n[0].ids)),
            default=None,
        )
        if best is None:
            place += 1
            continue
        named, length = best
        found.append(_with_text(named, text))
        place += length
    found = _without_owners(found, text)
    taken = [(n.start, n.end) for n in found]
    for kind, pattern in (("gpu", _MACHINE), ("model", _REPOSITORY)):
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                found.append(Named(kind, (), match.start(), match.end(), match.group()))
    return sorted(found, key=lambda n: n.start)


def _without_owners(found: Sequence[Named], text: str) -> list[Named]:
    """The names without what stands before a slash: in "openai/gpt-oss-120b" no provider is meant.

    An unknown name keeps its owner, as its whole id is what is not in the catalogue.
    """
    owners: dict[int, int] = {}
    for named in found:
        at = named.start - 1
        if named.kind == "model" and at > 0 and text[at] == "/":
            while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "-_."):
                at -= 1
            owners[named.start] = at
    kept = [n for n in found if not any(start <= n.start < end for end, start in owners.items())]
    return [
        n if n.ids or n.start not in owners else replace(n, start=owners[n.start], text=text[owners[n.start] : n.end])
        for n in kept
    ]


def _with_text(named: Named, text: str) -> Named:
    return Named(
        named.kind, named.ids, named.start, named.end, text[named.start : named.end], named.family, named.near
    )  # fmt: skip


def _exact(atoms: Sequence[Atom], place: int, keys: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], int]:
    """The ids of the longest key that begins at `place`, and its length in atoms; a plural counts as its singular."""
    for length in range(min(MOST_ATOMS, len(atoms) - place), 0, -1):
        texts = [a.text for a in atoms[place : place + length]]
        for last in (texts[-1], texts[-1].removesuffix("s")):
            ids = keys.get(" ".join([*texts[:-1], last])) if last else None
            if ids:
                return ids, length
    return (), 0


def _gpu(atoms: Sequence[Atom], place: int, book: NameBook) -> tuple[Named, int] | None:
    ids, length = _exact(atoms, place, book.gpus)
    if length:
        end = atoms[place + length - 1].end
        return Named("gpu", ids, atoms[place].start, end, "", len(ids) > 1), length
    for length in (3, 2, 1):
        key = " ".join(a.text for a in atoms[place : place + length])
        if key in book.unknown_gpus:
            return Named("gpu", (), atoms[place].start, atoms[min(place + length, len(atoms)) - 1].end, ""), length
    return None


def _model(atoms: Sequence[Atom], place: int, book: NameBook) -> tuple[Named, int] | None:
    ids, length = _exact(atoms, place, book.models)
    family = book.families.get(atoms[place].text)
    if family is None:
        return (Named("model", ids, atoms[place].start, atoms[place + length - 1].end, ""), length) if length else None
    last, fitting = place + 1, list(family)
    while last < len(atoms) and last - place < MOST_ATOMS:
        narrowed = [m for m in fitting if atoms[last].text in family[m]]
        if not narrowed:
            break
        fitting, last = narrowed, last + 1
    if length >= last - place:
        return Named("model", ids, atoms[place].start, atoms[place + length - 1].end, ""), length
    span = last - place
    follows = atoms[last] if last < len(atoms) else None
    if follows is not None and follows.joined and _tells_apart(follows.text):
        while last < len(atoms) and atoms[last].joined:  # a version that the family does not have
            last += 1
        near = tuple(sorted(fitting, key=lambda m: (len(m), m))[:3])
        return Named("model", (), atoms[place].start, atoms[last - 1].end, "", near=near), last - place
    if span == 1 and atoms[place].text in book.plain_families:
        return None
    return Named("model", tuple(sorted(fitting)), atoms[place].start, atoms[last - 1].end, "", len(fitting) > 1), span


def _tells_apart(atom: str) -> bool:
    return any(c.isdigit() for c in atom)


def _provider(atoms: Sequence[Atom], place: int, book: NameBook) -> tuple[Named, int] | None:
    ids, length = _exact(atoms, place, book.providers)
    if not length:
        return None
    key = " ".join(a.text for a in atoms[place : place + length])
    if key in book.plain_providers and key not in book.always:
        before = atoms[place - 1].text if place else ""
        after = atoms[place + length].text if place + length < len(atoms) else ""
        if before not in book.before and after not in book.after:
            return None
    return Named("provider", ids, atoms[place].start, atoms[place + length - 1].end, "", len(ids) > 1), length


def read_names(raw: Mapping[str, Any]) -> NameBook:
    """The names of a data pack."""

    def keyed(rows: Iterable[tuple[str, Sequence[str]]]) -> dict[str, tuple[str, ...]]:
        return {key: tuple(ids) for key, ids in rows}

    words = raw["words"]
    return NameBook(
        keyed(raw["models"].items()),
        keyed(raw["gpus"].items()),
        keyed(raw["providers"].items()),
        {f: {m: tuple(rest) for m, rest in of.items()} for f, of in raw["families"].items()},
        frozenset(words["plain_families"]),
        frozenset(words["plain_providers"]),
        frozenset(words["always"]),
        frozenset(words["before"]),
        frozenset(words["after"]),
        frozenset(words["unknown_gpus"]),
    )

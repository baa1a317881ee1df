"""A folder of manifests as documents and texts, read without trusting it.

YAML is read event by event: aliases are a finding and only small ones are followed, so that a small file cannot grow,
and nothing is constructed but mappings, lists and scalars. A plain scalar that readers of YAML 1.1 and 1.2 understand
differently is a finding and stays the text that its author wrote.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wasm_tools.manifests.checks.parts import Document, Finding, mappings

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YAML, _TEXTS = (".yaml", ".yml"), (".json", ".txt", ".sh", ".service", ".md")
MOST_FILES, MOST_BYTES, MOST_DEPTH = 5_000, 4_000_000, 64
_MOST_ALIASES, _MOST_OF_AN_ALIAS = 100, 1_000  # uses in a document, values in what one stands for
_TAG = "tag:yaml.org,2002:"
_OPEN_TAGS = ("!", _TAG + "map", _TAG + "seq")
_CORE_1_2 = (
    ("null", re.compile(r"null|Null|NULL|~|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")),
)
_OLD_WORDS = frozenset({"y", "Y", "n", "N"})  # booleans to some readers of YAML 1.1
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")


class FolderError(Exception):
    """A folder that cannot be read; the message says why and what to give instead."""


@dataclass(slots=True)
class Folder:
    """What was read: documents of YAML, other texts by path, and what is wrong with the files themselves."""

    documents: list[Document] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: int = 0

    def add(self, path: str, text: str) -> None:
        """Read one file by the ending of its name."""
        self.files += 1
        if path.endswith(_YAML):
            for number, content in enumerate(self._documents(path, text), 1):
                for inner in mappings(content.get("items")) if content.get("kind") == "List" else [content]:
                    self.documents.append(Document(path, number, inner))
        else:
            self.texts[path] = text
            if path.endswith(".json"):
                self._add_json(path, text)

    def _add_json(self, path: str, text: str) -> None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.findings.append(Finding("MF-01", path, "", f"no JSON: {error}"))
            return
        if isinstance(value, dict) and isinstance(value.get("kind"), str) and "apiVersion" in value:
            self.documents.append(Document(path, 1, value))

    def _documents(self, path: str, text: str) -> Iterator[dict[str, Any]]:
        try:
            for value in _values(path, text, self.findings):
                if isinstance(value, dict):
                    yield value
                elif value is not None:
                    self.findings.append(Finding("MF-01", path, "", "a document of it is no mapping of keys to values"))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"line {mark.line + 1}" if mark else ""
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
            self.findings.append(Finding("MF-01", path, where, f"no YAML: {problem}"))


def read_folder(folder: Path) -> Folder:
    """Read every file of manifests below a folder; raises FolderError for a folder that cannot be read."""
    if not folder.exists():
        raise FolderError(f"{folder} does not exist; give the folder that holds the manifests")
    if not folder.is_dir():
        raise FolderError(f"{folder} is no folder; give the folder that holds the file")
    found = Folder()
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            found.findings.append(Finding("MF-01", name, "", "a link that leads out of the folder is not followed"))
        elif (text := _text(path, name, found)) is not None:
            found.add(name, text)
    if not found.files and not found.findings:
        raise FolderError(f"{folder} holds no file that ends in {', '.join(_YAML + _TEXTS)}")
    return found


def _files(folder: Path) -> list[Path]:
    """The files to read, sorted; hidden folders are left out and links to folders are not followed."""
    listed: list[Path] = []
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        listed += [Path(parent) / n for n in sorted(names) if n.endswith(_YAML + _TEXTS)]
        if len(listed) > MOST_FILES:
            raise FolderError(f"{folder} holds more than {MOST_FILES:,} files; give a folder of manifests only")
    return sorted(listed)


def _text(path: Path, name: str, found: Folder) -> str | None:
    def wrong(message: str) -> None:
        found.findings.append(Finding("MF-01", name, "", message))

    try:
        if not path.is_file():
            wrong("no ordinary file")
        elif (size := path.stat().st_size) > MOST_BYTES:
            wrong(f"{size:,} bytes are more than the {MOST_BYTES:,} that are read")
        else:
            text = path.read_bytes().decode("utf-8")
            if "\x00" not in text:
                return text
            wrong("it holds zero bytes, so it is no text")
    except UnicodeDecodeError:
        wrong("it is no UTF-8 text")
    except OSError as error:
        wrong(f"it cannot be read: {error.strerror}")
    return None


class _Builder:
    """Builds the values of one document from events; every open mapping remembers the key that waits for a value."""

    def __init__(self) -> None:
        self.open: list[tuple[Any, list[Any]]] = []
        self.done: list[Any] = []
        self.anchors: dict[str, Any] = {}
        self.aliases = 0

    def alias(self, name: str | None) -> Any:
        """What an alias stands for; None for one that is large, often used, or inside of itself."""
        self.aliases += 1
        value = self.anchors.get(name or "")
        return value if self.aliases <= _MOST_ALIASES and _is_small(value) else None

    def put(self, value: Any) -> str | None:
        """Add a value to what is open; returns a key that is there twice."""
        if not self.open:
            self.done.append(value)
            return None
        holder, keys = self.open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif not keys:
            keys.append(value if isinstance(value, str | int | float | bool) or value is None else repr(value))
        else:
            key = keys.pop()
            if key in holder:
                return str(key)
            holder[key] = value
        return None

    def place(self) -> str:
        """Where in the document the next value goes."""
        steps: list[str] = []
        for holder, keys in self.open:
            steps.append(f"[{len(holder)}]" if isinstance(holder, list) else f".{keys[0]}" if keys else "")
        return "".join(steps).removeprefix(".")


def _is_small(value: Any) -> bool:
    pending, seen = [value], 0
    while pending and seen <= _MOST_OF_AN_ALIAS:
        item = pending.pop()
        seen += 1
        pending += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return not pending


def _values(path: str, text: str, findings: list[Finding]) -> Iterator[Any]:
    """The value of each document of a YAML text; raises yaml.YAMLError."""
    resolver = yaml.resolver.Resolver()
    build = _Builder()
    names: list[str | None] = []  # the anchors of what is open

    def wrong(message: str) -> None:
        findings.append(Finding("MF-01", path, build.place(), message))

    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            wrong("an alias of a value elsewhere is not read by every tool; write the value out")
            build.put(build.alias(event.anchor))
        elif isinstance(event, yaml.ScalarEvent):
            value, ambiguous = _scalar(event, resolver)
            if ambiguous:
                wrong(f"{event.value} without quotes is {ambiguous}; put quotes around it")
            if event.anchor:
                build.anchors[event.anchor] = value
            if twice := build.put(value):
                wrong(f"the key {twice!r} is there twice")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(build.open) >= MOST_DEPTH:
                wrong(f"more than {MOST_DEPTH} levels deep")
                return
            if event.tag is not None and event.tag not in _OPEN_TAGS:
                wrong(f"the tag {event.tag} makes something else of it; leave it out")
            build.open.append(({} if isinstance(event, yaml.MappingStartEvent) else [], []))
            names.append(event.anchor)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            value = build.open.pop()[0]
            if anchor := names.pop():
                build.anchors[anchor] = value
            if twice := build.put(value):
                wrong(f"the key {twice!r} is there twice")
        elif isinstance(event, yaml.DocumentEndEvent):
            yield from build.done
            build, names = _Builder(), []


def _scalar(event: yaml.ScalarEvent, resolver: Any) -> tuple[Any, str]:
    """The value of a scalar, and what is ambiguous about it."""
    value: str = event.value
    if event.tag is not None and event.tag not in ("!", _TAG + "str"):
        return value, f"a value with the tag {event.tag}"
    if event.style or event.tag is not None:
        return value, ""
    old = str(resolver.resolve(yaml.ScalarNode, value, (True, False))).removeprefix(_TAG)
    new = next((name for name, pattern in _CORE_1_2 if pattern.fullmatch(value)), "str")
    if old != new or value in _OLD_WORDS or _LEADING_ZERO.fullmatch(value):
        told = "a boolean to some readers" if value in _OLD_WORDS else f"of type {old} in YAML 1.1 and {new} in 1.2"
        return value, told if old != new or value in _OLD_WORDS else "octal in YAML 1.1 and decimal in 1.2"
    if new == "null":
        return None, ""
    if new == "bool":
        return value.lower() == "true", ""
    if new == "int":
        return int(value, 0) if len(value) < 32 else value, ""
    return (float(value.replace(".inf", "inf").replace(".nan", "nan")) if new == "float" else value), ""

"""The lists that the palette reads: everything with a page, every section of the prose, and what providers call it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from generator.render.page import SiteData
from generator.render.plan_rows import length_words
from generator.render.site_index import SiteIndex, site_index
from generator.render.texts import DEFAULT, LANGUAGES, language, of_registry, speaking, text, texts_for_scripts
from generator.render.translated import localised

FOLDER = "assets/"
IDS = "assets/ids.json"
COLUMNS = ("titles", "paths", "kinds", "details", "words")
_HEADING = re.compile(r'<h([1-3]) id="([^"]*)">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")

Row = tuple[str, str, str, str, str]  # title, site path, kind, detail, all words that find it in lower case


def palette_files(data: SiteData, prose: Path) -> Iterator[tuple[str, bytes]]:
    """All files of the palette: names and words in every language, and the ids. `prose` as in `names_file`."""
    for spoken in LANGUAGES:
        with speaking(spoken):
            yield f"{FOLDER}names{'' if spoken == DEFAULT else f'-{spoken}'}.json", names_file(data, prose)
        words = texts_for_scripts(spoken, ["palette"])
        yield f"{FOLDER}palette-{spoken}.json", json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    yield IDS, ids_file(data)


def names_file(data: SiteData, prose: Path) -> bytes:
    """The list as columns in the language that is spoken. `prose` is the folder of the site right after its prose."""
    index = site_index(data)
    rows = [*_cases(data), *_models(index), *_providers(index), *_gpus(index), *_prose(prose)]
    columns = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()


def ids_file(data: SiteData) -> bytes:
    """What providers call each model beside its names, and the ids of each provider that no model is known for.

    A list of its own, by path and separated by line ends: it is fetched when somebody types, not with every palette.
    """
    index = site_index(data)
    rows: list[tuple[str, str]] = []
    for m in index.models:
        known = {m, *index.data.registry.model[m].aliases}
        skus = {s.sku.lower() for s in index.skus_of_model.get(m, ())} - known
        if skus:
            rows.append((f"models/{m}/", "\n".join(sorted(skus))))
    for p in index.providers:
        unknown = {s.sku.lower() for s in index.skus_of_provider.get(p, ()) if not s.model}
        if unknown:
            rows.append((f"providers/{p}/", "\n".join(sorted(unknown))))
    columns = {"paths": [path for path, _ in rows], "ids": [ids for _, ids in rows]}
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()


def _row(title: str, path: str, kind: str, detail: str, *others: str) -> Row:
    return (title, path, kind, detail, " ".join(dict.fromkeys(w.lower() for w in (title, *others) if w)))


def _cases(data: SiteData) -> Iterator[Row]:
    for case in data.results.cases:
        title, path = of_registry("use_cases", case.case, "title"), localised(f"use-cases/{case.case.id}/", language())
        yield _row(title, path, "use case", length_words(case.profile), text("parts.plan").lower(), case.case.id)


def _models(index: SiteIndex) -> Iterator[Row]:
    """The models that most providers sell first: of equal matches the earlier row wins."""
    order = sorted(index.models, key=lambda m: (-index.sellers_of_model.get(m, 0), m))
    for m in order:
        row = index.data.registry.model[m]
        sellers = index.sellers_of_model.get(m, 0)
        developer = index.developer_name(row.developer)
        yield _row(row.name, f"models/{m}/", "model", text("palette.sellers", n=sellers), m, developer, *row.aliases)


def _providers(index: SiteIndex) -> Iterator[Row]:
    prices = {p: sum(len(s.offers) for s in index.skus_of_provider.get(p, ())) for p in index.providers}
    for p in sorted(index.providers, key=lambda p: (-prices[p], p)):
        total = prices[p] + len(index.rentals_of_provider.get(p, ()))
        yield _row(index.provider_name(p), f"providers/{p}/", "provider", text("palette.prices", n=total), p)


def _gpus(index: SiteIndex) -> Iterator[Row]:
    for g in index.data.registry.gpus:
        prices = len(index.rentals_of_gpu.get(g.id, ()))
        yield _row(g.name, f"gpus/{g.id}/", "GPU", text("palette.rentals", n=prices) if prices else "", g.id)


def _prose(site: Path) -> Iterator[Row]:
    for page in sorted(site.rglob("index.html")):
        path = page.parent.relative_to(site).as_posix() + "/"
        headings = [(i, unescape(_TAG.sub("", t)).strip()) for _, i, t in _HEADING.findall(page.read_text("utf-8"))]
        for number, (anchor, title) in enumerate(headings):
            yield _row(title, path if number == 0 else f"{path}#{anchor}", "page", headings[0][1] if number else "")
